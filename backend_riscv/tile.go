package riscv

import (
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// Costs are in quarters of an instruction. So a constant can cost less than one instruction if
// several instructions probably share the constant, or if the constant can be computed outside
// of a loop.
const (
	costLine  = 4
	costMux   = 9
	costNever = 1 << 20
)

// binding maps the fields of a matched line to their values.
type binding struct {
	regs   [3]*node // rs1, rs2, rs3; nil: x0
	imm    uint32
	hasImm bool
	later  []equation // constants that depend on an immediate that is bound later
}

// equation requires that a pattern over the immediate has a given value.
type equation struct {
	pattern *node
	value   uint64
	mask    uint64 // relevant bits
}

var fieldNames = [3]string{"rs1", "rs2", "rs3"}

// match binds the fields of p so that it computes n.
func (b *binding) match(p, n *node) bool {
	switch {
	case p.leaf == operand && p.name == "imm":
		return b.bindImm(n)
	case p.leaf == operand:
		return b.bindReg(p, n)
	case p.leaf == inner && n.isConst() && onlyImm(p):
		b.later = append(b.later, equation{p, n.imm, word.Mask(p.width)})
		return p.width == n.width
	case p.leaf != n.leaf || p.width != n.width || p.imm != n.imm:
		return false
	case p.leaf != inner:
		return true
	case p.op != n.op || len(p.args) != len(n.args):
		return false
	}
	return b.matchArgs(p, n)
}

func (b *binding) matchArgs(p, n *node) bool {
	if isShift(p.op) && p.args[1].leaf == inner && n.args[1].isConst() && onlyImm(p.args[1]) {
		b.later = append(b.later, equation{p.args[1], n.args[1].imm, word.Mask(word.AmountBits(p.width))})
		return b.match(p.args[0], n.args[0])
	}
	saved := *b
	if b.matchList(p.args, n.args) {
		return true
	}
	if !word.Table(p.op).Commutative {
		return false
	}
	*b = saved
	return b.matchList(p.args, []*node{n.args[1], n.args[0]})
}

func isShift(op word.Op) bool { return op == word.Shl || op == word.Shru || op == word.Shrs }

func (b *binding) matchList(ps, ns []*node) bool {
	for i := range ps {
		if !b.match(ps[i], ns[i]) {
			return false
		}
	}
	return true
}

func (b *binding) bindImm(n *node) bool {
	if !n.isConst() || n.width != 32 || b.hasImm && b.imm != uint32(n.imm) {
		return false
	}
	b.imm, b.hasImm = uint32(n.imm), true
	return true
}

func (b *binding) bindReg(p, n *node) bool {
	for i, name := range fieldNames {
		if p.name != name {
			continue
		}
		if n.width != 32 || b.regs[i] != nil && !b.regs[i].same(n) {
			return false
		}
		b.regs[i] = n
		return true
	}
	return false
}

// onlyImm reports whether a pattern is an expression of the immediate alone.
func onlyImm(p *node) bool {
	if p.leaf == operand {
		return p.name == "imm"
	}
	for _, a := range p.args {
		if !onlyImm(a) {
			return false
		}
	}
	return true
}

// settled checks the deferred equations and the range of the immediate.
func (b *binding) settled(r *Rule) bool {
	for _, e := range b.later {
		if !b.hasImm || (evalImm(e.pattern, uint64(b.imm))^e.value)&e.mask != 0 {
			return false
		}
	}
	return r.fits(b.imm)
}

func evalImm(p *node, imm uint64) uint64 {
	if p.leaf == operand {
		return imm
	}
	if p.isConst() {
		return p.imm
	}
	var a [3]uint64
	var aw [3]int
	for i, x := range p.args {
		a[i], aw[i] = evalImm(x, imm), x.width
	}
	return word.Eval(p.op, p.width, a, aw, p.imm)
}

// cover is the cheapest known way to compute a node in a register.
type cover struct {
	cost int
	rule *Rule
	bind binding
	alt  *node // computed instead, if rule is nil
	mux  bool  // a branch computes the node
	from int   // lowest level at which the search failed; it fails at higher levels too
}

// tiler finds the cheapest covers. Its memo is valid for one root.
type tiler struct {
	table *table
	deep  bool // inside a loop: constants are likely to be hoisted
	level int  // depth of nested fallbacks
	nest  int  // depth of nested covers
	work  int  // covers tried
	memo  map[*node]*cover
}

// maxLevel bounds the nesting of fallbacks.
const maxLevel = 4

// Two bounds end the search if no lines cover a tree: the depth of nested covers, and the
// number of covers tried.
const (
	maxNest = 2000
	maxWork = 1 << 17
)

// best returns the cheapest way to compute n in a register.
func (t *tiler) best(n *node) *cover {
	if c := t.memo[n]; c != nil && (c.cost < costNever || t.level >= c.from) {
		return c
	}
	c := &cover{cost: costNever}
	t.memo[n] = c // a cover of the node cannot use the node itself
	switch n.leaf {
	case register:
		c.cost = 0
	case constant:
		c.cost = t.constCost(uint32(n.imm))
		if n.width > 32 {
			c.cost = costNever
		}
	case shared:
		*c = t.share(n.args[0])
	case inner:
		t.work++
		if t.nest++; t.nest < maxNest && t.work < maxWork {
			*c = t.cover(n)
		}
		t.nest--
		c.from = t.level
	}
	return c
}

// share is the cost of one of the two leaves that share a computation.
func (t *tiler) share(n *node) cover {
	level := t.level
	if !n.raw {
		t.level = 0 // n is an operand of the program, not of a fallback
	}
	cost := t.best(n).cost
	t.level = level
	if cost < costNever {
		cost = (cost + 1) / 2
	}
	return cover{cost: cost, alt: n}
}

func (t *tiler) constCost(v uint32) int {
	n := t.table.constLines(v)
	if v == 0 {
		return 0
	}
	if t.deep {
		return 1 + n
	}
	return costLine * n
}

func (t *tiler) cover(n *node) cover {
	found := cover{cost: costNever}
	if n.width == 32 {
		for _, r := range t.table.values[n.op] {
			var b binding
			if b.match(r.root, n) && b.settled(r) {
				if cost := costLine + t.bound(&b); cost < found.cost {
					found = cover{cost: cost, rule: r, bind: b}
				}
			}
		}
	}
	t.consider(alternatives(n), &found)
	if n.isOp(word.Mux) && n.width == 32 {
		if cost := costMux + t.condCost(n.args[0]) + t.best(n.args[1]).cost + t.best(n.args[2]).cost; cost < found.cost {
			found = cover{cost: cost, mux: true}
		}
	}
	if found.cost >= costNever && t.level < maxLevel {
		t.level++
		t.consider(fallbacks(n), &found)
		t.level--
	}
	return found
}

func (t *tiler) consider(shapes []*node, found *cover) {
	for _, alt := range shapes {
		if cost := t.best(alt).cost; cost < found.cost {
			*found = cover{cost: cost, alt: alt}
		}
	}
}

// bound is the cost of the operands of a match.
func (t *tiler) bound(b *binding) int {
	cost := 0
	for _, n := range b.regs {
		if n != nil {
			cost = min(cost+t.best(n).cost, costNever)
		}
	}
	return cost
}

// branchCover is the cheapest way to branch on a condition.
type branchCover struct {
	cost int
	rule *Rule
	bind binding
	flip bool // branches when the condition does not hold
}

// branch finds the cheapest branch line for c, or for its opposite.
func (t *tiler) branch(c *node) branchCover {
	found := branchCover{cost: costNever}
	not := mk(word.Not, 1, 0, c)
	t.tryBranch(conditions(c), false, &found)
	t.tryBranch(conditions(not), true, &found)
	if found.cost >= costNever && t.level < maxLevel {
		t.level++
		t.tryBranch(testConditions(c), false, &found)
		t.tryBranch(testConditions(not), true, &found)
		t.level--
	}
	return found
}

func (t *tiler) tryBranch(forms []*node, flip bool, found *branchCover) {
	for _, form := range forms {
		for _, r := range t.table.branches {
			var b binding
			if b.match(r.root, form) && b.settled(r) {
				if cost := costLine + t.bound(&b); cost < found.cost {
					*found = branchCover{cost: cost, rule: r, bind: b, flip: flip}
				}
			}
		}
	}
}

func (t *tiler) condCost(c *node) int { return t.branch(c).cost - costLine }

// constLines is the number of lines that put v into a register.
func (tb *table) constLines(v uint32) int {
	hi, lo := upper(v)
	switch {
	case v == 0:
		return 0
	case small(v):
		return 1
	case tb.setImm == nil:
		return len(tb.shiftedConst(v))
	case hi == 0 || lo == 0:
		return 1
	}
	return 2
}

// step is one line in the computation of a constant: rd = rs op imm, from x0 or from rd.
type step struct {
	rule    *Rule
	imm     uint32
	fromOwn bool
}

// constSteps returns the steps that put v into a register, nil if it is impossible.
func (tb *table) constSteps(v uint32) []step {
	hi, lo := upper(v)
	switch {
	case small(v):
		return []step{{rule: tb.addImm, imm: v}}
	case tb.setImm == nil:
		return tb.shiftedConst(v)
	case lo == 0:
		return []step{{rule: tb.setImm, imm: hi}}
	}
	return []step{{rule: tb.setImm, imm: hi}, {rule: tb.addImm, imm: lo, fromOwn: true}}
}

// shiftedConst makes v without a line `rd = imm`, eleven bits at a time.
func (tb *table) shiftedConst(v uint32) []step {
	shl := tb.shiftRule()
	if shl == nil {
		return nil
	}
	lo := v & 0x7ff
	if lo == v {
		return []step{{rule: tb.addImm, imm: v}}
	}
	steps := tb.shiftedConst(v >> 11)
	steps = append(steps, step{rule: shl, imm: 11, fromOwn: true})
	if lo != 0 {
		steps = append(steps, step{rule: tb.addImm, imm: lo, fromOwn: true})
	}
	return steps
}

func (tb *table) shiftRule() *Rule {
	for _, r := range tb.values[word.Shl] {
		if r.Line.Format == isa.Sh && r.root.args[0].leaf == operand && r.root.args[1].leaf == operand {
			return r
		}
	}
	return nil
}
