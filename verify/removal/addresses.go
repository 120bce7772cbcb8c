package removal

import (
	"slices"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// This file computes bounds for the addresses that a program computes. The method is an
// abstract interpretation of the image (Cousot and Cousot, "Abstract interpretation", 1977). A
// span describes the possible values of a register before a word of text. Branches narrow the
// spans of the registers that they compare. Values from memory and ports may be anything. A
// jump to a register may go to any word after a call.
//
// The search for spans itself is not trusted. The package accepts the result only if the spans
// are inductive: the spans hold at the start, and each word preserves them.

// registers holds the spans of all registers before a word. The value is nil if the word is
// unreachable.
type registers *[32]span

// flow is an image with its decoded words.
type flow struct {
	insts   []*isa.Inst
	ops     []isa.Ops
	returns []int // indices of the words after calls
	seen    []int
	before  []registers
}

// patience is the number of times that the spans before a word may grow. After that, widening
// replaces them by larger spans. rounds is the number of narrowing passes.
const patience, rounds = 3, 3

// bounded counts the accesses whose computed address is proved to be aligned and inside data.
func bounded(im *image.Image, data int) (n int) {
	f := newFlow(im)
	if f == nil {
		return 0
	}
	f.widen()
	for range rounds {
		was := f.before
		f.narrow()
		if !f.carries() {
			f.before = was
			break
		}
	}
	if !f.carries() {
		return 0
	}
	for i, in := range f.insts {
		if a := accessOf(in); a != nil && f.ops[i].Rs1 != 0 && (f.before[i] == nil || f.fits(i, a, data)) {
			n++
		}
	}
	return n
}

func accessOf(in *isa.Inst) *isa.Access {
	if in.Meaning.Load != nil {
		return in.Meaning.Load
	}
	return in.Meaning.Store
}

func newFlow(im *image.Image) *flow {
	n := len(im.Text)
	f := &flow{seen: make([]int, n), before: make([]registers, n)}
	for i, w := range im.Text {
		in, ops, ok := isa.Decode(im.Target.Set, w)
		if !ok {
			return nil
		}
		f.insts, f.ops = append(f.insts, in), append(f.ops, ops)
		if in.Meaning.PC != nil && in.Meaning.Cond == nil && ops.Rd != 0 && i+1 < n {
			f.returns = append(f.returns, i+1)
		}
	}
	return f
}

// start returns the spans at the start: any value, but x0 is 0.
func start() registers {
	var r [32]span
	for i := range r {
		r[i] = anything(32)
	}
	r[0] = point(0)
	return &r
}

// leaf returns the spans of the operands of word i.
func (f *flow) leaf(i int, r registers) func(*word.Expr) span {
	o := f.ops[i]
	return func(e *word.Expr) span {
		switch e.Leaf {
		case "rs1":
			return r[o.Rs1]
		case "rs2":
			return r[o.Rs2]
		case "rs3":
			return r[o.Rs3]
		case "imm":
			return point(uint64(uint32(o.Imm)))
		case "pc":
			return point(design.TextBase + uint64(4*i))
		}
		return anything(e.Width)
	}
}

// fits reports whether an access is aligned and inside data.
func (f *flow) fits(i int, a *isa.Access, data int) bool {
	at := spanOf(a.Addr.Expand(), f.leaf(i, f.before[i]))
	return at.hi+uint64(a.Bytes) <= uint64(data) && 1<<at.zeros >= a.Bytes
}

// step calls the function `lead` for each word that may follow word i, with the spans of the
// registers before that word.
func (f *flow) step(i int, lead func(to int, r registers)) {
	in, o, r := f.insts[i], f.ops[i], f.before[i]
	if r == nil || in.Meaning.Trap || halts(in, o) {
		return
	}
	after := *r
	if in.Meaning.Rd != nil && o.Rd != 0 {
		after[o.Rd] = spanOf(in.Meaning.Rd.Expand(), f.leaf(i, r))
	}
	next := func(to int, r [32]span) {
		if to >= 0 && to < len(f.insts) { // removal rejects other targets separately
			lead(to, &r)
		}
	}
	switch {
	case in.Meaning.PC == nil:
		next(i+1, after)
	case in.Meaning.Cond != nil:
		for _, taken := range []bool{false, true} {
			to := i + 1
			if taken {
				to = i + int(o.Imm)/4
			}
			if narrowed, ok := decided(after, in.Meaning.Cond, o, taken); ok {
				next(to, narrowed)
			}
		}
	case in.Format == isa.J:
		next(i+int(o.Imm)/4, after)
	default:
		for _, to := range f.returns {
			next(to, after)
		}
	}
}

// decided narrows the registers of a comparison, given its result. `ok` is false if the
// comparison cannot have that result.
func decided(r [32]span, cond *word.Expr, o isa.Ops, taken bool) ([32]span, bool) {
	if len(cond.Args) != 2 || cond.Args[0].Leaf != "rs1" || cond.Args[1].Leaf != "rs2" {
		return r, true
	}
	x, y := o.Rs1, o.Rs2
	op, holds := cond.Op, taken
	switch op {
	case word.Ne:
		op, holds = word.Eq, !taken
	case word.Geu:
		op, holds = word.Ltu, !taken
	case word.Ges:
		op, holds = word.Lts, !taken
	}
	const half = 1<<31 - 1
	if op == word.Lts { // for numbers without the sign bit, it equals ltu
		if holds && r[x].hi > half || !holds && r[y].hi > half {
			return r, true
		}
		if !holds { // x >= y >= 0
			s, ok := r[x].with(0, half)
			if r[x] = s; !ok {
				return r, false
			}
		} else if s, ok := r[y].with(0, half); ok {
			r[y] = s
		} else {
			return r, false
		}
		op = word.Ltu
	}
	switch {
	case x == y:
		return r, true
	case op == word.Ltu && holds:
		return less(r, x, y, 1)
	case op == word.Ltu:
		return less(r, y, x, 0)
	case op == word.Eq && holds:
		return equal(r, x, y)
	case op == word.Eq:
		return apart(r, x, y)
	}
	return r, true
}

// less narrows two registers, given that the first is below the second by at least gap.
func less(r [32]span, x, y uint8, gap uint64) ([32]span, bool) {
	if r[y].hi < gap {
		return r, false
	}
	s, ok := r[x].with(0, r[y].hi-gap)
	t, fine := r[y].with(r[x].lo+gap, 1<<32-1)
	return put(put(r, x, s), y, t), ok && fine
}

// equal narrows two registers that are equal.
func equal(r [32]span, x, y uint8) ([32]span, bool) {
	s, ok := r[x].with(r[y].lo, r[y].hi)
	s.zeros = max(r[x].zeros, r[y].zeros)
	return put(put(r, x, s), y, s), ok
}

// apart narrows the spans of two registers that differ. If the span of one register is a single
// number, apart removes this number from the ends of the other register's span.
func apart(r [32]span, x, y uint8) ([32]span, bool) {
	for _, p := range [][2]uint8{{x, y}, {y, x}} {
		s, n := r[p[0]], r[p[1]]
		if n.lo != n.hi {
			continue
		}
		switch n.lo {
		case s.lo:
			s.lo++
		case s.hi:
			s.hi--
		}
		if s.lo > s.hi {
			return r, false
		}
		r = put(r, p[0], s)
	}
	return r, true
}

// put sets a register. x0 does not change.
func put(r [32]span, reg uint8, s span) [32]span {
	if reg != 0 {
		r[reg] = s
	}
	return r
}

// widen finds spans that are inductive, but may be wide.
func (f *flow) widen() {
	f.before[0] = start()
	for work := []int{0}; len(work) > 0; {
		i := work[0]
		work = work[1:]
		f.step(i, func(to int, r registers) {
			if f.grow(to, r) && !slices.Contains(work, to) {
				work = append(work, to)
			}
		})
	}
}

// grow joins spans into the spans before a word. It reports whether the spans before the word
// changed.
func (f *flow) grow(to int, r registers) bool {
	was := f.before[to]
	if was == nil {
		f.before[to] = r
		return true
	}
	now, changed := *was, false
	for k := range now {
		if r[k].within(now[k]) {
			continue
		}
		changed = true
		s := now[k].join(r[k])
		if f.seen[to] > patience {
			s = wider(now[k], s)
		}
		now[k] = s
	}
	if changed {
		f.seen[to]++
		f.before[to] = &now
	}
	return changed
}

// wider moves the bounds that have grown to the next useful value.
func wider(was, s span) span {
	if s.lo < was.lo {
		s.lo = 0
	}
	if s.hi > was.hi {
		if s.hi < 1<<31 {
			s.hi = 1<<31 - 1
		} else {
			s.hi = 1<<32 - 1
		}
	}
	return s
}

// narrow recomputes the spans before each word from the words that lead to it.
func (f *flow) narrow() {
	now := make([]registers, len(f.before))
	now[0] = start()
	for i := range f.before {
		f.step(i, func(to int, r registers) {
			if now[to] == nil {
				now[to] = r
				return
			}
			all := *now[to]
			for k := range all {
				all[k] = all[k].join(r[k])
			}
			now[to] = &all
		})
	}
	f.before = now
}

// carries reports whether the spans are inductive: the spans hold at the start, and each word
// preserves them.
func (f *flow) carries() bool {
	ok := f.before[0] != nil && within(start(), f.before[0])
	for i := range f.before {
		f.step(i, func(to int, r registers) {
			ok = ok && f.before[to] != nil && within(r, f.before[to])
		})
	}
	return ok
}

func within(r, all registers) bool {
	for k := range r {
		if !r[k].within(all[k]) {
			return false
		}
	}
	return true
}
