package riscv

import "github.com/sinter-lang/sinter/ir"

// settle drops blocks that nothing reaches and numbers the others.
func (f *fn) settle() *ir.Flow {
	for i, b := range f.blocks {
		b.id = i
	}
	flow := ir.NewFlow(f.succs())
	kept := f.blocks[:0]
	for i, b := range f.blocks {
		if flow.Place[i] >= 0 || b.cold {
			b.id = len(kept)
			kept = append(kept, b)
		}
	}
	f.blocks = kept
	flow = ir.NewFlow(f.succs())
	for i, b := range f.blocks {
		b.depth = flow.Depth[i]
	}
	return flow
}

func (f *fn) succs() [][]int {
	out := make([][]int, len(f.blocks))
	for i, b := range f.blocks {
		for _, s := range b.succs {
			out[i] = append(out[i], s.id)
		}
	}
	return out
}

// tail is the index of the first instruction that leaves the block for good.
func (b *block) tail() int {
	k := len(b.insts)
	if k > 0 && (b.insts[k-1].code == cJump || b.insts[k-1].code == cReturn) {
		k--
	}
	if k > 0 && b.insts[k-1].code == cBranch && !b.insts[k-1].target.cold {
		k--
	}
	return k
}

func (b *block) insert(at int, i *inst) {
	b.insts = append(b.insts, nil)
	copy(b.insts[at+1:], b.insts[at:])
	b.insts[at] = i
}

// placeConsts defines each constant register once: where all uses are
// dominated, outside of as many loops as possible.
func (s *selector) placeConsts() {
	flow := s.out.settle()
	where := map[reg]int{}
	for _, n := range flow.Order {
		for _, i := range s.out.blocks[n].insts {
			i.uses(func(r *reg) {
				if _, ok := s.out.constOf[*r]; !ok {
					return
				}
				if at, seen := where[*r]; seen {
					n = flow.Meet(at, n)
				}
				where[*r] = n
			})
		}
	}
	for r := firstVirtual; r < s.out.next; r++ {
		if at, ok := where[r]; ok {
			s.defineConst(r, s.out.blocks[hoisted(flow, at)])
		}
	}
}

// hoisted climbs from a block to the nearest dominator in fewest loops.
func hoisted(flow *ir.Flow, at int) int {
	best := at
	for ; at >= 0; at = flow.Idom[at] {
		if flow.Depth[at] < flow.Depth[best] {
			best = at
		}
	}
	return best
}

func (s *selector) defineConst(r reg, b *block) {
	at := b.tail()
	for k := at - 1; k >= 0; k-- {
		b.insts[k].uses(func(u *reg) {
			if *u == r {
				at = k
			}
		})
	}
	if at > 0 || len(b.insts) > 0 && b.insts[0].code != cEntry {
		b.insert(at, &inst{code: cConst, rd: r, imm: s.out.constOf[r]})
		return
	}
	b.insert(min(1, len(b.insts)), &inst{code: cConst, rd: r, imm: s.out.constOf[r]})
}
