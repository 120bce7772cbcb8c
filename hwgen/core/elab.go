package core

import (
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// elab turns the meanings of instructions into nodes of the execute stage. Equal expressions
// become one node. Operators over the two shared operands are computed by units (units.go).
type elab struct {
	g      *gen
	leaves map[string]vec
	memo   map[int]vec
	units  map[int]vec // by the key of an expression
	whole  map[int]vec // like units, but only for whole results, not for parts of results

	keys    map[keyOf]int
	numbers map[*word.Expr]int
}

func newElab(g *gen) *elab {
	e := &elab{g: g, memo: map[int]vec{}, units: map[int]vec{}, whole: map[int]vec{}, keys: map[keyOf]int{}, numbers: map[*word.Expr]int{}}
	e.leaves = map[string]vec{
		leafImm: g.x.imm, leafEarly: g.x.early, leafNext: g.address(g.x.next),
	}
	for i, name := range []string{leafA, leafRs2, leafRs3}[:len(g.x.rs)] {
		e.leaves[name] = g.x.rs[i]
	}
	e.makeB()
	return e
}

// result makes the bits of the value that a line writes to rd.
func (e *elab) result(x *word.Expr) vec {
	if v, ok := e.whole[e.key(x)]; ok {
		return v
	}
	return e.value(x)
}

// value makes the bits of x.
func (e *elab) value(x *word.Expr) vec {
	if x.IsConst() {
		return constVec(x.Width, x.Imm)
	}
	if x.Op == word.Bad {
		return e.leaf(x)
	}
	key := e.key(x)
	if v, ok := e.units[key]; ok {
		return v
	}
	if v, ok := e.memo[key]; ok {
		return v
	}
	v, ok := e.linear(x)
	if !ok {
		v = e.apply(x)
	}
	e.memo[key] = v
	return v
}

// keyOf identifies an expression by its operator and the numbers of its operands. Equal
// expressions get the same number, and a shared expression is elaborated once.
type keyOf struct {
	op    word.Op
	width int
	imm   uint64
	leaf  string
	args  [3]int
}

// key is the number of an expression.
func (e *elab) key(x *word.Expr) int {
	if n, ok := e.numbers[x]; ok {
		return n
	}
	k := keyOf{op: x.Op, width: x.Width, imm: x.Imm, leaf: x.Leaf}
	for i, a := range x.Args {
		k.args[i] = e.key(a)
	}
	n, ok := e.keys[k]
	if !ok {
		n = len(e.keys) + 1
		e.keys[k] = n
	}
	e.numbers[x] = n
	return n
}

func (e *elab) leaf(x *word.Expr) vec {
	switch x.Leaf {
	case leafPC: // not one of the shared sums, so it gets a separate adder
		if e.leaves[leafPC] == nil {
			g := e.g
			n := len(g.x.next)
			e.leaves[leafPC] = g.address(g.op(word.Sub, n, 0, g.x.next, constVec(n, 1)))
		}
	case leafEarly: // as wide as needed
		return e.leaves[leafEarly]
	}
	return e.leaves[x.Leaf][:x.Width]
}

func (e *elab) apply(x *word.Expr) vec {
	args := make([]vec, len(x.Args))
	for i, a := range x.Args {
		args[i] = e.value(a)
	}
	first := args[0]
	switch x.Op {
	case word.Cat:
		return concat(args[1], first)
	case word.Slice:
		return first[x.Imm : int(x.Imm)+x.Width]
	case word.Zext:
		return first.zext(x.Width)
	case word.Sext:
		return first.extended(x.Width, first[len(first)-1])
	case word.Add:
		return e.g.add(first, args[1])
	case word.Mul:
		return e.g.product(first, args[1], x.Width)
	case word.And:
		if v, ok := andConst(first, args[1]); ok {
			return v
		}
	case word.Shl, word.Shru, word.Shrs:
		if x.Args[1].IsConst() {
			return shiftConst(x.Op, first, int(word.Amount(x.Args[1].Imm, x.Width)))
		}
	}
	return e.g.op(x.Op, x.Width, x.Imm, args...)
}

// andConst clears bits if one side is a constant.
func andConst(x, y vec) (vec, bool) {
	out := make(vec, len(x))
	for i := range x {
		p, q := x[i], y[i]
		if p.node == rtl.None {
			p, q = q, p
		}
		if q.node != rtl.None {
			return nil, false
		}
		if out[i] = p; q.index == 0 {
			out[i] = q
		}
	}
	return out, true
}

func shiftConst(op word.Op, x vec, n int) vec {
	zero := bit{rtl.None, 0}
	switch op {
	case word.Shl:
		return concat(constVec(min(n, len(x)), 0), x[:max(len(x)-n, 0)])
	case word.Shrs:
		return x[min(n, len(x)):].extended(len(x), x[len(x)-1])
	}
	return x[min(n, len(x)):].extended(len(x), zero)
}
