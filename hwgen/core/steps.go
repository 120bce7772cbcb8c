package core

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// relative reports whether a line jumps to pc + imm.
func relative(l *line) bool { return l.pc != nil && l.pc.Leaf == leafEarly }

// indirect reports whether a line jumps to an address that is not pc + imm.
func indirect(l *line) bool { return l.pc != nil && l.pc.Leaf != leafEarly }

// taken is 1 if the executing instruction is a jump of one of the kinds and its condition holds.
func (s *serial) taken(kind func(*line) bool) rtl.ID {
	sum := s.bool(false)
	by := map[int][]*line{}
	var order []int
	conds := map[int]vec{}
	for _, l := range s.where(kind) {
		key := 0
		if l.cond != nil {
			key = s.el.key(l.cond)
			conds[key] = s.el.value(l.cond)
		}
		if by[key] == nil {
			order = append(order, key)
		}
		by[key] = append(by[key], l)
	}
	for _, key := range order {
		on := s.exactly("jump", by[key])
		if c := conds[key]; c != nil {
			on = s.b.And(on, s.pack(c))
		}
		sum = s.b.Or(sum, on)
	}
	return sum
}

// nextWord makes the word index of the next word. In the last cycle of a relative jump that is
// taken, it is the target. In the cycle before post it is the value of the link.
func (s *serial) nextWord() rtl.ID {
	g, b := s.gen, s.b
	n := g.p.PC.N
	s.posts = b.Reg("x.posts", 1, 0)
	step := b.Const(n, 1)
	if some := g.where(relative); len(some) > 0 {
		on := s.taken(relative)
		if linked := s.having(func(f form) bool { return f.result != noResult }); len(linked) > 0 {
			on = b.And(on, b.Or(s.post.Q(), b.Not(s.posts.Q())))
		}
		imm := g.pack(g.immediate(some, 0, 32).zext(max(32, n+2))[2 : n+2])
		first := b.Or(b.Not(on), b.Bit(imm, 0))
		if step = first; n > 1 {
			step = b.Cat(b.And(b.Bits(imm, n-1, 1), b.Repeat(on, n-1)), first)
		}
	}
	return b.Add(s.pc.Q(), step)
}

// control moves the instruction through its stages and counts digits.
func (s *serial) control() {
	g, b := s.gen, s.b
	pre := s.now(s.having(form.needsPre))
	posts := s.where(func(l *line) bool { return l.rd != nil })
	some := b.Any(g.x.rd)
	loads := s.where(fromMemory)
	b.If(s.decoding.Q(), func() {
		// A load from memory also passes post if it writes no register, for its record.
		b.Set(s.posts, b.Or(b.And(s.now(posts), some), s.now(loads)))
	})
	passing := b.Or(s.pre.Q(), s.post.Q())
	s.last = b.EqConst(s.at.Q(), uint64(s.n-1))
	if short := s.having(form.short); len(short) > 0 && s.addressDigits() < s.n {
		on := b.And(s.pre.Q(), g.ctl("short", short, s.having(func(f form) bool { return f.needsPre() && !f.short() })))
		s.last = b.Or(s.last, b.And(on, b.EqConst(s.at.Q(), uint64(s.addressDigits()-1))))
	}
	leaves := b.And(s.exec.Q(), b.Not(s.held))
	s.final = b.Name("final", b.Or(b.And(leaves, b.Not(s.posts.Q())), b.And(s.post.Q(), s.last)))
	fetch := b.Not(b.Or(s.decoding.Q(), s.pre.Q(), s.exec.Q(), s.post.Q()))
	b.Drive(g.text, b.Bits(s.pc.Q(), g.p.Text.N-1, 0), fetch)
	b.Set(s.decoding, fetch)
	b.Set(s.pre, b.Or(b.And(s.decoding.Q(), pre), b.And(s.pre.Q(), b.Not(s.last))))
	b.Set(s.exec, b.Or(b.And(s.decoding.Q(), b.Not(pre)), b.And(s.pre.Q(), s.last), s.held))
	b.Set(s.post, b.Or(b.And(leaves, s.posts.Q()), b.And(s.post.Q(), b.Not(s.last))))
	b.If(b.And(passing, b.Not(s.last)),
		func() { b.Set(s.at, b.Add(s.at.Q(), b.Const(word.AmountBits(s.n), 1))) },
		func() { b.Set(s.at, b.Const(word.AmountBits(s.n), 0)) })
	s.count(pre, fetch, leaves)
	s.gather()
	g.legal(s.decoding.Q(), s.decoding.Q(), b.Or(passing, s.exec.Q()))
	one := b.Or(b.And(s.decoding.Q(), b.Or(passing, s.exec.Q())), b.And(s.exec.Q(), passing), b.And(s.pre.Q(), s.post.Q()))
	b.Assert("order", b.Not(one))
}

// count makes the number of the digit that is read. In decode, the first digit is read for pre.
// When the line leaves exec, the first digit is read for post. A shift begins with another digit.
func (s *serial) count(pre, fetch, leaves rtl.ID) {
	g, b := s.gen, s.b
	width := word.AmountBits(s.n) + 1
	one := b.Const(width, 1)
	begin, steps := b.Zext(pre, width), b.Or(s.pre.Q(), s.post.Q(), leaves)
	h := s.shift
	if h != nil {
		begin = b.Or(begin, b.Zext(g.pack(h.amount[word.AmountBits(s.w):]), width))
		steps = b.Or(steps, h.early)
	}
	beyond := b.Bit(s.index.Q(), width-1) // every digit is read: index stays, so that it is never again below at
	b.If(b.And(steps, b.Not(beyond)), func() { b.Set(s.index, b.Add(s.index.Q(), one)) })
	b.Assert("ahead", b.Or(b.Not(s.post.Q()), beyond, b.Ltu(b.Zext(s.at.Q(), width), s.index.Q())))
	b.If(s.decoding.Q(), func() { b.Set(s.index, begin) })
	if h != nil && len(h.byReg) > 0 {
		b.If(h.start, func() { b.Set(s.index, b.Zext(b.Bits(s.address.Q(), 4, word.AmountBits(s.w)), width)) })
	}
	b.If(b.Or(fetch, b.And(s.pre.Q(), s.last)), func() { b.Set(s.index, b.Const(width, 0)) })
}

// gather makes the register address of digits of the sum.
func (s *serial) gather() {
	b := s.b
	if s.address == (rtl.Register{}) {
		return
	}
	on := s.pre.Q()
	if m := s.addressDigits(); m < s.n && len(s.having(func(f form) bool { return f.address && !f.short() })) > 0 {
		taking := b.Reg("x.taking", 1, 0)
		b.Set(taking, b.Or(s.decoding.Q(), b.And(taking.Q(), b.Not(b.EqConst(s.at.Q(), uint64(m-1))))))
		on = b.And(on, taking.Q())
	}
	b.If(on, func() { b.Set(s.address, s.shiftIn(s.address.Q(), s.sum)) })
}

// jump sets pc in the last cycle of an instruction.
func (s *serial) jump() {
	g, b := s.gen, s.b
	next := g.pack(g.x.next)
	if some := g.where(indirect); len(some) > 0 {
		var uses []use
		n := g.p.PC.N
		for _, l := range some {
			b.At(l.inst.Span)
			uses = append(uses, use{[]*line{l}, g.el.value(l.pc).zext(max(32, n+2))[2 : n+2]})
		}
		b.At(diag.Span{})
		next = b.Mux(s.taken(indirect), g.pack(g.bus("target", uses)), next)
	}
	b.If(s.final, func() { b.Set(s.pc, next) })
}

// write connects the register file.
func (s *serial) write() {
	g, b := s.gen, s.b
	down := g.bool(false)
	if s.shift != nil {
		down = s.shift.down
	}
	digits := word.AmountBits(s.n)
	flip := func(i rtl.ID) rtl.ID { return b.Xor(i, b.Repeat(down, digits)) }
	at := flip(b.Bits(s.index.Q(), digits-1, 0))
	// The digit that is written is always read before, so a read and a write never meet.
	reads := b.And(b.Not(b.Bit(s.index.Q(), digits)), b.Not(b.And(s.post.Q(), s.last)))
	s.digits = s.result()
	writes := b.Name("writes", b.And(s.post.Q(), b.Any(g.x.rd)))
	to := b.Cat(g.x.rd, flip(s.at.Q()))
	for i := range g.rf {
		field := []int{rs1At, rs2At, rs3At}[i]
		digit := at
		if i == 1 {
			digit = s.again(at)
		}
		from := b.Cat(b.Bits(g.word, field+g.p.RegBits()-1, field), digit)
		b.Drive(g.rf[i], from, reads)
		b.Assert([]string{"regs.read0.write0.never", "regs.read1.write0.never", "regs.read2.write0.never"}[i],
			b.Not(b.And(reads, writes, b.Eq(from, to))))
	}
	b.If(writes, func() { b.WriteMem(g.regs, to, s.digits, rtl.None) })
	b.Assert("x0", b.Or(b.Not(writes), b.Any(g.x.rd)))
}

// record makes the retire record. The words of the record are collected beside the core from the
// digits that the core reads and writes.
func (s *serial) record() {
	g, b := s.gen, s.b
	b.At(diag.Span{})
	halted := b.Reg("record.halted", 1, 0)
	b.Set(halted, g.halted)
	valid := b.Or(s.final, b.And(g.halted, b.Not(halted.Q())))
	writes := b.And(valid, s.post.Q(), b.Any(g.x.rd))
	value := s.recordValue()
	r := record{
		valid: valid, pc: g.pack(g.pc()), insn: g.word,
		rd: b.And(b.Fit(g.x.rd, 5), b.Repeat(writes, 5)), value: b.And(value, b.Repeat(writes, 32)),
		addr: b.Const(32, 0), mask: b.Const(4, 0), data: b.Const(32, 0),
	}
	if lines := g.where(func(l *line) bool { return l.addr != nil }); len(lines) > 0 {
		full := s.recordAddress(lines)
		loaded := b.Reg("record.loaded", 32, 0)
		r.addr, r.mask, r.data = g.accessRecord(lines, valid, full, func(port.Reg) vec {
			return g.vec(b.Mux(s.post.Q(), loaded.Q(), s.portValue()))
		})
		b.If(s.exec.Q(), func() { b.Set(loaded, s.portValue()) })
		g.claims(lines, valid, full)
	}
	g.retire(&r)
}

// portValue is the value of the port register that the executing instruction loads.
func (s *serial) portValue() rtl.ID {
	var uses []use
	for _, l := range s.where(func(l *line) bool { return l.port != nil && l.load > 0 }) {
		uses = append(uses, use{[]*line{l}, s.ports.value(l.port.Reg)})
	}
	if len(uses) == 0 {
		return s.b.Const(32, 0)
	}
	return s.pack(s.bus("record.port", uses))
}

// recordValue is the word that post has written, in its last cycle.
func (s *serial) recordValue() rtl.ID {
	b := s.b
	up := b.Reg("record.value", 32, 0)
	moved := s.shiftIn(up.Q(), s.digits)
	b.If(s.post.Q(), func() { b.Set(up, moved) })
	if s.shift == nil || len(s.shift.left) == 0 {
		return moved
	}
	var turned vec
	for i := range s.n {
		turned = append(turned, s.vec(moved)[(s.n-1-i)*s.w:(s.n-i)*s.w]...)
	}
	return b.Mux(s.shift.down, s.pack(turned), moved)
}

// recordAddress is the whole address of an access, in its last cycle. The core adds only the low
// bits.
func (s *serial) recordAddress(lines []*line) vec {
	g, b := s.gen, s.b
	base := b.Reg("record.rs1", 32, 0)
	moved := s.shiftIn(base.Q(), g.pack(s.opA))
	b.If(b.Or(s.pre.Q(), s.post.Q()), func() { b.Set(base, moved) })
	imm := g.immediate(lines, 0, 32)
	whole := g.op(word.Add, 32, 0, g.vec(b.Mux(s.post.Q(), moved, base.Q())), imm)
	if s.address != (rtl.Register{}) {
		low := min(g.p.Data.N+2, b.Width(s.address.Q()), 32)
		whole = concat(g.vec(s.address.Q())[:low], whole[low:])
	}
	var uses []use
	for _, l := range lines {
		v := whole
		if l.port != nil {
			v = imm
		}
		uses = append(uses, use{[]*line{l}, v})
	}
	return g.bus("record.address", uses)
}
