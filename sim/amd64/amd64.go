// Package amd64 makes x86-64 instructions at run time and runs them in the current process.
//
// The package is an assembler for simulation engines that generate machine code. A Code
// collects instructions, Load puts the instructions into executable pages, and Run calls the
// code in these pages. The package supports the few instructions that such engines need, and
// does not depend on circuits.
//
//	var c amd64.Code
//	c.Mov(amd64.RAX, amd64.At(amd64.RBX, 8), amd64.Q)   // rax = word 1 of the block at rbx
//	c.Op(amd64.Add, amd64.RAX, amd64.Imm(1), amd64.Q)
//	c.Ret()
//	p, err := c.Load()
//	v := p.Run(0, &block[0], 7)                         // rbx = block, rdi = 7; the result is rax
//
// The code must not use the stack, and may access only memory whose addresses it was given. The
// code must return within milliseconds, because the Go runtime cannot stop it. The code may use
// all registers except RSP. Source of the encodings: Intel 64 and IA-32 Architectures Software
// Developer's Manual, volume 2.
package amd64

import "encoding/binary"

// Reg is a 64-bit register.
type Reg uint8

// The registers, by their numbers in instructions.
const (
	RAX Reg = iota
	RCX
	RDX
	RBX
	RSP
	RBP
	RSI
	RDI
	R8
	R9
	R10
	R11
	R12
	R13
	R14
	R15
)

// Size is the width of an operation in bits: D is 32 and Q is 64. An operation of size D clears
// the upper half of a register that it writes.
type Size uint8

// The sizes.
const (
	D Size = 32
	Q Size = 64
)

// Operand is a register, a word in memory, or a number.
type Operand struct {
	kind  kind
	reg   Reg   // the register, or the base register of the address
	index Reg   // index register of a word in an array
	disp  int32 // displacement of an address, or the number
}

type kind uint8

const (
	register kind = iota
	memory
	element // memory at base + 8*index
	number
)

// R returns a register as an operand.
func R(r Reg) Operand { return Operand{kind: register, reg: r} }

// At returns the memory operand disp bytes after the address in base.
func At(base Reg, disp int32) Operand { return Operand{kind: memory, reg: base, disp: disp} }

// Elem returns the 8-byte word with number index in the array at base.
func Elem(base, index Reg) Operand { return Operand{kind: element, reg: base, index: index} }

// Imm returns a 32-bit number as an operand. 64-bit operations sign-extend it.
func Imm(v int32) Operand { return Operand{kind: number, disp: v} }

// IsReg reports whether o is the register r.
func (o Operand) IsReg(r Reg) bool { return o.kind == register && o.reg == r }

// InReg reports whether o is a register.
func (o Operand) InReg() bool { return o.kind == register }

// InMemory reports whether o is in memory.
func (o Operand) InMemory() bool { return o.kind == memory || o.kind == element }

// Reg returns the register, or the base register of the address.
func (o Operand) Reg() Reg { return o.reg }

// Moved returns the operand n bytes further in memory.
func (o Operand) Moved(n int32) Operand {
	o.disp += n
	return o
}

// Code is a sequence of instructions under construction. The zero value is empty.
type Code struct {
	b     []byte
	fixes []fix
	at    []int // code offset of each label, -1 if it is not placed yet
}

// Label is a jump target.
type Label int

type fix struct {
	pos   int // offset of the 4 bytes of a displacement
	label Label
}

// Len returns the number of code bytes so far.
func (c *Code) Len() int { return len(c.b) }

// Label makes a label. Place sets its position.
func (c *Code) Label() Label {
	c.at = append(c.at, -1)
	return Label(len(c.at) - 1)
}

// Place places a label at the current position.
func (c *Code) Place(l Label) { c.at[l] = len(c.b) }

// Bytes returns the instructions with resolved jumps. All labels that are used must be placed.
func (c *Code) Bytes() []byte {
	for _, f := range c.fixes {
		binary.LittleEndian.PutUint32(c.b[f.pos:], uint32(int32(c.at[f.label]-(f.pos+4))))
	}
	return c.b
}

// Arith is an operation on two operands. The first one takes the result.
type Arith uint8

// The operations, by their numbers in instructions.
const (
	Add Arith = 0
	Or  Arith = 1
	And Arith = 4
	Sub Arith = 5
	Xor Arith = 6
	Cmp Arith = 7 // only sets the flags
)

// Shift is a shift by a number or by CL.
type Shift uint8

// The shifts, by their numbers in instructions.
const (
	Shl Shift = 4
	Shr Shift = 5
	Sar Shift = 7
)

// Cond is a condition on the CPU flags.
type Cond uint8

// The conditions, by their numbers in instructions.
const (
	Below    Cond = 2
	Equal    Cond = 4
	NotEqual Cond = 5
	Less     Cond = 12
)

// Not returns the opposite condition.
func (c Cond) Not() Cond { return c ^ 1 }

// rm emits the prefix, the opcode, and the bytes that encode a register and an operand.
func (c *Code) rm(size Size, reg Reg, o Operand, op ...byte) {
	rex := byte(reg >> 3 << 2)
	if size == Q {
		rex |= 8
	}
	rex |= byte(o.reg >> 3)
	if o.kind == element {
		rex |= byte(o.index >> 3 << 1)
	}
	if rex != 0 {
		c.b = append(c.b, 0x40|rex)
	}
	c.b = append(c.b, op...)
	c.modrm(byte(reg&7)<<3, o)
}

// modrm emits an operand. r is the other register, already shifted into its field.
func (c *Code) modrm(r byte, o Operand) {
	base := byte(o.reg & 7)
	switch {
	case o.kind == register:
		c.b = append(c.b, 0xc0|r|base)
	case o.kind == element:
		c.b = append(c.b, 0x44|r, 0xc0|byte(o.index&7)<<3|base, 0) // a displacement of 0, which RBP and R13 need
	default:
		mod := byte(0x80)
		if o.disp == int32(int8(o.disp)) {
			mod = 0x40
		}
		c.b = append(c.b, mod|r|base)
		if base == byte(RSP) {
			c.b = append(c.b, 0x24)
		}
		c.imm(o.disp, mod == 0x40)
	}
}

func (c *Code) imm(v int32, short bool) {
	if short {
		c.b = append(c.b, byte(v))
		return
	}
	c.b = binary.LittleEndian.AppendUint32(c.b, uint32(v))
}

// Op emits d = d op s. Cmp leaves d unchanged. A number is sign-extended.
func (c *Code) Op(op Arith, d Reg, s Operand, size Size) { c.OpTo(op, R(d), s, size) }

// OpTo is like Op, but the destination may be in a register or in memory. If the destination
// is in memory, s must be a register or a number.
func (c *Code) OpTo(op Arith, d, s Operand, size Size) {
	switch {
	case s.kind == number:
		short := s.disp == int32(int8(s.disp))
		code := byte(0x81)
		if short {
			code = 0x83
		}
		c.rm(size, Reg(op), d, code)
		c.imm(s.disp, short)
	case d.kind == register:
		c.rm(size, d.reg, s, byte(op)<<3|3)
	default:
		c.rm(size, s.reg, d, byte(op)<<3|1)
	}
}

// Mov emits d = s. If s is a number, size Q sign-extends the number, and size D clears the
// upper half of d. The emitted code may change the flags.
func (c *Code) Mov(d Reg, s Operand, size Size) {
	if s.kind == number && s.disp == 0 {
		c.Op(Xor, d, R(d), D)
		return
	}
	c.MovKeeping(d, s, size)
}

// MovKeeping is Mov, but never changes the flags.
func (c *Code) MovKeeping(d Reg, s Operand, size Size) {
	switch {
	case s.kind != number:
		c.rm(size, d, s, 0x8b)
	case size == D || s.disp >= 0:
		if d >= R8 {
			c.b = append(c.b, 0x41)
		}
		c.b = append(c.b, 0xb8|byte(d&7))
		c.imm(s.disp, false)
	default:
		c.rm(Q, 0, R(d), 0xc7)
		c.imm(s.disp, false)
	}
}

// MovConst emits d = v.
func (c *Code) MovConst(d Reg, v uint64) {
	switch {
	case v <= 0xffffffff:
		c.Mov(d, Imm(int32(uint32(v))), D)
	case int64(v) == int64(int32(v)):
		c.Mov(d, Imm(int32(v)), Q)
	default:
		c.b = append(c.b, 0x48|byte(d>>3), 0xb8|byte(d&7))
		c.b = binary.LittleEndian.AppendUint64(c.b, v)
	}
}

// Store emits a write of a register or a number to memory.
func (c *Code) Store(d, s Operand, size Size) {
	if s.kind == number {
		c.rm(size, 0, d, 0xc7)
		c.imm(s.disp, false)
		return
	}
	c.rm(size, s.reg, d, 0x89)
}

// MovZX emits d = the byte (bits = 8) or two bytes (bits = 16) at s in memory, zero-extended.
func (c *Code) MovZX(d Reg, s Operand, bits int) {
	op := byte(0xb6)
	if bits == 16 {
		op = 0xb7
	}
	c.rm(D, d, s, 0x0f, op)
}

// ZeroExtend emits d = the low 8 or 16 bits of s.
func (c *Code) ZeroExtend(d, s Reg, bits int) {
	op := byte(0xb6)
	if bits == 16 {
		op = 0xb7
	}
	rex := byte(d>>3<<2) | byte(s>>3)
	if rex != 0 || bits == 8 && s >= RSP { // without a prefix, the encoding of RSI would mean the byte register DH
		c.b = append(c.b, 0x40|rex)
	}
	c.b = append(c.b, 0x0f, op, 0xc0|byte(d&7)<<3|byte(s&7))
}

// IMul emits d = the low bits of d * s.
func (c *Code) IMul(d Reg, s Operand, size Size) { c.rm(size, d, s, 0x0f, 0xaf) }

// Div emits the division of RDX:RAX by s. RAX gets the quotient and RDX the remainder.
func (c *Code) Div(s Operand, size Size) { c.rm(size, 6, s, 0xf7) }

// Not emits d = ^d.
func (c *Code) Not(d Reg, size Size) { c.rm(size, 2, R(d), 0xf7) }

// ShiftBy emits a shift of d by n bits. n must be less than the size.
func (c *Code) ShiftBy(op Shift, d Reg, n byte, size Size) {
	if n == 0 {
		return
	}
	c.rm(size, Reg(op), R(d), 0xc1)
	c.b = append(c.b, n)
}

// ShiftCL emits a shift of d by the low bits of CL: 5 bits for size D, 6 for size Q.
func (c *Code) ShiftCL(op Shift, d Reg, size Size) { c.rm(size, Reg(op), R(d), 0xd3) }

// Test sets the flags according to d & s. Both must be registers.
func (c *Code) Test(d, s Reg, size Size) { c.rm(size, s, R(d), 0x85) }

// SetCond emits d = 1 if cond holds, else d = 0.
func (c *Code) SetCond(cond Cond, d Reg) {
	if d >= RSP {
		c.b = append(c.b, 0x40|byte(d>>3))
	}
	c.b = append(c.b, 0x0f, 0x90|byte(cond), 0xc0|byte(d&7))
	c.ZeroExtend(d, d, 8)
}

// MovCond emits d = s if cond holds. s is a register or in memory.
func (c *Code) MovCond(cond Cond, d Reg, s Operand, size Size) {
	c.rm(size, d, s, 0x0f, 0x40|byte(cond))
}

// Jump emits a jump to a label.
func (c *Code) Jump(l Label) {
	c.b = append(c.b, 0xe9)
	c.distance(l)
}

// JumpIf emits a jump to a label that is taken if cond holds.
func (c *Code) JumpIf(cond Cond, l Label) {
	c.b = append(c.b, 0x0f, 0x80|byte(cond))
	c.distance(l)
}

func (c *Code) distance(l Label) {
	c.fixes = append(c.fixes, fix{len(c.b), l})
	c.b = append(c.b, 0, 0, 0, 0)
}

// Ret ends the code. RAX is the result.
func (c *Code) Ret() { c.b = append(c.b, 0xc3) }
