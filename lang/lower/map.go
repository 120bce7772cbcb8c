package lower

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// table is the state of one map operation. A map is a set-associative table: a hash selects a
// set, and a set has a few ways (entries).
type table struct {
	t       *tree.Type
	entry   *tree.Type // type of an entry: used flag, key, value
	entries ir.Ref
	next    ir.Ref    // for each set, the entry to replace next
	set     *ir.Value // number of the key's set
	first   *ir.Value // index of the set's first entry
	key     []leaf
}

// castagnoli is the polynomial of CRC-32C, reflected.
const castagnoli = 0x82f63b78

// table evaluates the map expression.
func (x *lowering) table(e tree.Expr) *table {
	l := x.read(x.place(e))
	t := e.Type()
	return &table{t: t, entry: tree.MapShape(t).Struct.Fields[0].Type.Elem, entries: l[0].ref, next: l[1].ref}
}

// locate computes the set of a key.
func (x *lowering) locate(b *table, key []leaf) {
	b.key = key
	b.set = x.Const(32, 0)
	if b.t.Sets() > 1 {
		sum := x.hash(b.t.Key, key)
		b.set = x.Word(word.And, 32, sum, x.Const(32, uint64(b.t.Sets()-1)))
	}
	b.first = x.times(b.set, b.t.Ways())
}

// hash computes the CRC-32C of the key in canonical form. The emitted code first writes the
// canonical bits of the key to a buffer.
func (x *lowering) hash(t *tree.Type, key []leaf) *ir.Value {
	w := &writing{out: x.local("key", alignTo((keyBits(t)+7)/8, 4), 4)}
	x.putCanonical(w, t, key)
	if w.acc != nil {
		x.putBits(w, x.Const(8-w.acc.Type, 0), false)
	}
	return x.crc(castagnoli, w.out, x.written(w))
}

// keyBits is the largest number of bits that a value of a type has in canonical form.
func keyBits(t *tree.Type) int {
	switch t.Kind {
	case tree.Bytes:
		return 32 + 8*t.Len
	case tree.Array:
		return t.Len * keyBits(t.Elem)
	case tree.Struct, tree.Layout:
		n := 0
		for _, p := range partsOf(t) {
			n += keyBits(p)
		}
		return n
	}
	return int(wordOf(t))
}

// putCanonical writes the canonical form of a value.
func (x *lowering) putCanonical(w *writing, t *tree.Type, l []leaf) {
	switch {
	case t.IsScalar():
		x.putBits(w, l[0].v, false)
	case t.Kind == tree.Bytes:
		n, from := x.bytesOf(l[0])
		x.putBits(w, n, false)
		x.putRun(w, from, n)
	case t.Kind == tree.Array:
		x.putElements(w, t, l[0].ref)
	default:
		for _, p := range partsOf(t) {
			n := len(leavesOf(p))
			x.putCanonical(w, p, l[:n])
			l = l[n:]
		}
	}
}

// putRun writes n bytes at any bit position.
func (x *lowering) putRun(w *writing, from ir.Ref, n *ir.Value) {
	to := x.spot(w)
	if w.acc == nil {
		x.copyBytes(to, from, n)
	} else {
		have := w.acc.Type
		rest := x.variable("rest", have)
		x.ssa.write(rest, w.acc)
		x.repeat(n, func(i *ir.Value) {
			both := x.Word(word.Cat, have+8, x.ssa.read(rest), x.Load(8, x.offset(from, i, 1)))
			x.Store(x.Slice(8, both, int(have)), x.offset(to, i, 1))
			x.ssa.write(rest, x.Slice(have, both, 0))
		})
		w.acc = x.ssa.read(rest)
	}
	w.base, w.pos = x.Word(word.Add, 32, x.written(w), n), 0
}

// putElements writes an array. If each element ends on a byte boundary, the emitted code is a
// loop. Otherwise the loop is unrolled, which is cheap because keys are short.
func (x *lowering) putElements(w *writing, t *tree.Type, from ir.Ref) {
	stride, _ := sizeOf(t.Elem)
	put := func(i *ir.Value) {
		x.putCanonical(w, t.Elem, x.read(place{t: t.Elem, ref: x.offset(from, i, stride)}))
	}
	if w.acc != nil || keyBits(t.Elem)%8 != 0 {
		for k := range t.Len {
			put(x.Const(32, uint64(k)))
		}
		return
	}
	at := x.variable("at", 32)
	x.ssa.write(at, x.written(w))
	x.repeat(x.Const(32, uint64(t.Len)), func(i *ir.Value) {
		w.base, w.pos = x.ssa.read(at), 0
		put(i)
		x.ssa.write(at, x.written(w))
	})
	w.base, w.pos = x.ssa.read(at), 0
}

// at is the location of an entry in memory.
func (x *lowering) at(b *table, index *ir.Value) place {
	stride, _ := sizeOf(b.entry)
	return place{t: b.entry, ref: x.offset(b.entries, index, stride)}
}

// part is the location of a field of an entry: 0 used, 1 key, 2 value.
func (b *table) part(p place, k int) place {
	at, _ := partOffset(b.entry, k)
	p.t = b.entry.Struct.Fields[k].Type
	p.ref.Disp += at
	return p
}

// ways visits all entries of the key's set. `hit` says whether an entry has the key, and `index`
// is the index of that entry. The caller's `unused` is called for each unused entry.
func (x *lowering) ways(b *table, unused func(index *ir.Value)) (hit, index *variable) {
	hit, index = x.variable("hit", 1), x.variable("index", 32)
	x.ssa.write(hit, x.Const(1, 0))
	x.ssa.write(index, b.first)
	x.repeatUntil(x.Const(32, uint64(b.t.Ways())), func(i *ir.Value, done *ir.Block) {
		now := x.Word(word.Add, 32, b.first, i)
		e := x.at(b, now)
		used, empty, differ := x.NewBlock(), x.NewBlock(), x.NewBlock()
		x.branch(x.read(b.part(e, 0))[0].v, used, empty)
		x.enter(used)
		x.compare(b.t.Key, b.key, x.read(b.part(e, 1)), differ)
		x.ssa.write(hit, x.Const(1, 1))
		x.ssa.write(index, now)
		x.goTo(done)
		x.enter(empty)
		if unused != nil {
			unused(now)
		}
		x.goTo(differ)
		x.enter(differ)
	})
	return hit, index
}

// mapGet lowers m.get(k, default).
func (x *lowering) mapGet(e *tree.MapGet, dst []ir.Ref) []leaf {
	b := x.table(e.Map)
	key := x.value(e.Key, nil)
	other := x.value(e.Default, nil)
	x.At = e.At
	x.locate(b, key)
	hit, index := x.ways(b, nil)
	out, write := x.newPlace(e.T, dst)
	yes, no, done := x.NewBlock(), x.NewBlock(), x.NewBlock()
	x.branch(x.ssa.read(hit), yes, no)
	x.enter(yes)
	write(x.read(b.part(x.at(b, x.ssa.read(index)), 2)))
	x.goTo(done)
	x.enter(no)
	write(other)
	x.goTo(done)
	x.enter(done)
	return out()
}

// newPlace makes a location for a value that several paths set. The words of the value are
// variables. Its objects are at dst, or are new objects.
func (x *lowering) newPlace(t *tree.Type, dst []ir.Ref) (read func() []leaf, write func([]leaf)) {
	var slots []slot
	for _, lt := range leavesOf(t) {
		switch {
		case !lt.object:
			slots = append(slots, slot{v: x.variable("value", wordOf(lt.t))})
			continue
		case len(dst) == 0:
			dst = []ir.Ref{x.temp(lt.t)}
		}
		size, _ := sizeOf(lt.t)
		slots = append(slots, slot{ref: dst[0], size: size})
		dst = dst[1:]
	}
	return func() []leaf { return x.read(place{t: t, slots: slots}) }, func(l []leaf) { x.assign(t, slots, l) }
}

// mapPut lowers m.put(k, v).
func (x *lowering) mapPut(s *tree.MapPut) {
	b := x.table(s.Map)
	key := x.value(s.Key, nil)
	value := x.value(s.Value, nil)
	x.At = s.At
	x.locate(b, key)
	none := x.Const(32, uint64(b.t.Len))
	free := x.variable("free", 32)
	x.ssa.write(free, none)
	hit, index := x.ways(b, func(now *ir.Value) {
		first := x.Word(word.Eq, 1, x.ssa.read(free), none)
		x.ssa.write(free, x.Word(word.Mux, 32, first, now, x.ssa.read(free)))
	})
	x.when(x.not(x.ssa.read(hit)), func() {
		full := x.Word(word.Eq, 1, x.ssa.read(free), none)
		x.ssa.write(index, x.ssa.read(free))
		x.when(full, func() { x.ssa.write(index, x.replace(b)) })
	})
	e := x.at(b, x.ssa.read(index))
	x.write(b.part(e, 0), one(x.Const(1, 1)))
	x.write(b.part(e, 1), key)
	x.write(b.part(e, 2), value)
}

// replace returns the entry to replace next, and advances the number of this entry in the set.
func (x *lowering) replace(b *table) *ir.Value {
	p := x.offset(b.next, b.set, 1)
	now := x.LoadSize(32, 1, p)
	next := x.Word(word.Add, 32, now, x.Const(32, 1))
	wraps := x.Word(word.Eq, 1, next, x.Const(32, uint64(b.t.Ways())))
	x.StoreSize(x.Word(word.Mux, 32, wraps, x.Const(32, 0), next), 1, p)
	return x.Word(word.Add, 32, b.first, now)
}

// mapRemove lowers m.remove(k).
func (x *lowering) mapRemove(s *tree.MapRemove) {
	b := x.table(s.Map)
	key := x.value(s.Key, nil)
	x.At = s.At
	x.locate(b, key)
	hit, index := x.ways(b, nil)
	x.when(x.ssa.read(hit), func() {
		size, _ := sizeOf(b.entry)
		x.Clear(x.at(b, x.ssa.read(index)).ref, size)
	})
}
