package tree

// Maps. A map<K, V, N> is a table of N entries in sets of W = min(4, N) ways. The set of a
// key is the CRC-32C of its canonical bits, as an unsigned number, modulo the number of
// sets, which is a power of two. The CRC is defined in RFC 3720: polynomial 0x1edc6f41
// reflected, start and final inversion all ones.
//
// The canonical bits of a key are the bits of its Leaves in order. Each scalar has the bits
// of its word, most significant first. Bytes are their length as 32 bits, followed by that
// number of bytes. Zeros fill the last byte. (A key contains no option and no payload.)

// MapOf returns map<key, elem, n>.
func MapOf(key, elem *Type, n int) *Type { return &Type{Kind: Map, Key: key, Elem: elem, Len: n} }

// Ways is the number of entries of a set.
func (t *Type) Ways() int { return min(4, t.Len) }

// Sets is the number of sets.
func (t *Type) Sets() int { return t.Len / t.Ways() }

// MapShape is the struct that defines the memory layout of a map. It holds the entries, set
// by set, and for each set the way that is replaced next. An unused entry is zero.
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

// MapGet is `m.get(k, default)`: the value of the entry of k, else Default. Default is
// always evaluated.
type MapGet struct {
	Expr0
	Map, Key, Default Expr
}

// MapPut is `m.put(k, v)`. It overwrites the entry whose key equals k, else the lowest
// unused way of the set. If all ways are used, it overwrites the next way in turn. The turn
// then advances by one, modulo the ways.
type MapPut struct {
	Stmt0
	Map, Key, Value Expr
}

// MapRemove is `m.remove(k)`: the entry of k, if there is one, becomes unused.
type MapRemove struct {
	Stmt0
	Map, Key Expr
}
