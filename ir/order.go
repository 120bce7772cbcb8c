package ir

// Frontier returns the dominance frontier of each node.
func (f *Flow) Frontier() [][]int {
	out := make([][]int, len(f.Succs))
	for _, b := range f.Order {
		if len(f.Preds[b]) < 2 {
			continue
		}
		for _, p := range f.Preds[b] {
			for j := p; j != f.Idom[b]; j = f.Idom[j] {
				if n := len(out[j]); n == 0 || out[j][n-1] != b {
					out[j] = append(out[j], b)
				}
			}
		}
	}
	return out
}

// Kids returns, for each node, the nodes that it immediately dominates.
func (f *Flow) Kids() [][]int {
	count := make([]int, len(f.Succs))
	for _, b := range f.Order {
		if b != 0 {
			count[f.Idom[b]]++
		}
	}
	out := parts(count)
	for _, b := range f.Order {
		if b != 0 {
			out[f.Idom[b]] = append(out[f.Idom[b]], b)
		}
	}
	return out
}

// RemoveUnreachable removes the unreachable blocks of f and keeps the other blocks in order. It
// reports whether f had unreachable blocks.
func RemoveUnreachable(f *Func) bool {
	at := numberBlocks(f)
	seen := make([]bool, len(f.Blocks))
	seen[0] = true
	for work := []*Block{f.Blocks[0]}; len(work) > 0; {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		for _, e := range b.Term.Succs {
			if k := at.of(e.To); !seen[k] {
				seen[k] = true
				work = append(work, e.To)
			}
		}
	}
	kept := make([]*Block, 0, len(f.Blocks))
	for k, b := range f.Blocks {
		if seen[k] {
			kept = append(kept, b)
		}
	}
	dropped := len(kept) != len(f.Blocks)
	f.Blocks = kept
	return dropped
}

// CallOrder returns the functions of m with callees before callers. Apart from this rule, the
// order is that of the text. If a function reaches itself, `ok` is false.
func CallOrder(m *Module) (order []*Func, ok bool) {
	const open, done = 1, 2
	state := map[*Func]int{}
	ok = true
	var visit func(f *Func)
	visit = func(f *Func) {
		state[f] = open
		for _, g := range Callees(f) {
			switch state[g] {
			case open:
				ok = false
			case 0:
				visit(g)
			}
		}
		state[f] = done
		order = append(order, f)
	}
	for _, f := range m.Funcs {
		if state[f] == 0 {
			visit(f)
		}
	}
	return order, ok
}

// Callees lists the callee of each call in f, in order, with repetitions.
func Callees(f *Func) []*Func {
	var out []*Func
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			if i.Op == OpCall && i.Callee != nil {
				out = append(out, i.Callee)
			}
		}
	}
	return out
}
