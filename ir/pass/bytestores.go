package pass

import (
	"maps"
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// pending holds the stores to one object, at one offset, that no load has read yet.
type pending struct {
	obj   *ir.Object
	off   *ir.Value
	first *ir.Value // the token of the object before these stores
	list  []*ir.Instr
	bytes map[int]byteFrom // for each displacement, the byte that these stores leave there
}

// stores combines the stores of a block.
func (n *neighbours) stores(b *ir.Block) {
	open := map[*ir.Object]*pending{}
	out := map[*ir.Instr][]*ir.Instr{} // the instructions that replace each store
	for _, i := range b.Instrs {
		switch i.Op {
		case ir.OpLoad:
			n.look(i, open, out)
		case ir.OpStore:
			n.note(i, open, out)
		case ir.OpConst, ir.OpWord, ir.OpFloat, ir.OpCheck, ir.OpNow, ir.OpStatus:
		case ir.OpCopy, ir.OpMove, ir.OpClear, ir.OpLocal:
			for _, r := range i.Refs {
				n.settle(r.Obj, open, out)
			}
		default:
			n.settleAll(open, out)
		}
	}
	n.settleAll(open, out)
	if len(out) == 0 {
		return
	}
	var list []*ir.Instr
	for _, i := range b.Instrs {
		if by, ok := out[i]; ok {
			list = append(list, by...)
		} else {
			list = append(list, i)
		}
	}
	b.Instrs, n.changed = list, true
}

// look handles a load. Pending stores to other bytes at the same offset stay pending.
func (n *neighbours) look(i *ir.Instr, open map[*ir.Object]*pending, out map[*ir.Instr][]*ir.Instr) {
	r := i.Refs[0]
	p := open[r.Obj]
	if p == nil {
		return
	}
	if p.off == r.Off {
		free := true
		for k := range i.Size {
			_, taken := p.bytes[r.Disp+k]
			free = free && !taken
		}
		if free {
			return
		}
	}
	n.settle(r.Obj, open, out)
}

// note handles a store.
func (n *neighbours) note(i *ir.Instr, open map[*ir.Object]*pending, out map[*ir.Instr][]*ir.Instr) {
	r := i.Refs[0]
	bs := n.bytesOf(n.subst.of(i.Args[0]))
	if p := open[r.Obj]; p != nil && (p.off != r.Off || bs == nil) {
		n.settle(r.Obj, open, out)
	}
	if bs == nil {
		return
	}
	p := open[r.Obj]
	if p == nil {
		p = &pending{obj: r.Obj, off: r.Off, first: tokenOf(i), bytes: map[int]byteFrom{}}
		open[r.Obj] = p
	}
	p.list = append(p.list, i)
	for k := range i.Size {
		p.bytes[r.Disp+k] = byteFrom{}
		if k < len(bs) {
			p.bytes[r.Disp+k] = bs[k]
		}
	}
}

func (n *neighbours) settleAll(open map[*ir.Object]*pending, out map[*ir.Instr][]*ir.Instr) {
	list := slices.SortedFunc(maps.Values(open), func(a, b *pending) int { return a.list[0].Results[0].ID - b.list[0].Results[0].ID })
	for _, p := range list {
		n.settle(p.obj, open, out)
	}
}

// there reports whether the memory at this position already held this byte before the
// first of the stores.
func (p *pending) there(at int, from byteFrom) bool {
	i := from.origin()
	if i == nil {
		return false
	}
	r := i.Refs[0]
	return r.Obj == p.obj && r.Off == p.off && r.Disp+from.k == at && tokenOf(i) == p.first
}

// settle emits the pending stores of an object.
func (n *neighbours) settle(o *ir.Object, open map[*ir.Object]*pending, out map[*ir.Instr][]*ir.Instr) {
	p := open[o]
	if p == nil {
		return
	}
	delete(open, o)
	places := slices.Sorted(maps.Keys(p.bytes))
	for k := 0; k < len(places); {
		end := k + 1
		for end < len(places) && places[end] == places[end-1]+1 {
			end++
		}
		n.run(p, places[k], places[end-1]+1, out)
		k = end
	}
}

// run replaces stores of adjacent bytes, if that takes fewer stores.
func (n *neighbours) run(p *pending, from, to int, out map[*ir.Instr][]*ir.Instr) {
	var old []*ir.Instr
	for _, i := range p.list {
		if at := i.Refs[0].Disp; from <= at && at < to {
			old = append(old, i)
		}
	}
	type piece struct{ at, size int }
	var pieces []piece
	for at := from; at < to; {
		size := n.piece(p, at, to)
		if !p.allThere(at, size) {
			pieces = append(pieces, piece{at, size})
		}
		at += size
	}
	if len(pieces) >= len(old) {
		return
	}
	for _, i := range old {
		out[i] = nil
	}
	last := old[len(old)-1]
	for _, c := range pieces {
		out[last] = append(out[last], n.store(p, c.at, c.size, last)...)
	}
}

func (p *pending) allThere(at, size int) bool {
	for k := range size {
		if !p.there(at+k, p.bytes[at+k]) {
			return false
		}
	}
	return true
}

func (p *pending) ref(at int) ir.Ref { return ir.Ref{Obj: p.obj, Off: p.off, Disp: at} }

func (p *pending) slice(at, size int) []byteFrom {
	bs := make([]byteFrom, size)
	for k := range bs {
		bs[k] = p.bytes[at+k]
	}
	return bs
}

// piece returns the number of bytes from `at` on that one store can write: bytes of one
// word, or constants.
func (n *neighbours) piece(p *pending, at, to int) int {
	size := min(widest, alignedAt(p.ref(at)))
	for size > 1 && (at+size > to || !n.oneWord(p.slice(at, size))) {
		size /= 2
	}
	return size
}

// oneWord reports whether the bytes all come from one word, are all constants, or are adjacent
// in memory.
func (n *neighbours) oneWord(bs []byteFrom) bool {
	if bs[0].v == nil {
		return !slices.ContainsFunc(bs, func(p byteFrom) bool { return p.v != nil })
	}
	if n.partOf(bs) {
		return true
	}
	first, ok := n.together(bs)
	if !ok {
		return false
	}
	r := first.Refs[0]
	r.Disp += bs[0].k
	return len(alignedPieces(r, len(bs))) == 1
}

// partOf reports whether the bytes are consecutive bytes of the word that the first byte comes
// from. Bytes beyond the end of that word must be zero.
func (n *neighbours) partOf(bs []byteFrom) bool {
	w := n.bytesOf(bs[0].v)
	for k, p := range bs {
		at := bs[0].k + k
		if at >= len(w) && p != (byteFrom{}) || at < len(w) && p != w[at] {
			return false
		}
	}
	return true
}

// store makes the store of a piece, and the instructions for its value.
func (n *neighbours) store(p *pending, at, size int, like *ir.Instr) []*ir.Instr {
	b := like.Results[0].In
	bs := p.slice(at, size)
	var list []*ir.Instr
	put := func(i *ir.Instr) *ir.Value {
		list = append(list, i)
		return i.Results[0]
	}
	v := bs[0].v
	switch {
	case v == nil:
		c := uint64(0)
		for k := range bs {
			c |= uint64(bs[k].c) << (8 * k)
		}
		v = put(newConst(n.f, b, 32, c, like))
	case !n.partOf(bs):
		v = n.load(bs, max(v.Type, ir.Type(8*size)))
	case bs[0].k > 0:
		by := put(newConst(n.f, b, v.Type, uint64(8*bs[0].k), like))
		v = put(newWord(n.f, b, word.Shru, v.Type, like, v, by))
	}
	i := newInstr(n.f, b, ir.Token, like)
	i.Results[0].Obj = p.obj
	i.Op, i.Size, i.Refs, i.Args = ir.OpStore, size, []ir.Ref{p.ref(at)}, []*ir.Value{v}
	if tok := tokenOf(like); tok != nil {
		i.Args = append(i.Args, tok)
	}
	return append(list, i)
}
