package pass

import (
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// versions makes a second version of a loop, without checks. The program tests before the loop
// whether all checks will hold in every round. If they will, it runs the second version.
// Otherwise it runs the original loop, so traps and their order do not change. The pass handles
// loops that count by one from a start to a bound. In each check, the tested word must be
// constant or change by the same amount in every round. Such a check holds in all rounds if it
// holds in the first and the last round. The test is computed in 64-bit words, where it does not
// wrap.
//
// Inner loops are handled first. The test before an inner loop is then treated as a check of
// the outer loop. So nested loops have only one test if possible. A loop is copied only if it
// is short and all its checks can be removed. A single remaining check would still hinder
// LLVM.
//
// Needs: rotated loops. Keeps: effects and their order. It is for x86-64 only.
//
//	before  jump b1(v0)
//	        b1(v2: i32): v3: i32 = add v2, v1 ; v4: i1 = ltu v3, v9 ; v5: tok = check v4, ... ; br v7, b1(v6), b2
//	after   v8: i1 = (v1 + the last v2 < v9) ; br v8, b3(v0), b1(v0)     (b3: the loop without v5)
func versions(m *ir.Module, env *Env) bool {
	return each(m, env, func(f *ir.Func) bool {
		changed, known := false, &versioned{slow: map[*ir.Block]bool{}, guards: map[*ir.Block][]*ir.Value{}}
		deepest := 0
		for _, l := range loops(f) {
			deepest = max(deepest, l.depth)
		}
		for depth := deepest; depth > 0; depth-- {
			changed = known.level(f, depth) || changed
		}
		return changed
	})
}

// maxVersion is the largest number of instructions in a loop that versions copies.
const maxVersion = 128

// versioned holds the loops of a function that have two versions.
type versioned struct {
	slow   map[*ir.Block]bool        // blocks of the versions with checks
	guards map[*ir.Block][]*ir.Value // the conditions of each block that chooses a version; its first edge goes to the version without checks
}

// level handles the loops of one depth. They have no block in common, so all are copied first,
// and their uses are updated together.
func (v *versioned) level(f *ir.Func, depth int) bool {
	var found []*versioner
	for _, l := range loops(f) {
		if l.depth != depth || v.slow[l.head] {
			continue
		}
		if x := v.newVersioner(l); x != nil && x.holds() {
			found = append(found, x)
		}
	}
	if len(found) == 0 {
		return false
	}
	mend := map[*ir.Value]*ir.Value{}
	for _, x := range found {
		noteCopies(mend, x.blocks, []*copied{x.split()})
	}
	rejoin(f, mend)
	return true
}

// versioner decides for one loop whether its checks can be tested before it, and emits the
// test.
type versioner struct {
	*versioned
	f      *ir.Func
	l      *loop
	blocks []*ir.Block // blocks of the loop, without the versions of inner loops that have checks
	start  *ir.Value   // start of the counter
	bound  *ir.Value   // the counter stays below this word
	counts []induction
	like   *ir.Instr // the instruction that adds the step to the counter
	made   []*ir.Instr
	rounds *ir.Value // number of rounds after the first, as a 64-bit word
	conds  []*ir.Value
	lines  map[*ir.Value]line
}

// line is a word that equals start + step * round, modulo its width. start and step are the
// same in all rounds.
type line struct{ start, step *ir.Value }

// newVersioner returns nil if the loop does not count by one, or has other effects.
func (v *versioned) newVersioner(l *loop) *versioner {
	latch, entries := l.latch(), l.entries()
	if latch == nil || len(entries) != 1 || latch.Term.Op != ir.Branch || latch.Term.Succs[0].To != l.head {
		return nil
	}
	a, ok := isWord(latch.Term.Cond, word.Ltu)
	if !ok || a[0].Type > 32 {
		return nil
	}
	x := &versioner{versioned: v, f: l.f, l: l, counts: l.inductions(entries[0], latch), lines: map[*ir.Value]line{}}
	for _, d := range x.counts {
		if d.next == a[0] && d.step == 1 {
			x.start, x.like = d.start, d.next.Def
		}
	}
	if x.start == nil || !x.choose() {
		return nil
	}
	b, ok := x.line(a[1])
	x.bound = b.start
	if !ok || !isZero(b.step) {
		return nil
	}
	return x
}

// choose finds the blocks to copy. It reports whether the loop is short, uses only words and
// memory, and has a check.
func (x *versioner) choose() bool {
	size, asks := 0, false
	for _, b := range x.l.blocks {
		if x.slow[b] {
			continue
		}
		x.blocks = append(x.blocks, b)
		asks = asks || x.guards[b] != nil
		for _, i := range b.Instrs {
			switch i.Op {
			case ir.OpCheck:
				asks = true
			case ir.OpWord, ir.OpFloat, ir.OpLoad, ir.OpStore:
				size++
			case ir.OpConst:
			default:
				return false
			}
		}
	}
	return asks && size <= maxVersion
}

// holds collects the conditions under which all checks hold. It reports false if a check cannot
// be tested before the loop, or never holds.
func (x *versioner) holds() bool {
	t := x.start.Type
	x.demand(x.word(word.Ltu, 1, x.start, x.bound))
	x.rounds = x.wide(x.word(word.Sub, t, x.word(word.Sub, t, x.bound, x.constant(t, 1)), x.start))
	for _, b := range x.blocks {
		for _, i := range b.Instrs {
			if i.Op == ir.OpCheck && !x.check(i.Args[0]) {
				return false
			}
		}
		for _, c := range x.guards[b] {
			if !x.check(c) {
				return false
			}
		}
	}
	return !slices.ContainsFunc(x.conds, isZero)
}

// check adds the demand that a condition holds in all rounds.
func (x *versioner) check(c *ir.Value) bool {
	if x.l.outside(c) {
		x.demand(c)
		return true
	}
	if a, ok := isWord(c, word.Ltu); ok {
		return x.below(a[0], a[1], true)
	}
	if a, ok := isWord(c, word.Geu); ok {
		return x.below(a[1], a[0], false)
	}
	return false
}

// below adds the demand that v stays below an unchanging limit (or at most at the limit, unless
// strict is set).
func (x *versioner) below(v, limit *ir.Value, strict bool) bool {
	e, ok := x.line(v)
	most, same := x.line(limit)
	if !ok || !same || !isZero(most.step) {
		return false
	}
	highest, ok := x.highest(e)
	if !ok {
		return false
	}
	if strict {
		x.demand(x.word(word.Ltu, 1, highest, x.wide(most.start)))
	} else {
		x.demand(x.word(word.Geu, 1, x.wide(most.start), highest))
	}
	return true
}

// highest is the largest value of a line as a 64-bit word. It adds the demand that the line
// does not wrap before its last round. A line falls if its step is a constant with the highest
// bit set.
func (x *versioner) highest(e line) (*ir.Value, bool) {
	t := e.start.Type
	if isZero(e.step) {
		return x.wide(e.start), true
	}
	down, isConst := constOf(e.step)
	if isConst && down>>(t-1) != 0 {
		down = -down & word.Mask(int(t))
		if down >= half {
			return nil, false
		}
		x.demand(x.word(word.Geu, 1, x.wide(e.start), x.word(word.Mul, 64, x.constant(64, down), x.rounds)))
		return x.wide(e.start), true
	}
	if t > 32 { // if all three have 32 bits, the last word cannot wrap
		x.demand(x.word(word.Ltu, 1, e.start, x.constant(t, half)))
		x.demand(x.word(word.Ltu, 1, e.step, x.constant(t, half)))
	}
	return x.word(word.Add, 64, x.wide(e.start), x.word(word.Mul, 64, x.wide(e.step), x.rounds)), true
}

// half is the first number that does not fit in 32 bits.
const half = 1 << 32

// line finds the start and step of a word.
func (x *versioner) line(v *ir.Value) (line, bool) {
	if e, ok := x.lines[v]; ok {
		return e, e.start != nil
	}
	e, ok := x.newLine(v)
	if !ok {
		e = line{}
	}
	x.lines[v] = e
	return e, ok
}

func (x *versioner) newLine(v *ir.Value) (line, bool) {
	if c, ok := constOf(v); ok {
		return line{x.constant(v.Type, c), x.constant(v.Type, 0)}, true
	}
	if x.l.outside(v) {
		return line{v, x.constant(v.Type, 0)}, true
	}
	for _, d := range x.counts {
		if d.param == v {
			return line{d.start, x.constant(v.Type, d.step)}, true
		}
	}
	if v.Def == nil || v.Def.Op != ir.OpWord || len(v.Def.Args) > 2 {
		return line{}, false
	}
	var of [2]line
	for k, a := range v.Def.Args {
		var ok bool
		if of[k], ok = x.line(a); !ok {
			return line{}, false
		}
	}
	return x.combine(v.Def, of[0], of[1])
}

// combine returns the line that results from an operator on two lines, if the result is a line.
func (x *versioner) combine(in *ir.Instr, a, b line) (line, bool) {
	t := in.Results[0].Type
	each := func(op word.Op, s, t2 *ir.Value) line {
		return line{x.word(op, t, a.start, s), x.word(op, t, a.step, t2)}
	}
	switch in.Word {
	case word.Add, word.Sub:
		return each(in.Word, b.start, b.step), true
	case word.Mul, word.Shl:
		if in.Word == word.Mul && isZero(a.step) {
			a, b = b, a
		}
		return each(in.Word, b.start, b.start), isZero(b.step)
	case word.Slice: // the low bits of a sum are the sum of the low bits
		if in.Imm == 0 {
			return line{x.word(word.Slice, t, a.start), x.word(word.Slice, t, a.step)}, true
		}
	case word.Zext:
		top, ok := x.highest(a)
		if ok {
			x.demand(x.word(word.Geu, 1, x.constant(64, word.Mask(int(a.start.Type))), top))
		}
		if c, isConst := constOf(a.step); isConst && c>>(a.start.Type-1) != 0 { // a falling line also falls as a wider word
			return line{x.word(word.Zext, t, a.start), x.constant(t, c|^word.Mask(int(a.start.Type)))}, ok
		}
		return line{x.word(word.Zext, t, a.start), x.word(word.Zext, t, a.step)}, ok
	}
	return line{}, false
}

// demand records a condition. It drops a condition that is known to hold.
func (x *versioner) demand(c *ir.Value) {
	if one, ok := constOf(c); (!ok || one == 0) && !slices.Contains(x.conds, c) {
		x.conds = append(x.conds, c)
	}
}

func (x *versioner) wide(v *ir.Value) *ir.Value {
	if v.Type == 64 {
		return v
	}
	return x.word(word.Zext, 64, v)
}

func (x *versioner) constant(t ir.Type, c uint64) *ir.Value {
	i := newConst(x.f, nil, t, c, x.like)
	x.made = append(x.made, i)
	return i.Results[0]
}

// word emits an operation before the loop. It returns a constant if the result is known.
func (x *versioner) word(op word.Op, t ir.Type, args ...*ir.Value) *ir.Value {
	var known [3]uint64
	var widths [3]int
	all := true
	for k, a := range args {
		c, ok := constOf(a)
		known[k], widths[k], all = c, int(a.Type), all && ok
	}
	if all {
		return x.constant(t, word.Eval(op, int(t), known, widths, 0))
	}
	i := newWord(x.f, nil, op, t, x.like, args...)
	x.made = append(x.made, i)
	return i.Results[0]
}

func isZero(v *ir.Value) bool {
	c, ok := constOf(v)
	return ok && c == 0
}

// split copies the loop without its checks. It emits a branch before the loop that chooses
// between the two versions.
func (x *versioner) split() *copied {
	c := copyBlocks(x.f, x.blocks)
	gone := renames{}
	for _, b := range x.blocks {
		n := c.blocks[b]
		n.Instrs = slices.DeleteFunc(n.Instrs, func(i *ir.Instr) bool {
			if i.Op == ir.OpCheck {
				gone[i.Results[0]] = i.Args[1]
			}
			return i.Op == ir.OpCheck
		})
		if x.guards[b] != nil { // these conditions hold too
			n.Term = ir.Term{Op: ir.Jump, Succs: n.Term.Succs[:1], Span: n.Term.Span}
		}
	}
	gone.apply(x.f)
	pre, _ := x.l.preheader()
	fast := ir.Edge{To: c.blocks[x.l.head], Args: slices.Clone(pre.Term.Succs[0].Args)}
	pre.Term = ir.Term{Op: ir.Branch, Cond: x.all(), Succs: []ir.Edge{fast, pre.Term.Succs[0]}, Span: pre.Term.Span}
	for _, i := range x.made {
		i.Results[0].In = pre
	}
	pre.Instrs = append(pre.Instrs, x.made...)
	x.guards[pre] = x.conds
	for _, b := range x.l.blocks {
		x.slow[b] = true
	}
	return c
}

// all is the condition that all demands hold.
func (x *versioner) all() *ir.Value {
	all := x.constant(1, 1)
	for k, c := range x.conds {
		if k == 0 {
			all = c
		} else {
			all = x.word(word.And, 1, all, c)
		}
	}
	return all
}
