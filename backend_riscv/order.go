package riscv

import (
	"sort"
)

// arrangeBlocks orders the blocks of allocated code so that the most frequent edges fall
// through. It removes empty blocks and moves, and it omits jumps to the next block. It merges
// chains of blocks from the most frequent edge on, as in Pettis and Hansen, "Profile Guided
// Code Positioning" (1990). The loop depth serves as the profile.
func (f *fn) arrangeBlocks() {
	for _, b := range f.blocks {
		b.dropMoves()
	}
	f.thread()
	f.settle()
	f.blocks = f.chained()
	for i, b := range f.blocks {
		b.id = i
		if b.cold {
			continue
		}
		var next *block
		if i+1 < len(f.blocks) {
			next = f.blocks[i+1]
		}
		b.fallThrough(next)
	}
}

func (b *block) dropMoves() {
	kept := b.insts[:0]
	for _, i := range b.insts {
		if i.code == cEntry || i.code == cMove && i.rd == i.rs1 {
			continue
		}
		kept = append(kept, i)
	}
	b.insts = kept
}

// thread redirects each jump to a block that only jumps on. The jump then goes to the final target.
func (f *fn) thread() {
	final := func(b *block) *block {
		for n := 0; n < len(f.blocks) && len(b.insts) == 1 && b.insts[0].code == cJump && b.insts[0].target != b; n++ {
			b = b.insts[0].target
		}
		return b
	}
	for _, b := range f.blocks {
		kept := b.succs[:0]
		for _, s := range b.succs {
			if s = final(s); !s.cold { // trap blocks are not part of the flow
				kept = append(kept, s)
			}
		}
		b.succs = kept
		for _, i := range b.insts {
			if i.target != nil {
				i.target = final(i.target)
			}
		}
		b.sameTargets()
	}
}

// sameTargets turns a branch into a jump if both of its targets are the same.
func (b *block) sameTargets() {
	n := len(b.insts)
	if n < 2 || b.insts[n-1].code != cJump || b.insts[n-2].code != cBranch || b.insts[n-2].target != b.insts[n-1].target {
		return
	}
	b.insts = append(b.insts[:n-2], b.insts[n-1])
	b.succs = b.succs[:min(1, len(b.succs))]
}

type flowEdge struct {
	from, to *block
	freq     float64
}

// chained returns the blocks in their final order, traps last.
func (f *fn) chained() []*block {
	chain := make([][]*block, len(f.blocks)) // by the id of the chain's first block
	head := make([]int, len(f.blocks))
	for i, b := range f.blocks {
		chain[i], head[i] = []*block{b}, i
	}
	for _, e := range f.edges() {
		from, to := head[e.from.id], head[e.to.id]
		last := chain[from][len(chain[from])-1]
		if from == to || last != e.from || chain[to][0] != e.to || to == 0 {
			continue
		}
		for _, b := range chain[to] {
			head[b.id] = from
		}
		chain[from] = append(chain[from], chain[to]...)
		chain[to] = nil
	}
	var hot, cold []*block
	for _, c := range chain {
		for _, b := range c {
			if b.cold {
				cold = append(cold, b)
			} else {
				hot = append(hot, b)
			}
		}
	}
	return append(hot, cold...)
}

// edges returns the edges, most frequent first. Among equal edges, an edge comes first if its
// fall-through saves a jump.
func (f *fn) edges() []flowEdge {
	var out []flowEdge
	for _, b := range f.blocks {
		for k, s := range b.succs {
			e := flowEdge{b, s, freqOf(min(b.depth, s.depth, 8)) / float64(len(b.succs))}
			if s.id <= b.id { // a loop is entered at its header
				e.freq *= 0.9
			}
			if k == 1 {
				e.freq *= 1.01
			}
			out = append(out, e)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].freq > out[j].freq })
	return out
}

// fallThrough removes a jump to the next block. It inverts a branch if the inverted branch saves a
// jump.
func (b *block) fallThrough(next *block) {
	n := len(b.insts)
	if n == 0 || b.insts[n-1].code != cJump || next == nil {
		return
	}
	jump := b.insts[n-1]
	if jump.target == next {
		b.insts = b.insts[:n-1]
		return
	}
	if n < 2 || b.insts[n-2].code != cBranch || b.insts[n-2].target != next || b.insts[n-2].rule.inverse == nil {
		return
	}
	br := b.insts[n-2]
	br.rule, br.target = br.rule.inverse, jump.target
	b.insts = b.insts[:n-1]
}
