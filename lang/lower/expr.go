package lower

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// word evaluates a scalar expression.
func (x *lowering) word(e tree.Expr) *ir.Value { return x.value(e, nil)[0].v }

func one(v *ir.Value) []leaf { return []leaf{{v: v}} }

// value evaluates e. dst holds one address for each object leaf, or is nil. An expression that
// makes new objects may write these objects to dst. dst must be nil if the evaluation may still
// read from those addresses.
func (x *lowering) value(e tree.Expr, dst []ir.Ref) []leaf {
	x.At = e.Span()
	switch e := e.(type) {
	case *tree.Const:
		return one(x.Const(wordOf(e.T), e.Cell))
	case *tree.ConstRef:
		if hasObject(e.T) {
			return x.read(x.place(e))
		}
		return x.constWords(e.T, e.Const.Cells)
	case *tree.BytesLit:
		return []leaf{x.literal(e)}
	case *tree.LocalRef, *tree.Index, *tree.FieldRef:
		p := x.place(e)
		x.At = e.Span()
		return x.read(p)
	case *tree.LayoutRef:
		return one(x.layoutRef(e))
	case *tree.Unary:
		return one(x.unary(e))
	case *tree.Binary:
		return one(x.binary(e))
	case *tree.Equal:
		return one(x.equal(e))
	case *tree.Convert:
		return one(x.conversion(e))
	case *tree.Bits:
		return one(x.wordBits(e))
	case *tree.FromBits:
		return one(x.fromBits(e))
	case *tree.Call:
		return x.call(e, dst)
	case *tree.Choose:
		if e.Lo != nil { // the bounds of the random choice come first
			x.word(e.Lo)
			x.word(e.Hi)
		}
		return x.value(e.Recv, dst)
	case *tree.ChooseBytes:
		x.word(e.Len)
		return x.value(e.Recv, dst)
	case *tree.StructLit:
		return x.parts(e.Args, e.T, nil)
	case *tree.EnumLit:
		return x.enumLit(e)
	case *tree.ArrayLit:
		return []leaf{x.arrayLit(e, dst)}
	case *tree.None:
		return append(one(x.Const(1, 0)), x.zeroLeaves(e.T.Elem)...)
	case *tree.Some:
		l := x.value(e.X, dst)
		return append(one(x.Const(1, 1)), l...)
	case *tree.Within:
		l := x.within(e)
		l[1].v = x.Word(word.Mux, l[1].v.Type, l[0].v, l[1].v, x.Const(l[1].v.Type, 0)) // an option without a value holds zero
		return l
	case *tree.Clamp:
		return one(x.clamp(e))
	case *tree.Len:
		n, _ := x.span(e.X)
		return one(x.convert(n, lengthType, e.T))
	case *tree.ToBytes:
		return []leaf{x.toBytes(e)}
	case *tree.Search:
		return x.search(e)
	case *tree.Parse:
		return x.parseValue(e)
	case *tree.HeadRecv:
		return one(x.headRecv(e))
	case *tree.Asked:
		return one(x.asked(e.Ask, false))
	case *tree.Lost:
		return one(x.lost(e))
	case *tree.LevelGet:
		return one(x.levelGet(x.device(e.Dev), e.At))
	case *tree.ChanRecv:
		return x.chanRecv(e, dst)
	case *tree.Write:
		return []leaf{x.layoutBytesOf(e)}
	case *tree.Sealed:
		return x.sealed(e)
	case *tree.TryRecv:
		return x.tryRecv(e)
	case *tree.TrySend:
		return one(x.trySend(e))
	case *tree.Now:
		return one(x.now())
	case *tree.MapGet:
		return x.mapGet(e, dst)
	}
	panic("lower: unknown expression")
}

var lengthType = tree.IntType(32, false)

// convert extends or truncates a word to the width of another type.
func (x *lowering) convert(v *ir.Value, from, to *tree.Type) *ir.Value {
	if isSigned(from) {
		return x.Sext(wordOf(to), v)
	}
	return x.Zext(wordOf(to), v)
}

func (x *lowering) unary(e *tree.Unary) *ir.Value {
	v := x.word(e.X)
	x.At = e.At
	if e.T.Kind == tree.Float {
		return x.floatUnary(e.Op, v)
	}
	if e.Op == tree.Neg {
		return x.Word(word.Sub, v.Type, x.Const(v.Type, 0), v)
	}
	return x.Word(word.Not, v.Type, v)
}

// arithmetic maps operators to one word operator each, unsigned and signed.
var arithmetic = map[tree.Op][2]word.Op{
	tree.Add: {word.Add, word.Add}, tree.Sub: {word.Sub, word.Sub}, tree.Mul: {word.Mul, word.Mul},
	tree.Div: {word.Divu, word.Divs}, tree.Rem: {word.Remu, word.Rems},
	tree.BitAnd: {word.And, word.And}, tree.BitOr: {word.Or, word.Or}, tree.BitXor: {word.Xor, word.Xor},
	tree.Shl: {word.Shl, word.Shl}, tree.Shr: {word.Shru, word.Shrs},
}

func (x *lowering) binary(e *tree.Binary) *ir.Value {
	if e.Op == tree.And || e.Op == tree.Or {
		return x.logic(e)
	}
	l := x.word(e.L)
	r := x.word(e.R)
	x.At = e.At
	signed := 0
	if isSigned(e.L.Type()) {
		signed = 1
	}
	if x.isSpecial(e) {
		return x.realBinary(e, l, r)
	}
	if ops, ok := arithmetic[e.Op]; ok {
		if e.Op == tree.Shl || e.Op == tree.Shr {
			r = x.amount(r, e.R.Type(), l.Type)
		}
		return x.Word(ops[signed], l.Type, l, r)
	}
	if e.L.Type().Kind == tree.Float {
		return x.floatCompare(e.Op, l, r)
	}
	less := []word.Op{word.Ltu, word.Lts}[signed]
	switch e.Op {
	case tree.Lt:
		return x.Word(less, 1, l, r)
	case tree.Gt:
		return x.Word(less, 1, r, l)
	case tree.Le:
		return x.not(x.Word(less, 1, r, l))
	default:
		return x.not(x.Word(less, 1, l, r))
	}
}

// amount extends a signed shift amount that has fewer bits than the amounts of shifts of w.
func (x *lowering) amount(r *ir.Value, t *tree.Type, w ir.Type) *ir.Value {
	if n := ir.Type(word.AmountBits(int(w))); isSigned(t) && r.Type < n {
		return x.Sext(n, r)
	}
	return r
}

// logic lowers `and` and `or`. The emitted code evaluates R only if L does not decide the result.
// A simple R without effects is always evaluated.
func (x *lowering) logic(e *tree.Binary) *ir.Value {
	if plain(e.R, 4) {
		l := x.word(e.L)
		r := x.word(e.R)
		x.At = e.At
		if e.Op == tree.And {
			return x.Word(word.And, 1, l, r)
		}
		return x.Word(word.Or, 1, l, r)
	}
	out := x.variable("logic", 1)
	yes, no, done := x.NewBlock(), x.NewBlock(), x.NewBlock()
	x.condition(e, yes, no)
	x.enter(yes)
	x.ssa.write(out, x.Const(1, 1))
	x.goTo(done)
	x.enter(no)
	x.ssa.write(out, x.Const(1, 0))
	x.goTo(done)
	x.enter(done)
	return x.ssa.read(out)
}

// plain reports whether e is at most n operations on available words.
func plain(e tree.Expr, n int) bool {
	if n == 0 {
		return false
	}
	switch e := e.(type) {
	case *tree.Const:
		return true
	case *tree.LocalRef:
		return e.Local.Type.IsScalar()
	case *tree.FieldRef:
		_, _, _, ok := path(e)
		return ok && e.T.IsScalar()
	case *tree.Unary:
		return plain(e.X, n-1)
	case *tree.Convert:
		return e.X.Type().Kind != tree.Float && e.T.Kind != tree.Float && plain(e.X, n-1)
	case *tree.Binary:
		costly := e.Op == tree.Mul || e.Op == tree.Div || e.Op == tree.Rem || e.L.Type().Kind == tree.Float
		return !costly && plain(e.L, n-1) && plain(e.R, n-1)
	case *tree.Equal:
		return e.L.Type().IsScalar() && e.L.Type().Kind != tree.Float && plain(e.L, n-1) && plain(e.R, n-1)
	}
	return false
}

// condition emits a jump to the block `yes` or the block `no`. Before the caller enters these
// blocks, it may add more jumps to them.
func (x *lowering) condition(e tree.Expr, yes, no *ir.Block) {
	switch e := e.(type) {
	case *tree.Unary:
		if e.Op == tree.Not {
			x.condition(e.X, no, yes)
			return
		}
	case *tree.Binary:
		if e.Op == tree.And || e.Op == tree.Or {
			mid := x.NewBlock()
			if e.Op == tree.And {
				x.condition(e.L, mid, no)
			} else {
				x.condition(e.L, yes, mid)
			}
			x.enter(mid)
			x.condition(e.R, yes, no)
			return
		}
	}
	c := x.word(e)
	x.At = e.Span()
	x.branch(c, yes, no)
}

// enumBits lowers the conversion of an enum to the number of its variant.
func (x *lowering) enumBits(e *tree.Bits) *ir.Value {
	v := x.word(e.X)
	x.At = e.At
	return x.variantNumber(e.X.Type().Enum, v, wordOf(e.T))
}

// variantNumber is the number of a variant: its index, or the table entry at that index.
func (x *lowering) variantNumber(t *tree.EnumDef, v *ir.Value, w ir.Type) *ir.Value {
	dense := true
	for k, variant := range t.Variants {
		dense = dense && variant.Value == uint64(k)
	}
	if dense {
		return x.Zext(w, v)
	}
	size := w.Bytes()
	mem := make([]byte, size*len(t.Variants))
	for k, variant := range t.Variants {
		for j := range size {
			mem[size*k+j] = byte(variant.Value >> (8 * j))
		}
	}
	o := x.lowerer.object("bits."+t.Name, mem, len(mem), min(size, 4), x.At)
	return x.Load(w, x.offset(ir.Ref{Obj: o}, x.Zext(32, v), size))
}

// parts evaluates the fields of a literal in source order. The result has their leaves in the
// order of the type, after the leaves in head.
func (x *lowering) parts(args []tree.Arg, t *tree.Type, head []leaf) []leaf {
	types := partsOf(t)
	got := make([][]leaf, len(types))
	for k, a := range args {
		i := partIndex(t, a.Index)
		l := x.value(a.Value, nil)
		for _, later := range args[k+1:] {
			if writes(later.Value) {
				l = x.keep(types[i], l)
				break
			}
		}
		got[i] = l
	}
	out := head
	for i, p := range types {
		if got[i] == nil {
			got[i] = x.zeroLeaves(p)
		}
		out = append(out, got[i]...)
	}
	return out
}

// keep copies the objects of a value that later evaluation may change.
func (x *lowering) keep(t *tree.Type, ls []leaf) []leaf {
	out := append([]leaf(nil), ls...)
	for k, lt := range leavesOf(t) {
		if lt.object && !ls[k].absent() && ls[k].ref.Obj.Kind != ir.ConstObj {
			r := x.temp(lt.t)
			x.copyLeaf(r, lt.t, ls[k])
			size, _ := sizeOf(lt.t)
			out[k] = leaf{ref: r, size: size}
		}
	}
	return out
}

func (x *lowering) enumLit(e *tree.EnumLit) []leaf {
	tag := one(x.Const(wordOf(tagType(e.T.Enum)), uint64(e.Variant)))
	if e.T.IsScalar() {
		return tag
	}
	first := payloadIndex(e.T.Enum, e.Variant)
	args := make([]tree.Arg, len(e.Args))
	for k, a := range e.Args {
		args[k] = tree.Arg{Index: first + a.Index, Value: a.Value}
	}
	return x.parts(args, e.T, tag)
}

// arrayLit writes the elements of an array literal to dst or to a new object.
func (x *lowering) arrayLit(e *tree.ArrayLit, dst []ir.Ref) leaf {
	size, _ := sizeOf(e.T)
	var r ir.Ref
	if len(dst) == 1 {
		r = dst[0]
	} else {
		r = x.temp(e.T)
	}
	stride, _ := sizeOf(e.T.Elem)
	for k, v := range e.Elems {
		l := x.value(v, nil)
		at := r
		at.Disp += k * stride
		x.write(place{t: e.T.Elem, ref: at}, l)
	}
	return leaf{ref: r, size: size}
}

// atMost is a <= b, or a < b if strictly is set. t decides whether the comparison is signed.
func (x *lowering) atMost(a, b *ir.Value, t *tree.Type, strictly bool) *ir.Value {
	op := word.Ltu
	if isSigned(t) {
		op = word.Lts
	}
	if strictly {
		return x.Word(op, 1, a, b)
	}
	return x.not(x.Word(op, 1, b, a))
}

func (x *lowering) within(e *tree.Within) []leaf {
	v := x.word(e.X)
	lo := x.word(e.Lo)
	hi := x.word(e.Hi)
	x.At = e.At
	t := e.X.Type()
	in := x.Word(word.And, 1, x.atMost(lo, v, t, false), x.atMost(v, hi, t, !e.Closed))
	n := x.convert(v, t, e.T.Elem)
	return []leaf{{v: in}, {v: x.Word(word.Mux, n.Type, in, n, x.Const(n.Type, 0))}}
}

// clamp lowers clamp as max(lo, min(x, hi)).
func (x *lowering) clamp(e *tree.Clamp) *ir.Value {
	v := x.word(e.X)
	lo := x.word(e.Lo)
	hi := x.word(e.Hi)
	x.At = e.At
	t := e.X.Type()
	v = x.Word(word.Mux, v.Type, x.atMost(hi, v, t, true), hi, v)
	v = x.Word(word.Mux, v.Type, x.atMost(v, lo, t, true), lo, v)
	return x.convert(v, t, e.T)
}
