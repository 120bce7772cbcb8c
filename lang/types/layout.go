package types

import (
	"math/big"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/record"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// maxLayout bounds the bytes of one message.
const maxLayout = 1 << 20

// layouter is the state while the fields of a layout are resolved.
type layouter struct {
	c    *checker
	b    *body
	def  *tree.LayoutDef
	bits int       // bit offset of the next field modulo 8
	open diag.Span // the field that takes the remaining bytes, if any
	ok   bool
}

func (c *checker) layoutDecl(n *syntax.LayoutDecl) *tree.Type {
	def := &tree.LayoutDef{Name: n.Name.Name, Span: n.Name.Span()}
	w := &layouter{c: c, b: c.newScratch(), def: def, ok: true}
	w.b.layout = &layoutScope{def: def}
	before := c.failed
	if !c.fewMembers(len(n.Fields), n.Name) {
		return nil
	}
	for i := range n.Fields {
		w.field(&n.Fields[i])
	}
	if c.failed == before && w.bits%8 != 0 {
		w.errorf(n.Name.Span(), "the layout `%s` ends within a byte", def.Name).
			Labelf("%d bits more than whole bytes", w.bits%8).Hint("add a field `_: u%d`", 8-w.bits%8)
	}
	if k := def.SealedField(); k >= 0 && def.Fields[k].Seal == tree.InetSum && def.Max > 8*maxInetSum {
		w.sealf(def.Fields[k].Span, "an inet_sum seals at most %d bytes", maxInetSum)
	}
	if def.Max > 8*maxLayout {
		c.errorf(codes.TooLarge, n.Name.Span(), "a message of `%s` may have more than %d bytes", def.Name, maxLayout)
	}
	if !w.ok || c.failed != before {
		return nil
	}
	def.Min /= 8
	def.Max /= 8
	return &tree.Type{Kind: tree.Layout, Layout: def}
}

func (w *layouter) errorf(at diag.Span, format string, args ...any) *diag.Error {
	w.ok = false
	return w.c.errorf(codes.BadLayout, at, format, args...)
}

// field resolves one field. Until the last step, Min and Max are in bits.
func (w *layouter) field(n *syntax.LayoutField) {
	f := tree.LayoutField{Name: n.Name.Name, Offset: -1, Little: n.Little, Span: n.Name.Span()}
	if n.Name.IsBlank() {
		f.Name = ""
	}
	if !w.open.IsZero() {
		w.errorf(n.Span(), "no field can follow one that takes the rest").Note(w.open, "it takes the rest")
		return
	}
	least, most, ok := w.part(n, &f)
	if !ok {
		w.ok = false
		return
	}
	if n.Seal != nil {
		w.seal(n, &f)
	}
	w.place(n, &f)
	w.values(n, &f)
	if n.When != nil {
		w.when(n, &f)
		least = 0
	}
	w.name(n, &f)
	w.def.Min += least
	w.def.Max = min(w.def.Max+most, 16*maxLayout)
	w.def.Fields = append(w.def.Fields, f)
}

// part finds the type of the field's part, and its minimum and maximum size in bits.
func (w *layouter) part(n *syntax.LayoutField, f *tree.LayoutField) (least, most int, ok bool) {
	if t, isBytes := n.Type.(*syntax.BytesType); isBytes {
		f.Kind = tree.LayoutBytes
		return w.bytes(t, f)
	}
	f.Part = w.c.newScratch().anyType(n.Type)
	if f.Part == nil {
		return 0, 0, false
	}
	switch t := f.Part; {
	case t.Kind == tree.Int:
		f.Kind, f.Bits, f.Signed = tree.LayoutInt, t.Bits, t.Signed
	case t.Kind == tree.Enum && t.Enum.Bits > 0 && t.IsScalar():
		f.Kind, f.Bits = tree.LayoutEnum, t.Enum.Bits
	case t.Kind == tree.Enum:
		w.errorf(n.Type.Span(), "an enum in a layout has a stated width and carries no values").
			Note(t.Enum.Span, "declared here").Hint("write `enum %s: u8 { }`", t.Enum.Name)
		return 0, 0, false
	case t.Kind == tree.Layout:
		f.Kind = tree.LayoutSub
		if takesRest(t.Layout) {
			w.open = n.Span()
		}
		return t.Layout.Min * 8, t.Layout.Max * 8, true
	default:
		w.errorf(n.Type.Span(), "a layout is made of integers, enums, layouts and bytes, not of %s", describe(t))
		return 0, 0, false
	}
	return f.Bits, f.Bits, true
}

func takesRest(d *tree.LayoutDef) bool {
	if len(d.Fields) == 0 {
		return false
	}
	f := d.Fields[len(d.Fields)-1]
	return f.Kind == tree.LayoutBytes && f.Size == tree.SizeRest || f.Kind == tree.LayoutSub && takesRest(f.Part.Layout)
}

// bytes resolves the types bytes<e>, bytes<..N> and bytes<*..N>.
func (w *layouter) bytes(t *syntax.BytesType, f *tree.LayoutField) (least, most int, ok bool) {
	if t.Kind != syntax.BytesOf {
		n, fine := w.c.newScratch().size(t.Size, "capacity")
		if !fine || n > maxLayout || t.Kind == syntax.BytesPrefix && n > 1<<16-1 {
			if fine {
				w.errorf(t.Span(), "a capacity of %d is not possible here", n)
			}
			return 0, 0, false
		}
		f.Part = tree.BytesType(n)
		f.Size = tree.SizePrefix
		if t.Kind == syntax.BytesRest {
			f.Size = tree.SizeRest
			w.open = t.Span()
			return 0, n * 8, true
		}
		return 16, 16 + n*8, true
	}
	x := w.expr(func() tree.Expr { return w.b.number(t.Size) })
	if x == nil {
		return 0, 0, false
	}
	if len(w.b.layout.needs) > 0 {
		w.errorf(t.Size.Span(), "a length cannot depend on a part that may be absent")
		return 0, 0, false
	}
	s := facts.All(x.Type())
	if s.Lo.Sign() < 0 || interval.Int(maxLayout).Less(s.Hi) {
		w.errorf(t.Size.Span(), "this length is %s to %s, expected 0 to %d", s.Lo, s.Hi, maxLayout).
			Hint("bound the field it depends on, as in `ihl: u4 in 5..=15`")
		return 0, 0, false
	}
	f.Len, f.Part = x, tree.BytesType(int(s.Hi.Uint64()))
	return int(s.Lo.Uint64()) * 8, int(s.Hi.Uint64()) * 8, true
}

// expr checks an expression that may use earlier fields.
func (w *layouter) expr(check func() tree.Expr) tree.Expr {
	w.b.layout.needs = nil
	x := check()
	plain := true
	tree.Walk(x, func(e tree.Expr) {
		switch e.(type) {
		case *tree.Const, *tree.LayoutRef, *tree.Unary, *tree.Binary, *tree.Equal, *tree.Convert, *tree.Bits:
		default:
			plain = false
		}
		if !e.Type().IsScalar() {
			plain = false
		}
	})
	if !plain {
		w.errorf(x.Span(), "expressions in a layout are made of constants, earlier fields and operators")
		return nil
	}
	return x
}

// place checks the bit offsets where the field begins and ends.
func (w *layouter) place(n *syntax.LayoutField, f *tree.LayoutField) {
	whole := f.Kind == tree.LayoutSub || f.Kind == tree.LayoutBytes
	start := w.bits
	if !whole {
		w.bits = (w.bits + f.Bits) % 8
	}
	why := ""
	switch {
	case whole:
		why = "bytes and layouts begin at a whole byte"
	case n.When != nil:
		why = "an optional field is made of whole bytes"
	case n.Little:
		why = "`little` is for whole bytes"
	case n.Seal != nil:
		why = "a seal begins at a whole byte"
	}
	if why != "" && (start != 0 || w.bits != 0) {
		w.errorf(n.Span(), "%s, this field begins %d bits and ends %d bits after one", why, start, w.bits)
	}
	if n.Little && whole {
		w.errorf(n.Span(), "`little` is for integers and enums")
	}
}

// values resolves the allowed values: `= const` and `in a..=b`.
func (w *layouter) values(n *syntax.LayoutField, f *tree.LayoutField) {
	if (n.Fixed != nil || n.In != nil) && (f.Kind == tree.LayoutSub || f.Kind == tree.LayoutBytes) {
		w.errorf(n.Span(), "only integers and enums have `=` and `in`")
		return
	}
	scratch := w.c.newScratch()
	if n.Fixed != nil {
		x := scratch.value(n.Fixed, f.Part)
		if x == nil {
			w.ok = false
			return
		}
		cells, ok := scratch.evaluate(x, n.Fixed.Span())
		if w.ok = w.ok && ok; ok {
			f.Fixed = &cells[0]
		}
	}
	if n.In != nil {
		w.bound(n, f)
	}
	f.Blank = blank(f)
}

// blank is the number that a program writes for a field without a name: the fixed value, or else
// the allowed value nearest to zero.
func blank(f *tree.LayoutField) uint64 {
	zero := new(big.Int)
	switch {
	case f.Fixed != nil:
		return *f.Fixed
	case f.Bound && tree.CellValue(f.Low, f.Part).Cmp(zero) > 0:
		return f.Low
	case f.Bound && tree.CellValue(f.High, f.Part).Cmp(zero) < 0:
		return f.High
	}
	return 0
}

// sealWidths are the widths of the checksums in bits.
var sealWidths = map[tree.SealKind]int{tree.CRC32: 32, tree.InetSum: 16}

// maxInetSum bounds a layout with an inet_sum, so that 32 bits hold the sum.
const maxInetSum = 1 << 16

// seal resolves a seal, which is a checksum field: `= seal crc32` or `= seal all inet_sum`.
func (w *layouter) seal(n *syntax.LayoutField, f *tree.LayoutField) {
	at := n.Seal.Span()
	switch n.Seal.Algorithm.Name {
	case "crc32":
		f.Seal = tree.CRC32
	case "inet_sum":
		f.Seal = tree.InetSum
	default:
		w.ok = false
		w.c.unknown(n.Seal.Algorithm, "seal", []string{"crc32", "inet_sum"})
		return
	}
	f.All, f.At = n.Seal.All, w.def.Min/8
	width := sealWidths[f.Seal]
	old := w.def.SealedField()
	switch {
	case f.Kind != tree.LayoutInt || f.Signed || f.Bits != width || f.Name == "":
		w.sealf(at, "the seal `%s` is a field with a name and the type `u%d`", n.Seal.Algorithm.Name, width)
	case n.In != nil || n.When != nil:
		w.sealf(at, "a seal has no `in` and no `when`")
	case old >= 0:
		w.sealf(at, "a layout has one seal").Note(w.def.Fields[old].Span, "the other one").
			Hint("put the part that it seals into a layout of its own")
	case f.All && f.Seal == tree.CRC32:
		w.sealf(at, "`crc32` seals the bytes before it, not all").Hint("write `= seal crc32` after them")
	case f.All && (w.def.Min != w.def.Max || w.def.Min%16 != 0):
		w.sealf(at, "a seal over all bytes stands at a constant, even place")
	}
}

func (w *layouter) sealf(at diag.Span, format string, args ...any) *diag.Error {
	w.ok = false
	return w.c.errorf(codes.BadSeal, at, format, args...)
}

func (w *layouter) bound(n *syntax.LayoutField, f *tree.LayoutField) {
	t := w.c.newScratch().rangeType(n.In)
	switch {
	case t == nil:
		w.ok = false
	case f.Kind != tree.LayoutInt:
		w.errorf(n.In.Span(), "only integers have `in`")
	case !f.Part.Holds(t.Lo, t.Hi):
		w.errorf(n.In.Span(), "`%s` does not hold all of %s", f.Part, t)
	default:
		f.Bound, f.Low, f.High = true, tree.CellOf(t.Lo), tree.CellOf(t.Hi)
	}
}

func (w *layouter) when(n *syntax.LayoutField, f *tree.LayoutField) {
	if f.Kind == tree.LayoutBytes && f.Size == tree.SizeRest {
		w.errorf(n.When.Span(), "bytes that take the rest are not optional")
	}
	f.When = w.expr(func() tree.Expr { return w.b.condition(n.When) })
	f.Needs = w.b.layout.needs
	if f.When == nil {
		w.ok = false
	}
}

// name assigns cells (64-bit slots of the value) to the field.
func (w *layouter) name(n *syntax.LayoutField, f *tree.LayoutField) {
	if f.Name == "" {
		return
	}
	for _, old := range w.def.Fields {
		if old.Name == f.Name {
			w.c.errorf(codes.DuplicateName, n.Name.Span(), "the field `%s` is declared twice", f.Name).Note(old.Span, "the other field")
			w.ok = false
		}
	}
	f.Type = f.Part
	if n.When != nil {
		f.Type = tree.OptionOf(f.Part)
	}
	f.Offset = w.def.Cells
	w.c.opts.Record.Define(record.Def{Name: f.Name, What: "a field", Type: f.Type, At: f.Span})
	w.def.Cells += tree.Cells(f.Type)
}

// layoutName returns a reference to an earlier field of the layout by its name, or nil.
func (b *body) layoutName(name syntax.Ident) tree.Expr {
	return b.layoutRef(b.layout.def, nil, name, name.Span())
}

func (b *body) layoutRef(def *tree.LayoutDef, path []int, name syntax.Ident, at diag.Span) tree.Expr {
	for i, f := range def.Fields {
		if f.Name == name.Name {
			path = append(append([]int(nil), path...), i)
			b.c.opts.Record.Use(name.Span(), f.Span)
			if f.When != nil {
				b.layout.needs = append(b.layout.needs, path)
			}
			return &tree.LayoutRef{Expr0: tree.Expr0{At: at, T: refType(f)}, Layout: b.layout.def, Path: path}
		}
	}
	return nil
}

// refType is the type that a field has in expressions of a layout.
func refType(f tree.LayoutField) *tree.Type {
	if f.Kind != tree.LayoutInt {
		return f.Part
	}
	return facts.RangeType(facts.OfField(&f))
}

// layoutField checks x.name, where x is an earlier field of the layout that is being declared.
func (b *body) layoutField(ref *tree.LayoutRef, e *syntax.FieldExpr) tree.Expr {
	if ref.T.Kind != tree.Layout {
		b.noMember(ref.T, e.Name, nil)
		return nil
	}
	if x := b.layoutRef(ref.T.Layout, ref.Path, e.Name, e.Span()); x != nil {
		return x
	}
	var known []string
	for _, f := range ref.T.Layout.Fields {
		known = append(known, f.Name)
	}
	b.noMember(ref.T, e.Name, known)
	return nil
}
