package cycle

import (
	"math"
	"math/bits"

	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim/amd64"
)

// begin starts the code of a cycle. No memory write is recorded yet.
func (g *generator) begin(c *amd64.Code) {
	g.code, g.labels = c, nil
	for range len(g.prog.code) + 1 {
		g.labels = append(g.labels, c.Label())
	}
	for _, s := range g.stores {
		c.Store(g.slot(s.at), amd64.Imm(0), amd64.Q)
	}
	for _, f := range g.fetch {
		c.Store(g.slot(f.at), amd64.Imm(0), amd64.Q)
	}
}

// body makes the code for a range of instructions. The range must contain all effects or none.
// The caller adds code after the range. A jump to the end of the range continues with that
// code.
func (g *generator) body(from, to int) {
	c, stores, fetches := g.code, g.stores, g.fetch
	for i := from; i < to; i++ {
		if i > from || from == 0 {
			c.Place(g.labels[i])
		}
		switch in := &g.prog.code[i]; in.op {
		case opStore:
			g.store(in, stores[0])
			stores = stores[1:]
		case opFetch:
			g.put(fetches[0].at+1, g.value(in.a))
			c.Store(g.slot(fetches[0].at), amd64.Imm(1), amd64.Q)
			fetches = fetches[1:]
		default:
			if g.fused(i) {
				i++
			} else {
				g.instr(in, i)
			}
		}
	}
	c.Place(g.labels[to])
}

// slot returns the memory operand of a slot.
func (g *generator) slot(s uint16) amd64.Operand {
	if other, ok := g.alias[s]; ok {
		s = other
	}
	return amd64.At(cells, 8*int32(s))
}

// value returns where an operand is: a number, a register, or memory.
func (g *generator) value(s uint16) amd64.Operand {
	if v, ok := g.consts[s]; ok && v <= math.MaxInt32 {
		return amd64.Imm(int32(v))
	}
	if r, ok := g.regs[s]; ok {
		return amd64.R(r)
	}
	return g.slot(s)
}

// put copies a value to the memory of a slot.
func (g *generator) put(s uint16, v amd64.Operand) {
	if v.InMemory() {
		g.code.Mov(acc, v, amd64.Q)
		v = amd64.R(acc)
	}
	g.code.Store(g.slot(s), v, amd64.Q)
}

// work chooses the register in which the result of slot d is computed. This is the register of
// d, or acc if an operand in `later` is in the register of d. The operation reads the operands
// in `later` after its first write.
func (g *generator) work(d uint16, later ...amd64.Operand) amd64.Reg {
	r, ok := g.regs[d]
	if !ok {
		return acc
	}
	for _, o := range later {
		if o.IsReg(r) {
			return acc
		}
	}
	return r
}

// finish moves the result of slot d from register t to its destination.
func (g *generator) finish(d uint16, t amd64.Reg) {
	r, ok := g.regs[d]
	if ok && r != t {
		g.code.Mov(r, amd64.R(t), amd64.Q)
	}
	if !ok || g.kept[d] {
		g.code.Store(g.slot(d), amd64.R(t), amd64.Q)
	}
}

// take copies a value to a register.
func (g *generator) take(t amd64.Reg, v amd64.Operand) {
	if !v.IsReg(t) {
		g.code.Mov(t, v, amd64.Q)
	}
}

// sizeOf returns the size for operations whose results are truncated by a mask.
func sizeOf(mask uint64) amd64.Size {
	if mask <= math.MaxUint32 {
		return amd64.D
	}
	return amd64.Q
}

// cut clears the bits of t that are above the mask, which is a mask of low bits. After an
// operation of size D, the upper half is already clear.
func (g *generator) cut(t amd64.Reg, mask uint64) {
	switch {
	case mask == math.MaxUint64 || mask == math.MaxUint32:
	case mask == 0xff || mask == 0xffff:
		g.code.ZeroExtend(t, t, bits.Len64(mask))
	case mask < math.MaxUint32:
		g.code.Op(amd64.And, t, amd64.Imm(int32(mask)), amd64.D)
	default:
		g.code.MovConst(base, mask)
		g.code.Op(amd64.And, t, amd64.R(base), amd64.Q)
	}
}

// arith maps opcodes to CPU operations with two operands.
var arith = map[opcode]amd64.Arith{
	opAdd: amd64.Add, opSub: amd64.Sub, opAnd: amd64.And, opOr: amd64.Or, opXor: amd64.Xor,
}

func (g *generator) instr(in *instr, at int) {
	c := g.code
	switch in.op {
	case opAdd, opSub, opAnd, opOr, opXor:
		g.binary(in)
	case opMul:
		b := g.value(in.b)
		t := g.work(in.d, b)
		g.take(t, g.value(in.a))
		if !b.InReg() {
			g.take(base, b)
			b = amd64.R(base)
		}
		c.IMul(t, b, sizeOf(in.imm))
		g.cut(t, in.imm)
		g.finish(in.d, t)
	case opNot:
		t := g.work(in.d)
		g.take(t, g.value(in.a))
		if in.imm <= math.MaxInt32 {
			c.Op(amd64.Xor, t, amd64.Imm(int32(in.imm)), amd64.D)
		} else {
			c.Not(t, sizeOf(in.imm))
			g.cut(t, in.imm)
		}
		g.finish(in.d, t)
	case opShl, opShru, opShrs:
		g.shift(in)
	case opShlC:
		g.shiftBy(amd64.Shl, in, in.imm)
	case opSlice:
		g.slice(in)
	case opSext:
		g.extend(in)
	case opCat:
		low := g.value(in.b)
		t := g.work(in.d, low)
		g.take(t, g.value(in.a))
		c.ShiftBy(amd64.Shl, t, byte(in.imm), amd64.Q)
		c.Op(amd64.Or, t, low, amd64.Q)
		g.finish(in.d, t)
	case opEq, opLtu, opLts, opEqMask:
		cond := g.compare(in)
		t := g.work(in.d)
		c.SetCond(cond, t)
		g.finish(in.d, t)
	case opMux:
		g.test(uint16(in.imm))
		g.choose(in, amd64.NotEqual)
	case opMove:
		g.move(in)
	case opLoad:
		t := g.work(in.d)
		g.take(acc, g.value(in.a))
		c.MovConst(base, amd64.Address(g.mems[in.imm]))
		c.Mov(t, amd64.Elem(base, acc), amd64.Q)
		g.finish(in.d, t)
	case opCall:
		g.call(in)
	case opJump:
		c.Jump(g.labels[at+1+int(in.imm)])
	case opJumpZ:
		g.test(in.a)
		c.JumpIf(amd64.Equal, g.labels[at+1+int(in.imm)])
	case opJumpNZ:
		g.test(in.a)
		c.JumpIf(amd64.NotEqual, g.labels[at+1+int(in.imm)])
	}
}

func (g *generator) binary(in *instr) {
	a, b := g.value(in.a), g.value(in.b)
	t := g.work(in.d, b)
	g.take(t, a)
	g.code.Op(arith[in.op], t, b, sizeOf(in.imm))
	if in.op == opAdd || in.op == opSub {
		g.cut(t, in.imm)
	}
	g.finish(in.d, t)
}

// move emits a copy of a slot. A number that goes only to memory needs no register.
func (g *generator) move(in *instr) {
	v := g.value(in.a)
	if _, ok := g.regs[in.d]; !ok && !v.InMemory() {
		g.code.Store(g.slot(in.d), v, amd64.Q)
		return
	}
	t := g.work(in.d)
	g.take(t, v)
	g.finish(in.d, t)
}

// shift emits a shift by an amount in a slot.
func (g *generator) shift(in *instr) {
	c, w := g.code, int(in.imm)
	g.take(amount, g.value(in.b))
	c.Op(amd64.And, amount, amd64.Imm(int32(word.Mask(word.AmountBits(w)))), amd64.D)
	t := g.work(in.d)
	g.take(t, g.value(in.a))
	switch in.op {
	case opShl:
		c.ShiftCL(amd64.Shl, t, amd64.Q)
	case opShru:
		c.ShiftCL(amd64.Shr, t, amd64.Q)
	case opShrs:
		c.ShiftBy(amd64.Shl, t, byte(64-w), amd64.Q)
		c.ShiftBy(amd64.Sar, t, byte(64-w), amd64.Q)
		c.ShiftCL(amd64.Sar, t, amd64.Q)
	}
	if in.op != opShru {
		g.cutWide(t, word.Mask(w))
	}
	g.finish(in.d, t)
}

// cutWide is cut for the result of an operation of size Q.
func (g *generator) cutWide(t amd64.Reg, mask uint64) {
	if mask == math.MaxUint32 {
		g.code.Mov(t, amd64.R(t), amd64.D)
		return
	}
	g.cut(t, mask)
}

// shiftBy emits a shift by a number and truncates the result.
func (g *generator) shiftBy(op amd64.Shift, in *instr, mask uint64) {
	t := g.work(in.d)
	g.take(t, g.value(in.a))
	g.code.ShiftBy(op, t, byte(in.b&63), amd64.Q)
	g.cutWide(t, mask)
	g.finish(in.d, t)
}

// slice emits code that extracts bits. Whole bytes of a word in memory are loaded directly.
func (g *generator) slice(in *instr) {
	v, n := g.value(in.a), int32(in.b&63)
	width := bits.Len64(in.imm)
	if !v.InMemory() || n%8 != 0 || width != 8 && width != 16 && width != 32 {
		g.shiftBy(amd64.Shr, in, in.imm)
		return
	}
	t := g.work(in.d)
	if width == 32 {
		g.code.Mov(t, v.Moved(n/8), amd64.D)
	} else {
		g.code.MovZX(t, v.Moved(n/8), width)
	}
	g.finish(in.d, t)
}

// extend emits a sign extension.
func (g *generator) extend(in *instr) {
	n, size := byte(in.b&63), amd64.Q
	if in.imm == math.MaxUint32 && n >= 32 {
		n, size = n-32, amd64.D
	}
	t := g.work(in.d)
	g.take(t, g.value(in.a))
	g.code.ShiftBy(amd64.Shl, t, n, size)
	g.code.ShiftBy(amd64.Sar, t, n, size)
	if size == amd64.Q {
		g.cutWide(t, in.imm)
	}
	g.finish(in.d, t)
}

// test emits a comparison of a slot with 0.
func (g *generator) test(s uint16) {
	switch v := g.value(s); {
	case v.InReg():
		g.code.Test(v.Reg(), v.Reg(), amd64.Q)
	case v.InMemory():
		g.code.OpTo(amd64.Cmp, v, amd64.Imm(0), amd64.Q)
	default:
		g.take(acc, v)
		g.code.Test(acc, acc, amd64.Q)
	}
}

// compare emits code that sets the flags for a comparison. The result is the CPU condition
// under which the comparison holds.
func (g *generator) compare(in *instr) amd64.Cond {
	c, a, b := g.code, g.value(in.a), g.value(in.b)
	switch in.op {
	case opEqMask:
		g.take(acc, a)
		g.mask(acc, in.imm)
		c.Op(amd64.Cmp, acc, b, amd64.Q)
		return amd64.Equal
	case opLts:
		if in.imm == 32 {
			g.take(acc, a)
			c.Op(amd64.Cmp, acc, b, amd64.D)
			return amd64.Less
		}
		g.take(acc, a)
		c.ShiftBy(amd64.Shl, acc, byte(in.imm&63), amd64.Q)
		g.take(amount, b)
		c.ShiftBy(amd64.Shl, amount, byte(in.imm&63), amd64.Q)
		c.Op(amd64.Cmp, acc, amd64.R(amount), amd64.Q)
		return amd64.Less
	}
	if a.InReg() {
		c.Op(amd64.Cmp, a.Reg(), b, amd64.Q)
	} else {
		g.take(acc, a)
		c.Op(amd64.Cmp, acc, b, amd64.Q)
	}
	if in.op == opEq {
		return amd64.Equal
	}
	return amd64.Below
}

// mask emits t &= mask for any mask.
func (g *generator) mask(t amd64.Reg, mask uint64) {
	if mask <= math.MaxUint32 {
		g.code.Op(amd64.And, t, amd64.Imm(int32(uint32(mask))), amd64.D)
		return
	}
	g.code.MovConst(base, mask)
	g.code.Op(amd64.And, t, amd64.R(base), amd64.Q)
}

// choose emits d = a if cond holds, else d = b. The flags are already set. A mov keeps the
// flags, but a xor that clears a register would change them.
func (g *generator) choose(in *instr, cond amd64.Cond) {
	a, b := g.value(in.a), g.value(in.b)
	t := g.work(in.d, a)
	g.takeKeeping(t, b)
	if !a.InReg() && !a.InMemory() {
		g.takeKeeping(base, a)
		a = amd64.R(base)
	}
	g.code.MovCond(cond, t, a, amd64.Q)
	g.finish(in.d, t)
}

// takeKeeping is take, but keeps the flags.
func (g *generator) takeKeeping(t amd64.Reg, v amd64.Operand) {
	if !v.IsReg(t) {
		g.code.MovKeeping(t, v, amd64.Q)
	}
}

// fused emits a comparison together with the jump or choice that is its only user.
func (g *generator) fused(i int) bool {
	if i+1 >= len(g.prog.code) || i+1 == g.prog.roots || g.target[i+1] {
		return false
	}
	in, next := &g.prog.code[i], &g.prog.code[i+1]
	switch in.op {
	case opEq, opLtu, opLts, opEqMask:
	default:
		return false
	}
	if int(in.d) < 2*g.prog.states || g.kept[in.d] || g.last[in.d] != i+1 {
		return false
	}
	switch {
	case (next.op == opJumpZ || next.op == opJumpNZ) && next.a == in.d:
		cond := g.compare(in)
		if next.op == opJumpZ {
			cond = cond.Not()
		}
		g.code.Place(g.labels[i+1])
		g.code.JumpIf(cond, g.labels[i+2+int(next.imm)])
		return true
	case next.op == opMux && uint16(next.imm) == in.d && next.a != in.d && next.b != in.d:
		cond := g.compare(in)
		g.code.Place(g.labels[i+1])
		g.choose(next, cond)
		return true
	}
	return false
}

// call emits a division, which takes several CPU instructions.
func (g *generator) call(in *instr) {
	c, k := g.code, &g.prog.calls[in.imm]
	zero, done := c.Label(), c.Label()
	g.take(acc, g.value(k.args[0]))
	g.take(amount, g.value(k.args[1]))
	c.Test(amount, amount, amd64.Q)
	c.JumpIf(amd64.Equal, zero)
	c.Mov(base, amd64.Imm(0), amd64.Q)
	c.Div(amd64.R(amount), amd64.Q)
	c.Jump(done)
	c.Place(zero)
	c.Mov(base, amd64.R(acc), amd64.Q)
	c.MovConst(acc, word.Mask(k.w))
	c.Place(done)
	if k.op == word.Remu {
		c.Mov(acc, amd64.R(base), amd64.Q)
	}
	g.finish(in.d, acc)
}
