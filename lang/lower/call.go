package lower

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// extent is the size and the alignment of an object parameter in an instance. align is 0
// unless the alignment is larger than the type requires.
type extent struct{ size, align int }

// argument is an evaluated argument of a call.
type argument struct {
	words []*ir.Value
	refs  []ir.Ref
	sizes []extent
	back  place // location of the variable of an inout parameter
	ends  ends  // the channel end or device, for a parameter of that type
}

// call evaluates the arguments in source order, calls the instance and splits the results into
// leaves. Arrays in the result go to dst or to new objects.
func (x *lowering) call(e *tree.Call, dst []ir.Ref) []leaf {
	args := make([]argument, len(e.Func.Params))
	for _, a := range e.Args {
		args[a.Index] = x.argument(e.Func.Params[a.Index], a.Value)
	}
	x.At = e.At
	var words []*ir.Value
	var refs []ir.Ref
	var sizes []extent
	for _, a := range args {
		words, refs, sizes = append(words, a.words...), append(refs, a.refs...), append(sizes, a.sizes...)
	}
	out := make([]leaf, 0, 4)
	for _, lt := range leavesOf(e.Func.Result) {
		if !lt.object {
			out = append(out, leaf{})
			continue
		}
		size, _ := sizeOf(lt.t)
		var r ir.Ref
		if len(dst) > 0 {
			r, dst = dst[0], dst[1:]
		} else {
			r = x.temp(lt.t)
		}
		out = append(out, leaf{ref: r, size: size})
		refs, sizes = append(refs, r), append(sizes, extent{size: size})
	}
	results := x.callEach(e.Func, args, sizes, words, refs)
	for k := range out {
		if out[k].ref.Obj == nil {
			out[k].v, results = results[0], results[1:]
		}
	}
	for k, p := range e.Func.Params {
		if p.Kind == tree.InOutLocal && p.Type.Kind != tree.Slice {
			results = x.writeBack(args[k].back, results)
		}
	}
	return out
}

// argument evaluates one argument.
func (x *lowering) argument(p *tree.Local, e tree.Expr) argument {
	if p.Type.Kind == tree.Slice {
		return x.sliceArg(e)
	}
	if isEnd(p.Type) {
		return argument{ends: x.endsOf(e)}
	}
	at := x.place(e)
	x.At = e.Span()
	a := argument{back: at}
	for k, l := range x.read(at) {
		if l.v != nil {
			a.words = append(a.words, l.v)
			continue
		}
		lt := leavesOf(p.Type)[k]
		if l.absent() || l.n != nil { // a view gets a header, an absent leaf gets space
			r := x.temp(lt.t)
			x.copyLeaf(r, lt.t, l)
			l.ref = r
			l.size, _ = sizeOf(lt.t)
		}
		a.refs, a.sizes = append(a.refs, l.ref), append(a.sizes, extent{size: l.size})
	}
	return a
}

// writeBack stores the scalars of an inout argument from the first results. It returns the
// other results.
func (x *lowering) writeBack(at place, results []*ir.Value) []*ir.Value {
	offsets := leafOffsets(at.t)
	for k, lt := range leavesOf(at.t) {
		if lt.object {
			continue
		}
		v := results[0]
		results = results[1:]
		if at.slots != nil {
			x.ssa.write(at.slots[k].v, v)
			continue
		}
		r := at.ref
		r.Disp += offsets[k]
		x.storeScalar(v, lt.t, r)
	}
	return results
}

// sliceArg returns the argument for a slice: the whole object that contains it, the offset of its
// first element in bytes, and the length of the slice.
func (x *lowering) sliceArg(e tree.Expr) argument {
	base, start, n := x.slice(e)
	is := extent{size: base.size}
	if base.ref.Off == nil && base.ref.Disp%4 == 0 && base.ref.Obj.Align == 4 {
		is.align = 4
	}
	return argument{words: []*ir.Value{start, n}, refs: []ir.Ref{base.ref}, sizes: []extent{is}}
}

// slice evaluates a slice: a parameter, or a part of an array, bytes or another slice. start is
// the offset of the slice's first element in base.
func (x *lowering) slice(e tree.Expr) (base leaf, start, n *ir.Value) {
	s, ok := e.(*tree.SliceOf)
	if !ok {
		return x.sliceBase(e)
	}
	base, start, n = x.sliceBase(s.X)
	if s.Lo != nil {
		lo := x.word(s.Lo)
		hi := x.word(s.Hi)
		x.At = s.At
		lo, hi = x.bounds(s, lo, hi, n)
		stride, _ := sizeOf(s.T.Elem)
		start = x.Word(word.Add, 32, start, x.times(lo, stride))
		n = x.Word(word.Sub, 32, hi, lo)
	}
	return base, start, n
}

// sliceBase returns the object, the offset of the first element and the length of an array,
// bytes or slice.
func (x *lowering) sliceBase(e tree.Expr) (base leaf, start, n *ir.Value) {
	t := e.Type()
	if p, ok := e.(*tree.LocalRef); ok && t.Kind == tree.Slice {
		s := x.slotsOf(p.Local)
		return leaf{ref: s[0].ref, size: s[0].size}, x.ssa.read(s[1].v), x.ssa.read(s[2].v)
	}
	if t.Kind == tree.Slice {
		return x.slice(e)
	}
	base = x.object(x.place(e))
	x.At = e.Span()
	if t.Kind == tree.Array {
		return base, x.Const(32, 0), x.Const(32, uint64(t.Len))
	}
	if base.n != nil {
		r := x.temp(t)
		x.copyLeaf(r, t, base)
		size, _ := sizeOf(t)
		base = leaf{ref: r, size: size}
	}
	n, _ = x.bytesOf(base)
	return base, x.Const(32, 4), n
}

// bounds checks 0 <= lo <= hi <= n and returns lo and hi as i32.
func (x *lowering) bounds(s *tree.SliceOf, lo, hi, n *ir.Value) (*ir.Value, *ir.Value) {
	wide := max(lo.Type, 32)
	if isSigned(s.Lo.Type()) { // as unsigned, a negative number exceeds any length
		lo, hi = x.Sext(wide, lo), x.Sext(wide, hi)
	} else {
		lo, hi = x.Zext(wide, lo), x.Zext(wide, hi)
	}
	if !s.Proved {
		ordered := x.not(x.Word(word.Ltu, 1, hi, lo))
		inside := x.not(x.Word(word.Ltu, 1, x.Zext(wide, n), hi))
		x.Check(x.Word(word.And, 1, ordered, inside), s.Site)
	}
	return x.Zext(32, lo), x.Zext(32, hi)
}
