package pass

import (
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// sideBySide combines accesses to neighbouring bytes. It traces each byte of a word back
// through shifts, masks and joins to its source. If the bytes of a word are adjacent in memory,
// one load replaces them. If another word has the same bytes, that word is used instead.
// Adjacent stores become one store. A store is removed if a later store in the block covers it,
// or if its bytes are already in memory.
//
// Needs: tokens. Keeps: events and their order. It never makes an access whose size is larger
// than the alignment of its address.
//
//	before  v4: i32 = load1 %f[38], v2 ; v5: i32 = load1 %f[39], v2
//	        v7: i32 = shl v5, v6 ; v8: i32 = or v4, v7        (v6 is 8)
//	        v9: tok %f = store1 %f[40], v8, v2 ; v11: i32 = shru v8, v6
//	        v12: tok %f = store1 %f[41], v11, v9
//	after   v8: i32 = load2 %f[38], v2
//	        v12: tok %f = store2 %f[40], v8, v2
func sideBySide(m *ir.Module, env *Env) bool {
	return each(m, env, func(f *ir.Func) bool {
		n := &neighbours{f: f, of: map[*ir.Value][]byteFrom{}, at: map[*ir.Instr]spot{}, behind: map[*ir.Instr][]*ir.Instr{}, subst: renames{}}
		for _, b := range f.Blocks {
			for k, i := range b.Instrs {
				if i.Op == ir.OpLoad {
					n.at[i] = spot{b, k}
				}
			}
		}
		for _, b := range f.Blocks {
			n.words(b)
		}
		for _, b := range f.Blocks {
			n.stores(b)
		}
		n.insert()
		n.subst.apply(f)
		if n.changed {
			dropValues(f) // removes the unused parts of joined words
		}
		return n.changed
	})
}

// widest is the largest number of bytes in one access.
const widest = 4

// byteFrom is the source of a byte: byte k of a value, or a constant if there is no value.
type byteFrom struct {
	v *ir.Value
	k int
	c byte
}

// spot is a position in a block.
type spot struct {
	b *ir.Block
	k int
}

type neighbours struct {
	f       *ir.Func
	of      map[*ir.Value][]byteFrom
	at      map[*ir.Instr]spot        // positions of the original loads
	behind  map[*ir.Instr][]*ir.Instr // new loads, keyed by the original load that they follow
	subst   renames
	changed bool
}

// bytesOf lists the sources of the bytes of a word, lowest byte first. It is nil if the width
// is not a multiple of 8.
func (n *neighbours) bytesOf(v *ir.Value) []byteFrom {
	if v.Type == ir.Token || v.Type%8 != 0 {
		return nil
	}
	if bs := n.of[v]; bs != nil {
		return bs
	}
	bs := n.follow(v)
	for k := range int(v.Type / 8) {
		if bs == nil || k >= len(bs) {
			bs = append(bs, byteFrom{v: v, k: k})
		}
	}
	n.of[v] = bs
	return bs
}

// follow traces the bytes of v through the operation that defines it. It returns nil if it
// cannot trace them.
func (n *neighbours) follow(v *ir.Value) []byteFrom {
	i := v.Def
	if i == nil {
		return nil
	}
	size := int(v.Type / 8)
	switch i.Op {
	case ir.OpConst:
		return constBytes(i.Imm, size)
	case ir.OpLoad:
		bs := make([]byteFrom, size)
		for k := range min(size, i.Size) {
			bs[k] = byteFrom{v: v, k: k}
		}
		return bs
	case ir.OpWord:
		return n.followWord(v, i, size)
	}
	return nil
}

func constBytes(c uint64, size int) []byteFrom {
	bs := make([]byteFrom, size)
	for k := range bs {
		bs[k].c = byte(c >> (8 * k))
	}
	return bs
}

func (n *neighbours) followWord(v *ir.Value, i *ir.Instr, size int) []byteFrom {
	x := n.bytesOf(i.Args[0])
	if x == nil {
		return nil
	}
	bs := make([]byteFrom, size)
	switch i.Word {
	case word.Zext:
		copy(bs, x)
		return bs
	case word.Slice:
		if i.Imm%8 != 0 {
			return nil
		}
		copy(bs, x[i.Imm/8:])
		return bs
	case word.And, word.Or:
		return joined(i.Word, v, x, n.bytesOf(i.Args[1]))
	case word.Shl, word.Shru:
		by, ok := constOf(i.Args[1])
		if !ok || by%8 != 0 || by >= uint64(v.Type) {
			return nil
		}
		if i.Word == word.Shl {
			copy(bs[by/8:], x)
		} else {
			copy(bs, x[by/8:])
		}
		return bs
	}
	return nil
}

// joined returns the byte sources of v = x op y. It finds the source of a byte if x or y alone
// determines that byte.
func joined(op word.Op, v *ir.Value, x, y []byteFrom) []byteFrom {
	one := byteFrom{} // the neutral byte of op: x op one = x
	if op == word.And {
		one.c = 0xff
	}
	bs := make([]byteFrom, len(x))
	for k := range x {
		a, b := x[k], y[k]
		switch {
		case a == one || a == b:
			bs[k] = b
		case b == one:
			bs[k] = a
		case a.v == nil && b.v == nil && op == word.And:
			bs[k].c = a.c & b.c
		case a.v == nil && b.v == nil:
			bs[k].c = a.c | b.c
		case op == word.And && (a == byteFrom{} || b == byteFrom{}):
		default:
			bs[k] = byteFrom{v: v, k: k}
		}
	}
	return bs
}

// words simplifies the words in a block that are joined from bytes.
func (n *neighbours) words(b *ir.Block) {
	for _, i := range b.Instrs {
		if i.Op != ir.OpWord {
			continue
		}
		v := i.Results[0]
		bs := n.bytesOf(v)
		by := n.whole(v, bs)
		if by == nil && i.Word == word.Or {
			by = n.load(bs, v.Type)
		}
		if by != nil {
			n.subst[v], n.changed = by, true
		}
	}
}

// whole finds another word of v's type that consists of the bytes bs, or returns nil.
func (n *neighbours) whole(v *ir.Value, bs []byteFrom) *ir.Value {
	for _, p := range bs {
		if p.v != nil {
			if p.v == v || p.v.Type != v.Type || !slices.Equal(n.bytesOf(p.v), bs) {
				return nil
			}
			return p.v
		}
	}
	return nil
}

// origin is the load that a byte comes from, or nil.
func (p byteFrom) origin() *ir.Instr {
	if p.v == nil || p.v.Def == nil || p.v.Def.Op != ir.OpLoad {
		return nil
	}
	return p.v.Def
}

// tokenOf is the object token that a load or store takes. It is nil if the object has no token.
func tokenOf(i *ir.Instr) *ir.Value {
	last := len(i.Args) - 1
	if last < 0 || i.Args[last].Type != ir.Token {
		return nil
	}
	return i.Args[last]
}

// together reports whether the bytes are adjacent in one object, and whether all loads saw
// the same state of the object. It returns the load of the first byte.
func (n *neighbours) together(bs []byteFrom) (first *ir.Instr, ok bool) {
	for k, p := range bs {
		i := p.origin()
		if _, old := n.at[i]; !old {
			return nil, false // no load, or a load that this pass has made
		}
		if k == 0 {
			first = i
			continue
		}
		r, s := first.Refs[0], i.Refs[0]
		if r.Obj != s.Obj || r.Off != s.Off || s.Disp+p.k != r.Disp+bs[0].k+k || tokenOf(i) != tokenOf(first) || n.at[i].b != n.at[first].b {
			return nil, false
		}
	}
	return first, first != nil
}

// load makes a word from adjacent bytes, if that takes fewer loads than before. The bytes of
// the word above them are zero.
func (n *neighbours) load(bs []byteFrom, t ir.Type) *ir.Value {
	size := len(bs)
	for size > 0 && bs[size-1] == (byteFrom{}) {
		size--
	}
	if size > widest {
		return nil
	}
	bs = bs[:size]
	first, ok := n.together(bs)
	if !ok {
		return nil
	}
	loads := map[*ir.Instr]bool{}
	last := first
	for _, p := range bs {
		if i := p.origin(); !loads[i] {
			loads[i] = true
			if n.at[i].k > n.at[last].k {
				last = i
			}
		}
	}
	r := first.Refs[0]
	r.Disp += bs[0].k
	pieces := alignedPieces(r, size)
	if len(pieces) >= len(loads) {
		return nil
	}
	return n.assemble(r, pieces, t, last)
}

// alignedPieces divides size bytes at r into aligned pieces.
func alignedPieces(r ir.Ref, size int) []int {
	var out []int
	for size > 0 {
		k := min(widest, alignedAt(r))
		for k > size {
			k /= 2
		}
		out = append(out, k)
		r.Disp, size = r.Disp+k, size-k
	}
	return out
}

// alignedAt is the proven alignment of r. Ref.Aligned assumes that Off is a multiple of the
// access size, but alignedAt does not.
func alignedAt(r ir.Ref) int {
	a := r.Aligned()
	if r.Off != nil {
		a = min(a, multipleOf(r.Off, farthest))
	}
	return a
}

// multipleOf returns a power of two that divides a word. It is at most widest.
func multipleOf(v *ir.Value, depth int) int {
	if v.Def == nil || depth == 0 {
		return 1
	}
	i := v.Def
	switch {
	case i.Op == ir.OpConst:
		return lowestBit(i.Imm)
	case i.Op != ir.OpWord:
		return 1
	case i.Word == word.Shl:
		if by, ok := constOf(i.Args[1]); ok && by < 32 {
			return min(widest, multipleOf(i.Args[0], depth-1)<<by)
		}
	case i.Word == word.Add, i.Word == word.Sub, i.Word == word.Or:
		return min(multipleOf(i.Args[0], depth/2), multipleOf(i.Args[1], depth/2))
	case i.Word == word.Mul, i.Word == word.And:
		return max(multipleOf(i.Args[0], depth/2), multipleOf(i.Args[1], depth/2))
	}
	return 1
}

// lowestBit is the lowest set bit, at most widest.
func lowestBit(c uint64) int {
	k := 1
	for k < widest && c&uint64(k) == 0 {
		k *= 2
	}
	return k
}

// assemble makes a word from loads that follow an instruction.
func (n *neighbours) assemble(r ir.Ref, pieces []int, t ir.Type, last *ir.Instr) *ir.Value {
	b := n.at[last].b
	var v *ir.Value
	at := 0
	put := func(i *ir.Instr) *ir.Value {
		n.behind[last] = append(n.behind[last], i)
		return i.Results[0]
	}
	for _, size := range pieces {
		i := newInstr(n.f, b, t, last)
		i.Op, i.Size, i.Refs, i.Args = ir.OpLoad, size, []ir.Ref{r}, slices.Clone(last.Args)
		w := put(i)
		if at > 0 {
			by := put(newConst(n.f, b, t, uint64(8*at), last))
			w = put(newWord(n.f, b, word.Shl, t, last, w, by))
			w = put(newWord(n.f, b, word.Or, t, last, v, w))
		}
		v, at, r.Disp = w, at+size, r.Disp+size
	}
	return v
}

// insert adds the new loads to their blocks.
func (n *neighbours) insert() {
	for _, b := range n.f.Blocks {
		var out []*ir.Instr
		for k, i := range b.Instrs {
			if n.behind[i] != nil && out == nil {
				out = slices.Clone(b.Instrs[:k])
			}
			if out != nil || n.behind[i] != nil {
				out = append(append(out, i), n.behind[i]...)
			}
		}
		if out != nil {
			b.Instrs = out
		}
	}
}
