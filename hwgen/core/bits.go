package core

import (
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// wires makes nodes from values that are known bit by bit. The decoder, the ports and the
// datapath all use wires.
type wires struct{ b *rtl.Builder }

// bit is one bit of a node. If the node is rtl.None, the bit is the constant index (0 or 1).
type bit struct {
	node  rtl.ID
	index int
}

// vec is a value as a list of the sources of its bits, low bit first. To cut, join or extend a
// vec, or to shift it by a constant, makes no node. So a later select can see which bits of two
// instructions come from the same wire.
type vec []bit

func constVec(w int, v uint64) vec {
	out := make(vec, w)
	for i := range out {
		out[i] = bit{rtl.None, int(v >> i & 1)}
	}
	return out
}

// extended returns v with w bits: it cuts v, or adds copies of fill.
func (v vec) extended(w int, fill bit) vec {
	out := append(vec(nil), v[:min(w, len(v))]...)
	for len(out) < w {
		out = append(out, fill)
	}
	return out
}

func (v vec) zext(w int) vec { return v.extended(w, bit{rtl.None, 0}) }

func (v vec) reversed() vec {
	out := make(vec, len(v))
	for i, b := range v {
		out[len(v)-1-i] = b
	}
	return out
}

func concat(low vec, rest ...vec) vec {
	out := append(vec(nil), low...)
	for _, r := range rest {
		out = append(out, r...)
	}
	return out
}

// vec lists the bits of a node.
func (g wires) vec(id rtl.ID) vec {
	if v, ok := g.b.ConstOf(id); ok {
		return constVec(g.b.Width(id), v)
	}
	out := make(vec, g.b.Width(id))
	for i := range out {
		out[i] = bit{id, i}
	}
	return out
}

// pack makes one node from the bits of v.
func (g wires) pack(v vec) rtl.ID {
	out := rtl.None
	for lo := 0; lo < len(v); {
		hi := lo + runLength(v[lo:])
		part := g.run(v[lo:hi])
		if out == rtl.None {
			out = part
		} else {
			out = g.b.Cat(part, out)
		}
		lo = hi
	}
	return out
}

// runLength returns the length of the longest beginning of v that is one constant, one slice of
// a node, or copies of one bit.
func runLength(v vec) int {
	n := 1
	switch {
	case v[0].node == rtl.None:
		for n < len(v) && v[n].node == rtl.None {
			n++
		}
	case len(v) > 1 && v[1] == v[0]:
		for n < len(v) && v[n] == v[0] {
			n++
		}
	default:
		for n < len(v) && v[n] == (bit{v[0].node, v[0].index + n}) {
			n++
		}
	}
	return n
}

func (g wires) run(v vec) rtl.ID {
	first := v[0]
	if first.node == rtl.None {
		var c uint64
		for i, b := range v {
			c |= uint64(b.index) << i
		}
		return g.b.Const(len(v), c)
	}
	if len(v) > 1 && v[1] == first {
		return g.b.Repeat(g.b.Bit(first.node, first.index), len(v))
	}
	return g.b.Bits(first.node, first.index+len(v)-1, first.index)
}

// op applies an operator of the table to packed operands.
func (g wires) op(op word.Op, w int, imm uint64, args ...vec) vec {
	ids := make([]rtl.ID, len(args))
	for i, a := range args {
		ids[i] = g.pack(a)
	}
	return g.vec(g.b.Op(op, w, imm, ids...))
}

// add adds two values of equal width. It needs no adder for low bits at which one of the
// operands is constant 0.
func (g wires) add(x, y vec) vec {
	zero := bit{rtl.None, 0}
	k := 0
	var low vec
	for k < len(x) && (x[k] == zero || y[k] == zero) {
		if x[k] == zero {
			low = append(low, y[k])
		} else {
			low = append(low, x[k])
		}
		k++
	}
	if k == len(x) {
		return low
	}
	return concat(low, g.op(word.Add, len(x)-k, 0, x[k:], y[k:]))
}

func (g wires) bool(v bool) rtl.ID {
	if v {
		return g.b.Const(1, 1)
	}
	return g.b.Const(1, 0)
}
