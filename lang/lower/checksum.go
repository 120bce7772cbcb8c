package lower

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
)

// sum computes the checksum of n bytes.
func (x *lowering) sum(kind tree.SealKind, at ir.Ref, n *ir.Value) *ir.Value {
	if kind == tree.InetSum {
		return x.fold(x.wordSum(at, n))
	}
	return x.crc(0xedb88320, at, n)
}

// crc computes a 32-bit cyclic redundancy check with a reflected polynomial. The emitted code
// handles four bits at a time, with a table of 16 words. The method is from Perez, "Byte-wise CRC
// Calculations" (1983), applied to half bytes.
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

// crcTable returns the table of a polynomial. Each table is made only once.
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

// longestSum is the largest number of bytes for which inetAdd is correct.
const longestSum = 1 << 16

// known lowers a library function that has a faster form than its source. For any other function
// it returns false. It also returns false if the size or alignment of the function's argument does
// not allow the faster form.
func (x *lowering) known() bool {
	little := x.f.Name == "checksum.inet_add_le"
	if x.f.Name != "checksum.inet_add" && !little {
		return false
	}
	b := x.F.Objs[0]
	if b.Align != 4 || b.Size > longestSum {
		return false
	}
	x.At = x.f.Span
	sum, s := x.slotsOf(x.f.Params[0]), x.slotsOf(x.f.Params[1])
	add := x.inetAdd(ir.Ref{Obj: b}, x.ssa.read(s[1].v), x.ssa.read(s[2].v), little)
	x.Ret(x.Word(word.Add, 32, x.ssa.read(sum[0].v), add))
	x.dead()
	x.ssa.finish()
	ir.RemoveUnreachable(x.F)
	return true
}

// inetAdd sums n bytes from offset start as 16-bit words in network order, and reduces the sum to
// 16 bits. The object must be aligned to 4. The emitted code adds 32-bit words in memory order.
// Carries wrap around, and therefore the byte-swapped sum is the sum of the byte-swapped words
// (RFC 1071). If the offset is odd, the bytes after the first byte are already in network order.
func (x *lowering) inetAdd(b ir.Ref, start, n *ir.Value, little bool) *ir.Value {
	end := x.Word(word.Add, 32, start, n)
	at, sum := x.variable("at", 32), x.variable("sum", 64)
	x.ssa.write(at, start)
	x.ssa.write(sum, x.Const(64, 0))
	take := func(size int) {
		i := x.ssa.read(at)
		for k := 0; k < size; k += 4 {
			place := x.offset(b, i, 1)
			place.Disp += k
			v := x.LoadSize(32, min(size, 4), place)
			x.ssa.write(sum, x.Word(word.Add, 64, x.ssa.read(sum), x.Zext(64, v)))
		}
		x.ssa.write(at, x.Word(word.Add, 32, i, x.Const(32, uint64(size))))
	}
	first := x.variable("first", 32)
	x.ssa.write(first, x.Const(32, 0))
	odd := x.Slice(1, start, 0)
	left := func() *ir.Value { return x.Word(word.Sub, 32, end, x.ssa.read(at)) }
	x.when(x.Word(word.And, 1, odd, x.Word(word.Ne, 1, n, x.Const(32, 0))), func() {
		i := x.ssa.read(at)
		x.ssa.write(first, x.Word(word.Shl, 32, x.LoadSize(32, 1, x.offset(b, i, 1)), x.Const(32, 8)))
		x.ssa.write(at, x.Word(word.Add, 32, i, x.Const(32, 1)))
	})
	two := func(c *ir.Value) {
		more := x.Word(word.Ltu, 1, x.Const(32, 1), left())
		x.when(x.Word(word.And, 1, c, more), func() { take(2) })
	}
	two(x.Slice(1, x.ssa.read(at), 1))
	for _, size := range []int{32, 16, 4} {
		stop := x.Word(word.Add, 32, x.ssa.read(at), x.Word(word.And, 32, left(), x.Const(32, uint64(uint32(-size)))))
		x.whileBelow(at, stop, func() { take(size) })
	}
	two(x.Const(1, 1))
	x.when(x.Word(word.Ne, 1, left(), x.Const(32, 0)), func() { take(1) })
	return x.inOrder(x.ssa.read(sum), x.ssa.read(first), odd, little)
}

// inOrder reduces a sum of words in memory order to 16 bits. The result is in network order, or in
// memory order if little is set. If the offset is odd, the two bytes of the sum are already
// swapped.
func (x *lowering) inOrder(sum, first, odd *ir.Value, little bool) *ir.Value {
	s := x.Word(word.Add, 32, x.Word(word.And, 32, x.Slice(32, sum, 0), x.Const(32, 0xffff)), x.Zext(32, x.Slice(16, sum, 16)))
	s = x.folded(x.folded(x.Word(word.Add, 32, s, x.Slice(32, sum, 32))))
	after := x.folded(x.Word(word.Add, 32, s, first))
	if little {
		return x.Word(word.Mux, 32, odd, x.swapped(after), s)
	}
	return x.Word(word.Mux, 32, odd, after, x.swapped(s))
}

// swapped exchanges the two bytes of a sum.
func (x *lowering) swapped(s *ir.Value) *ir.Value {
	high := x.Word(word.Shl, 32, x.Word(word.And, 32, s, x.Const(32, 255)), x.Const(32, 8))
	return x.Word(word.Or, 32, x.Word(word.Shru, 32, s, x.Const(32, 8)), high)
}

// folded adds the upper bits of a sum (the carries) to its low 16 bits.
func (x *lowering) folded(v *ir.Value) *ir.Value {
	return x.Word(word.Add, 32, x.Word(word.And, 32, v, x.Const(32, 0xffff)), x.Word(word.Shru, 32, v, x.Const(32, 16)))
}

// whileBelow emits a loop that runs `body` until `at` equals `end`. The body increases `at`.
func (x *lowering) whileBelow(at *variable, end *ir.Value, body func()) {
	head, inner, done := x.NewBlock(), x.NewBlock(), x.NewBlock()
	x.goTo(head)
	x.B = head
	x.branch(x.Word(word.Ne, 1, x.ssa.read(at), end), inner, done)
	x.enter(inner)
	body()
	x.goTo(head)
	x.ssa.seal(head)
	x.enter(done)
}

// wordSum adds the big-endian 16-bit words of n bytes. The sum fits in 32 bits, because a
// layout with such a sum has a bounded size.
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

// fold reduces a sum to 16 bits with end-around carry, and inverts it.
func (x *lowering) fold(v *ir.Value) *ir.Value {
	return x.Word(word.Not, 16, x.Slice(16, x.folded(x.folded(v)), 0))
}

// checkWhole checks the seal (checksum) over all bytes of a layout that was just parsed. The
// emitted code first subtracts the value of the seal field itself from the sum.
func (x *lowering) checkWhole(ps *parsing, fr *frame, f *tree.LayoutField, v *ir.Value) {
	n := x.Word(word.Sub, 32, x.here(ps), fr.start)
	at := x.offset(ps.src, fr.start, 1)
	sum := x.wordSum(at, n)
	at.Disp += f.At
	own := x.Word(word.Or, 32, x.Word(word.Shl, 32, x.LoadSize(32, 1, at), x.Const(32, 8)), x.LoadSize(32, 1, ir.Ref{Obj: at.Obj, Off: at.Off, Disp: at.Disp + 1}))
	x.expect(ps, x.Word(word.Eq, 1, x.fold(x.Word(word.Sub, 32, sum, own)), v))
}
