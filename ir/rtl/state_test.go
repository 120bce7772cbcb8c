package rtl_test

import (
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// state evaluates a circuit directly from the definition of circuits, for the tests of
// transformations.
type state struct {
	c     *rtl.Circuit
	value []uint64
	regs  []uint64
	mems  [][]uint64
	sync  map[rtl.ID]uint64
}

func newState(c *rtl.Circuit) *state {
	s := &state{c: c, value: make([]uint64, len(c.Nodes)), sync: map[rtl.ID]uint64{}}
	for _, r := range c.Regs {
		s.regs = append(s.regs, r.Reset)
	}
	for _, m := range c.Mems {
		s.mems = append(s.mems, append(append([]uint64(nil), m.Init...), make([]uint64, 1<<m.AddrBits-len(m.Init))...))
	}
	return s
}

// cycle computes the values of one cycle and then its clock edge. The field `value` keeps the
// values from before the edge.
func (s *state) cycle(in []uint64) {
	for i := range s.c.Nodes {
		n := &s.c.Nodes[i]
		var a [3]uint64
		var aw [3]int
		for j, x := range n.Args {
			a[j], aw[j] = s.value[x], s.c.Nodes[x].Width
		}
		switch n.Kind {
		case rtl.KConst:
			s.value[i] = n.Imm
		case rtl.KReg:
			s.value[i] = s.regs[n.Index]
		case rtl.KOp:
			s.value[i] = word.Eval(n.Op, n.Width, a, aw, n.Imm)
		case rtl.KRead:
			if r := s.c.Mems[n.Index].Reads[n.Port]; r.Sync {
				s.value[i] = s.sync[r.Node]
			} else {
				s.value[i] = s.mems[n.Index][s.value[r.Addr]]
			}
		case rtl.KInput:
			s.value[i] = in[0]
			in = in[1:]
		}
	}
	s.read(false)
	s.effects(s.c.Body)
	s.read(true)
}

// read captures the outputs of synchronous ports. If written is set, these are the ports that see
// the writes of the same clock edge. Otherwise they are the other ports.
func (s *state) read(written bool) {
	for i, m := range s.c.Mems {
		for _, r := range m.Reads {
			on := r.Enable == rtl.None || s.value[r.Enable] == 1
			if r.Sync && on && (r.Policy == rtl.New) == written {
				s.sync[r.Node] = s.mems[i][s.value[r.Addr]]
			}
		}
	}
}

func (s *state) effects(list []rtl.Effect) {
	for _, e := range list {
		switch {
		case e.Kind == rtl.SetReg:
			s.regs[e.Index] = s.value[e.Value]
		case e.Kind == rtl.WriteMem:
			s.write(e)
		case s.value[e.Cond] == 1:
			s.effects(e.Then)
		default:
			s.effects(e.Else)
		}
	}
}

func (s *state) write(e rtl.Effect) {
	m := s.c.Mems[e.Index]
	w := m.Writes[e.Port]
	lanes := word.Mask(m.Lanes)
	if w.Lanes != rtl.None {
		lanes = s.value[w.Lanes]
	}
	var mask uint64
	for i := range m.Lanes {
		if lanes>>i&1 == 1 {
			mask |= word.Mask(m.Width/m.Lanes) << (i * m.Width / m.Lanes)
		}
	}
	at := &s.mems[e.Index][s.value[w.Addr]]
	*at = *at&^mask | s.value[w.Data]&mask
}
