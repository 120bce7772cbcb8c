package tree

// Maps. A map<K, V, N> is a table of N entries in sets of W = min(4, N) ways. A
// key belongs to the set that the CRC-32C of its canonical bits, as an unsigned
// number, gives modulo the number of sets, which is a power of two. The CRC is
// that of RFC 3720: polynomial 0x1edc6f41 reflected, start and final inversion
// all ones.
//
// Canonical bits are those of Leaves in order, each with the bits of its word,
// most significant first; bytes are their length as 32 bits and then as many
// bytes; zeros fill the last byte. (No option and no payload is in a key.)

// MapOf returns map<key, elem, n>.
func MapOf(key, elem *Type, n int) *Type { return &Type{Kind: Map, Key: key, Elem: elem, Len: n} }

// Ways is the number of entries of a set.
func (t *Type) Ways() int { return min(4, t.Len) }

// Sets is the number of sets.
func (t *Type) Sets() int { return t.Len / t.Ways() }

// MapShape is the struct that a map's value is laid out as: its entries, set by
// set, and for each set the way that is replaced next. An entry that is not used
// is zero.
func MapShape(t *Type) *Type {
	entry := structOf("entry", Field{Name: "used", Type: &Type{Kind: Bool}}, Field{Name: "key", Type: t.Key}, Field{Name: "value", Type: t.Elem})
	return structOf("map",
		Field{Name: "entries", Type: &Type{Kind: Array, Len: t.Len, Elem: entry}},
		Field{Name: "next", Type: &Type{Kind: Array, Len: t.Sets(), Elem: IntType(8, false)}})
}

func structOf(name string, fields ...Field) *Type {
	def := &StructDef{Name: name, Fields: fields}
	for i := range fields {
		fields[i].Offset = def.Cells
		def.Cells += Cells(fields[i].Type)
	}
	return &Type{Kind: Struct, Struct: def}
}

// MapGet is `m.get(k, default)`: the value of the entry of k, else Default, which
// is evaluated all the same.
type MapGet struct {
	Expr0
	Map, Key, Default Expr
}

// MapPut is `m.put(k, v)`. It overwrites the entry whose key equals k, else the
// lowest way of the set that is not used, else the way that is next in turn,
// which then moves on by one, modulo the ways.
type MapPut struct {
	Stmt0
	Map, Key, Value Expr
}

// MapRemove is `m.remove(k)`: the entry of k, if there is one, is used no longer.
type MapRemove struct {
	Stmt0
	Map, Key Expr
}
