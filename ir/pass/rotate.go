package pass

import "github.com/sinter-lang/sinter/ir"

// maxHead is how many instructions of a loop's head are copied.
const maxHead = 12

// rotate moves the test of a loop from its head to its end: a copy of the head
// guards the entry, and each round needs one branch in place of two.
//
// Needs: nothing. Keeps: effects, Legal and Single.
//
//	before  jump b1(v1)                         after  br v9, b2(v1), b3    (v9 tests v1)
//	        b1(v2): br v3, b2, b3                      b2(v2): ... v6 ... ; br v3, b2(v6), b3
//	        b2: ... v6 ... ; jump b1(v6)
func rotate(m *ir.Module, _ *Env) bool {
	return each(m, func(f *ir.Func) bool {
		changed := false
		for n := 0; n < 100; n++ { // each rotation makes the list of loops stale
			if !rotateOne(f) {
				break
			}
			changed = true
		}
		return changed
	})
}

func rotateOne(f *ir.Func) bool {
	for _, l := range loops(f) {
		if l.turnable() {
			c := copyBlocks(f, []*ir.Block{l.head})
			for _, e := range l.entriesWithout(c.blocks[l.head]) {
				e.To = c.blocks[l.head]
			}
			mendAll(f, []*ir.Block{l.head}, []*copied{c})
			tidyBlocks(f)
			return true
		}
	}
	return false
}

func (l *loop) entriesWithout(b *ir.Block) []*ir.Edge {
	var out []*ir.Edge
	for _, e := range l.entries() {
		if len(b.Term.Succs) == 0 || e != &b.Term.Succs[0] && e != &b.Term.Succs[len(b.Term.Succs)-1] {
			out = append(out, e)
		}
	}
	return out
}

// turnable reports whether the head is a short test without effects and the
// loop goes back to it by a jump.
func (l *loop) turnable() bool {
	h := l.head
	if h.Term.Op != ir.Branch || l.in[h.Term.Succs[0].To] == l.in[h.Term.Succs[1].To] || len(h.Instrs) > maxHead {
		return false
	}
	for _, i := range h.Instrs {
		if !isValue(i) && i.Op != ir.OpLoad {
			return false
		}
	}
	latch := l.latch()
	return latch != nil && latch != h && latch.Term.Op == ir.Jump
}
