package equiv

import (
	"math/rand/v2"
	"testing"

	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim/gates"
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/stretchr/testify/require"
)

// stepper runs a circuit by the word meanings, one cycle after the other.
type stepper struct {
	flat  *rtl.Flat
	state map[blast.Place]uint64
	mems  [][]uint64
	v     []uint64
}

func newStepper(c *rtl.Circuit) *stepper {
	s := &stepper{flat: c.Flat(), state: map[blast.Place]uint64{}}
	for _, r := range c.Regs {
		s.state[blast.Place{Kind: blast.Register, Name: r.Name}] = r.Reset
	}
	for _, m := range c.Mems {
		words := make([]uint64, 1<<m.AddrBits)
		copy(words, m.Init)
		s.mems = append(s.mems, words)
	}
	return s
}

// eval settles the circuit. eval repeats asynchronous reads until their addresses no longer
// change.
func (s *stepper) eval() {
	c := s.flat.Circuit
	ports := 0
	for _, m := range c.Mems {
		for _, r := range m.Reads {
			if !r.Sync {
				ports++
			}
		}
	}
	for range ports + 1 {
		s.v = evalNodes(c, func(p blast.Place) uint64 { return s.state[p] })
		for i, m := range c.Mems {
			for j, r := range m.Reads {
				if !r.Sync {
					s.state[blast.Place{Kind: blast.ReadData, Name: m.Name, Port: j}] = s.mems[i][s.v[r.Addr]]
				}
			}
		}
	}
}

func (s *stepper) or(id rtl.ID, v uint64) uint64 {
	if id == rtl.None {
		return v
	}
	return s.v[id]
}

func (s *stepper) clock() {
	c := s.flat.Circuit
	for i, m := range c.Mems {
		old := append([]uint64(nil), s.mems[i]...)
		for j, w := range m.Writes {
			if s.v[s.flat.Enable[i][j]] == 0 {
				continue
			}
			lanes, step := s.or(w.Lanes, word.Mask(m.Lanes)), m.Width/m.Lanes
			for l := range m.Lanes {
				if lanes>>l&1 == 1 {
					mask, a := word.Mask(step)<<(l*step), s.v[w.Addr]
					s.mems[i][a] = s.mems[i][a]&^mask | s.v[w.Data]&mask
				}
			}
		}
		for j, r := range m.Reads {
			if r.Sync && s.or(r.Enable, 1) == 1 {
				from := old
				if r.Policy == rtl.New {
					from = s.mems[i]
				}
				s.state[blast.Place{Kind: blast.ReadData, Name: m.Name, Port: j}] = from[s.v[r.Addr]]
			}
		}
	}
	for i, r := range c.Regs {
		s.state[blast.Place{Kind: blast.Register, Name: r.Name}] = s.v[s.flat.Next[i]]
	}
}

// TestGatesFollowTheCircuit runs circuits by words and their gates by bits on the same random
// inputs. This test covers the treatment of registers and memories over time, which the proof
// of the cones does not cover.
func TestGatesFollowTheCircuit(t *testing.T) {
	for seed := range int64(30) {
		c := rtltest.Make(rtltest.Config{Seed: seed, Size: 40, MaxWidth: 20})
		p, err := gates.Compile(mapped(t, c, gate.Options{}), "")
		require.NoError(t, err)
		const lanes = 3
		s, r := p.NewState(lanes), rand.New(rand.NewPCG(9, uint64(seed)))
		var words []*stepper
		for range lanes {
			words = append(words, newStepper(c))
		}
		for cycle := range 16 {
			for l, w := range words {
				for i, id := range c.Inputs {
					v := r.Uint64() & word.Mask(c.Nodes[id].Width)
					s.Set(s.Shell().Inputs[i].Bits, l, v)
					w.state[blast.Place{Kind: blast.Input, Name: c.Nodes[id].Name}] = v
				}
				w.eval()
			}
			s.Eval()
			for l, w := range words {
				for i, o := range c.Outputs {
					require.Equal(t, w.v[o.Node], s.Get(s.Shell().Outputs[i].Bits, l), "seed %d cycle %d lane %d output %s", seed, cycle, l, o.Name)
				}
				w.clock()
			}
			s.Clock()
		}
	}
}
