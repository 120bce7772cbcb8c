package tree

// Maps. A map<K, V, N> is a table of N entries in sets of W = min(4, N) ways. The number of sets
// is a power of two. The set of a key is the CRC-32C of the key's canonical bits, as an unsigned
// number, modulo the number of sets. RFC 3720 defines the CRC: polynomial 0x1edc6f41 reflected,
// initial value and final inversion all ones.
//
// The canonical bits of a key are the bits of its Leaves in order. For a scalar these are the bits
// of its word, most significant first. For a bytes value these are the length as 32 bits, and then
// the bytes. Zero bits fill the last byte of the whole sequence. (A key contains no option and no
// payload.)

// MapOf returns map<key, elem, n>.
func MapOf(key, elem *Type, n int) *Type { return &Type{Kind: Map, Key: key, Elem: elem, Len: n} }

// Ways is the number of entries in a set.
func (t *Type) Ways() int { return min(4, t.Len) }

// Sets is the number of sets.
func (t *Type) Sets() int { return t.Len / t.Ways() }

// MapShape is the struct that defines the memory layout of a map. The struct holds the entries,
// set by set. For each set it also holds the number of the way (entry of the set) that is replaced
// next. An unused entry is zero.
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

// MapGet is `m.get(k, default)`. The result is the value stored for k, or Default if there is
// none. Default is always evaluated.
type MapGet struct {
	Expr0
	Map, Key, Default Expr
}

// MapPut is `m.put(k, v)`. If an entry has the key k, MapPut overwrites this entry. Otherwise it
// uses the lowest unused way of the set. If all ways are used, MapPut overwrites the way that is
// replaced next, and increases the number of this way by one, modulo the number of ways.
type MapPut struct {
	Stmt0
	Map, Key, Value Expr
}

// MapRemove is `m.remove(k)`. The entry for k, if there is one, becomes unused.
type MapRemove struct {
	Stmt0
	Map, Key Expr
}
