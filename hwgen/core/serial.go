package core

import (
	"fmt"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// serial executes one instruction after the other, and each instruction one digit after the
// other. A digit has 1, 2 or 4 bits. A word of the register file is a digit, so a digit of a
// register needs no multiplexer, and a shift only adds its amount to the number of the digit.
//
//	fetch   the text memory reads the instruction word, which then stays at its output
//	decode  the controls are set
//	pre     the digits of the operands are collected, added for an address, or compared
//	x.valid the instruction acts: memory, ports, and the sample of a loaded word
//	post    the digits of the result are written to rd
//
// A line has the stages that it needs (forms.go): `add` has no pre, `beq` has no post. index is
// the number of the digit that the register file reads. at is the number of the digit that is
// added and written, which was read one cycle before.
type serial struct {
	*gen
	w, n  int // bits of a digit, digits of a word
	forms map[*line]form

	pc, decoding, pre, exec, post rtl.Register
	index, at                     rtl.Register
	carry, less, differ           rtl.Register

	opA, opB vec            // digits of the operands
	sum      rtl.ID         // digit of the sum
	words    []rtl.Register // collected operands; the second one also holds a sampled word
	address  rtl.Register   // low bits of rs1 + b, or a shift amount
	shift    *shifter       // nil: the core has no shift
	held     rtl.ID         // the line does not finish to act in this cycle
	last     rtl.ID         // the last digit of pre or post
	digits   rtl.ID         // the digit that post writes
	final    rtl.ID         // the last cycle of the instruction
	posts    rtl.Register   // the instruction has the stage post
}

func newSerial(g *gen) *serial {
	b := g.b
	s := &serial{gen: g, w: design.DigitBits(g.p.Core), forms: map[*line]form{}}
	s.n = 32 / s.w
	s.pc = b.Reg("pc", g.p.PC.N, g.p.FirstPC())
	s.decoding, s.pre = b.Reg("decoding", 1, 0), b.Reg("pre", 1, 0)
	s.exec, s.post = b.Reg("x.valid", 1, 0), b.Reg("post", 1, 0)
	s.index, s.at = b.Reg("index", word.AmountBits(s.n)+1, 0), b.Reg("at", word.AmountBits(s.n), 0)
	return s
}

func (s *serial) generate() error {
	g, b := s.gen, s.b
	for _, l := range g.lines {
		f, err := formOf(l)
		if err != nil {
			return &FormError{fmt.Sprintf("design point %s: core %s: %s; core %s executes it", g.p.Program, g.p.Core, err, diag.AnyOf(design.Cores()))}
		}
		s.forms[l] = f
	}
	g.x.valid, g.x.pc = s.exec.Q(), g.vec(s.pc.Q())
	g.x.rd = b.Bits(g.word, rdAt+g.p.RegBits()-1, rdAt)
	if len(g.where(fromMemory)) > 0 {
		g.x.second = b.Reg("x.second", 1, 0)
	}
	g.x.imm = g.immediate(g.where(usesImm), 0, 32)
	s.operands()
	s.collect()
	s.elaborate()
	g.ports.inputs()
	g.memory()
	if g.data != nil && s.copies() {
		g.data.word = g.x.rs[1]
	}
	s.shifts()
	g.outputs()
	s.held = g.held()
	s.control()
	s.jump()
	s.sample()
	s.write()
	s.record()
	b.If(s.decoding.Q(), g.advance)
	return nil
}

// FormError says that a core that executes digits cannot execute a line.
type FormError struct{ text string }

func (e *FormError) Error() string { return e.text }

// having lists the lines whose form satisfies f.
func (s *serial) having(f func(form) bool) []*line {
	return s.where(func(l *line) bool { return f(s.forms[l]) })
}

// fromMemory reports whether a line loads from data memory.
func fromMemory(l *line) bool { return l.load > 0 && l.port == nil }

// now is 1 if the word that is decoded is one of the lines.
func (s *serial) now(on []*line) rtl.ID {
	return s.coverOf(minimise(patterns(on), patterns(s.without(on))), s.word)
}

// operands makes the digits of the two operands and of their sum.
func (s *serial) operands() {
	g, b := s.gen, s.b
	s.opA = g.vec(g.rf[0].Q())
	zero := s.having(func(f form) bool { return f.zeroA })
	if keep := s.having(func(f form) bool { return f.usesA && !f.zeroA }); len(zero) > 0 {
		s.opA = g.vec(b.And(g.pack(s.opA), b.Repeat(b.Not(g.ctl("zero", zero, keep)), s.w)))
	}
	imms := s.having(func(f form) bool { return f.usesB && f.immB })
	regs := s.having(func(f form) bool { return f.usesB && !f.immB })
	switch {
	case len(imms) == 0 && len(g.rf) < 2:
		s.opB = constVec(s.w, 0)
	case len(imms) == 0:
		s.opB = g.vec(g.rf[1].Q())
	default:
		digit := b.Reg("x.imm", s.w, 0)
		b.Set(digit, g.pack(s.pick(g.immediate(imms, 0, 32), s.index.Q())))
		s.opB = g.vec(digit.Q())
		if len(regs) > 0 {
			s.opB = g.op(word.Mux, s.w, 0, g.vec(g.ctl("imm_operand", imms, regs)), s.opB, g.vec(g.rf[1].Q()))
		}
	}
	sub := s.having(func(f form) bool { return f.adds && f.subtracts })
	plain := s.having(func(f form) bool { return f.adds && !f.subtracts })
	s.carry = b.Reg("carry", 1, 0)
	y := g.pack(s.opB)
	if len(sub) > 0 {
		y = b.Xor(y, b.Repeat(g.ctl("subtract", sub, plain), s.w))
	}
	var carry rtl.ID
	s.sum, carry = s.adder(g.pack(s.opA), y)
	b.Name("sum", s.sum)
	b.If(b.Or(s.pre.Q(), s.post.Q()), func() { b.Set(s.carry, carry) })
	b.If(s.decoding.Q(), func() {
		b.Set(s.carry, s.coverOf(minimise(patterns(sub), patterns(plain)), s.word))
	})
	s.comparisons(y, carry)
}

// adder adds two digits and the carry. Below four bits, look-up tables are as small as a carry
// chain.
func (s *serial) adder(x, y rtl.ID) (sum, carry rtl.ID) {
	b := s.b
	if s.w == 4 {
		wide := b.Add(b.Cat(b.Const(1, 0), x, b.Const(1, 1)), b.Cat(b.Const(1, 0), y, s.carry.Q()))
		return b.Bits(wide, s.w, 1), b.Bit(wide, s.w+1)
	}
	carry = s.carry.Q()
	var digits []rtl.ID
	for i := range s.w {
		p, q := b.Bit(x, i), b.Bit(y, i)
		digits = append([]rtl.ID{b.Xor(p, q, carry)}, digits...)
		carry = b.Or(b.And(p, q), b.And(carry, b.Or(p, q)))
	}
	return b.Cat(digits[0], digits[1:]...), carry
}

// comparisons makes the flags of the operands that were subtracted in pre.
func (s *serial) comparisons(y, carry rtl.ID) {
	g, b := s.gen, s.b
	signed := s.having(func(f form) bool { return f.orders[word.Lts] })
	plain := s.having(func(f form) bool { return f.orders[word.Ltu] })
	if len(signed)+len(plain) > 0 {
		s.less = b.Reg("less", 1, 0)
		over := b.Xor(b.Bit(g.pack(s.opA), s.w-1), b.Bit(y, s.w-1))
		on := g.ctl("signed", signed, plain)
		// The bit above the operands is a copy of their sign if they are signed, else 0. The second
		// operand is complemented.
		b.If(s.pre.Q(), func() { b.Set(s.less, b.Xor(carry, b.Or(b.Not(on), over))) })
	}
	if len(s.having(func(f form) bool { return f.orders[word.Eq] })) > 0 {
		s.differ = b.Reg("differ", 1, 0)
		b.If(s.pre.Q(), func() { b.Set(s.differ, b.Or(s.differ.Q(), b.Any(s.sum))) })
		b.If(s.decoding.Q(), func() { b.Set(s.differ, g.bool(false)) })
	}
}

// pick selects a digit of v.
func (s *serial) pick(v vec, index rtl.ID) vec {
	digits := make([]vec, s.n)
	for i := range digits {
		digits[i] = v[i*s.w : (i+1)*s.w]
	}
	for k := 0; len(digits) > 1; k++ {
		on := s.vec(s.b.Bit(index, k))
		half := make([]vec, len(digits)/2)
		for i := range half {
			for j := range s.w {
				low, high := digits[2*i][j], digits[2*i+1][j]
				if low != high {
					low = s.op(word.Mux, 1, 0, on, vec{high}, vec{low})[0]
				}
				half[i] = append(half[i], low)
			}
		}
		digits = half
	}
	return digits[0]
}
