package word

// Sum represents a bit as the exclusive or of bits of leaves. If One is set, it also includes
// 1.
type Sum struct {
	Of  [MaxLeaves]uint64 // for each leaf, the mask of its bits in the sum
	One bool
}

// MaxLeaves is the largest number of leaves for Linear.
const MaxLeaves = 4

// Linear gives each bit of e as a Sum of bits of leaves, lowest bit first. It returns false if
// some bit has no such form. Shifts, masks and exclusive ors are linear. A round of a cyclic
// redundancy check is therefore linear, even if it is written with other operators: `0 - (x and
// 1)` has the same bit of x in every position.
func Linear(e *Expr, leaves []string) ([]Sum, bool) {
	l := linear{leaves: leaves, done: map[*Expr][]Sum{}}
	bits := l.bits(e)
	return bits, bits != nil
}

type linear struct {
	leaves []string
	done   map[*Expr][]Sum // sums of each part; nil: some bit has no such form
}

func (l *linear) bits(e *Expr) []Sum {
	if bits, ok := l.done[e]; ok {
		return bits
	}
	bits := l.find(e)
	l.done[e] = bits
	return bits
}

func (l *linear) find(e *Expr) []Sum {
	switch {
	case e.IsConst():
		return number(e.Width, e.Imm)
	case e.Op == Bad:
		return l.leaf(e)
	}
	a := make([][]Sum, len(e.Args))
	for i, x := range e.Args {
		if a[i] = l.bits(x); a[i] == nil {
			return nil
		}
	}
	switch e.Op {
	case Cat:
		return append(append([]Sum(nil), a[1]...), a[0]...)
	case Slice:
		return a[0][e.Imm : int(e.Imm)+e.Width]
	case Zext:
		return extend(a[0], e.Width, Sum{})
	case Sext:
		return extend(a[0], e.Width, a[0][len(a[0])-1])
	case Shl, Shru, Shrs:
		return shifted(e.Op, a[0], a[1])
	case Sub:
		return difference(a[0], a[1])
	case Mux:
		return chosen(a[0][0], a[1], a[2])
	case Eq, Ne:
		return compared(e.Op, a[0], a[1])
	}
	return bitwise(e.Op, a)
}

func (l *linear) leaf(e *Expr) []Sum {
	for k, name := range l.leaves {
		if name == e.Leaf && k < MaxLeaves {
			out := make([]Sum, e.Width)
			for i := range out {
				out[i].Of[k] = 1 << i
			}
			return out
		}
	}
	return nil
}

func number(w int, v uint64) []Sum {
	out := make([]Sum, w)
	for i := range out {
		out[i].One = v>>i&1 == 1
	}
	return out
}

// Const returns the value of a constant bit.
func (s Sum) Const() (one, ok bool) { return s.One, s.Of == [MaxLeaves]uint64{} }

// is reports whether s is constant and equal to one.
func (s Sum) is(one bool) bool {
	v, ok := s.Const()
	return ok && v == one
}

func (s Sum) plus(t Sum) Sum {
	for k := range s.Of {
		s.Of[k] ^= t.Of[k]
	}
	s.One = s.One != t.One
	return s
}

func extend(a []Sum, w int, fill Sum) []Sum {
	out := append([]Sum(nil), a...)
	for len(out) < w {
		out = append(out, fill)
	}
	return out
}

// valueOf returns the value of the bits if all are constant.
func valueOf(a []Sum) (v uint64, ok bool) {
	for i, s := range a {
		one, ok := s.Const()
		if !ok {
			return 0, false
		}
		if one {
			v |= 1 << i
		}
	}
	return v, true
}

func shifted(op Op, a, by []Sum) []Sum {
	v, ok := valueOf(by)
	if !ok {
		return nil
	}
	n := int(min(Amount(v, len(a)), uint64(len(a))))
	switch op {
	case Shl:
		return append(make([]Sum, n), a[:len(a)-n]...)
	case Shrs:
		return extend(a[n:], len(a), a[len(a)-1])
	}
	return extend(a[n:], len(a), Sum{})
}

// bitwise computes an operator if each result bit depends only on the operand bits at the same
// position. An addition is bitwise if in each position at most one of the operands may have a
// set bit.
func bitwise(op Op, a [][]Sum) []Sum {
	out := make([]Sum, len(a[0]))
	for i := range out {
		x, y := a[0][i], Sum{}
		if len(a) > 1 {
			y = a[1][i]
		}
		ok := true
		switch op {
		case Not:
			out[i] = x.plus(Sum{One: true})
		case Xor:
			out[i] = x.plus(y)
		case And:
			out[i], ok = and(x, y)
		case Or: // x or y = x xor y xor (x and y)
			var both Sum
			both, ok = and(x, y)
			out[i] = x.plus(y).plus(both)
		case Add:
			out[i], ok = x.plus(y), x.is(false) || y.is(false)
		default:
			ok = false
		}
		if !ok {
			return nil
		}
	}
	return out
}

// and computes x and y. The result is a sum if one side is constant or both are equal.
func and(x, y Sum) (Sum, bool) {
	switch {
	case x.is(false) || y.is(false):
		return Sum{}, true
	case x.is(true) || x == y:
		return y, true
	case y.is(true):
		return x, true
	}
	return Sum{}, false
}

// difference computes x - y. The result is a sum if y is 0, or if x is 0 and y is one bit. In
// the second case, this bit appears in its own position and in all higher positions of the
// result.
func difference(a, b []Sum) []Sum {
	if v, ok := valueOf(b); ok && v == 0 {
		return a
	}
	v, ok := valueOf(a)
	if !ok || v != 0 {
		return nil
	}
	out := make([]Sum, len(a))
	found := false
	for i := range b {
		zero := b[i].is(false)
		switch {
		case !zero && found:
			return nil
		case !zero:
			found = true
			for k := i; k < len(out); k++ {
				out[k] = b[i]
			}
		}
	}
	return out
}

// chosen computes y xor (c and (x xor y)).
func chosen(c Sum, x, y []Sum) []Sum {
	out := make([]Sum, len(x))
	for i := range out {
		part, ok := and(c, x[i].plus(y[i]))
		if !ok {
			return nil
		}
		out[i] = y[i].plus(part)
	}
	return out
}

// compared computes a comparison. The result is a sum if the operands differ in at most one
// bit.
func compared(op Op, x, y []Sum) []Sum {
	differ := Sum{}
	found := false
	for i := range x {
		d := x[i].plus(y[i])
		switch {
		case d.is(false):
		case found && d != differ:
			return nil
		default:
			differ, found = d, true
		}
	}
	if op == Eq {
		differ = differ.plus(Sum{One: true})
	}
	return []Sum{differ}
}
