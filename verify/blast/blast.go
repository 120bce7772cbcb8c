// Package blast is the second bit-blaster. It converts circuits to formulas for proofs,
// following the definitions of the word operators. The package shares no rule with ir/gate,
// because otherwise a wrong rule would be proved equal to itself. Its formulas also have
// another structure than the gates of ir/gate. A sum selects each carry. A comparison uses the
// highest bit that differs. A shift selects each result bit. Regions become guarded assignments
// in program order.
//
// A circuit is cut at registers and memory ports. The current values of registers and ports are
// free inputs, called leaves. Outputs and the values that registers and memory ports take at the
// clock edge are results, called cones:
//
//	cones, err := blast.Circuit(g, c, leaf)
//	// leaf {Register acc}   -> 8 free literals
//	// cone {Next acc}       =  8 literals over leaves
//	// cone {WriteData ram 0} = 8 literals over leaves
//
// Two circuits over one Graph with the same leaves are equal if their cones are equal. The
// package does not depend on gates or solvers. Start reading at Circuit, then words.go.
package blast

import (
	"fmt"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// PlaceKind is the kind of a Place.
type PlaceKind uint8

// The kinds of places: first the leaves, then the cones.
const (
	Input       PlaceKind = iota // the value of an input
	Register                     // the value of a register
	ReadData                     // the data of a read port
	Output                       // the value of an output
	Next                         // the value that a register takes at the clock edge
	ReadAddr                     // the address of a read port
	ReadEnable                   // the enable of a synchronous read port
	WriteAddr                    // the address of a write port
	WriteData                    // the data of a write port
	WriteLanes                   // the lanes of a write port
	WriteEnable                  // whether a write port writes
	Assert                       // the condition of an assert
	Probe                        // a probe
)

// String returns the name of the kind.
func (k PlaceKind) String() string {
	return [...]string{
		"input", "register", "read data", "output", "next", "read address", "read enable",
		"write address", "write data", "write lanes", "write enable", "assert", "probe",
	}[k]
}

// Place names one word where a circuit is cut. Port is the index of a memory port.
type Place struct {
	Kind PlaceKind
	Name string
	Port int
}

// String prints the place, such as "write data ram.0".
func (p Place) String() string {
	if p.Kind == ReadData || p.Kind >= ReadAddr && p.Kind <= WriteEnable {
		return fmt.Sprintf("%s %s.%d", p.Kind, p.Name, p.Port)
	}
	return fmt.Sprintf("%s %s", p.Kind, p.Name)
}

// Cone is a word that a circuit computes from leaves.
type Cone struct {
	Place Place
	Bits  []Lit
	Span  diag.Span
}

// Circuit adds a circuit to a formula graph. It returns the cones in this order: outputs,
// registers, memory ports, asserts, probes. The function `leaf` returns the literals of a leaf
// with a given width. For the same leaf, `leaf` must always return the same literals.
func Circuit(g *Graph, c *rtl.Circuit, leaf func(p Place, width int) []Lit) ([]Cone, error) {
	b := &blaster{g: g, c: c, bits: make([][]Lit, len(c.Nodes))}
	for id := range c.Nodes {
		n := &c.Nodes[id]
		if err := b.node(rtl.ID(id), n, leaf); err != nil {
			return nil, diag.Errorf("", n.Span, "%v", err)
		}
	}
	for _, o := range c.Outputs {
		b.cone(Place{Output, o.Name, 0}, b.bits[o.Node], o.Span)
	}
	b.registers()
	b.memories()
	for _, a := range c.Asserts {
		b.cone(Place{Assert, a.Name, 0}, b.bits[a.Node], a.Span)
	}
	for _, p := range c.Probes {
		b.cone(Place{Probe, p.Name, 0}, b.bits[p.Node], diag.Span{})
	}
	return b.cones, nil
}

type blaster struct {
	g     *Graph
	c     *rtl.Circuit
	bits  [][]Lit
	cones []Cone
}

func (b *blaster) cone(p Place, bits []Lit, span diag.Span) {
	b.cones = append(b.cones, Cone{p, bits, span})
}

func (b *blaster) node(id rtl.ID, n *rtl.Node, leaf func(Place, int) []Lit) (err error) {
	switch n.Kind {
	case rtl.KConst:
		b.bits[id] = number(n.Width, n.Imm)
	case rtl.KInput:
		b.bits[id] = leaf(Place{Input, n.Name, 0}, n.Width)
	case rtl.KReg:
		b.bits[id] = leaf(Place{Register, b.c.Regs[n.Index].Name, 0}, n.Width)
	case rtl.KRead:
		b.bits[id] = leaf(Place{ReadData, b.c.Mems[n.Index].Name, n.Port}, n.Width)
	case rtl.KOp:
		args := make([][]Lit, len(n.Args))
		for i, a := range n.Args {
			args[i] = b.bits[a]
		}
		b.bits[id], err = b.g.Word(n.Op, n.Width, args, n.Imm)
	}
	return err
}

// guarded is an assignment that happens if a condition holds.
type guarded struct {
	when  Lit
	value []Lit
}

// assignments collects the assignments of the regions, in program order.
type assignments struct {
	regs   [][]guarded
	writes map[[2]int]Lit // for each memory and port: the condition under which it writes
}

func (b *blaster) collect(body []rtl.Effect, when Lit, to *assignments) {
	for i := range body {
		e := &body[i]
		switch e.Kind {
		case rtl.SetReg:
			to.regs[e.Index] = append(to.regs[e.Index], guarded{when, b.bits[e.Value]})
		case rtl.WriteMem:
			at := [2]int{e.Index, e.Port}
			to.writes[at] = b.g.Or(to.writes[at], when)
		case rtl.If:
			cond := b.bits[e.Cond][0]
			b.collect(e.Then, b.g.And(when, cond), to)
			b.collect(e.Else, b.g.And(when, cond.Not()), to)
		}
	}
}

// registers computes the next value of each register. The next value is the value of the last
// assignment that happens, or the present value.
func (b *blaster) registers() {
	to := b.assignments()
	for i := range b.c.Regs {
		r := &b.c.Regs[i]
		next := b.bits[r.Node]
		for _, a := range to.regs[i] {
			next = b.g.choose(a.when, a.value, next)
		}
		b.cone(Place{Next, r.Name, 0}, next, r.Span)
	}
}

func (b *blaster) assignments() *assignments {
	to := &assignments{regs: make([][]guarded, len(b.c.Regs)), writes: map[[2]int]Lit{}}
	b.collect(b.c.Body, True, to)
	return to
}

func (b *blaster) memories() {
	writes := b.assignments().writes
	for i := range b.c.Mems {
		m := &b.c.Mems[i]
		for j, r := range m.Reads {
			b.cone(Place{ReadAddr, m.Name, j}, b.bits[r.Addr], m.Span)
			if r.Sync {
				b.cone(Place{ReadEnable, m.Name, j}, b.orTrue(r.Enable, 1), m.Span)
			}
		}
		for j, w := range m.Writes {
			b.cone(Place{WriteAddr, m.Name, j}, b.bits[w.Addr], m.Span)
			b.cone(Place{WriteData, m.Name, j}, b.bits[w.Data], m.Span)
			b.cone(Place{WriteLanes, m.Name, j}, b.orTrue(w.Lanes, max(m.Lanes, 1)), m.Span)
			b.cone(Place{WriteEnable, m.Name, j}, []Lit{writes[[2]int{i, j}]}, m.Span)
		}
	}
}

// orTrue returns the bits of a node, or w ones if there is no node.
func (b *blaster) orTrue(id rtl.ID, w int) []Lit {
	if id == rtl.None {
		return copies(True, w)
	}
	return b.bits[id]
}
