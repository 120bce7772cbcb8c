package rtl

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/word"
)

// Const makes a constant. It drops bits above the width.
func (b *Builder) Const(w int, v uint64) ID {
	v &= word.Mask(w)
	k := nodeKey{kind: KConst, width: w, imm: v}
	if id, ok := b.made[k]; ok {
		return id
	}
	id := b.node(Node{Kind: KConst, Width: w, Imm: v})
	b.made[k] = id
	return id
}

// Op applies any operator of the table with result width w.
func (b *Builder) Op(op word.Op, w int, imm uint64, args ...ID) ID {
	aw := make([]int, len(args))
	for i, a := range args {
		aw[i] = b.Width(a)
	}
	if err := word.Check(op, w, aw, imm); err != nil {
		panic(fmt.Sprintf("rtl: %s: %v", b.c.Name, err))
	}
	if id, ok := word.Rewrite[ID](graph{b}, op, w, imm, args); ok {
		return id
	}
	args = b.order(op, args)
	n := Node{Kind: KOp, Op: op, Width: w, Args: args, Imm: imm}
	k := keyOf(&n)
	if id, ok := b.made[k]; ok {
		return id
	}
	id := b.node(n)
	b.made[k] = id
	return id
}

func keyOf(n *Node) nodeKey {
	k := nodeKey{kind: n.Kind, op: n.Op, width: n.Width, imm: n.Imm}
	for i, p := range []*ID{&k.a0, &k.a1, &k.a2}[:len(n.Args)] {
		*p = n.Args[i]
	}
	return k
}

// order copies args. For a commutative operator it sorts them, older nodes first and constants
// last. Equal applications thus become one node.
func (b *Builder) order(op word.Op, args []ID) []ID {
	args = append([]ID(nil), args...)
	if !word.Table(op).Commutative {
		return args
	}
	c0, c1 := b.c.Nodes[args[0]].Kind == KConst, b.c.Nodes[args[1]].Kind == KConst
	if c0 && !c1 || c0 == c1 && args[0] > args[1] {
		args[0], args[1] = args[1], args[0]
	}
	return args
}

// graph gives word.Rewrite access to the nodes of the builder.
type graph struct{ b *Builder }

// Width implements word.Graph.
func (g graph) Width(x ID) int { return g.b.Width(x) }

// ConstOf implements word.Graph.
func (g graph) ConstOf(x ID) (uint64, bool) { return g.b.ConstOf(x) }

// App implements word.Graph.
func (g graph) App(x ID) (word.Op, uint64, []ID) {
	n := &g.b.c.Nodes[x]
	return n.Op, n.Imm, n.Args
}

// MakeConst implements word.Graph.
func (g graph) MakeConst(w int, v uint64) ID { return g.b.Const(w, v) }

// Make implements word.Graph.
func (g graph) Make(op word.Op, w int, imm uint64, args ...ID) ID { return g.b.Op(op, w, imm, args...) }

// ConstOf returns the value of a constant node.
func (b *Builder) ConstOf(x ID) (uint64, bool) {
	n := &b.c.Nodes[x]
	return n.Imm, n.Kind == KConst
}

// Expr makes the nodes of a word expression. The function `leaf` gives the node for each name.
func (b *Builder) Expr(e *word.Expr, leaf func(name string) ID) ID {
	switch {
	case e.IsConst():
		return b.Const(e.Width, e.Imm)
	case e.Op == word.Bad:
		id := leaf(e.Leaf)
		b.want("leaf "+e.Leaf, id, e.Width)
		return id
	}
	args := make([]ID, len(e.Args))
	for i, a := range e.Args {
		args[i] = b.Expr(a, leaf)
	}
	return b.Op(e.Op, e.Width, e.Imm, args...)
}

func (b *Builder) same(op word.Op, x ID, rest ...ID) ID {
	return b.Op(op, b.Width(x), 0, append([]ID{x}, rest...)...)
}

// Add makes x + y.
func (b *Builder) Add(x, y ID) ID { return b.same(word.Add, x, y) }

// Sub makes x - y.
func (b *Builder) Sub(x, y ID) ID { return b.same(word.Sub, x, y) }

// Mul makes the low half of x * y.
func (b *Builder) Mul(x, y ID) ID { return b.same(word.Mul, x, y) }

// Not makes the complement of x.
func (b *Builder) Not(x ID) ID { return b.same(word.Not, x) }

// Shl makes x shl n.
func (b *Builder) Shl(x, n ID) ID { return b.same(word.Shl, x, n) }

// Shru makes x shru n.
func (b *Builder) Shru(x, n ID) ID { return b.same(word.Shru, x, n) }

// Shrs makes x shrs n.
func (b *Builder) Shrs(x, n ID) ID { return b.same(word.Shrs, x, n) }

// And makes the conjunction of one or more values of equal width.
func (b *Builder) And(x ID, rest ...ID) ID { return b.fold(word.And, x, rest) }

// Or makes the disjunction of one or more values of equal width.
func (b *Builder) Or(x ID, rest ...ID) ID { return b.fold(word.Or, x, rest) }

// Xor makes the exclusive or of one or more values of equal width.
func (b *Builder) Xor(x ID, rest ...ID) ID { return b.fold(word.Xor, x, rest) }

func (b *Builder) fold(op word.Op, x ID, rest []ID) ID {
	for _, y := range rest {
		x = b.same(op, x, y)
	}
	return x
}

// Eq makes x eq y, one bit.
func (b *Builder) Eq(x, y ID) ID { return b.Op(word.Eq, 1, 0, x, y) }

// EqConst makes x eq v, one bit.
func (b *Builder) EqConst(x ID, v uint64) ID { return b.Eq(x, b.Const(b.Width(x), v)) }

// Ne makes the complement of x eq y.
func (b *Builder) Ne(x, y ID) ID { return b.Not(b.Eq(x, y)) }

// Ltu makes x ltu y, one bit.
func (b *Builder) Ltu(x, y ID) ID { return b.Op(word.Ltu, 1, 0, x, y) }

// Lts makes x lts y, one bit.
func (b *Builder) Lts(x, y ID) ID { return b.Op(word.Lts, 1, 0, x, y) }

// Mux makes c ? x : y.
func (b *Builder) Mux(c, x, y ID) ID { return b.Op(word.Mux, b.Width(x), 0, c, x, y) }

// Case is one row of Priority and OneHot.
type Case struct{ Cond, Value ID }

// Priority makes the value of the first case whose condition is 1. If there is none, it is def.
func (b *Builder) Priority(def ID, cases ...Case) ID {
	for i := len(cases) - 1; i >= 0; i-- {
		def = b.Mux(cases[i].Cond, cases[i].Value, def)
	}
	return def
}

// OneHot makes the disjunction of the values of all cases whose condition is 1. If at most one
// condition can be 1, it is a select without priority. It is 0 if no condition is 1.
func (b *Builder) OneHot(cases ...Case) ID {
	out := None
	for _, c := range cases {
		v := b.And(b.Repeat(c.Cond, b.Width(c.Value)), c.Value)
		if out != None {
			v = b.Or(out, v)
		}
		out = v
	}
	return out
}

// Cat concatenates values. The first one has the highest bits.
func (b *Builder) Cat(hi ID, rest ...ID) ID {
	for _, lo := range rest {
		hi = b.Op(word.Cat, b.Width(hi)+b.Width(lo), 0, hi, lo)
	}
	return hi
}

// Bits makes x[hi:lo].
func (b *Builder) Bits(x ID, hi, lo int) ID { return b.Op(word.Slice, hi-lo+1, uint64(lo), x) }

// Bit makes x[i].
func (b *Builder) Bit(x ID, i int) ID { return b.Bits(x, i, i) }

// Zext extends x with zeros to w bits.
func (b *Builder) Zext(x ID, w int) ID { return b.Op(word.Zext, w, 0, x) }

// Sext extends x with its sign to w bits.
func (b *Builder) Sext(x ID, w int) ID { return b.Op(word.Sext, w, 0, x) }

// Fit makes x w bits wide. It zero-extends or truncates.
func (b *Builder) Fit(x ID, w int) ID {
	if w < b.Width(x) {
		return b.Bits(x, w-1, 0)
	}
	return b.Zext(x, w)
}

// Repeat makes w copies of a one-bit value.
func (b *Builder) Repeat(bit ID, w int) ID { return b.Sext(bit, w) }

// IsZero makes x eq 0, one bit.
func (b *Builder) IsZero(x ID) ID { return b.EqConst(x, 0) }

// Any makes the disjunction of all bits of x.
func (b *Builder) Any(x ID) ID { return b.Not(b.IsZero(x)) }
