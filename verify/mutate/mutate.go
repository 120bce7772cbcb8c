// Package mutate measures how well a check detects faults. The package makes small random
// faults in a circuit and counts the faults that the check finds.
//
//	for _, m := range mutate.Mutants(c, 1, 400) {
//		fmt.Println(m.Name) // "node 17 alu.sum: add becomes sub"
//	}
//	t := mutate.Trial{Circuit: c, Check: check, Proof: proof}
//	score, err := t.Run(mutants)
//	score.Percent() // killed mutants among the mutants that are not equivalent
//
// Every mutant is a valid circuit with one fault: a different operator, exchanged operands, a
// flipped bit of a constant or a reset value, a negated or stuck condition, a different
// register or value of the same width, a slice that is off by one, or a dropped effect. A
// mutant that the check does not find may be equivalent to the circuit. A mutant with a proof
// of this equivalence does not count. The proof covers all states, or all states that a run can
// reach (equiv.Machines). A mutant whose proof is undecided counts as missed. Probes and
// asserts are not part of the behaviour. Mutants do not change nodes and registers that only
// probes and asserts need.
//
// The package depends on circuits, but not on cores. The check is a function argument. Start
// reading at Mutants.
package mutate

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// Mutant is one fault in a circuit. Circuit makes the faulty circuit only when a caller needs it,
// so many mutants need little memory.
type Mutant struct {
	Name  string // the change
	of    *rtl.Circuit
	apply func(c *rtl.Circuit)
}

// Circuit makes the circuit with the fault.
func (m *Mutant) Circuit() *rtl.Circuit {
	c := clone(m.of)
	m.apply(c)
	if err := c.Verify(); err != nil {
		panic(fmt.Sprintf("mutate: %s gives an invalid circuit: %v", m.Name, err))
	}
	return c
}

// fault is a possible change. Its function apply makes the change in a copy of the circuit.
type fault struct {
	name  string
	apply func(c *rtl.Circuit)
}

// Mutants returns up to n different mutants of a circuit, chosen by the seed. It first chooses
// the kind of fault and then the position, so that a kind with few positions also occurs.
func Mutants(c *rtl.Circuit, seed int64, n int) []Mutant {
	r := rand.New(rand.NewPCG(uint64(seed), 0x3317))
	kinds := faults(c, r)
	for _, list := range kinds {
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	var out []Mutant
	for len(out) < n {
		kinds = slices.DeleteFunc(kinds, func(list []fault) bool { return len(list) == 0 })
		if len(kinds) == 0 {
			break
		}
		k := r.IntN(len(kinds))
		f := kinds[k][0]
		kinds[k] = kinds[k][1:]
		out = append(out, Mutant{f.name, c, f.apply})
	}
	return out
}

// clone makes a deep copy of a circuit.
func clone(c *rtl.Circuit) *rtl.Circuit {
	d := *c
	d.Nodes = slices.Clone(c.Nodes)
	for i := range d.Nodes {
		d.Nodes[i].Args = slices.Clone(d.Nodes[i].Args)
	}
	d.Inputs = slices.Clone(c.Inputs)
	d.Outputs = slices.Clone(c.Outputs)
	d.Regs = slices.Clone(c.Regs)
	d.Mems = slices.Clone(c.Mems)
	for i := range d.Mems {
		d.Mems[i].Reads = slices.Clone(d.Mems[i].Reads)
		d.Mems[i].Writes = slices.Clone(d.Mems[i].Writes)
	}
	d.Body = cloneEffects(c.Body)
	d.Asserts = slices.Clone(c.Asserts)
	d.Probes = slices.Clone(c.Probes)
	return &d
}

func cloneEffects(list []rtl.Effect) []rtl.Effect {
	out := slices.Clone(list)
	for i := range out {
		out[i].Then, out[i].Else = cloneEffects(out[i].Then), cloneEffects(out[i].Else)
	}
	return out
}

// insert inserts a node before node `at`, and renumbers all later nodes. The new node has the
// number `at`.
func insert(c *rtl.Circuit, at rtl.ID, n rtl.Node) rtl.ID {
	c.Nodes = slices.Insert(c.Nodes, int(at), n)
	move := func(id *rtl.ID) {
		if *id >= at {
			*id++
		}
	}
	for i := int(at) + 1; i < len(c.Nodes); i++ {
		for j := range c.Nodes[i].Args {
			move(&c.Nodes[i].Args[j])
		}
	}
	for i := range c.Inputs {
		move(&c.Inputs[i])
	}
	eachUse(c, move)
	for i := range c.Regs {
		move(&c.Regs[i].Node)
	}
	for i := range c.Mems {
		for j := range c.Mems[i].Reads {
			move(&c.Mems[i].Reads[j].Node)
		}
	}
	return at
}

// eachUse calls f for every reference to a node in ports, effects, asserts and probes. eachUse
// omits references in other nodes.
func eachUse(c *rtl.Circuit, f func(*rtl.ID)) {
	for i := range c.Outputs {
		f(&c.Outputs[i].Node)
	}
	behaviour(c, f)
	for i := range c.Asserts {
		f(&c.Asserts[i].Node)
	}
	for i := range c.Probes {
		f(&c.Probes[i].Node)
	}
}

// behaviour calls f for every reference in memory ports and effects.
func behaviour(c *rtl.Circuit, f func(*rtl.ID)) {
	for i := range c.Mems {
		m := &c.Mems[i]
		for j := range m.Reads {
			f(&m.Reads[j].Addr)
			f(&m.Reads[j].Enable)
		}
		for j := range m.Writes {
			f(&m.Writes[j].Addr)
			f(&m.Writes[j].Data)
			f(&m.Writes[j].Lanes)
		}
	}
	effects(c.Body, func(e *rtl.Effect) {
		f(&e.Value)
		f(&e.Cond)
	})
}

// effects visits all effects in order, including nested ones.
func effects(list []rtl.Effect, f func(*rtl.Effect)) {
	for i := range list {
		f(&list[i])
		effects(list[i].Then, f)
		effects(list[i].Else, f)
	}
}

// live marks the nodes and registers that outputs and memory ports depend on, directly or
// through registers.
func live(c *rtl.Circuit) (nodes, regs []bool) {
	l := &liveness{c: c, nodes: make([]bool, len(c.Nodes)), regs: make([]bool, len(c.Regs))}
	for i := range c.Outputs {
		l.mark(c.Outputs[i].Node)
	}
	for i := range c.Mems {
		for _, r := range c.Mems[i].Reads {
			l.mark(r.Addr, r.Enable)
		}
		for _, w := range c.Mems[i].Writes {
			l.mark(w.Addr, w.Data, w.Lanes)
		}
	}
	for l.more = true; l.more; {
		l.more = false
		l.region(c.Body)
		for id := len(c.Nodes) - 1; id >= 0; id-- {
			n := &c.Nodes[id]
			if !l.nodes[id] {
				continue
			}
			if n.Kind == rtl.KReg && !l.regs[n.Index] {
				l.regs[n.Index], l.more = true, true
			}
			l.mark(n.Args...)
		}
	}
	return l.nodes, l.regs
}

type liveness struct {
	c           *rtl.Circuit
	nodes, regs []bool
	more        bool
}

func (l *liveness) mark(list ...rtl.ID) {
	for _, id := range list {
		if id != rtl.None && !l.nodes[id] {
			l.nodes[id], l.more = true, true
		}
	}
}

// region marks the nodes that relevant effects depend on. The result says whether there is a
// relevant effect.
func (l *liveness) region(list []rtl.Effect) (matters bool) {
	for i := range list {
		e := &list[i]
		switch e.Kind {
		case rtl.SetReg:
			if l.regs[e.Index] {
				matters = true
				l.mark(e.Value)
			}
		case rtl.WriteMem:
			matters = true
		case rtl.If:
			then, other := l.region(e.Then), l.region(e.Else)
			if then || other {
				matters = true
				l.mark(e.Cond)
			}
		}
	}
	return matters
}

// constant makes a node with a constant value.
func constant(w int, v uint64) rtl.Node {
	return rtl.Node{Kind: rtl.KConst, Width: w, Imm: v & word.Mask(w)}
}
