package pass

import "github.com/sinter-lang/sinter/ir"

// Limits for the size of the unrolled code. Constants do not count as instructions.
const (
	maxWhole  = 144 // a loop that disappears
	maxTable  = 240 // a loop that disappears and reads constants, which become immediates
	maxPart   = 64  // a loop where several rounds become one
	maxCopies = 64
	maxRound  = 18 // a round to which more are joined
	maxJoined = 4
)

// unroll copies the rounds of innermost loops that run a known number of times. If the result
// is short, it copies all rounds and the loop disappears. Otherwise it copies some rounds, so
// that they share one test. The number of copies divides the number of rounds.
//
// Needs: rotated loops. Keeps: effects and their order.
//
//	before  b1(v2: i32): ... ; v3: i32 = add v2, v1 ; br v4, b1(v3), b2     (four rounds)
//	after   four times `...`, then jump b2
func unroll(m *ir.Module, env *Env) bool {
	return each(m, env, func(f *ir.Func) bool {
		changed := false
		done := map[*ir.Block]bool{}
		for unrollInner(f, done) { // outer loops may have become innermost
			changed = true
		}
		return changed
	})
}

// unrollInner unrolls the innermost loops that have not been visited yet. They share no block.
// Therefore all loops are copied first, and all uses are updated together.
func unrollInner(f *ir.Func, done map[*ir.Block]bool) bool {
	var plans []unrolling
	for _, l := range innermost(f) {
		if !done[l.head] {
			done[l.head] = true
			if u := l.unrolling(); u.copies > 1 {
				plans = append(plans, u)
			}
		}
	}
	mend := map[*ir.Value]*ir.Value{}
	for _, u := range plans {
		noteCopies(mend, u.loop.blocks, u.copy())
	}
	if len(plans) == 0 {
		return false
	}
	rejoin(f, mend)
	for again := true; again; {
		again = foldWords(f)
		again = tidyBlocks(f) || again
	}
	return true
}

// unrolling is the number of rounds that one round of the new loop replaces. If whole is set,
// the loop disappears.
type unrolling struct {
	loop   *loop
	latch  *ir.Block
	copies int
	whole  bool
}

// unrolling decides how to unroll a loop.
func (l *loop) unrolling() unrolling {
	u := unrolling{loop: l, latch: l.latch(), copies: 1}
	entries := l.entries()
	if u.latch == nil || len(entries) != 1 || l.has(ir.OpMark, ir.OpCall, ir.OpRecv, ir.OpSend, ir.OpAsk, ir.OpGet, ir.OpPut, ir.OpChRecv, ir.OpChSend, ir.OpSelect) {
		return u
	}
	whole := maxWhole
	if l.readsConstants() {
		whole = maxTable
	}
	u.copies, u.whole = plan(l.rounds(entries[0], u.latch), l.size(), whole)
	return u
}

// readsConstants reports whether a round reads a constant object at an offset of the loop.
func (l *loop) readsConstants() bool {
	for _, b := range l.blocks {
		for _, i := range b.Instrs {
			if i.Op == ir.OpLoad && i.Refs[0].Obj.Kind == ir.ConstObj && i.Refs[0].Off != nil && !l.outside(i.Refs[0].Off) {
				return true
			}
		}
	}
	return false
}

func (l *loop) size() int {
	n := 0
	for _, b := range l.blocks {
		for _, i := range b.Instrs {
			if i.Op != ir.OpConst && i.Op != ir.OpLocal {
				n++
			}
		}
	}
	return n
}

// plan returns the number of rounds to join into one. It returns all rounds if together they have
// at most the allowed number of instructions. Otherwise it doubles the number while that pays.
// The counter and the test of a joined round take two instructions. So doubling saves one
// instruction of each round that is joined so far, and this must be at least one in twenty.
func plan(rounds, size, most int) (copies int, whole bool) {
	size = max(size-2, 1) // the counter and test mostly disappear
	switch {
	case rounds == 0:
		return 1, false
	case rounds <= maxCopies && rounds*size <= most:
		return rounds, true
	}
	copies = 1
	for n := 2; copies*size < maxRound && n <= maxJoined && n*size <= maxPart; n *= 2 {
		if rounds%n == 0 {
			copies = n
		}
	}
	return copies, false
}

// copy makes the copies and links them. The caller must then update the uses of values that the
// loop defines.
func (u *unrolling) copy() []*copied {
	l := u.loop
	var made []*copied
	for n := 1; n < u.copies; n++ {
		made = append(made, copyBlocks(l.f, l.blocks))
	}
	ends := []*ir.Block{u.latch}
	for _, c := range made {
		ends = append(ends, c.blocks[u.latch])
	}
	// In each copy the back edge leads to the head of the same copy. It must lead to the
	// next copy, and in the last copy to the first one.
	for n, end := range ends {
		back, exit := splitEdges(end, func(b *ir.Block) bool {
			return b == l.head || n > 0 && b == made[n-1].blocks[l.head]
		})
		switch {
		case n+1 < u.copies:
			back.To = made[n].blocks[l.head]
			end.Term = ir.Term{Op: ir.Jump, Succs: []ir.Edge{back}, Span: end.Term.Span}
		case u.whole:
			end.Term = ir.Term{Op: ir.Jump, Succs: []ir.Edge{exit}, Span: end.Term.Span}
		default:
			for k := range end.Term.Succs {
				if end.Term.Succs[k].To == back.To {
					end.Term.Succs[k].To = l.head
				}
			}
		}
	}
	return made
}

// splitEdges returns the edge of a branch that goes to a head, and the other edge.
func splitEdges(b *ir.Block, isHead func(*ir.Block) bool) (back, exit ir.Edge) {
	if isHead(b.Term.Succs[0].To) {
		return b.Term.Succs[0], b.Term.Succs[1]
	}
	return b.Term.Succs[1], b.Term.Succs[0]
}
