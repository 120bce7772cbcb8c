package mutate

import (
	"fmt"
	"math/rand/v2"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// faults lists the possible faults, grouped by kind.
func faults(c *rtl.Circuit, r *rand.Rand) [][]fault {
	l := &lister{c: c, r: r, kinds: make([][]fault, numKinds)}
	nodes, regs := live(c)
	for id, used := range nodes {
		if n := &c.Nodes[id]; used && n.Kind == rtl.KOp {
			l.operator(rtl.ID(id), n)
		}
	}
	for i, used := range regs {
		if used {
			l.reset(i)
		}
	}
	l.effects(nodes, regs)
	return l.kinds
}

type kind int

const (
	otherOperator kind = iota
	swappedOperands
	constantBit
	otherRegister
	otherValue
	slicePlace
	stuckSelect
	negatedSelect
	resetBit
	droppedEffect
	stuckCondition
	negatedCondition
	otherAssignment
	numKinds
)

type lister struct {
	c     *rtl.Circuit
	r     *rand.Rand
	kinds [][]fault
}

func (l *lister) add(k kind, apply func(*rtl.Circuit), format string, args ...any) {
	l.kinds[k] = append(l.kinds[k], fault{fmt.Sprintf(format, args...), apply})
}

// label returns a readable name of a node.
func (l *lister) label(id rtl.ID) string {
	if name := l.c.Nodes[id].Name; name != "" {
		return fmt.Sprintf("node %d %s", id, name)
	}
	return fmt.Sprintf("node %d", id)
}

// operator lists the faults of one node.
func (l *lister) operator(id rtl.ID, n *rtl.Node) {
	label := l.label(id)
	if op := l.relative(n); op != word.Bad {
		l.add(otherOperator, func(c *rtl.Circuit) { c.Nodes[id].Op = op }, "%s: %s becomes %s", label, n.Op, op)
	}
	row := word.Table(n.Op)
	if row.Args == 2 && !row.Commutative && (row.Widths == word.Same || row.Widths == word.Compare) && n.Args[0] != n.Args[1] {
		l.add(swappedOperands, func(c *rtl.Circuit) { a := c.Nodes[id].Args; a[0], a[1] = a[1], a[0] }, "%s: operands of %s exchanged", label, n.Op)
	}
	if n.Op == word.Slice {
		l.slice(id, n)
	}
	if n.Op == word.Mux {
		l.sel(id)
	}
	for i, a := range n.Args {
		l.operand(id, i, a)
	}
}

// relative chooses a different operator with the same width rule and number of operands.
func (l *lister) relative(n *rtl.Node) word.Op {
	row := word.Table(n.Op)
	var same []word.Op
	for op := word.Bad + 1; op < word.NumOps; op++ {
		other := word.Table(op)
		if op != n.Op && other.Args == row.Args && other.Widths == row.Widths && op != word.Slice {
			same = append(same, op)
		}
	}
	if len(same) == 0 || n.Op == word.Slice {
		return word.Bad
	}
	return same[l.r.IntN(len(same))]
}

func (l *lister) slice(id rtl.ID, n *rtl.Node) {
	aw := l.c.Nodes[n.Args[0]].Width
	for _, lo := range []int{int(n.Imm) - 1, int(n.Imm) + 1} {
		if lo >= 0 && lo+n.Width <= aw {
			l.add(slicePlace, func(c *rtl.Circuit) { c.Nodes[id].Imm = uint64(lo) }, "%s: slice from bit %d instead of %d", l.label(id), lo, n.Imm)
		}
	}
}

// sel lists the faults of a multiplexer.
func (l *lister) sel(id rtl.ID) {
	for v := range uint64(2) {
		l.add(stuckSelect, func(c *rtl.Circuit) {
			at := insert(c, id, constant(1, v))
			c.Nodes[id+1].Args[0] = at
		}, "%s: select stuck at %d", l.label(id), v)
	}
	l.add(negatedSelect, func(c *rtl.Circuit) { a := c.Nodes[id].Args; a[1], a[2] = a[2], a[1] }, "%s: select negated", l.label(id))
}

// operand lists the faults of one operand.
func (l *lister) operand(id rtl.ID, i int, a rtl.ID) {
	n := &l.c.Nodes[a]
	label := l.label(id)
	if n.Kind == rtl.KConst {
		bit := l.r.IntN(n.Width)
		l.add(constantBit, func(c *rtl.Circuit) {
			at := insert(c, id, constant(n.Width, n.Imm^1<<bit))
			c.Nodes[id+1].Args[i] = at
		}, "%s: operand %d is %#x instead of %#x", label, i, n.Imm^1<<bit, n.Imm)
		return
	}
	other := l.other(id, n.Width, a, n.Kind == rtl.KReg)
	if other == rtl.None {
		return
	}
	k := otherValue
	if n.Kind == rtl.KReg {
		k = otherRegister
	}
	l.add(k, func(c *rtl.Circuit) { c.Nodes[id].Args[i] = other }, "%s: operand %d is %s instead of %s", label, i, l.label(other), l.label(a))
}

// other chooses a different value of the same width among the nodes before a node. If reg is
// set, it chooses only among registers.
func (l *lister) other(before rtl.ID, width int, not rtl.ID, reg bool) rtl.ID {
	var list []rtl.ID
	for id := range before {
		n := &l.c.Nodes[id]
		if id != not && n.Width == width && n.Kind != rtl.KConst && (!reg || n.Kind == rtl.KReg) {
			list = append(list, id)
		}
	}
	if len(list) == 0 {
		return rtl.None
	}
	return list[l.r.IntN(len(list))]
}

func (l *lister) reset(i int) {
	reg := &l.c.Regs[i]
	bit := l.r.IntN(reg.Width)
	l.add(resetBit, func(c *rtl.Circuit) { c.Regs[i].Reset ^= 1 << bit }, "register %s: reset value %#x instead of %#x", reg.Name, reg.Reset^1<<bit, reg.Reset)
}

// effects lists the faults of regions. A fault changes a copy of the circuit. The fault finds
// its effect in the copy by the number of the effect.
func (l *lister) effects(nodes, regs []bool) {
	number := 0
	effects(l.c.Body, func(e *rtl.Effect) {
		at := number
		number++
		switch {
		case e.Kind == rtl.SetReg && regs[e.Index]:
			l.set(at, e)
		case e.Kind == rtl.WriteMem:
			l.add(droppedEffect, func(c *rtl.Circuit) { dropEffect(c, at) }, "write port %s.%d never writes", l.c.Mems[e.Index].Name, e.Port)
		case e.Kind == rtl.If && nodes[e.Cond]:
			l.condition(at, e)
		}
	})
}

func (l *lister) set(at int, e *rtl.Effect) {
	name := l.c.Regs[e.Index].Name
	l.add(droppedEffect, func(c *rtl.Circuit) { dropEffect(c, at) }, "effect %d: set %s dropped", at, name)
	if other := l.other(rtl.ID(len(l.c.Nodes)), l.c.Regs[e.Index].Width, e.Value, false); other != rtl.None {
		l.add(otherAssignment, func(c *rtl.Circuit) { effect(c, at).Value = other }, "effect %d: %s set to %s instead of %s", at, name, l.label(other), l.label(e.Value))
	}
}

func (l *lister) condition(at int, e *rtl.Effect) {
	for v := range uint64(2) {
		l.add(stuckCondition, func(c *rtl.Circuit) {
			c.Nodes = append(c.Nodes, constant(1, v))
			effect(c, at).Cond = rtl.ID(len(c.Nodes) - 1)
		}, "effect %d: condition %s stuck at %d", at, l.label(e.Cond), v)
	}
	l.add(negatedCondition, func(c *rtl.Circuit) {
		c.Nodes = append(c.Nodes, rtl.Node{Kind: rtl.KOp, Op: word.Not, Width: 1, Args: []rtl.ID{e.Cond}})
		effect(c, at).Cond = rtl.ID(len(c.Nodes) - 1)
	}, "effect %d: condition %s negated", at, l.label(e.Cond))
}

// effect returns the effect with a given number.
func effect(c *rtl.Circuit, at int) *rtl.Effect {
	var found *rtl.Effect
	number := 0
	effects(c.Body, func(e *rtl.Effect) {
		if number == at {
			found = e
		}
		number++
	})
	return found
}

// dropEffect disables an effect by a condition that is never true. Without the effect, the
// circuit would be invalid, because a write port must have an effect.
func dropEffect(c *rtl.Circuit, at int) {
	c.Nodes = append(c.Nodes, constant(1, 0))
	e := effect(c, at)
	*e = rtl.Effect{Kind: rtl.If, Cond: rtl.ID(len(c.Nodes) - 1), Value: rtl.None, Then: []rtl.Effect{*e}}
}
