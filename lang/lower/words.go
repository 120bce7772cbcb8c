package lower

import (
	"math/big"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Words of the start. A word of the start is a setting NAME=VALUE that the program gets when it
// starts. An object stores each config that such a word can set. The module lists these words with
// their objects.

// bindWords binds a parameter to a value that a word of the start may set.
func (x *lowering) bindWords(p *tree.Local, a tree.Bind, slots []slot) {
	o := x.data("boot."+x.F.Name+"."+p.Name, p.Type, a.Cells, p.Span)
	o.Boot = true
	elem, step := p.Type, 0
	word := wordFor
	if p.Type.Kind == tree.Array { // the port numbers of a network stack
		elem, word = p.Type.Elem, portWord
		step, _ = sizeOf(elem)
	}
	for k, c := range a.Configs {
		if c != nil && c.Word != "" {
			o.Words = append(o.Words, word(c, elem, k*step))
		}
	}
	if hasObject(p.Type) {
		x.assign(p.Type, slots, x.read(place{t: p.Type, ref: ir.Ref{Obj: o}}))
		return
	}
	x.assign(p.Type, slots, []leaf{{v: x.Load(wordOf(p.Type), ir.Ref{Obj: o})}})
}

// wordFor returns the word that sets a config, whose value is stored as type t at an offset of an
// object. The word allows all values that both the config and t can hold.
func wordFor(c *tree.ConstDef, t *tree.Type, at int) ir.Word {
	size, _ := sizeOf(t)
	w := ir.Word{Name: c.Word, Kind: "bytes", At: at, Size: size}
	_, signed := t.Word()
	switch {
	case t.Kind == tree.Bool:
		w.Kind = "bool"
	case t.Kind == tree.Duration:
		w.Kind, w.Lo, w.Hi = "time", 1<<63, 1<<63-1
	case t.Kind == tree.Bytes:
		if !c.Bare {
			w.Size = min(w.Size, 4+c.Type.Len)
		}
	default:
		w.Kind = map[bool]string{false: "u", true: "i"}[signed]
		w.Lo, w.Hi = bounds(c, t)
	}
	return w
}

// bounds returns the least and the greatest number that both the config and t can hold.
func bounds(c *tree.ConstDef, t *tree.Type) (lo, hi uint64) {
	least, most := t.Interval()
	if !c.Bare {
		from, to := c.Type.Interval()
		least, most = larger(least, from), smaller(most, to)
	}
	return tree.CellOf(least), tree.CellOf(most)
}

func larger(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}

func smaller(a, b *big.Int) *big.Int {
	if a.Cmp(b) > 0 {
		return b
	}
	return a
}

// portOf is the port number of a socket in the byte order of messages: the first byte is the
// lowest.
func (x *lowering) portOf(s *tree.SocketDef) *ir.Value {
	c := s.Config
	if c == nil || c.Word == "" {
		return x.Const(16, uint64(uint16(s.Port)<<8|uint16(s.Port)>>8))
	}
	o := x.ports[s]
	if o == nil {
		t := tree.IntType(16, false)
		o = x.data("boot."+s.Name+".port", t, []uint64{uint64(s.Port)}, s.Span)
		o.Boot, o.Words = true, []ir.Word{portWord(c, t, 0)}
		x.ports[s] = o
	}
	return x.turned(x.Load(16, ir.Ref{Obj: o}))
}

// portWord is the word of the start that sets a config which is used as a port number.
func portWord(c *tree.ConstDef, t *tree.Type, at int) ir.Word {
	w := wordFor(c, t, at)
	w.Lo = max(w.Lo, 1)
	return w
}
