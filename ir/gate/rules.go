package gate

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/word"
)

// Rule is the gate-level meaning of an operator. It computes the bits of the result from the
// bits of the operands, lowest bits first.
type Rule[B any] func(l Logic[B], w int, args [][]B, imm uint64) []B

// Rules maps operators to their rules. Only core rows need an entry, because an operator without a
// rule uses its expansion.
type Rules[B any] map[word.Op]Rule[B]

// CoreRules returns the rules of the core rows. Each call makes a new map, and therefore a caller
// may replace entries. Tests plant wrong rules in this way.
func CoreRules[B any]() Rules[B] {
	return Rules[B]{
		word.Add: func(l Logic[B], _ int, a [][]B, _ uint64) []B {
			return first(addBits(l, a[0], a[1], l.Lit(false)))
		},
		word.Sub: func(l Logic[B], _ int, a [][]B, _ uint64) []B {
			return first(addBits(l, a[0], notBits(l, a[1]), l.Lit(true)))
		},
		word.Mul:  func(l Logic[B], w int, a [][]B, _ uint64) []B { return mulBits(l, w, a[0], a[1]) },
		word.Divu: func(l Logic[B], _ int, a [][]B, _ uint64) []B { return first(divBits(l, a[0], a[1])) },
		word.Remu: func(l Logic[B], _ int, a [][]B, _ uint64) []B {
			_, r := divBits(l, a[0], a[1])
			return r
		},
		word.And: func(l Logic[B], _ int, a [][]B, _ uint64) []B { return zip(l.And, a[0], a[1]) },
		word.Or: func(l Logic[B], _ int, a [][]B, _ uint64) []B {
			return zip(func(x, y B) B { return or(l, x, y) }, a[0], a[1])
		},
		word.Xor: func(l Logic[B], _ int, a [][]B, _ uint64) []B {
			return zip(func(x, y B) B { return xor(l, x, y) }, a[0], a[1])
		},
		word.Not: func(l Logic[B], _ int, a [][]B, _ uint64) []B { return notBits(l, a[0]) },
		word.Shl: func(l Logic[B], _ int, a [][]B, _ uint64) []B {
			return reverse(shiftDown(l, reverse(a[0]), a[1], l.Lit(false)))
		},
		word.Shru: func(l Logic[B], _ int, a [][]B, _ uint64) []B { return shiftDown(l, a[0], a[1], l.Lit(false)) },
		word.Shrs: func(l Logic[B], w int, a [][]B, _ uint64) []B { return shiftDown(l, a[0], a[1], a[0][w-1]) },
		word.Eq:   func(l Logic[B], _ int, a [][]B, _ uint64) []B { return []B{equal(l, a[0], a[1])} },
		word.Ltu:  func(l Logic[B], _ int, a [][]B, _ uint64) []B { return []B{less(l, a[0], a[1])} },
		word.Lts: func(l Logic[B], _ int, a [][]B, _ uint64) []B {
			return []B{less(l, flipTop(l, a[0]), flipTop(l, a[1]))}
		},
		word.Mux: func(l Logic[B], _ int, a [][]B, _ uint64) []B { return muxBits(l, a[0][0], a[1], a[2]) },
		word.Cat: func(_ Logic[B], _ int, a [][]B, _ uint64) []B { return append(append([]B(nil), a[1]...), a[0]...) },
		word.Slice: func(_ Logic[B], w int, a [][]B, imm uint64) []B {
			return append([]B(nil), a[0][imm:int(imm)+w]...)
		},
		word.Zext: func(l Logic[B], w int, a [][]B, _ uint64) []B { return extend(a[0], w, l.Lit(false)) },
		word.Sext: func(_ Logic[B], w int, a [][]B, _ uint64) []B { return extend(a[0], w, a[0][len(a[0])-1]) },
	}
}

// Apply computes the bits of op on args. It uses the rule of op if there is one, else the
// expansion in the table row of op.
func (r Rules[B]) Apply(l Logic[B], op word.Op, w int, args [][]B, imm uint64) ([]B, error) {
	if rule := r[op]; rule != nil {
		return rule(l, w, args, imm), nil
	}
	return r.Row(l, word.Table(op), w, args, imm)
}

// Row computes the bits of a row without a rule by its expansion.
func (r Rules[B]) Row(l Logic[B], row *word.Row, w int, args [][]B, imm uint64) ([]B, error) {
	if row.Expand == nil {
		return nil, fmt.Errorf("operator %s has neither a gate rule nor an expansion", row.Name)
	}
	leaves := make([]*word.Expr, len(args))
	bits := map[*word.Expr][]B{}
	for i, a := range args {
		leaves[i] = &word.Expr{Width: len(a), Leaf: fmt.Sprintf("$%d", i)}
		bits[leaves[i]] = a
	}
	return r.expr(l, row.Expand(&word.Builder{}, w, leaves, imm), bits)
}

// expr converts an expression graph to bits. The map `done` holds the nodes that have
// been converted.
func (r Rules[B]) expr(l Logic[B], e *word.Expr, done map[*word.Expr][]B) ([]B, error) {
	if bits, ok := done[e]; ok {
		return bits, nil
	}
	if e.IsConst() {
		return constBits(l, e.Width, e.Imm), nil
	}
	if e.Op == word.Bad {
		return nil, fmt.Errorf("expansion names an unknown leaf %q", e.Leaf)
	}
	args := make([][]B, len(e.Args))
	for i, a := range e.Args {
		bits, err := r.expr(l, a, done)
		if err != nil {
			return nil, err
		}
		args[i] = bits
	}
	bits, err := r.Apply(l, e.Op, e.Width, args, e.Imm)
	done[e] = bits
	return bits, err
}

func first[A, B any](a A, _ B) A { return a }

func or[B any](l Logic[B], a, b B) B { return l.Not(l.And(l.Not(a), l.Not(b))) }

// xor computes (a or b) and not (a and b).
func xor[B any](l Logic[B], a, b B) B {
	if k, ok := l.(Rich[B]); ok {
		return k.Xor(a, b)
	}
	return l.And(or(l, a, b), l.Not(l.And(a, b)))
}

func mux[B any](l Logic[B], c, x, y B) B {
	if k, ok := l.(Rich[B]); ok {
		return k.Mux(c, x, y)
	}
	return or(l, l.And(c, x), l.And(l.Not(c), y))
}

// carry computes the majority of three bits.
func carry[B any](l Logic[B], a, b, c B) B {
	if k, ok := l.(Rich[B]); ok {
		return k.Carry(a, b, c)
	}
	return or(l, l.And(a, b), l.And(c, or(l, a, b)))
}

func zip[B any](f func(x, y B) B, x, y []B) []B {
	out := make([]B, len(x))
	for i := range x {
		out[i] = f(x[i], y[i])
	}
	return out
}

func notBits[B any](l Logic[B], x []B) []B {
	out := make([]B, len(x))
	for i := range x {
		out[i] = l.Not(x[i])
	}
	return out
}

func muxBits[B any](l Logic[B], c B, x, y []B) []B {
	return zip(func(a, b B) B { return mux(l, c, a, b) }, x, y)
}

func constBits[B any](l Logic[B], w int, v uint64) []B {
	out := make([]B, w)
	for i := range out {
		out[i] = l.Lit(v>>i&1 == 1)
	}
	return out
}

func reverse[B any](x []B) []B {
	out := make([]B, len(x))
	for i := range x {
		out[len(x)-1-i] = x[i]
	}
	return out
}

func extend[B any](x []B, w int, fill B) []B {
	out := append([]B(nil), x...)
	for len(out) < w {
		out = append(out, fill)
	}
	return out
}

// addBits is a ripple-carry adder. The results are the sum and the outgoing carry.
func addBits[B any](l Logic[B], x, y []B, c B) ([]B, B) {
	out := make([]B, len(x))
	for i := range x {
		out[i] = xor(l, xor(l, x[i], y[i]), c)
		c = carry(l, x[i], y[i], c)
	}
	return out, c
}

// mulBits adds the rows (x and y_i) << i one by one. It uses only the low w bits of each row.
func mulBits[B any](l Logic[B], w int, x, y []B) []B {
	acc := constBits(l, w, 0)
	for i := range w {
		row := make([]B, w-i)
		for j := range row {
			row[j] = l.And(x[j], y[i])
		}
		sum, _ := addBits(l, acc[i:], row, l.Lit(false))
		copy(acc[i:], sum)
	}
	return acc
}

// divBits is restoring division with one quotient bit per row. Division by 0 needs no special
// case. In this case every row subtracts 0. The quotient is then all ones and the remainder is the
// dividend, as the operator table requires.
func divBits[B any](l Logic[B], x, y []B) (quotient, rest []B) {
	w := len(x)
	rest, quotient = constBits(l, w, 0), make([]B, w)
	minus := notBits(l, append(append([]B(nil), y...), l.Lit(false)))
	for i := w - 1; i >= 0; i-- {
		shifted := append([]B{x[i]}, rest...)
		diff, fits := addBits(l, shifted, minus, l.Lit(true))
		quotient[i] = fits
		rest = muxBits(l, fits, diff[:w], shifted[:w])
	}
	return quotient, rest
}

// shiftDown moves bits towards bit 0 and fills from the top. It has one stage for each bit of the
// amount that can be 1 in an amount below the width.
func shiftDown[B any](l Logic[B], x, amount []B, fill B) []B {
	n := min(len(amount), word.AmountBits(len(x)))
	for k := range n {
		moved := make([]B, len(x))
		for i := range moved {
			moved[i] = fill
			if j := i + 1<<k; j < len(x) {
				moved[i] = x[j]
			}
		}
		x = muxBits(l, amount[k], moved, x)
	}
	return append([]B(nil), x...)
}

// equal builds a balanced tree over the equalities of the bits.
func equal[B any](l Logic[B], x, y []B) B {
	same := zip(func(a, b B) B { return l.Not(xor(l, a, b)) }, x, y)
	for len(same) > 1 {
		var next []B
		for i := 0; i+1 < len(same); i += 2 {
			next = append(next, l.And(same[i], same[i+1]))
		}
		if len(same)%2 == 1 {
			next = append(next, same[len(same)-1])
		}
		same = next
	}
	return same[0]
}

// less computes the complement of the carry of x - y.
func less[B any](l Logic[B], x, y []B) B {
	c := l.Lit(true)
	for i := range x {
		c = carry(l, x[i], l.Not(y[i]), c)
	}
	return l.Not(c)
}

// flipTop complements the sign bit. This turns a signed comparison into an unsigned one.
func flipTop[B any](l Logic[B], x []B) []B {
	out := append([]B(nil), x...)
	out[len(x)-1] = l.Not(out[len(x)-1])
	return out
}
