package eval

import "github.com/sinter-lang/sinter/lang/tree"

// equal compiles == and !=. It compares aggregates in memory, without copies.
func (c *compiler) equal(x *tree.Equal) scalarCode {
	ne := one(x.Ne)
	if !isAggregate(x.L.Type()) {
		l, r := c.scalar(x.L), c.scalar(x.R)
		if x.L.Type().Kind == tree.Float {
			return floatEqual(x, l, r)
		}
		return func(m *machine) uint64 { a := l(m); return one(a == r(m)) ^ ne }
	}
	l, r := c.addr(x.L), c.addr(x.R)
	same := sameValue(x.L.Type())
	return func(m *machine) uint64 {
		a := l(m)
		b := r(m)
		return one(same(m.mem[a:], m.mem[b:])) ^ ne
	}
}

// sameCode compares two values. Each slice begins at the first cell of its value.
type sameCode func(a, b []uint64) bool

// sameValue compiles a comparison of the contents of two values of one type. Two bytes values may
// have different capacities.
func sameValue(t *tree.Type) sameCode {
	switch t.Kind {
	case tree.Bytes:
		return sameBytes
	case tree.Array:
		return sameArray(t)
	case tree.Option:
		value := sameValue(t.Elem)
		return func(a, b []uint64) bool { return a[0] == b[0] && (a[0] == 0 || value(a[1:], b[1:])) }
	case tree.Struct:
		return sameFields(t.Struct.Fields)
	case tree.Layout:
		return sameFields(layoutFields(t.Layout))
	case tree.Enum:
		return sameEnum(t.Enum)
	case tree.Float:
		f := format(t.Bits)
		return func(a, b []uint64) bool { return f.load(a[0]) == f.load(b[0]) }
	}
	return func(a, b []uint64) bool { return a[0] == b[0] }
}

func sameBytes(a, b []uint64) bool {
	if a[0] != b[0] {
		return false
	}
	for i := 1; i <= int(a[0]); i++ {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func sameArray(t *tree.Type) sameCode {
	elem, size, n := sameValue(t.Elem), tree.Cells(t.Elem), t.Len
	return func(a, b []uint64) bool {
		for i := range n {
			if !elem(a[i*size:], b[i*size:]) {
				return false
			}
		}
		return true
	}
}

// layoutFields returns the fields of a layout that have cells.
func layoutFields(d *tree.LayoutDef) []tree.Field {
	var list []tree.Field
	for _, f := range d.Fields {
		if f.Offset >= 0 {
			list = append(list, tree.Field{Type: f.Type, Offset: f.Offset})
		}
	}
	return list
}

func sameFields(fields []tree.Field) sameCode {
	list := make([]sameCode, len(fields))
	for i, f := range fields {
		list[i] = sameValue(f.Type)
	}
	return func(a, b []uint64) bool {
		for i, f := range fields {
			if !list[i](a[f.Offset:], b[f.Offset:]) {
				return false
			}
		}
		return true
	}
}

func sameEnum(e *tree.EnumDef) sameCode {
	list := make([]sameCode, len(e.Variants))
	for i, v := range e.Variants {
		list[i] = sameFields(v.Payload)
	}
	return func(a, b []uint64) bool { return a[0] == b[0] && list[a[0]](a[1:], b[1:]) }
}
