package pass

import "github.com/sinter-lang/sinter/ir"

// maxThreaded is the largest number of instructions in a block that jumps copies.
const maxThreaded = 6

// jumps performs jump threading. If an edge passes a constant to the parameter on which its
// target branches, the edge can skip that branch. The pass copies the target block for the edges
// that pass a constant. A test of an optional value's flag thus disappears where the flag is
// known.
//
// Needs: nothing. Keeps: effects and their order on every path.
//
//	before  jump b5(v1, v7)      (v1 = const 0)         after  jump b3
//	        b5(v2: i1, v3: i32): br v2, b4, b3
func jumps(m *ir.Module, env *Env) bool {
	return each(m, env, func(f *ir.Func) bool {
		changed := false
		for n := 0; n < 64; n++ {
			if !jumpOne(f) {
				break
			}
			changed = true
		}
		return changed
	})
}

func jumpOne(f *ir.Func) bool {
	flow := ir.FlowOf(f)
	in := preds(f)
	for _, k := range flow.Order[1:] {
		b := f.Blocks[k]
		at := decider(b)
		if at < 0 || flow.Loop(k) != nil {
			continue
		}
		for c := uint64(0); c < 2; c++ {
			if edges := edgesWith(in[b], at, c); len(edges) > 0 {
				split(f, b, edges, c)
				return true
			}
		}
	}
	return false
}

// decider returns the index of the parameter of b that is the condition of its branch. It
// returns -1 if there is no such parameter, or if b is too long to copy.
func decider(b *ir.Block) int {
	if b.Term.Op != ir.Branch || len(b.Instrs) > maxThreaded {
		return -1
	}
	for _, i := range b.Instrs {
		if i.HasEffect() {
			return -1
		}
	}
	for k, p := range b.Params {
		if p == b.Term.Cond {
			return k
		}
	}
	return -1
}

func edgesWith(edges []*ir.Edge, at int, c uint64) []*ir.Edge {
	var out []*ir.Edge
	for _, e := range edges {
		if v, ok := constOf(e.Args[at]); ok && v == c {
			out = append(out, e)
		}
	}
	return out
}

// split gives the edges a copy of b that jumps directly to the target for condition c.
func split(f *ir.Func, b *ir.Block, edges []*ir.Edge, c uint64) {
	made := copyBlocks(f, []*ir.Block{b})
	own := made.blocks[b]
	for _, e := range edges {
		e.To = own
	}
	own.Term = ir.Term{Op: ir.Jump, Succs: own.Term.Succs[1-c : 2-c], Span: own.Term.Span}
	ir.RemoveUnreachable(f)
	if contains(f.Blocks, b) {
		mendAll(f, []*ir.Block{b}, []*copied{made})
	} else {
		renames(made.values).apply(f)
	}
	tidyBlocks(f)
}

func contains(blocks []*ir.Block, b *ir.Block) bool {
	for _, x := range blocks {
		if x == b {
			return true
		}
	}
	return false
}
