package pass

import "github.com/sinter-lang/sinter/ir"

// twinDepth bounds the comparison of two values that grow equally.
const twinDepth = 3

// mergeTwins merges two parameters that are always equal. They are always equal if every
// edge passes equal values to both, assuming that the parameters themselves are equal.
// Strength reduction makes such counters for the rounds of an unrolled loop.
//
//	before  b1(v2: i32, v3: i32): ... ; v4 = add v2, v9 ; v5 = add v3, v9 ; br v6, b1(v4, v5), b2
//	after   b1(v2: i32, v3: i32): ... ; v4 = add v2, v9 ; br v6, b1(v4, v4), b2      (nobody uses v3)
func mergeTwins(f *ir.Func) bool {
	in, subst := preds(f), renames{}
	for _, b := range f.Blocks[1:] {
		if len(in[b]) > 0 {
			twinsOf(b, in[b], subst)
		}
	}
	subst.apply(f)
	return len(subst) > 0
}

// firstArg identifies what the first edge passes.
type firstArg struct {
	typ ir.Type
	v   *ir.Value // nil: a constant
	c   uint64
}

func twinsOf(b *ir.Block, in []*ir.Edge, subst renames) {
	likely := map[firstArg][]int{}
	for k, p := range b.Params {
		if p.Type == ir.Token {
			continue
		}
		first := firstArg{p.Type, subst.of(in[0].Args[k]), 0}
		if c, ok := constOf(first.v); ok {
			first.v, first.c = nil, c
		}
		if n := twinOf(b, in, likely[first], k, subst); n >= 0 {
			subst[p] = b.Params[n]
			continue
		}
		likely[first] = append(likely[first], k)
	}
}

// twinOf returns the index of an earlier parameter that is always equal to parameter k.
func twinOf(b *ir.Block, in []*ir.Edge, earlier []int, k int, subst renames) int {
	for _, n := range earlier {
		t := twins{b.Params[n], b.Params[k], subst}
		same := true
		for _, e := range in {
			same = same && t.same(e.Args[n], e.Args[k], twinDepth)
		}
		if same {
			return n
		}
	}
	return -1
}

// twins are two parameters that are assumed to be equal.
type twins struct {
	p, q  *ir.Value
	subst renames
}

// same reports whether x and y are equal if the twins are.
func (t *twins) same(x, y *ir.Value, depth int) bool {
	x, y = t.subst.of(x), t.subst.of(y)
	if x == y || x == t.p && y == t.q {
		return true
	}
	a, b := x.Def, y.Def
	if a == nil || b == nil || x.Type != y.Type || a.Op != b.Op || a.Imm != b.Imm {
		return false
	}
	if a.Op == ir.OpConst {
		return true
	}
	if a.Op != ir.OpWord || a.Word != b.Word || depth == 0 {
		return false
	}
	for k := range a.Args {
		if !t.same(a.Args[k], b.Args[k], depth-1) {
			return false
		}
	}
	return true
}
