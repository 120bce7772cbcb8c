package types

import (
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// maxKey bounds the number of bits of a key in canonical form.
const maxKey = 256 * 8

// mapType checks map<K, V, N>.
func (b *body) mapType(e *syntax.NamedType) *tree.Type {
	if len(e.Args) != 3 || e.Args[0].Type == nil || e.Args[1].Type == nil || e.Args[2].Value == nil {
		b.c.errorf(codes.BadMap, e.Span(), "expected `map<K, V, N>`: the types of keys and values, and how many entries there are")
		return nil
	}
	key, elem := b.typeOf(e.Args[0].Type), b.typeOf(e.Args[1].Type)
	n, ok := b.size(e.Args[2].Value, "number of entries")
	if key == nil || elem == nil || !ok {
		return nil
	}
	if n == 0 || n > 4 && (n%4 != 0 || n&(n-1) != 0) {
		b.c.errorf(codes.BadMap, e.Args[2].Span(), "a map has 1, 2, 3 or a power of two of entries, not %d", n).
			Hint("the number of its sets of 4 is a power of two: the low bits of a key select the set")
		return nil
	}
	bits, ok := keyBits(key)
	switch {
	case !ok:
		b.c.errorf(codes.BadMap, e.Args[0].Span(), "a key is made of numbers, bools, enums without values and bytes, not of %s", describe(key))
		return nil
	case bits > maxKey:
		b.c.errorf(codes.BadMap, e.Args[0].Span(), "a key has at most %d bytes, this one may have %d", maxKey/8, (bits+7)/8)
		return nil
	case !elem.HasZero():
		b.c.errorf(codes.NoZero, e.Args[1].Span(), "the values of a map need a zero value, `%s` has none", elem)
		return nil
	}
	if each := tree.Cells(key) + tree.Cells(elem) + 2; n > tree.MaxCells/each {
		b.c.errorf(codes.TooLarge, e.Span(), "a value of this type has more than %d words of memory", tree.MaxCells)
		return nil
	}
	return tree.MapOf(key, elem, n)
}

// keyBits returns the largest number of bits that a key of this type has in canonical form. The
// second result is false if the type cannot be a key.
func keyBits(t *tree.Type) (int, bool) {
	switch t.Kind {
	case tree.Bytes:
		return 32 + 8*t.Len, true
	case tree.Array:
		n, ok := keyBits(t.Elem)
		return min(t.Len, maxKey+1) * min(n, maxKey+1), ok
	case tree.Struct:
		return fieldBits(t.Struct.Fields)
	case tree.Layout:
		var list []tree.Field
		for _, f := range t.Layout.Fields {
			if f.Name != "" {
				list = append(list, tree.Field{Type: f.Type})
			}
		}
		return fieldBits(list)
	case tree.Opaque:
		return 0, t.Can >= tree.CanEqual
	case tree.Float:
		return 0, false // equal numbers have several representations
	}
	bits, _ := t.Word()
	return bits, t.IsScalar() && t.Kind != tree.Float
}

func fieldBits(fields []tree.Field) (int, bool) {
	sum := 0
	for _, f := range fields {
		n, ok := keyBits(f.Type)
		if !ok {
			return 0, false
		}
		sum = min(sum+n, maxKey+1)
	}
	return sum, true
}

// mapCall checks m.get(k, default), m.put(k, v) and m.remove(k).
func (b *body) mapCall(e *syntax.CallExpr, f *syntax.FieldExpr, m tree.Expr) (tree.Stmt, tree.Expr) {
	t := m.Type()
	base := tree.Stmt0{At: e.Span()}
	switch f.Name.Name {
	case "get":
		a := b.mapArguments(e, m, []string{"key", "default"}, t.Key, t.Elem)
		if a != nil {
			return nil, &tree.MapGet{Expr0: tree.Expr0{At: e.Span(), T: t.Elem}, Map: m, Key: a[0], Default: a[1]}
		}
	case "put":
		a := b.mapArguments(e, m, []string{"key", "value"}, t.Key, t.Elem)
		if a != nil && b.writable(m, "a map that is changed") {
			return &tree.MapPut{Stmt0: base, Map: m, Key: a[0], Value: a[1]}, nil
		}
	case "remove":
		a := b.mapArguments(e, m, []string{"key"}, t.Key)
		if a != nil && b.writable(m, "a map that is changed") {
			return &tree.MapRemove{Stmt0: base, Map: m, Key: a[0]}, nil
		}
	default:
		b.noMethod(t, f.Name, []string{"get", "put", "remove"})
	}
	return nil, nil
}

// mapArguments checks the arguments of a method of a map, in their order.
func (b *body) mapArguments(e *syntax.CallExpr, m tree.Expr, names []string, types ...*tree.Type) []tree.Expr {
	args, ok := b.arguments(e, "this method", names, func(i int, x syntax.Expr) tree.Expr { return b.value(x, types[i]) })
	if !ok {
		return nil
	}
	list := []tree.Expr{m}
	out := make([]tree.Expr, len(names))
	for i, a := range args {
		if a.Index != i {
			b.c.errorf(codes.BadArguments, e.Args[i].Span(), "the arguments of a map's methods stand in their order: %s", names[i])
			return nil
		}
		out[i] = a.Value
		list = append(list, a.Value)
	}
	b.noOverlap(list...)
	return out
}
