package types

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// predeclared are the names of the prelude that no declaration may take.
var predeclared = map[string]bool{
	"bool": true, "f32": true, "f64": true, "fix": true, "bytes": true, "map": true, "time": true,
	"duration": true, "log": true, "bits": true, "clamp": true, "wrap": true, "now": true,
	"sqrt": true, "be16": true, "be32": true, "be64": true, "le16": true, "le32": true, "le64": true, "crc32": true,
}

// intName reads uN or iN.
func intName(name string) (bits int, signed, ok bool) {
	if len(name) < 2 || len(name) > 3 || name[0] != 'u' && name[0] != 'i' || name[1] == '0' {
		return 0, false, false
	}
	n, err := strconv.Atoi(name[1:])
	return n, name[0] == 'i', err == nil && n > 0
}

func isIntName(name string) bool {
	_, _, ok := intName(name)
	return ok
}

// typeOf resolves a written type, except []T, channel ends and devices. After an error, the result
// is nil.
func (b *body) typeOf(e syntax.TypeExpr) *tree.Type {
	t := b.anyType(e)
	if t == nil {
		return nil
	}
	switch t.Kind {
	case tree.Slice:
		b.c.errorf(codes.StoredSlice, e.Span(), "a slice exists only as a parameter").
			Hint("use an array `[N]%s`, or pass `a[i..j]` to a function", t.Elem)
		return nil
	case tree.Chan, tree.Device:
		b.c.errorf(codes.OnlyInTask, e.Span(), "%s exists only as a parameter", t)
		return nil
	}
	if tree.EndsOf(t) != nil {
		b.c.errorf(codes.OnlyInTask, e.Span(), "%s exists only as a parameter", t)
		return nil
	}
	return t
}

func (b *body) anyType(e syntax.TypeExpr) *tree.Type {
	switch e := e.(type) {
	case *syntax.NamedType:
		return b.namedType(e)
	case *syntax.BytesType:
		if e.Kind != syntax.BytesOf {
			b.c.errorf(codes.BadSize, e.Span(), "bytes with `..` exist only in a layout").Hint("use `bytes<N>`")
			return nil
		}
		n, ok := b.size(e.Size, "capacity")
		return b.sized(e, tree.BytesType(n), ok)
	case *syntax.ArrayType:
		n, ok := b.size(e.Len, "length")
		elem := b.elemType(e.Elem)
		if elem == nil || !ok {
			return nil
		}
		if n == 0 {
			b.c.errorf(codes.BadSize, e.Len.Span(), "an array has at least one element")
			return nil
		}
		return b.sized(e, &tree.Type{Kind: tree.Array, Len: n, Elem: elem}, true)
	case *syntax.SliceType:
		return wrap(b.typeOf(e.Elem), func(t *tree.Type) *tree.Type { return &tree.Type{Kind: tree.Slice, Elem: t} })
	case *syntax.OptionType:
		return wrap(b.typeOf(e.Elem), tree.OptionOf)
	case *syntax.RangeType:
		return b.rangeType(e.Range)
	case *syntax.ChanEndType:
		return wrap(b.typeOf(e.Elem), func(t *tree.Type) *tree.Type {
			return &tree.Type{Kind: tree.Chan, Elem: t, Out: e.Out}
		})
	}
	return nil
}

// elemType resolves the element type of an array. Channel ends are allowed.
func (b *body) elemType(e syntax.TypeExpr) *tree.Type {
	if _, ok := e.(*syntax.ChanEndType); ok {
		return b.anyType(e)
	}
	return b.typeOf(e)
}

func wrap(t *tree.Type, f func(*tree.Type) *tree.Type) *tree.Type {
	if t == nil {
		return nil
	}
	return f(t)
}

// sized checks that a value of t fits the memory of a program.
func (b *body) sized(e syntax.TypeExpr, t *tree.Type, ok bool) *tree.Type {
	if !ok {
		return nil
	}
	each := 1
	if t.Kind == tree.Array {
		each = max(tree.Cells(t.Elem), 1)
	}
	if t.Len > tree.MaxCells/each {
		b.c.errorf(codes.TooLarge, e.Span(), "a value of this type has more than %d words of memory", tree.MaxCells)
		return nil
	}
	return t
}

// size evaluates a constant length.
func (b *body) size(e syntax.Expr, what string) (int, bool) {
	v, ok := b.constInt(e)
	if !ok {
		return 0, false
	}
	if v.Sign() < 0 || !v.IsInt64() || v.Int64() > 1<<31-1 {
		b.c.errorf(codes.BadSize, e.Span(), "a %s of %s is not possible, expected 0 to %d", what, v, 1<<31-1)
		return 0, false
	}
	return int(v.Int64()), true
}

func (b *body) rangeType(r *syntax.RangeExpr) *tree.Type {
	if r == nil {
		return nil
	}
	lo, okLo := b.constInt(r.Lo)
	hi, okHi := b.constInt(r.Hi)
	if !okLo || !okHi {
		return nil
	}
	if !r.Closed {
		hi = new(big.Int).Sub(hi, big.NewInt(1))
	}
	if lo.Cmp(hi) > 0 {
		b.c.errorf(codes.BadSize, r.Span(), "the range %s..=%s has no member", lo, hi)
		return nil
	}
	if !fits64(lo) || !fits64(hi) || lo.Sign() < 0 && hi.BitLen() > 63 {
		b.c.errorf(codes.TooWide, r.Span(), "the range %s..=%s does not fit 64 bits", lo, hi)
		return nil
	}
	return tree.RangeType(lo, hi)
}

func (b *body) namedType(e *syntax.NamedType) *tree.Type {
	if e.Package != nil {
		return b.packageType(e)
	}
	name := e.Name.Name
	if name == "map" {
		return b.mapType(e)
	}
	if name == "fix" {
		return b.fixType(e)
	}
	if name == "f32" || name == "f64" {
		if e.Args != nil {
			b.c.errorf(codes.NotAType, e.Span(), "`%s` takes no type arguments", name)
			return nil
		}
		return tree.FloatType(map[string]int{"f32": 32, "f64": 64}[name])
	}
	if e.Args != nil {
		b.c.errorf(codes.NotAType, e.Span(), "`%s` takes no type arguments", name)
		return nil
	}
	switch name {
	case "bool":
		return &tree.Type{Kind: tree.Bool}
	case "time":
		return tree.TimeType()
	case "duration":
		return tree.DurationType()
	}
	if bits, signed, ok := intName(name); ok {
		if bits > 64 {
			b.c.errorf(codes.BadSize, e.Span(), "an integer has 1 to 64 bits, not %d", bits)
			return nil
		}
		return tree.IntType(bits, signed)
	}
	if b.env != nil && b.env.types[name] != nil {
		b.c.opts.Record.Use(e.Name.Span(), b.env.at[name])
		return b.env.types[name]
	}
	return b.declaredType(e.Name)
}

func (b *body) declaredType(name syntax.Ident) *tree.Type {
	d := b.c.find(name)
	if d == nil {
		known := b.c.typeNames()
		if b.env != nil {
			for n := range b.env.types {
				known = append(known, n)
			}
		}
		if here := elsewhere[name.Name]; here != "" {
			b.c.errorf(codes.UnknownName, name.Span(), "there is no type `%s`", name.Name).Hint("%s", here)
			return nil
		}
		b.c.unknown(name, "type", known)
		return nil
	}
	if !b.c.resolve(d, name.Span()) {
		return nil
	}
	return b.declType(d, name)
}

// elsewhere maps names of types and functions in other languages to the names in Sinter.
var elsewhere = map[string]string{
	"string": "text is `bytes<N>`, with room for N bytes", "str": "text is `bytes<N>`, with room for N bytes",
	"int": "integers state their width, as in `i32` or `u8`", "uint": "integers state their width, as in `u32` or `u8`",
	"float": "floats are `f32` and `f64`", "double": "floats are `f32` and `f64`", "char": "a character is a `u8`", "byte": "a byte is a `u8`",
	"sleep": "wait with `select prio { on after(1s) { } }`", "print": "write `log.print(...)`", "printf": "write `log.print(\"{x}\")`",
	"len": "write `x.len`",
}

// declType is the type that a resolved declaration defines.
func (b *body) declType(d *decl, name syntax.Ident) *tree.Type {
	if d.typ == nil {
		b.c.errorf(codes.NotAType, name.Span(), "`%s` is %s, expected a type", name.Name, d.what()).
			Note(d.name.Span(), "declared here")
	}
	return d.typ
}

func (b *body) packageType(e *syntax.NamedType) *tree.Type {
	full := e.Package.Name + "." + e.Name.Name
	switch {
	case port.OfType(full) != nil:
		if !b.needsUse(*e.Package) {
			return nil
		}
		return &tree.Type{Kind: tree.Device, Name: full}
	case laterTypes[full]:
		b.c.notYet(e.Span(), full+" is")
		return nil
	case !isPackage(e.Package.Name):
		b.c.unknown(*e.Package, "package", packageNames())
		return nil
	}
	d := b.packageMember(*e.Package, e.Name, "type", typesOfPackage(e.Package.Name)...)
	if d == nil || !b.c.resolve(d, e.Span()) {
		return nil
	}
	return b.declType(d, e.Name)
}

// typesOfPackage lists the types of a package that are not written in the language. These are the
// types of ports.
func typesOfPackage(pkg string) []string {
	var names []string
	for _, k := range port.Kinds() {
		if name, ok := strings.CutPrefix(k.Type, pkg+"."); ok {
			names = append(names, name)
		}
	}
	return names
}

// laterTypes are types of packages that this version lacks.
var laterTypes = map[string]bool{
	"net.Tcp": true,
}

func (c *checker) typeNames() []string {
	names := []string{"bool", "bytes", "time", "duration", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"}
	for _, d := range c.order {
		if d.pkg != "" {
			continue
		}
		switch d.node.(type) {
		case *syntax.TypeDecl, *syntax.StructDecl, *syntax.EnumDecl, *syntax.LayoutDecl:
			names = append(names, d.name.Name)
		}
	}
	return names
}
