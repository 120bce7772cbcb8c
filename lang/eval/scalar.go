package eval

import "github.com/sinter-lang/sinter/lang/tree"

// scalar compiles an expression that has one cell.
func (c *compiler) scalar(x tree.Expr) scalarCode {
	switch x := x.(type) {
	case *tree.Const:
		v := x.Cell
		return func(*machine) uint64 { return v }
	case *tree.LocalRef:
		return c.loadLocal(x.Local)
	case *tree.Unary:
		return c.unary(x)
	case *tree.Binary:
		return c.binary(x)
	case *tree.Equal:
		return c.equal(x)
	case *tree.Convert:
		return c.convert(x)
	case *tree.Bits:
		return c.bits(x)
	case *tree.FromBits:
		return c.fromBits(x)
	case *tree.Index, *tree.FieldRef:
		at := c.addr(x)
		return func(m *machine) uint64 { return m.mem[at(m)] }
	case *tree.Call:
		call := c.call(x)
		return func(m *machine) uint64 { call(m); return m.ret }
	case *tree.EnumLit:
		v := uint64(x.Variant)
		return func(*machine) uint64 { return v }
	case *tree.Search:
		return c.search(x)
	case *tree.Clamp:
		return c.clamp(x)
	case *tree.Len:
		return c.length(x.X)
	case *tree.HeadRecv:
		return c.headRecv(x)
	case *tree.Asked:
		return c.asked(x.Ask)
	case *tree.Lost:
		dev := c.scalar(x.Dev)
		return func(m *machine) uint64 { return m.lost[int(dev(m))] }
	case *tree.LevelGet:
		dev := c.scalar(x.Dev)
		return func(m *machine) uint64 { return m.level(int(dev(m))) }
	case *tree.ChanRecv:
		return c.recvScalar(x)
	case *tree.TrySend:
		return c.trySend(x)
	case *tree.Now:
		return (*machine).now
	case *tree.LayoutRef:
		return c.layoutRef(x)
	case *tree.MapGet:
		return c.mapGetScalar(x)
	case *tree.Choose:
		return c.chosen(x)
	case *tree.Take:
		return c.takenLevel(x)
	}
	panic(unknown("scalar", x))
}

func (c *compiler) loadLocal(l *tree.Local) scalarCode {
	p := c.locals[l]
	at := p.addr
	if p.indirect {
		return func(m *machine) uint64 { return m.mem[m.mem[at]] }
	}
	return func(m *machine) uint64 { return m.mem[at] }
}

// word is the width and sign of a scalar, which determine how results are truncated.
type word struct {
	bits   uint
	signed bool
	mask   uint64
	shift  uint // 64 - bits
}

func wordOf(t *tree.Type) word {
	bits, signed := t.Word()
	w := word{bits: uint(bits), signed: signed, shift: uint(64 - bits)}
	w.mask = ^uint64(0) >> w.shift
	return w
}

// cut keeps the low bits and extends them to a full cell.
func (w word) cut(v uint64) uint64 {
	if w.signed {
		return uint64(int64(v<<w.shift) >> w.shift)
	}
	return v & w.mask
}

// cutting returns f with its result truncated by cut.
func (w word) cutting(f scalarCode) scalarCode {
	mask, shift := w.mask, w.shift
	switch {
	case w.bits == 64:
		return f
	case w.signed:
		return func(m *machine) uint64 { return uint64(int64(f(m)<<shift) >> shift) }
	}
	return func(m *machine) uint64 { return f(m) & mask }
}

func (c *compiler) convert(x *tree.Convert) scalarCode {
	if x.T.IsReal() || x.X.Type().IsReal() {
		return c.realConvert(x)
	}
	f, w := c.scalar(x.X), wordOf(x.T)
	from := wordOf(x.X.Type())
	if from.bits <= w.bits && (from.signed == w.signed || !from.signed && from.bits < w.bits) {
		return f // the cell is already extended
	}
	return w.cutting(f)
}

// bits compiles the conversion of an enum to the number of its variant.
func (c *compiler) bits(x *tree.Bits) scalarCode {
	if x.X.Type().IsReal() {
		return c.realBits(x)
	}
	f := c.scalar(x.X)
	variants := x.X.Type().Enum.Variants
	values := make([]uint64, len(variants))
	for i, v := range variants {
		values[i] = v.Value
	}
	return func(m *machine) uint64 { return values[f(m)] }
}

func (c *compiler) unary(x *tree.Unary) scalarCode {
	f := c.scalar(x.X)
	if x.T.Kind == tree.Float {
		return floatUnary(x, f)
	}
	switch x.Op {
	case tree.Not:
		return func(m *machine) uint64 { return f(m) ^ 1 }
	case tree.Neg:
		return wordOf(x.T).cutting(func(m *machine) uint64 { return -f(m) })
	}
	return wordOf(x.T).cutting(func(m *machine) uint64 { return ^f(m) })
}

// binary compiles an operator. Operand cells are already extended. Addition, multiplication and
// bit operations therefore only need to truncate the result, and the result of a comparison is
// complete.
func (c *compiler) binary(x *tree.Binary) scalarCode {
	l := c.scalar(x.L)
	switch t := x.L.Type(); {
	case t.Kind == tree.Float:
		return floatBinary(x, l, c.scalar(x.R))
	case t.Kind == tree.Fix && (x.Op == tree.Mul || x.Op == tree.Div):
		return fixBinary(x, l, c.scalar(x.R))
	}
	if k, ok := x.R.(*tree.Const); ok {
		if f := withConst(x, l, k.Cell); f != nil {
			return f
		}
	}
	r, w := c.scalar(x.R), wordOf(x.L.Type())
	switch x.Op {
	case tree.Add:
		return w.cutting(func(m *machine) uint64 { a := l(m); return a + r(m) })
	case tree.Sub:
		return w.cutting(func(m *machine) uint64 { a := l(m); return a - r(m) })
	case tree.Mul:
		return w.cutting(func(m *machine) uint64 { a := l(m); return a * r(m) })
	case tree.BitAnd:
		return func(m *machine) uint64 { a := l(m); return a & r(m) }
	case tree.BitOr:
		return func(m *machine) uint64 { a := l(m); return a | r(m) }
	case tree.BitXor:
		return func(m *machine) uint64 { a := l(m); return a ^ r(m) }
	case tree.And:
		return func(m *machine) uint64 { return ifThen(l(m) != 0, r, m, 0) }
	case tree.Or:
		return func(m *machine) uint64 { return ifThen(l(m) == 0, r, m, 1) }
	case tree.Div, tree.Rem:
		return divide(x.Op, l, r, w)
	case tree.Shl, tree.Shr:
		return shift(x.Op, l, r, w)
	}
	return compare(x.Op, l, r, w.signed)
}

// ifThen returns the value of r if c holds, else v.
func ifThen(c bool, r scalarCode, m *machine, v uint64) uint64 {
	if c {
		return r(m)
	}
	return v
}

// withConst compiles frequent operators whose right operand is a constant.
func withConst(x *tree.Binary, l scalarCode, k uint64) scalarCode {
	w := wordOf(x.L.Type())
	switch x.Op {
	case tree.Add:
		return w.cutting(func(m *machine) uint64 { return l(m) + k })
	case tree.Sub:
		return w.cutting(func(m *machine) uint64 { return l(m) - k })
	case tree.BitAnd:
		return func(m *machine) uint64 { return l(m) & k }
	case tree.BitXor:
		return func(m *machine) uint64 { return l(m) ^ k }
	case tree.Shl:
		if n := w.amount(k); n < w.bits {
			return w.cutting(func(m *machine) uint64 { return l(m) << n })
		}
	case tree.Shr:
		if n := w.amount(k); n < w.bits && !w.signed {
			return func(m *machine) uint64 { return l(m) >> n }
		}
	}
	return nil
}

func one(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func compare(op tree.Op, l, r scalarCode, signed bool) scalarCode {
	switch {
	case op == tree.Lt && signed:
		return func(m *machine) uint64 { a := l(m); return one(int64(a) < int64(r(m))) }
	case op == tree.Lt:
		return func(m *machine) uint64 { a := l(m); return one(a < r(m)) }
	case op == tree.Le && signed:
		return func(m *machine) uint64 { a := l(m); return one(int64(a) <= int64(r(m))) }
	case op == tree.Le:
		return func(m *machine) uint64 { a := l(m); return one(a <= r(m)) }
	case op == tree.Gt && signed:
		return func(m *machine) uint64 { a := l(m); return one(int64(a) > int64(r(m))) }
	case op == tree.Gt:
		return func(m *machine) uint64 { a := l(m); return one(a > r(m)) }
	case signed:
		return func(m *machine) uint64 { a := l(m); return one(int64(a) >= int64(r(m))) }
	}
	return func(m *machine) uint64 { a := l(m); return one(a >= r(m)) }
}

// divide compiles / and % for all operands: x/0 is all ones, x%0 is x, min/-1 is min, min%-1 is 0.
func divide(op tree.Op, l, r scalarCode, w word) scalarCode {
	return func(m *machine) uint64 {
		a := l(m)
		b := r(m)
		switch {
		case b == 0 && op == tree.Div:
			return w.cut(^uint64(0))
		case b == 0:
			return a
		case w.signed && int64(b) == -1 && op == tree.Div:
			return w.cut(-a)
		case w.signed && int64(b) == -1:
			return 0
		case w.signed && op == tree.Div:
			return uint64(int64(a) / int64(b))
		case w.signed:
			return uint64(int64(a) % int64(b))
		case op == tree.Div:
			return a / b
		}
		return a % b
	}
}

// amount takes a shift amount modulo the smallest power of two that is at least the width.
func (w word) amount(v uint64) uint {
	p := uint(1)
	for p < w.bits {
		p *= 2
	}
	return uint(v) & (p - 1)
}

func shift(op tree.Op, l, r scalarCode, w word) scalarCode {
	return func(m *machine) uint64 {
		a := l(m)
		n := w.amount(r(m))
		switch {
		case op == tree.Shl && n >= w.bits:
			return 0
		case op == tree.Shl:
			return w.cut(a << n)
		case w.signed:
			return uint64(int64(a) >> min(n, w.bits-1))
		case n >= w.bits:
			return 0
		}
		return a >> n
	}
}

func (c *compiler) clamp(x *tree.Clamp) scalarCode {
	v, lo, hi := c.scalar(x.X), c.scalar(x.Lo), c.scalar(x.Hi)
	signed := wordOf(x.X.Type()).signed
	return func(m *machine) uint64 {
		a := v(m)
		low := lo(m)
		high := hi(m)
		if less(high, a, signed) {
			a = high
		}
		if less(a, low, signed) {
			a = low
		}
		return a
	}
}

func less(a, b uint64, signed bool) bool {
	if signed {
		return int64(a) < int64(b)
	}
	return a < b
}
