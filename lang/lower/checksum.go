package lower

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// sum is the check sum of n bytes.
func (x *lowering) sum(kind tree.SealKind, at ir.Ref, n *ir.Value) *ir.Value {
	if kind == tree.InetSum {
		return x.fold(x.wordSum(at, n))
	}
	return x.crc(0xedb88320, at, n)
}

// crc is a cyclic redundancy check of 32 bits with its polynomial reflected, four
// bits at a time with a table of 16 words: Perez, "Byte-wise CRC Calculations"
// (1983), with half bytes.
func (x *lowering) crc(poly uint32, at ir.Ref, n *ir.Value) *ir.Value {
	table := ir.Ref{Obj: x.crcTable(poly)}
	sum := x.variable("crc", 32)
	x.ssa.write(sum, x.Const(32, 0xffffffff))
	x.repeat(n, func(i *ir.Value) {
		v := x.Word(word.Xor, 32, x.ssa.read(sum), x.LoadSize(32, 1, x.offset(at, i, 1)))
		for range 2 {
			low := x.Word(word.And, 32, v, x.Const(32, 15))
			high := x.Word(word.Shru, 32, v, x.Const(32, 4))
			v = x.Word(word.Xor, 32, high, x.Load(32, x.offset(table, low, 4)))
		}
		x.ssa.write(sum, v)
	})
	return x.Word(word.Not, 32, x.ssa.read(sum))
}

// crcTable makes the table of a polynomial once.
func (x *lowering) crcTable(poly uint32) *ir.Object {
	name := "crc32.table"
	if poly != 0xedb88320 {
		name = "crc32c.table"
	}
	for _, o := range x.m.Objects {
		if o.Name == name {
			return o
		}
	}
	var mem []byte
	for k := range uint32(16) {
		for range 4 {
			if k&1 != 0 {
				k = k>>1 ^ poly
			} else {
				k >>= 1
			}
		}
		mem = append(mem, byte(k), byte(k>>8), byte(k>>16), byte(k>>24))
	}
	return x.lowerer.object(name, mem, len(mem), 4, x.At)
}

// wordSum adds the big-endian 16-bit words of n bytes; 32 bits hold it, since a
// layout with such a sum is bounded.
func (x *lowering) wordSum(at ir.Ref, n *ir.Value) *ir.Value {
	sum := x.variable("sum", 32)
	x.ssa.write(sum, x.Const(32, 0))
	x.repeat(n, func(i *ir.Value) {
		odd := x.Word(word.And, 32, i, x.Const(32, 1))
		up := x.Word(word.Shl, 32, x.Word(word.Xor, 32, odd, x.Const(32, 1)), x.Const(32, 3))
		v := x.Word(word.Shl, 32, x.LoadSize(32, 1, x.offset(at, i, 1)), up)
		x.ssa.write(sum, x.Word(word.Add, 32, x.ssa.read(sum), v))
	})
	return x.ssa.read(sum)
}

// fold brings a sum to 16 bits, carries around, and inverts it.
func (x *lowering) fold(v *ir.Value) *ir.Value {
	for range 2 {
		v = x.Word(word.Add, 32, x.Word(word.And, 32, v, x.Const(32, 0xffff)), x.Word(word.Shru, 32, v, x.Const(32, 16)))
	}
	return x.Word(word.Not, 16, x.Slice(16, v, 0))
}

// checkWhole checks the seal over all bytes of a layout that has just been
// parsed: what the seal itself adds to the sum is taken away.
func (x *lowering) checkWhole(ps *parsing, fr *frame, f *tree.LayoutField, v *ir.Value) {
	n := x.Word(word.Sub, 32, x.here(ps), fr.start)
	at := x.offset(ps.src, fr.start, 1)
	sum := x.wordSum(at, n)
	at.Disp += f.At
	own := x.Word(word.Or, 32, x.Word(word.Shl, 32, x.LoadSize(32, 1, at), x.Const(32, 8)), x.LoadSize(32, 1, ir.Ref{Obj: at.Obj, Off: at.Off, Disp: at.Disp + 1}))
	x.expect(ps, x.Word(word.Eq, 1, x.fold(x.Word(word.Sub, 32, sum, own)), v))
}
