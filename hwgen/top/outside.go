package top

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// outside names the ports through which a circuit uses a memory outside of the circuit: the
// request of this cycle, and the word of the last read. lanes and data are valid in a cycle
// with a write.
type outside struct{ read, write, addr, lanes, data, word string }

func outsideOf(mem string) outside {
	return outside{mem + ".read", mem + ".write", mem + ".addr", mem + ".lanes", mem + ".data", mem + ".word"}
}

// Outside replaces the named memory of a circuit with ports of the circuit. The initial
// contents of the memory are lost. The ports have one address, so in each cycle the memory
// either reads or writes. A core claims that its data memory never does both, and the ladder
// (package verify) proves these claims.
func Outside(c *rtl.Circuit, name string) (*rtl.Circuit, error) {
	mem := slices.IndexFunc(c.Mems, func(m rtl.Mem) bool { return m.Name == name })
	if mem < 0 || !movable(&c.Mems[mem]) {
		return nil, fmt.Errorf("circuit %s has no memory `%s` with one synchronous read port and at most one write port, with lanes", c.Name, name)
	}
	d, m, p := *c, c.Mems[mem], outsideOf(name)
	r := &restarter{c: &d, mem: mem}
	d.Nodes = slices.Clone(c.Nodes)
	read := m.Reads[0]
	d.Nodes[read.Node] = rtl.Node{Kind: rtl.KInput, Width: m.Width, Name: p.word, Span: c.Nodes[read.Node].Span}
	d.Inputs = append(slices.Clone(c.Inputs), read.Node)
	slices.Sort(d.Inputs)
	wants, addr := read.Enable, read.Addr
	if wants == rtl.None {
		wants = r.constant(1, 1)
	}
	d.Outputs = append(slices.Clone(c.Outputs), rtl.Output{Name: p.read, Node: wants})
	if len(m.Writes) > 0 {
		w := m.Writes[0]
		r.enable = r.constant(1, 0)
		d.Body = r.without(c.Body, r.constant(1, 1))
		addr = r.mux(r.enable, w.Addr, read.Addr)
		d.Outputs = append(d.Outputs, rtl.Output{Name: p.write, Node: r.enable}, rtl.Output{Name: p.lanes, Node: w.Lanes}, rtl.Output{Name: p.data, Node: w.Data})
	}
	d.Outputs = append(d.Outputs, rtl.Output{Name: p.addr, Node: addr})
	r.remove()
	return &d, d.Verify()
}

// movable reports whether a memory can be moved out of a circuit.
func movable(m *rtl.Mem) bool {
	return len(m.Reads) == 1 && m.Reads[0].Sync && len(m.Writes) <= 1 && (len(m.Writes) == 0 || m.Writes[0].Lanes != rtl.None)
}

// remove takes the memory out of the circuit after its last use is gone.
func (r *restarter) remove() {
	r.c.Mems = slices.Delete(slices.Clone(r.c.Mems), r.mem, r.mem+1)
	for i := range r.c.Nodes {
		if n := &r.c.Nodes[i]; n.Kind == rtl.KRead && n.Index > r.mem {
			n.Index--
		}
	}
	r.c.Body = r.renumbered(r.c.Body)
}

func (r *restarter) renumbered(list []rtl.Effect) []rtl.Effect {
	out := slices.Clone(list)
	for i := range out {
		if e := &out[i]; e.Kind == rtl.WriteMem && e.Index > r.mem {
			e.Index--
		}
		out[i].Then, out[i].Else = r.renumbered(out[i].Then), r.renumbered(out[i].Else)
	}
	return out
}

// pieces is the largest number of memories that replace one memory.
const pieces = 3

// rom makes a circuit that behaves like a memory without writes, and takes fewer RAM blocks.
// The circuit has up to three memories, whose sizes are powers of two times a unit. For
// addresses after these memories, the circuit outputs the word that fills the rest of the
// original memory. A text of 2,397 words takes 2,560 words instead of 4,096.
func rom(m *rtl.Mem, unit int) (*rtl.Circuit, error) {
	b := rtl.NewBuilder("sinter_" + m.Name)
	read, addr := b.Input("read", 1), b.Input("addr", m.AddrBits)
	words, rest := trimmed(m)
	word := b.Const(m.Width, rest)
	start := 0
	for i, n := range sizes(len(words), unit) {
		low := log2(n)
		piece := words[min(start, len(words)):min(start+n, len(words))]
		for len(piece) < n {
			piece = append(slices.Clone(piece), rest)
		}
		mem := b.Mem(fmt.Sprintf("%s%d", m.Name, i), m.Width, low, 1, piece)
		q := b.ReadSync(mem, b.Fit(addr, low), read, rtl.Old)
		here := b.Reg(fmt.Sprintf("in%d", i), 1, 0)
		if low < m.AddrBits {
			mine := b.EqConst(b.Bits(addr, m.AddrBits-1, low), uint64(start>>low))
			b.If(read, func() { b.Set(here, mine) })
			word = b.Mux(here.Q(), q, word)
		} else {
			word = q
		}
		start += n
	}
	b.Output("word", word)
	return b.Build()
}

// trimmed returns the words of a memory without the equal words at the end, and the word that
// repeats there.
func trimmed(m *rtl.Mem) (words []uint64, rest uint64) {
	words = m.Init
	if len(words) == 1<<m.AddrBits {
		rest = words[len(words)-1]
	}
	for len(words) > 0 && words[len(words)-1] == rest {
		words = words[:len(words)-1]
	}
	return words, rest
}

// sizes splits a length into powers of two times the unit, the largest first. It returns at
// most `pieces` sizes. The last size is rounded up, so that the sizes cover the whole length.
func sizes(length, unit int) []int {
	left := (length + unit - 1) / unit
	var out []int
	for size := 1 << 30; size > 0 && left > 0; size >>= 1 {
		switch {
		case left < size:
		case len(out) == pieces-1 && left > size:
			return append(out, 2*size*unit)
		default:
			out = append(out, size*unit)
			left -= size
		}
	}
	return out
}

func log2(n int) int {
	bits := 0
	for 1<<bits < n {
		bits++
	}
	return bits
}
