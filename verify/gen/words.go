package gen

import (
	"fmt"
	"math/big"
)

// exprRow is a production for expressions of a type.
type exprRow struct {
	row
	fits func(g *gen, t *typ) bool
	make func(g *gen, t *typ, depth int) *node // returns nil if it is not possible now
}

func isSort(s sort) func(*gen, *typ) bool { return func(_ *gen, t *typ) bool { return t.sort == s } }

// exprRows is the table of expressions. All operands have a smaller depth.
func exprRows() []exprRow {
	ints, bools, options := isSort(intSort), isSort(boolSort), isSort(optionSort)
	rows := []exprRow{
		{row{"build", 4}, func(_ *gen, t *typ) bool { return true }, (*gen).build},
		{row{"place", 14}, func(_ *gen, t *typ) bool { return true }, func(g *gen, t *typ, _ int) *node { return g.readable(ofType(t)) }},
		{row{"call", 5}, func(g *gen, t *typ) bool { return len(g.funcs) > 0 }, (*gen).callValue},
		{row{"arithmetic", 12}, ints, (*gen).arithmetic},
		{row{"bitwise", 8}, ints, (*gen).bitwise},
		{row{"shift", 7}, ints, (*gen).shift},
		{row{"divide", 3}, ints, (*gen).divide},
		{row{"negate", 3}, ints, (*gen).negate},
		{row{"convert", 9}, ints, (*gen).convert},
		{row{"exact", 3}, func(_ *gen, t *typ) bool { return t.number() }, (*gen).fromExact},
		{row{"bits", 2}, func(_ *gen, t *typ) bool { return t.sort == intSort && !t.signed }, (*gen).bitsOf},
		{row{"compare", 9}, bools, (*gen).compare},
		{row{"compare beside", 3}, bools, (*gen).beside},
		{row{"bit", 3}, bools, (*gen).bitTest},
		{row{"compare exact", 2}, bools, (*gen).compareExact},
		{row{"equal", 3}, bools, (*gen).equal},
		{row{"equal whole", 3}, bools, (*gen).equalWhole},
		{row{"logic", 5}, bools, (*gen).logic},
		{row{"not", 2}, bools, func(g *gen, t *typ, d int) *node { return expr(t, "(not $)", g.value(t, d-1)) }},
		{row{"any", 2}, bools, (*gen).anyAll},
		{row{"clamp", 3}, isSort(rangeSort), (*gen).clamp},
		{row{"wrap", 2}, isSort(rangeSort), (*gen).wrap},
		{row{"some", 4}, options, func(g *gen, t *typ, d int) *node { return retype(g.value(t.elem, d), t) }},
		{row{"within", 4}, func(_ *gen, t *typ) bool { return t.sort == optionSort && t.elem.sort == rangeSort }, (*gen).within},
		{row{"first", 3}, func(_ *gen, t *typ) bool {
			return t.sort == optionSort && t.elem.sort == rangeSort && t.elem.hi-t.elem.lo < 16
		}, (*gen).first},
		{row{"byte order", 8}, func(_ *gen, t *typ) bool { return t.sort == bytesSort && (t.n == 2 || t.n == 4 || t.n == 8) }, (*gen).byteOrder},
		{row{"generic call", 4}, func(g *gen, _ *typ) bool { return len(g.generic) > 0 }, (*gen).callGeneric},
		{row{"look up", 4}, func(g *gen, _ *typ) bool { return len(g.maps) > 0 }, (*gen).lookUp},
	}
	return append(rows, realRows()...)
}

// retype makes an expression that its context converts to type t.
func retype(n *node, t *typ) *node { return expr(t, "$", n) }

// value makes an expression of a type. A result of narrow arithmetic gets an explicit
// conversion to the narrow type, so that the value can be used anywhere.
func (g *gen) value(t *typ, depth int) *node {
	n := g.plain(t, depth)
	if n != nil && t.sort == intSort && t.bits < 32 && arithmetic(n) {
		return expr(t, t.name+"($)", n)
	}
	return n
}

// arithmetic reports whether the result of an operation may not fit its type.
func arithmetic(n *node) bool {
	switch n.form {
	case "$":
		return arithmetic(n.kids[0])
	case "($ + $)", "($ - $)", "($ * $)", "($ << $)", "($ / $)", "($ >> $)":
		return true
	}
	return false
}

// plain is like value, for an operand of further arithmetic.
func (g *gen) plain(t *typ, depth int) *node {
	if depth <= 0 || !g.room(4) {
		return g.leaf(t)
	}
	for range 4 {
		i := g.choose(len(g.exprs), func(i int) int {
			if !g.exprs[i].fits(g, t) {
				return 0
			}
			return g.exprs[i].weight
		})
		if i < 0 {
			break
		}
		if n := g.exprs[i].make(g, t, depth); n != nil {
			g.p.Used["expression "+g.exprs[i].name]++
			return n
		}
	}
	return g.leaf(t)
}

// leaf makes a place or a literal.
func (g *gen) leaf(t *typ) *node {
	if !g.oneIn(4) {
		g.b.depth += 10
		n := g.readable(ofType(t))
		g.b.depth -= 10
		if n != nil {
			return n
		}
	}
	return g.build(t, 0)
}

func (g *gen) small(k int) *node { return expr(rangeType(int64(k), int64(k)), fmt.Sprint(k)) }

// edge chooses a number, preferring numbers at which arithmetic often fails.
func (g *gen) edge(t *typ) *big.Int {
	one := big.NewInt(1)
	most := new(big.Int).Sub(new(big.Int).Lsh(one, uint(t.bits)), one)
	least := new(big.Int)
	if t.signed {
		most.Rsh(most, 1)
		least.Not(most)
	}
	v := new(big.Int).SetUint64(g.r.Uint64() >> g.r.IntN(64))
	switch g.r.IntN(8) {
	case 0, 1, 2:
		v.SetInt64(int64(g.r.IntN(9)))
	case 3:
		v.Set(most)
	case 4:
		v.Set(least)
	case 5:
		v.Lsh(one, uint(g.r.IntN(t.bits)))
	}
	if t.signed && g.oneIn(2) {
		v.Neg(v)
	}
	if v.Cmp(most) > 0 || v.Cmp(least) < 0 {
		v.And(v, new(big.Int).Rsh(most, 1))
	}
	return v
}

// literal makes a number with its type.
func (g *gen) literal(t *typ) *node {
	if t.sort == rangeSort {
		return expr(t, fmt.Sprint(t.lo+int64(g.r.Uint64N(uint64(t.hi-t.lo)+1))))
	}
	v := g.edge(t)
	if g.oneIn(6) && v.Sign() >= 0 {
		return expr(t, fmt.Sprintf("%s(0x%x)", t.name, v))
	}
	return expr(t, fmt.Sprintf("%s(%s)", t.name, v))
}

// operand makes the right operand of an operator whose left operand has type t. The operand may
// be a bare number, or an exact number that t can hold.
func (g *gen) operand(t *typ, depth int) *node {
	switch g.r.IntN(5) {
	case 0:
		return expr(t, g.edge(t).String())
	case 1:
		if e := g.exactWithin(t, depth); e != nil {
			return e
		}
	}
	return g.plain(t, depth)
}

func (g *gen) binary(t *typ, op string, depth int) *node {
	return expr(t, "($ "+op+" $)", g.plain(t, depth-1), g.operand(t, depth-1))
}

func (g *gen) arithmetic(t *typ, depth int) *node {
	op := pick(g, []string{"+", "+", "-", "-", "*"})
	if op == "*" && !g.work(4) {
		return nil
	}
	return g.binary(t, op, depth)
}

func (g *gen) bitwise(t *typ, depth int) *node {
	return g.binary(t, pick(g, []string{"&", "|", "^"}), depth)
}

// shift makes a shift by an amount of any unsigned type or by a number.
func (g *gen) shift(t *typ, depth int) *node {
	op := pick(g, []string{"<<", ">>"})
	left := g.value(t, depth-1)
	switch g.r.IntN(4) {
	case 3:
		return expr(t, "($ "+op+" $)", left, g.value(intType(g.between(1, 6), g.oneIn(2)), 1))
	case 0:
		return expr(t, "($ "+op+" $)", left, g.small(g.r.IntN(t.bits+t.bits/4+1)))
	case 1:
		return expr(t, "($ "+op+" $)", left, g.masked(1<<g.between(1, 6)-1, depth-1))
	}
	return expr(t, "($ "+op+" $)", left, g.value(pick(g, g.common()), depth-1))
}

// masked makes a number from 0 to at most k.
func (g *gen) masked(k, depth int) *node {
	x := g.value(pick(g, g.common()), depth)
	k = int(min(int64(k), x.typ.most()))
	return expr(rangeType(0, int64(k)), "($ & $)", x, g.small(k))
}

// divide makes a division. A division that is a function call costs much work.
func (g *gen) divide(t *typ, depth int) *node {
	if !g.work(6 + t.bits) {
		return nil
	}
	left := g.value(t, depth-1)
	if t.signed && g.oneIn(2) {
		left = expr(t, "($ >> $)", expr(t, t.name+"("+itoa(t.least())+")"), g.masked(t.bits-1, 1))
	}
	if g.oneIn(2) {
		return expr(t, "($ "+pick(g, []string{"/", "%"})+" $)", left, expr(t, g.divisor(t).String()))
	}
	if g.oneIn(2) {
		return expr(t, "($ "+pick(g, []string{"/", "%"})+" $)", left, g.operand(t, depth-1))
	}
	return g.binary(t, pick(g, []string{"/", "%"}), depth)
}

// divisor chooses a constant divisor for which compilers use strength reduction.
func (g *gen) divisor(t *typ) *big.Int {
	v := big.NewInt(int64(pick(g, []int{1, 2, 3, 4, 5, 7, 8, 10, 12, 16, 25, 64, 100, 128, 255, 641, 1000, 1024, 65535, 65536})))
	if v.BitLen() >= t.bits {
		return g.edge(t)
	}
	if t.signed && g.oneIn(3) {
		v.Neg(v)
	}
	return v
}

func (g *gen) negate(t *typ, depth int) *node {
	return expr(t, "("+pick(g, []string{"-", "~"})+"$)", g.value(t, depth-1))
}

// convert makes a conversion of a number of another type, or of a bool.
func (g *gen) convert(t *typ, depth int) *node {
	from := g.intType()
	if g.oneIn(6) {
		from = &typ{sort: boolSort}
	}
	return expr(t, t.name+"($)", g.value(from, depth-1))
}

// fromExact makes an exact number that is used as an integer or a wider range, or converted.
func (g *gen) fromExact(t *typ, depth int) *node {
	if g.oneIn(2) || t.sort == rangeSort {
		if e := g.exactWithin(t, depth-1); e != nil && t.sort == rangeSort {
			return retype(e, t)
		} else if e != nil {
			return expr(t, t.name+"($)", e)
		}
	}
	if t.sort == rangeSort {
		return nil
	}
	return expr(t, t.name+"($)", g.exact(depth-1))
}

// bitsOf makes bits(x) of a signed number, a bool or an enum without payload.
func (g *gen) bitsOf(t *typ, depth int) *node {
	for _, e := range g.enums {
		if e.plain() && (e.bits == t.bits || e.bits == 0 && t.bits == 32) && g.oneIn(2) {
			return expr(t, "bits($)", g.value(e, depth-1))
		}
	}
	if t.bits == 1 {
		return expr(t, "bits($)", g.value(&typ{sort: boolSort}, depth-1))
	}
	return expr(t, "bits($)", g.value(intType(t.bits, true), depth-1))
}

func (g *gen) compare(t *typ, depth int) *node {
	op := pick(g, []string{"<", "<=", ">", ">=", "==", "!="})
	of := g.intType()
	return expr(t, "($ "+op+" $)", g.value(of, depth-1), g.operand(of, depth-1))
}

func (g *gen) compareExact(t *typ, depth int) *node {
	op := pick(g, []string{"<", "<=", ">", ">=", "==", "!="})
	return expr(t, "($ "+op+" $)", g.exact(depth-1), g.exact(depth-1))
}

// equal makes a comparison of values that are not numbers.
func (g *gen) equal(t *typ, depth int) *node {
	of := []*typ{{sort: boolSort}}
	for _, e := range g.enums {
		if e.plain() {
			of = append(of, e)
		}
	}
	op := pick(g, []string{"==", "!="})
	if g.oneIn(2) {
		g.b.pure++
		defer func() { g.b.pure-- }()
		left := g.readable(isBytes)
		if left == nil {
			return nil
		}
		if right := g.readable(isBytes); right != nil && g.oneIn(2) {
			return expr(t, "($ "+op+" $)", left, right)
		}
		if g.b.short {
			return nil
		}
		return expr(t, "($ "+op+" $)", left, g.text(left.typ.n))
	}
	which := pick(g, of)
	return expr(t, "($ "+op+" $)", g.value(which, depth-1), g.value(which, depth-1))
}

func isBytes(t *typ) bool { return t.sort == bytesSort }

func (g *gen) logic(t *typ, depth int) *node {
	return expr(t, "($ "+pick(g, []string{"and", "or"})+" $)", g.value(t, depth-1), g.value(t, depth-1))
}
