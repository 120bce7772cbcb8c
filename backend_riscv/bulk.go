package riscv

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// unrolledWords is the number of words that a copy or clear moves without a loop.
const unrolledWords = 8

// copy moves a constant number of bytes. The result is the same as if all bytes were read
// before the first byte is written.
func (s *selector) copy(i *ir.Instr) {
	n := int(i.Imm)
	dst, src := &i.Refs[0], &i.Refs[1]
	unit := min(s.unit(dst), s.unit(src))
	s.start()
	to, from := s.address(dst), s.address(src)
	if n/unit > unrolledWords {
		to, from = regNode(s.baseReg(to)), regNode(s.baseReg(from))
	}
	if s.mayOverlap(dst, src) {
		s.copyOverlapping(to, from, n, unit)
		return
	}
	at := 0
	if n/unit > unrolledWords {
		at = n / unit * unit
		s.copyLoop(to, from, at, unit)
	}
	s.copyStraight(to, from, at, n, unit)
}

// copyStraight moves the bytes at offsets from `at` up to n without a loop: first in whole
// units, then the rest byte by byte.
func (s *selector) copyStraight(to, from *node, at, n, unit int) {
	for at < n {
		for unit > n-at {
			unit /= 2
		}
		s.moveUnit(plus(to, at), plus(from, at), unit)
		at += unit
	}
}

func (s *selector) moveUnit(to, from *node, unit int) {
	s.start()
	r := s.fetch(unit, from, mk(word.Zext, 32, 0, memNode(unit)), 0)
	s.store(unit, to, regNode(r))
}

// copyLoop moves n bytes in a loop, from low to high addresses.
func (s *selector) copyLoop(to, from *node, n, unit int) {
	p, q := s.counter(from), s.counter(to)
	end := s.baseReg(plus(from, n))
	s.loopUntil(p, end, func() {
		s.moveUnit(regNode(q), regNode(p), unit)
		s.bump(p, uint32(unit))
		s.bump(q, uint32(unit))
	})
}

// copyOverlapping moves n bytes within one object. It moves from high to low addresses if the
// target lies above the source.
func (s *selector) copyOverlapping(to, from *node, n, unit int) {
	to, from = regNode(s.baseReg(to)), regNode(s.baseReg(from))
	down, done := s.out.newBlock(s.cur.depth), s.out.newBlock(s.cur.depth)
	body := n / unit * unit
	s.start()
	s.branch(mk(word.Ltu, 1, 0, from, to), down)
	if body > 0 {
		s.copyLoop(to, from, body, unit)
	}
	s.copyStraight(to, from, body, n, unit)
	s.jump(done)
	s.enter(down)
	s.copyDown(to, from, body, n, unit)
	s.jump(done)
	s.enter(done)
}

// copyDown moves the bytes after body and then body itself, last unit first.
func (s *selector) copyDown(to, from *node, body, n, unit int) {
	for at := n - 1; at >= body; at-- {
		s.moveUnit(plus(to, at), plus(from, at), 1)
	}
	if body == 0 {
		return
	}
	p, q := s.counter(plus(from, body)), s.counter(plus(to, body))
	s.loopUntil(p, from.reg, func() {
		s.bump(p, uint32(-unit))
		s.bump(q, uint32(-unit))
		s.moveUnit(regNode(q), regNode(p), unit)
	})
}

// unrolledUnits is the number of units that a long move takes in one iteration.
const unrolledUnits = 4

// moveBytes copies a number of bytes that is known only at run time. It moves several units per
// iteration, then single units, then bytes.
func (s *selector) moveBytes(i *ir.Instr) {
	dst, src := &i.Refs[0], &i.Refs[1]
	unit := min(s.unit(dst), s.unit(src))
	s.start()
	n := regNode(s.reg(s.word32(i.Args[0])))
	p, q := s.counter(s.address(src)), s.counter(s.address(dst))
	s.start()
	end := s.baseReg(mk32(word.Add, regNode(p), n))
	steps := []int{unrolledUnits * unit, unit, 1}
	if unit == 1 {
		steps = steps[1:] // for single bytes one short loop is enough
	}
	for k, step := range steps {
		if k > 0 && step == steps[k-1] {
			break
		}
		to := end
		if step > 1 {
			rest := mk32(word.And, mk32(word.Sub, regNode(end), regNode(p)), k32(uint32(-step)))
			to = s.baseReg(mk32(word.Add, regNode(p), rest))
		}
		s.whileBefore(p, to, func() {
			for at := 0; at < step; at += min(step, unit) {
				s.moveUnit(plus(regNode(q), at), plus(regNode(p), at), min(step, unit))
			}
			s.bump(p, uint32(step))
			s.bump(q, uint32(step))
		})
	}
}

// whileBefore runs `body` until p reaches end, possibly zero times.
func (s *selector) whileBefore(p, end reg, body func()) {
	work, out := s.out.newBlock(s.cur.depth+1), s.out.newBlock(s.cur.depth)
	s.start()
	s.fork(mk(word.Ne, 1, 0, regNode(p), regNode(end)), work, out)
	s.enter(work)
	body()
	s.start()
	s.fork(mk(word.Ne, 1, 0, regNode(p), regNode(end)), work, out)
	s.enter(out)
}

// clear fills a constant number of bytes with zeros.
func (s *selector) clear(i *ir.Instr) {
	n, unit := int(i.Imm), s.unit(&i.Refs[0])
	s.start()
	to := s.address(&i.Refs[0])
	at := 0
	if n/unit > unrolledWords {
		at = n / unit * unit
		to = regNode(s.baseReg(to))
		p, end := s.counter(to), s.baseReg(plus(to, at))
		s.loopUntil(p, end, func() {
			s.start()
			s.store(unit, regNode(p), k32(0))
			s.bump(p, uint32(unit))
		})
	}
	for at < n {
		for unit > n-at {
			unit /= 2
		}
		s.start()
		s.store(unit, plus(to, at), k32(0))
		at += unit
	}
}

// unit is the largest access size of the target that is aligned for every address of the ref.
func (s *selector) unit(r *ir.Ref) int {
	align := 4
	if at, ok := s.lay.known(r); ok {
		align = lowBit(uint32(at), 4)
	} else {
		align = lowBit(uint32(r.Disp), max(r.Obj.Align, 1))
	}
	if r.Off != nil {
		align = min(align, multiple(r.Off, 4))
	}
	for align > 1 && !s.tb.moves(align) {
		align /= 2
	}
	return align
}

// moves reports whether the target can load and store units of that many bytes.
func (tb *table) moves(bytes int) bool {
	has := func(rules []*Rule) bool {
		for _, r := range rules {
			if r.bytes == bytes {
				return true
			}
		}
		return false
	}
	return has(tb.loads) && has(tb.stores)
}

// lowBit is the largest power of two up to limit that divides v.
func lowBit(v uint32, limit int) int {
	for limit > 1 && v%uint32(limit) != 0 {
		limit /= 2
	}
	return limit
}

// multiple is the largest power of two up to limit that is known to divide v.
func multiple(v *ir.Value, limit int) int {
	d := v.Def
	if d == nil {
		return 1
	}
	switch {
	case d.Op == ir.OpConst:
		return lowBit(uint32(d.Imm), limit)
	case d.Op != ir.OpWord:
		return 1
	case d.Word == word.Add, d.Word == word.Sub, d.Word == word.Or:
		return min(multiple(d.Args[0], limit), multiple(d.Args[1], limit))
	case d.Word == word.Mul:
		return min(limit, multiple(d.Args[0], limit)*multiple(d.Args[1], limit))
	case d.Word == word.Shl && d.Args[1].Def != nil && d.Args[1].Def.Op == ir.OpConst:
		return min(limit, multiple(d.Args[0], limit)<<min(d.Args[1].Def.Imm&31, 3))
	}
	return 1
}

// mayOverlap reports whether two refs can reach the same bytes at different offsets.
func (s *selector) mayOverlap(a, b *ir.Ref) bool {
	if a.Obj != b.Obj {
		return a.Obj.Kind == ir.ParamObj && b.Obj.Kind == ir.ParamObj && s.lay.addr[a.Obj] == s.lay.addr[b.Obj] && s.lay.has(a.Obj)
	}
	return a.Off != b.Off || a.Disp != b.Disp
}

func (l *layout) has(o *ir.Object) bool {
	_, ok := l.addr[o]
	return ok
}

// baseReg puts an address into a separate register.
func (s *selector) baseReg(n *node) reg {
	s.start()
	return s.reg(n)
}

// counter makes a register that loops change. Its first value is the value of n.
func (s *selector) counter(n *node) reg {
	r := s.out.newReg()
	s.mutable[r] = true
	s.start()
	s.into(n, r)
	return r
}

func (s *selector) bump(r reg, by uint32) {
	s.emit(&inst{code: cLine, rule: s.tb.addImm, rd: r, rs1: r, imm: by})
}

// enter continues in block b. No earlier computation can be reused there.
func (s *selector) enter(b *block) {
	s.cur = b
	s.made = map[madeKey]reg{}
}

// loop runs `body` while `cond` holds. It tests `cond` first.
func (s *selector) loop(cond func() *node, body func()) {
	head, out := s.out.newBlock(s.cur.depth+1), s.out.newBlock(s.cur.depth)
	work := s.out.newBlock(s.cur.depth + 1)
	s.jump(head)
	s.enter(head)
	s.start()
	s.fork(cond(), work, out)
	s.enter(work)
	body()
	s.jump(head)
	s.enter(out)
}

// loopUntil runs `body` at least once and until p reaches end.
func (s *selector) loopUntil(p, end reg, body func()) {
	work, out := s.out.newBlock(s.cur.depth+1), s.out.newBlock(s.cur.depth)
	s.jump(work)
	s.enter(work)
	body()
	s.start()
	s.fork(mk(word.Ne, 1, 0, regNode(p), regNode(end)), work, out)
	s.enter(out)
}
