package eval

import "github.com/sinter-lang/sinter/lang/tree"

// table is the data that operations on maps of one type need (see lang/tree/map.go).
type table struct {
	ways, sets int
	key, elem  int // number of cells of a key and of a value
	same       sameCode
	bits       bitsCode
}

func tableOf(t *tree.Type) *table {
	return &table{
		ways: t.Ways(), sets: t.Sets(), key: tree.Cells(t.Key), elem: tree.Cells(t.Elem),
		same: sameValue(t.Key), bits: canonical(t.Key),
	}
}

// entry returns the cells of one entry: its flag, key and value.
func (t *table) entry(m []uint64, k int) []uint64 {
	size := 1 + t.key + t.elem
	return m[k*size : (k+1)*size]
}

// next returns the cell that holds the number of the entry that a full set replaces next.
func (t *table) next(m []uint64, set int) *uint64 {
	return &m[t.ways*t.sets*(1+t.key+t.elem)+set]
}

// set returns the set of a key.
func (t *table) set(key []uint64) int {
	var s sink
	t.bits(&s, key)
	for s.n%8 != 0 {
		s.push(0, 1)
	}
	return int(crc(s.bytes, 0x82f63b78) % uint64(t.sets))
}

// find returns the entry of a key, or nil.
func (t *table) find(m, key []uint64) []uint64 {
	first := t.set(key) * t.ways
	for k := first; k < first+t.ways; k++ {
		if e := t.entry(m, k); e[0] != 0 && t.same(e[1:], key) {
			return e
		}
	}
	return nil
}

func (t *table) put(m, key, value []uint64) {
	e := t.find(m, key)
	if e == nil {
		e = t.room(m, t.set(key))
	}
	e[0] = 1
	copy(e[1:1+t.key], key)
	copy(e[1+t.key:], value)
}

// room returns the entry of a set that a new key will use.
func (t *table) room(m []uint64, set int) []uint64 {
	for k := range t.ways {
		if e := t.entry(m, set*t.ways+k); e[0] == 0 {
			return e
		}
	}
	next := t.next(m, set)
	e := t.entry(m, set*t.ways+int(*next))
	*next = (*next + 1) % uint64(t.ways)
	return e
}

// sink packs bits into bytes, most significant bit first.
type sink struct {
	bytes []uint64
	n     int
}

func (s *sink) push(v uint64, bits int) {
	for i := bits - 1; i >= 0; i-- {
		if s.n%8 == 0 {
			s.bytes = append(s.bytes, 0)
		}
		s.bytes[s.n/8] |= v >> i & 1 << (7 - s.n%8)
		s.n++
	}
}

// bitsCode pushes the canonical bits of a value. The argument v begins at the first cell of the
// value.
type bitsCode func(s *sink, v []uint64)

// canonical compiles code for the canonical bits of a type (see lang/tree/map.go).
func canonical(t *tree.Type) bitsCode {
	switch t.Kind {
	case tree.Bytes:
		return func(s *sink, v []uint64) {
			s.push(v[0], 32)
			for _, b := range v[1 : 1+v[0]] {
				s.push(b, 8)
			}
		}
	case tree.Array:
		elem, size, n := canonical(t.Elem), tree.Cells(t.Elem), t.Len
		return func(s *sink, v []uint64) {
			for i := range n {
				elem(s, v[i*size:])
			}
		}
	case tree.Struct:
		return canonicalFields(t.Struct.Fields)
	case tree.Layout:
		return canonicalFields(layoutFields(t.Layout))
	}
	bits, _ := t.Word()
	return func(s *sink, v []uint64) { s.push(v[0], bits) }
}

func canonicalFields(fields []tree.Field) bitsCode {
	list := make([]bitsCode, len(fields))
	for i, f := range fields {
		list[i] = canonical(f.Type)
	}
	return func(s *sink, v []uint64) {
		for i, f := range fields {
			list[i](s, v[f.Offset:])
		}
	}
}

// held compiles code that evaluates a value into newly allocated cells.
func (c *compiler) held(x tree.Expr) func(m *machine) []uint64 {
	at, n := c.temporary(x), tree.Cells(x.Type())
	return func(m *machine) []uint64 {
		from := at(m)
		return m.mem[from : from+n]
	}
}

// mapGet compiles m.get(k, default). The code writes the result to an address.
func (c *compiler) mapGet(x *tree.MapGet) storeCode {
	t := tableOf(x.Map.Type())
	at, key, other := c.addr(x.Map), c.held(x.Key), c.held(x.Default)
	return func(m *machine, dst int) {
		place := at(m)
		k := key(m)
		d := other(m)
		if e := t.find(m.mem[place:], k); e != nil {
			d = e[1+t.key:]
		}
		copy(m.mem[dst:dst+t.elem], d)
	}
}

// mapGetScalar is mapGet for values of one cell.
func (c *compiler) mapGetScalar(x *tree.MapGet) scalarCode {
	get, at := c.mapGet(x), c.alloc(1)
	return func(m *machine) uint64 {
		get(m, at)
		return m.mem[at]
	}
}

func (c *compiler) mapPut(s *tree.MapPut) func(m *machine) {
	t := tableOf(s.Map.Type())
	at, key, value := c.addr(s.Map), c.held(s.Key), c.held(s.Value)
	return func(m *machine) {
		place := at(m)
		k := key(m)
		t.put(m.mem[place:], k, value(m))
	}
}

func (c *compiler) mapRemove(s *tree.MapRemove) func(m *machine) {
	t := tableOf(s.Map.Type())
	at, key := c.addr(s.Map), c.held(s.Key)
	return func(m *machine) {
		place := at(m)
		clear(t.find(m.mem[place:], key(m)))
	}
}
