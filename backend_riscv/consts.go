package riscv

import (
	"github.com/sinter-lang/sinter/ir"
)

// settle drops unreachable blocks and numbers the others.
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

// placeConsts defines constant registers in a block that dominates all uses, outside as many
// loops as possible. The uses in each outermost loop get a separate register. A register that
// several loops share would live across the calls between these loops, and the allocator would
// spill it.
func (s *selector) placeConsts() {
	p := &constPlacer{f: s.out, flow: s.out.settle(), regs: map[constUse]reg{}, where: map[reg]int{}}
	for _, n := range p.flow.Order {
		for _, i := range s.out.blocks[n].insts {
			i.uses(func(r *reg) {
				if v, ok := s.out.constOf[*r]; ok {
					p.use(r, v, n)
				}
			})
		}
	}
	for _, r := range p.order {
		p.f.defineConst(r, p.f.blocks[hoisted(p.flow, p.where[r])])
	}
}

// constUse is a constant that is used in an outermost loop. The header of the loop identifies the
// loop.
type constUse struct {
	value uint32
	head  int
}

type constPlacer struct {
	f     *fn
	flow  *ir.Flow
	regs  map[constUse]reg
	order []reg
	where map[reg]int // a block that dominates all uses
}

// use chooses the register for a use of constant v in block n.
func (p *constPlacer) use(r *reg, v uint32, n int) {
	key := constUse{v, p.outermost(n)}
	own, ok := p.regs[key]
	if !ok {
		own = p.f.newReg()
		p.f.constOf[own] = v
		p.regs[key], p.where[own] = own, n
		p.order = append(p.order, own)
	}
	p.where[own] = p.flow.Meet(p.where[own], n)
	*r = own
}

// outermost returns the header of the outermost loop around n, or -1 if there is no loop.
func (p *constPlacer) outermost(n int) int {
	head := -1
	for at := p.flow.Head[n]; at >= 0; {
		head = at
		up := p.flow.Idom[at]
		for up >= 0 && p.flow.Depth[up] >= p.flow.Depth[head] {
			up = p.flow.Idom[up]
		}
		if at = -1; up >= 0 {
			at = p.flow.Head[up]
		}
	}
	return head
}

// hoisted climbs from a block to its nearest dominator in the fewest loops.
func hoisted(flow *ir.Flow, at int) int {
	best := at
	for ; at >= 0; at = flow.Idom[at] {
		if flow.Depth[at] < flow.Depth[best] {
			best = at
		}
	}
	return best
}

func (f *fn) defineConst(r reg, b *block) {
	at := b.tail()
	for k := at - 1; k >= 0; k-- {
		b.insts[k].uses(func(u *reg) {
			if *u == r {
				at = k
			}
		})
	}
	if at > 0 || len(b.insts) > 0 && b.insts[0].code != cEntry {
		b.insert(at, &inst{code: cConst, rd: r, imm: f.constOf[r]})
		return
	}
	b.insert(min(1, len(b.insts)), &inst{code: cConst, rd: r, imm: f.constOf[r]})
}
