package image

import "sort"

// loops finds the natural loops. An edge is a back edge if its target block dominates its source
// block. All back edges to the same head form one loop.
func (m *Mach) loops() {
	order := m.postorder()
	idom := m.dominators(order)
	heads := map[int]map[int]bool{}
	for _, b := range order {
		for _, s := range m.Blocks[b].Succs {
			if dominates(idom, s, b) {
				m.collect(heads, s, b)
			}
		}
	}
	for h, body := range heads {
		l := Loop{Head: h, Parent: -1}
		for b := range body {
			l.Blocks = append(l.Blocks, b)
		}
		sort.Ints(l.Blocks)
		m.Loops = append(m.Loops, l)
	}
	sort.Slice(m.Loops, func(i, j int) bool {
		a, b := &m.Loops[i], &m.Loops[j]
		if len(a.Blocks) != len(b.Blocks) {
			return len(a.Blocks) < len(b.Blocks)
		}
		return a.Head < b.Head
	})
	m.nest()
}

// collect adds to the loop of head the blocks that reach tail without going through head.
func (m *Mach) collect(heads map[int]map[int]bool, head, tail int) {
	body := heads[head]
	if body == nil {
		body = map[int]bool{head: true}
		heads[head] = body
	}
	work := []int{tail}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if !body[b] {
			body[b] = true
			work = append(work, m.Blocks[b].Preds...)
		}
	}
}

// nest sets Loop.Parent and Block.Loop. The loops must be sorted by size.
func (m *Mach) nest() {
	for i := range m.Loops {
		for _, b := range m.Loops[i].Blocks {
			if m.Blocks[b].Loop < 0 {
				m.Blocks[b].Loop = i
			}
		}
		for j := i + 1; j < len(m.Loops) && m.Loops[i].Parent < 0; j++ {
			at := sort.SearchInts(m.Loops[j].Blocks, m.Loops[i].Head)
			if at < len(m.Loops[j].Blocks) && m.Loops[j].Blocks[at] == m.Loops[i].Head {
				m.Loops[i].Parent = j
			}
		}
	}
}

// entries returns the entry blocks of functions: the first block, call targets, text symbols,
// and blocks without a predecessor.
func (m *Mach) entries() []int {
	set := map[int]bool{0: true}
	for _, d := range m.Insts {
		if d.Flow == Call {
			set[m.blockAt(d.Target)] = true
		}
	}
	for _, i := range m.textSymbols() {
		set[m.blockAt(i)] = true
	}
	var out []int
	for b := range m.Blocks {
		if set[b] || len(m.Blocks[b].Preds) == 0 {
			out = append(out, b)
		}
	}
	return out
}

// postorder lists the blocks that are reachable from entries, successors first.
func (m *Mach) postorder() []int {
	type frame struct{ block, next int }
	seen := make([]bool, len(m.Blocks))
	var out []int
	for _, e := range m.entries() {
		if seen[e] {
			continue
		}
		seen[e] = true
		stack := []frame{{e, 0}}
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			succs := m.Blocks[f.block].Succs
			if f.next == len(succs) {
				out = append(out, f.block)
				stack = stack[:len(stack)-1]
				continue
			}
			s := succs[f.next]
			f.next++
			if !seen[s] {
				seen[s] = true
				stack = append(stack, frame{s, 0})
			}
		}
	}
	return out
}

// dominators returns the immediate dominator of each block, with the algorithm of Cooper,
// Harvey and Kennedy, "A simple, fast dominance algorithm". An artificial root before all
// entries has the number len(Blocks). Unreachable blocks have -1.
func (m *Mach) dominators(postorder []int) []int {
	n := len(m.Blocks)
	root := n
	number := make([]int, n+1)
	idom := make([]int, n+1)
	for i := range idom {
		idom[i], number[i] = -1, -1
	}
	for i, b := range postorder {
		number[b] = i
	}
	number[root], idom[root] = n, root
	for _, e := range m.entries() {
		idom[e] = root
	}
	meet := func(a, b int) int {
		for a != b {
			for number[a] < number[b] {
				a = idom[a]
			}
			for number[b] < number[a] {
				b = idom[b]
			}
		}
		return a
	}
	for changed := true; changed; {
		changed = false
		for i := len(postorder) - 1; i >= 0; i-- {
			b := postorder[i]
			if idom[b] == root {
				continue
			}
			best := -1
			for _, p := range m.Blocks[b].Preds {
				switch {
				case number[p] < 0 || idom[p] < 0:
				case best < 0:
					best = p
				default:
					best = meet(best, p)
				}
			}
			if best >= 0 && idom[b] != best {
				idom[b], changed = best, true
			}
		}
	}
	return idom
}

// dominates reports whether every path from the root to b goes through a.
func dominates(idom []int, a, b int) bool {
	for b >= 0 {
		if a == b {
			return true
		}
		if idom[b] == b {
			return false
		}
		b = idom[b]
	}
	return false
}
