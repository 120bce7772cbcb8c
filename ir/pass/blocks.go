package pass

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// tidyBlocks simplifies control flow. It removes parameters that always have one value,
// branches on an inverted condition, branches with equal targets, and blocks that only jump. It
// also merges a block with its predecessor, if the block has no other predecessor and the
// predecessor has no other successor.
func tidyBlocks(f *ir.Func) bool {
	changed := ir.RemoveUnreachable(f)
	changed = sameParams(f) || changed
	for _, b := range f.Blocks {
		changed = tidyBranch(b) || changed
	}
	changed = skipEmpty(f) || changed
	changed = mergeBlocks(f) || changed
	return changed
}

// sameParams replaces a parameter if every edge passes the same value for it.
func sameParams(f *ir.Func) bool {
	subst := renames{}
	in := preds(f)
	for _, b := range f.Blocks[1:] {
		for k, p := range b.Params {
			if v := onlyValue(p, k, in[b], subst); v != nil {
				subst[p] = v
			}
		}
	}
	for _, b := range f.Blocks[1:] {
		for _, p := range append([]*ir.Value(nil), b.Params...) {
			if subst[p] != nil {
				dropParam(f, p)
			}
		}
	}
	subst.apply(f)
	return len(subst) > 0
}

func onlyValue(p *ir.Value, k int, edges []*ir.Edge, subst renames) *ir.Value {
	var only *ir.Value
	for _, e := range edges {
		v := subst.of(e.Args[k])
		switch {
		case v == p:
		case only == nil:
			only = v
		case only != v:
			return nil
		}
	}
	return only
}

func tidyBranch(b *ir.Block) bool {
	t := &b.Term
	if t.Op != ir.Branch {
		return false
	}
	if a, ok := isWord(t.Cond, word.Not); ok {
		t.Cond = a[0]
		t.Succs[0], t.Succs[1] = t.Succs[1], t.Succs[0]
		return true
	}
	if sameEdge(t.Succs[0], t.Succs[1]) {
		*t = ir.Term{Op: ir.Jump, Succs: t.Succs[:1], Span: t.Span}
		return true
	}
	return false
}

func sameEdge(a, b ir.Edge) bool {
	if a.To != b.To {
		return false
	}
	for k := range a.Args {
		if a.Args[k] != b.Args[k] {
			return false
		}
	}
	return true
}

// skipEmpty redirects edges past blocks that contain only a jump and whose parameters only that
// jump uses.
func skipEmpty(f *ir.Func) bool {
	uses := useCounts(f)
	changed := false
	for _, b := range f.Blocks {
		for k := range b.Term.Succs {
			e := &b.Term.Succs[k]
			if canSkip(e.To, uses) && e.To != b {
				*e = through(*e)
				changed = true
			}
		}
	}
	return ir.RemoveUnreachable(f) || changed
}

func canSkip(b *ir.Block, uses counts) bool {
	if len(b.Instrs) > 0 || b.Term.Op != ir.Jump || b.Term.Succs[0].To == b {
		return false
	}
	for _, p := range b.Params {
		here := 0
		for _, a := range b.Term.Succs[0].Args {
			if a == p {
				here++
			}
		}
		if here != uses.of(p) {
			return false
		}
	}
	return true
}

// through is the edge that combines e with the jump at the end of its target block.
func through(e ir.Edge) ir.Edge {
	next := e.To.Term.Succs[0]
	out := ir.Edge{To: next.To, Args: append([]*ir.Value(nil), next.Args...)}
	for k, a := range out.Args {
		for j, p := range e.To.Params {
			if a == p {
				out.Args[k] = e.Args[j]
			}
		}
	}
	return out
}

// mergeBlocks appends a block to its only predecessor if the predecessor has no
// other successor.
func mergeBlocks(f *ir.Func) bool {
	in := preds(f)
	gone := map[*ir.Block]bool{}
	subst := renames{}
	for _, b := range f.Blocks {
		for !gone[b] && b.Term.Op == ir.Jump {
			e := b.Term.Succs[0]
			if e.To == b || e.To == f.Blocks[0] || len(in[e.To]) != 1 {
				break
			}
			for k, p := range e.To.Params {
				if a := subst.of(e.Args[k]); a != p { // before ir.Thread rebuilds tokens, a token may be its own argument
					subst[p] = a
				}
			}
			absorb(b, e.To)
			gone[e.To] = true
		}
	}
	subst.apply(f)
	return ir.RemoveUnreachable(f)
}

func absorb(b, next *ir.Block) {
	for _, i := range next.Instrs {
		for _, r := range i.Results {
			r.In = b
		}
	}
	b.Instrs = append(b.Instrs, next.Instrs...)
	b.Term = next.Term
}
