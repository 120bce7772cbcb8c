package types

import (
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// anyCall checks a generator: a call whose value the test run chooses.
//
//	any.bool()   any.u16()   any.i7()     any value of the type
//	any.range(a, b)                       a number of a..=b
//	any.bytes(n)                          n bytes
//	any.subset(s)                         of a [n]bool, some of the members
func (b *body) anyCall(e *syntax.CallExpr, f *syntax.FieldExpr) tree.Expr {
	b.test.tree.Chooses = true
	x0 := tree.Expr0{At: e.Span()}
	switch name := f.Name.Name; name {
	case "range":
		return b.anyRange(e)
	case "bytes":
		return b.anyBytes(e)
	case "subset":
		return b.anySubset(e)
	case "bool":
		x0.T = boolType()
	default:
		bits, signed, ok := intName(name)
		if !ok || bits > 64 {
			x := b.c.errorf(codes.UnknownName, f.Name.Span(), "there is no generator `any.%s`", name)
			b.c.suggest(x, name, []string{"bool", "bytes", "range", "subset", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"})
			return nil
		}
		x0.T = tree.IntType(bits, signed)
	}
	if len(e.Args) > 0 {
		b.c.errorf(codes.BadArguments, e.Span(), "`any.%s` takes no arguments", f.Name.Name).Hint("a number between two others is `any.range(a, b)`")
		return nil
	}
	return &tree.Choose{Expr0: x0, Recv: b.receivedNumber(x0)}
}

func (b *body) anyRange(e *syntax.CallExpr) tree.Expr {
	if len(e.Args) != 2 || e.Args[0].Name != nil || e.Args[1].Name != nil {
		b.c.errorf(codes.BadArguments, e.Span(), "expected the least and the largest number, as in `any.range(1, 6)`")
		return nil
	}
	lo, hi := b.number(e.Args[0].Value), b.number(e.Args[1].Value)
	if lo == nil || hi == nil {
		return nil
	}
	all := facts.All(lo.Type()).Hull(facts.All(hi.Type()))
	word := facts.WordFor(all)
	switch {
	case word == nil:
		b.c.errorf(codes.TooWide, e.Span(), "64 bits cannot hold both bounds")
		return nil
	case facts.All(hi.Type()).Hi.Less(facts.All(lo.Type()).Lo):
		b.c.errorf(codes.BadSize, e.Span(), "this range has no member")
		return nil
	}
	t := facts.RangeType(interval.Set{Lo: facts.All(lo.Type()).Lo, Hi: facts.All(hi.Type()).Hi})
	x0 := tree.Expr0{At: e.Span(), T: t}
	return &tree.Choose{Expr0: x0, Lo: toWord(lo, word), Hi: toWord(hi, word), Recv: b.receivedNumber(x0)}
}

func (b *body) anyBytes(e *syntax.CallExpr) tree.Expr {
	if len(e.Args) != 1 || e.Args[0].Name != nil {
		b.c.errorf(codes.BadArguments, e.Span(), "expected the number of bytes, as in `any.bytes(n)`")
		return nil
	}
	n := b.number(e.Args[0].Value)
	if n == nil {
		return nil
	}
	known := b.facts.Bounds(n)
	if known.Lo.Sign() < 0 || known.Hi.BitLen() > 20 {
		b.c.errorf(codes.BadSize, e.Args[0].Span(), "the number of bytes is not bounded").
			Labelf("%s to %s", known.Lo, known.Hi).Hint("give it a range type, as with `any.range(0, 64)`")
		return nil
	}
	most := int(known.Hi.Uint64())
	x0 := tree.Expr0{At: e.Span(), T: tree.BytesType(most)}
	return &tree.ChooseBytes{Expr0: x0, Len: n, Recv: b.receiver(most, x0)}
}

func (b *body) anySubset(e *syntax.CallExpr) tree.Expr {
	x := b.oneArgument(e, "any.subset", nil)
	if x == nil {
		return nil
	}
	if t := x.Type(); t.Kind != tree.Array || t.Elem.Kind != tree.Bool {
		b.c.errorf(codes.Mismatch, x.Span(), "`any.subset` takes a `[n]bool`, found %s", describe(t))
		return nil
	}
	b.test.tree.HostOnly = true
	return &tree.ChooseSubset{Expr0: tree.Expr0{At: e.Span(), T: x.Type()}, X: x}
}
