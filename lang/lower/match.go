package lower

import (
	"sort"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// A match with at least treeFrom cases becomes a binary search. With fewer cases, a chain of
// comparisons is as fast on average, and faster for the first arms.
const treeFrom = 8

// span is an interval of values of the matched word, with the arm for these values. The bounds
// are signed if the type of the word is signed.
type span struct {
	lo, hi uint64
	arm    int
}

// matchTree lowers a match on a word with many cases as a binary search. Each step compares the
// word with the first number of the upper half of the cases, and halves the number of cases. A
// match with n cases takes at most log2(n) + 2 comparisons. The order of the arms does not matter,
// because arms do not overlap.
func (x *lowering) matchTree(s *tree.Match, l []leaf, t *tree.Type) {
	v := l[0].v
	after, other := x.NewBlock(), x.NewBlock()
	bodies := make([]*ir.Block, len(s.Arms))
	var spans []span
	for k := range s.Arms {
		bodies[k] = x.NewBlock()
		for _, c := range s.Arms[k].Cases {
			spans = append(spans, span{c.Lo, c.Hi, k})
		}
	}
	sort.Slice(spans, func(i, j int) bool { return x.below(t, v.Type, spans[i].lo, spans[j].lo) })
	m := &matching{x: x, v: v, t: t, bodies: bodies, other: other}
	if s.Else == nil {
		m.other = nil // the cases cover all values of the word
	}
	m.search(spans)
	for k := range s.Arms {
		x.At = s.Arms[k].Span
		x.enter(bodies[k])
		x.bindPayload(s.Value.Type(), &s.Arms[k], l)
		x.block(s.Arms[k].Body)
		x.goTo(after)
	}
	x.enter(other)
	x.block(s.Else)
	x.goTo(after)
	x.enter(after)
}

// below reports whether a is less than b. The comparison is signed if the type t is signed.
func (x *lowering) below(t *tree.Type, width ir.Type, a, b uint64) bool {
	if isSigned(t) {
		return word.Signed(a, int(width)) < word.Signed(b, int(width))
	}
	return a < b
}

// casesOf counts the cases of all arms.
func casesOf(s *tree.Match) int {
	n := 0
	for k := range s.Arms {
		n += len(s.Arms[k].Cases)
	}
	return n
}

type matching struct {
	x      *lowering
	v      *ir.Value
	t      *tree.Type
	bodies []*ir.Block
	other  *ir.Block // nil if the arms are exhaustive
}

// search emits the jumps that lead from the current block to the arm of the span that contains the
// word.
func (m *matching) search(spans []span) {
	x := m.x
	if len(spans) > 1 {
		half := len(spans) / 2
		low, high := x.NewBlock(), x.NewBlock()
		x.branch(x.atMost(m.v, x.Const(m.v.Type, spans[half].lo), m.t, true), low, high)
		x.enter(low)
		m.search(spans[:half])
		x.enter(high)
		m.search(spans[half:])
		return
	}
	s := spans[0]
	switch {
	case m.other == nil:
		x.goTo(m.bodies[s.arm])
	case s.lo == s.hi:
		x.branch(x.Word(word.Eq, 1, m.v, x.Const(m.v.Type, s.lo)), m.bodies[s.arm], m.other)
	default:
		in := x.Word(word.And, 1, x.atMost(x.Const(m.v.Type, s.lo), m.v, m.t, false), x.atMost(m.v, x.Const(m.v.Type, s.hi), m.t, false))
		x.branch(in, m.bodies[s.arm], m.other)
	}
}
