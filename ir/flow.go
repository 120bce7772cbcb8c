package ir

// Flow holds the dominators and loops of a flow graph, for passes and backends. Nodes are the
// numbers 0..n-1, and node 0 is the entry. FlowOf numbers blocks by their index in Func.Blocks.
//
// Dominators are computed as in Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm"
// (2001). A loop has a head and a back edge. A back edge leads to the head from a node that the
// head dominates. The loop is the set of the head and all nodes that reach the back edge without
// the head. A cycle with an entry in the middle is not a loop.
type Flow struct {
	Succs, Preds [][]int
	Order        []int // reachable nodes in reverse postorder
	Place        []int // for each node, its index in Order, -1 if unreachable
	Idom         []int // immediate dominator, -1 for the entry and unreachable nodes
	Depth        []int // for each node, the number of loops around it
	Head         []int // for each node, the head of the innermost loop around it, -1 for none
}

// NewFlow analyses the graph with the given successors.
func NewFlow(succs [][]int) *Flow {
	n := len(succs)
	f := &Flow{Succs: succs, Order: make([]int, 0, n), Place: filled(n), Idom: filled(n), Depth: make([]int, n), Head: filled(n)}
	f.number()
	count := make([]int, n)
	for _, b := range f.Order {
		for _, s := range succs[b] {
			count[s]++
		}
	}
	f.Preds = parts(count)
	for _, b := range f.Order {
		for _, s := range succs[b] {
			f.Preds[s] = append(f.Preds[s], b)
		}
	}
	f.dominators()
	f.loops()
	return f
}

// FlowOf analyses the blocks of fn.
func FlowOf(fn *Func) *Flow {
	at := numberBlocks(fn)
	edges := 0
	for _, b := range fn.Blocks {
		edges += len(b.Term.Succs)
	}
	all := make([]int, 0, edges)
	succs := make([][]int, len(fn.Blocks))
	for i, b := range fn.Blocks {
		from := len(all)
		for _, e := range b.Term.Succs {
			all = append(all, at.of(e.To))
		}
		succs[i] = all[from:len(all):len(all)]
	}
	return NewFlow(succs)
}

// blockNumbers holds the index of each block in Func.Blocks. The position in the list is the ID of
// the block.
type blockNumbers []int32

func numberBlocks(fn *Func) blockNumbers {
	most := 0
	for _, b := range fn.Blocks {
		most = max(most, b.ID)
	}
	at := make(blockNumbers, most+1)
	for i, b := range fn.Blocks {
		if b.ID >= 0 { // the verifier has not checked the ID yet
			at[b.ID] = int32(i)
		}
	}
	return at
}

// of returns the index of b, or 0 for a block of another function.
func (n blockNumbers) of(b *Block) int {
	if b.ID < 0 || b.ID >= len(n) {
		return 0
	}
	return int(n[b.ID])
}

// parts makes empty lists with the given capacities in one allocation.
func parts(count []int) [][]int {
	total := 0
	for _, n := range count {
		total += n
	}
	all, out := make([]int, total), make([][]int, len(count))
	for k, n := range count {
		if n > 0 {
			out[k], all = all[:0:n], all[n:]
		}
	}
	return out
}

func filled(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = -1
	}
	return s
}

// number fills Order and Place. It uses an explicit stack instead of recursion, because a function
// may have many blocks.
func (f *Flow) number() {
	if len(f.Succs) == 0 {
		return
	}
	type frame struct{ node, next int }
	seen := make([]bool, len(f.Succs))
	seen[0] = true
	stack := []frame{{0, 0}}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.next == len(f.Succs[top.node]) {
			f.Order = append(f.Order, top.node)
			stack = stack[:len(stack)-1]
			continue
		}
		s := f.Succs[top.node][top.next]
		top.next++
		if !seen[s] {
			seen[s] = true
			stack = append(stack, frame{s, 0})
		}
	}
	for i, j := 0, len(f.Order)-1; i < j; i, j = i+1, j-1 {
		f.Order[i], f.Order[j] = f.Order[j], f.Order[i]
	}
	for i, b := range f.Order {
		f.Place[b] = i
	}
}

func (f *Flow) dominators() {
	for changed := true; changed; {
		changed = false
		for _, b := range f.Order[min(1, len(f.Order)):] {
			dom := -1
			for _, p := range f.Preds[b] {
				switch {
				case p != 0 && f.Idom[p] < 0:
				case dom < 0:
					dom = p
				default:
					dom = f.Meet(dom, p)
				}
			}
			if dom != f.Idom[b] {
				f.Idom[b], changed = dom, true
			}
		}
	}
}

// Meet returns the nearest node that dominates both a and b. Both must be reachable.
func (f *Flow) Meet(a, b int) int {
	for a != b {
		for f.Place[a] > f.Place[b] {
			a = f.Idom[a]
		}
		for f.Place[b] > f.Place[a] {
			b = f.Idom[b]
		}
	}
	return a
}

// Dominates reports whether every path to b goes through a. A node dominates itself.
func (f *Flow) Dominates(a, b int) bool {
	if f.Place[a] < 0 || f.Place[b] < 0 {
		return false
	}
	for f.Place[b] > f.Place[a] {
		b = f.Idom[b]
	}
	return a == b
}

// loops visits loop heads from outer loops to inner loops, as they are in Order.
func (f *Flow) loops() {
	for _, h := range f.Order {
		for _, b := range f.Loop(h) {
			f.Depth[b]++
			f.Head[b] = h
		}
	}
}

// Loop returns the nodes of the loop with head h, starting with h. If h is not a head, the result
// is nil.
func (f *Flow) Loop(h int) []int {
	var body []int
	in := map[int]bool{h: true}
	for _, p := range f.Preds[h] {
		if f.Dominates(h, p) {
			if body == nil {
				body = []int{h}
			}
			if !in[p] {
				in[p] = true
				body = append(body, p)
			}
		}
	}
	for i := 1; i < len(body); i++ {
		for _, p := range f.Preds[body[i]] {
			if !in[p] {
				in[p] = true
				body = append(body, p)
			}
		}
	}
	return body
}
