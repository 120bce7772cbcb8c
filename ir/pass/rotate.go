package pass

import "github.com/sinter-lang/sinter/ir"

// maxHead is the largest number of instructions in a loop head that rotate copies.
const maxHead = 12

// rotate moves the test of a loop from its head to its end. A copy of the head guards the entry
// of the loop. Each round then needs one branch instead of two.
//
// Needs: nothing. Keeps: effects.
//
//	before  jump b1(v1)                         after  br v9, b2(v1), b3    (v9 tests v1)
//	        b1(v2): br v3, b2, b3                      b2(v2): ... v6 ... ; br v3, b2(v6), b3
//	        b2: ... v6 ... ; jump b1(v6)
func rotate(m *ir.Module, env *Env) bool {
	return each(m, env, func(f *ir.Func) bool {
		changed := false
		for n := 0; n < maxRotations && rotateLevel(f); n++ {
			changed = true
		}
		return changed
	})
}

// maxRotations bounds how often rotate goes over the loops of a function.
const maxRotations = 100

// rotateLevel rotates the loops of the greatest depth that still has loops to rotate. No two of
// these loops are nested.
func rotateLevel(f *ir.Func) bool {
	guards := map[*ir.Block]*ir.Block{} // the copy of each head
	loopOf := map[*ir.Block]*loop{}
	mend := map[*ir.Value]*ir.Value{}
	depth := 0
	for _, l := range loops(f) {
		if len(guards) > 0 && l.depth < depth {
			break
		}
		if l.turnable() {
			c := copyBlocks(f, []*ir.Block{l.head})
			guards[l.head], loopOf[l.head], depth = c.blocks[l.head], l, l.depth
			noteCopies(mend, []*ir.Block{l.head}, []*copied{c})
		}
	}
	if len(guards) == 0 {
		return false
	}
	for _, b := range f.Blocks {
		for k := range b.Term.Succs {
			e := &b.Term.Succs[k]
			if g := guards[e.To]; g != nil && g != b && !loopOf[e.To].in[b] {
				e.To = g
			}
		}
	}
	rejoin(f, mend)
	tidyBlocks(f)
	return true
}

// turnable reports whether the loop head is a short test without effects, and whether the
// loop jumps back to it.
func (l *loop) turnable() bool {
	h := l.head
	if h.Term.Op != ir.Branch || l.in[h.Term.Succs[0].To] == l.in[h.Term.Succs[1].To] || len(h.Instrs) > maxHead {
		return false
	}
	for _, i := range h.Instrs {
		if i.HasEffect() {
			return false
		}
	}
	latch := l.latch()
	return latch != nil && latch != h && latch.Term.Op == ir.Jump
}
