package riscv

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/word"
)

// instr generates one operation.
func (s *selector) instr(i *ir.Instr) {
	switch i.Op {
	case ir.OpConst, ir.OpLocal:
	case ir.OpWord:
		v := i.Results[0]
		if fu := s.fused.Of(i); fu != nil && s.use.count[v.ID] > 0 {
			s.fuse(v, fu)
			return
		}
		if s.use.count[v.ID] > 0 && !s.use.inlined[v.ID] && !s.use.covered[v.ID] {
			s.root(v)
		}
	case ir.OpLoad:
		s.load(i)
	case ir.OpStore:
		s.storeWord(i)
	case ir.OpCopy:
		s.copy(i)
	case ir.OpMove:
		s.moveBytes(i)
	case ir.OpClear:
		s.clear(i)
	case ir.OpCall:
		s.call(i)
	case ir.OpCheck:
		s.check(i)
	case ir.OpLog:
		s.log(i)
	case ir.OpMark:
		s.port(port.Mark, k32(uint32(i.Imm)))
	case ir.OpHalt:
		s.port(port.Halt, k32(0))
	case ir.OpSend:
		if s.lay.streams[i.Dev] {
			s.sendBytes(i.Dev, &i.Refs[0])
			return
		}
		s.send(i.Dev, &i.Refs[0])
	case ir.OpAsk:
		s.send(i.Dev, &i.Refs[0])
		s.take(i, &i.Refs[1])
	case ir.OpTake:
		if s.lay.streams[i.Dev] {
			s.takeBytes(i, &i.Refs[0])
			return
		}
		s.take(i, &i.Refs[0])
	case ir.OpGet:
		s.start()
		s.fetch(4, k32(port.LevelOf(i.Dev).Addr()), memNode(4), s.regOf(i.Result()))
	case ir.OpPut:
		s.port(port.LevelOf(i.Dev), s.word32(i.Args[0]))
	case ir.OpStatus, ir.OpWait:
		s.wait(i)
	case ir.OpNow:
		s.now(i)
	case ir.OpAlarm:
		s.port(port.Due, s.word32(i.Args[0]))
		s.port(port.DueHigh, s.word32(i.Args[1]))
	default:
		s.fail(diag.Errorf("", i.Span, "a program for a core has no %s: the tasks pass runs first", i.Op))
	}
}

// address is the expression tree of a ref's address.
func (s *selector) address(r *ir.Ref) *node {
	n := k32(0)
	if r.Off != nil {
		n = s.word32(r.Off)
	}
	if at, ok := s.lay.known(r); ok {
		return mk32(word.Add, n, k32(at))
	}
	return mk32(word.Add, mk32(word.Add, n, regNode(s.base[r.Obj])), k32(uint32(r.Disp)))
}

// plus adds some bytes to an address.
func plus(a *node, bytes int) *node { return mk32(word.Add, a, k32(uint32(bytes))) }

// forms are the ways to write an address as a sum that ends in an immediate.
func forms(a *node) []*node {
	switch {
	case a.isConst() && small(uint32(a.imm)):
		return []*node{raw(word.Add, 32, k32(0), a)}
	case a.isConst():
		hi, lo := upper(uint32(a.imm))
		return []*node{raw(word.Add, 32, k32(hi), k32(lo))}
	case a.isOp(word.Add) && a.args[1].isConst() && small(uint32(a.args[1].imm)):
		return []*node{a}
	case a.isOp(word.Add) && a.args[1].isConst():
		hi, lo := upper(uint32(a.args[1].imm))
		return []*node{raw(word.Add, 32, mk32(word.Add, a.args[0], k32(hi)), k32(lo)), a, raw(word.Add, 32, a, k32(0))}
	}
	return []*node{raw(word.Add, 32, a, k32(0)), a}
}

// access finds the cheapest load or store line for an address and a data tree.
func (s *selector) access(rules []*Rule, bytes int, addr, n *node) (*Rule, binding) {
	best, cost := (*Rule)(nil), costNever
	var found binding
	for _, form := range forms(addr) {
		for _, r := range rules {
			var b binding
			if r.bytes == bytes && b.match(r.addr, form) && b.match(r.root, n) && b.settled(r) {
				if c := s.tile.bound(&b); c < cost {
					best, cost, found = r, c, b
				}
			}
		}
	}
	return best, found
}

func (s *selector) load(i *ir.Instr) {
	v, want := i.Results[0], i.Results[0]
	size := min(i.Size, 4) // of eight bytes only the low word is kept
	mem := memNode(size)
	n := mk(word.Zext, 32, 0, mem)
	if wide := s.use.widened[i]; wide != nil {
		want, n = wide, mk(word.Sext, 32, 0, mem)
	}
	if s.use.count[want.ID] == 0 {
		return
	}
	if v.Type != 1 && v.Type != 32 {
		s.fail(diag.Errorf("", i.Span, "a load of width %d in @%s; a program for a 32-bit core is legalised first", v.Type, s.f.Name))
		return
	}
	s.start()
	addr := s.address(&i.Refs[0])
	if v.Type == 1 {
		r := s.fetch(size, addr, n, 0)
		s.into(mk32(word.And, regNode(r), k32(1)), s.regOf(v))
		return
	}
	s.fetch(size, addr, n, s.regOf(want))
}

// fetch loads with the wanted extension (by zeros or by the sign). If no instruction line has
// this extension, fetch uses the other extension and corrects the result.
func (s *selector) fetch(bytes int, addr, n *node, d reg) reg {
	if d == 0 {
		d = s.out.newReg()
	}
	if r, b := s.access(s.tb.loads, bytes, addr, n); r != nil {
		i := s.bound(r, &b)
		i.rd = d
		i.still = addr.isConst() && addr.imm >= port.Base
		s.emit(i)
		return d
	}
	mem := memNode(bytes)
	other, mend := word.Sext, func(x *node) *node { return mk32(word.And, x, k32(uint32(word.Mask(8*bytes)))) }
	if n.isOp(word.Sext) {
		by := k32(uint32(32 - 8*bytes))
		other, mend = word.Zext, func(x *node) *node { return raw(word.Shrs, 32, mk32(word.Shl, x, by), by) }
	}
	r, b := s.access(s.tb.loads, bytes, addr, mk(other, 32, 0, mem))
	if r == nil {
		s.fail(diag.Errorf("", s.span, "target %s has no instruction that loads %d bits", s.tb.target.Name, 8*bytes))
		return d
	}
	i := s.bound(r, &b)
	i.rd = s.out.newReg()
	s.emit(i)
	s.into(mend(regNode(i.rd)), d)
	return d
}

// storeWord stores a value of up to eight bytes. The upper word of an eight-byte store is zero.
func (s *selector) storeWord(i *ir.Instr) {
	addr := s.address(&i.Refs[0])
	s.start()
	s.store(min(i.Size, 4), addr, s.word32(i.Args[0]))
	if i.Size == 8 {
		s.start()
		s.store(4, plus(addr, 4), k32(0))
	}
}

func (s *selector) store(bytes int, addr, n *node) {
	if bytes < 4 {
		n = raw(word.Slice, 8*bytes, lowPart(n, 8*bytes))
	}
	r, b := s.access(s.tb.stores, bytes, addr, n)
	if r == nil {
		s.reg(addr)
		s.reg(mk(word.Zext, 32, 0, n))
		s.fail(diag.Errorf("", s.span, "target %s has no instruction that stores %d bits", s.tb.target.Name, 8*bytes))
		return
	}
	s.emit(s.bound(r, &b))
}

// lowPart drops operators that do not change the low bits of n.
func lowPart(n *node, bits int) *node {
	for n.leaf == inner {
		switch {
		case n.op == word.And && n.args[1].isConst() && ^n.args[1].imm&word.Mask(bits) == 0:
			n = n.args[0]
		case n.op == word.Shrs && n.args[1].isConst() && n.args[0].isOp(word.Shl) && n.args[0].args[1].is(n.args[1].imm) && int(n.args[1].imm) <= 32-bits:
			n = n.args[0].args[0]
		default:
			return n
		}
	}
	return n
}

// port stores a word to a port register.
func (s *selector) port(to port.Reg, n *node) {
	s.start()
	s.store(4, k32(to.Addr()), n)
}

// log writes the log site together with its task, then the arguments.
func (s *selector) log(i *ir.Instr) {
	words, refs := i.Words(), i.Refs
	s.port(port.Log, k32(uint32(i.Task)<<16|uint32(i.Site)))
	for _, a := range s.lay.logs[i.Site].Args {
		switch {
		case a.Kind == "bytes":
			s.logBytes(&refs[0])
			refs = refs[1:]
		case a.Width > 32:
			s.port(port.Log, s.word32(words[0]))
			s.port(port.Log, s.word32(words[1]))
			words = words[2:]
		default:
			s.port(port.Log, s.word32(words[0]))
			words = words[1:]
		}
	}
}

// logBytes writes the length and the words of a bytes value. In the last word, the bytes after
// the end of the value are zero.
func (s *selector) logBytes(r *ir.Ref) {
	s.start()
	base := s.baseReg(s.address(r))
	n := s.fetch(4, regNode(base), memNode(4), 0)
	s.port(port.Log, regNode(n))
	p, left := s.counter(regNode(base)), s.counter(regNode(n))
	s.loop(func() *node { return mk(word.Geu, 1, 0, regNode(left), k32(4)) }, func() {
		s.start()
		s.port(port.Log, regNode(s.fetch(4, plus(regNode(p), 4), memNode(4), 0)))
		s.bump(p, 4)
		s.bump(left, ^uint32(3))
	})
	done := s.out.newBlock(s.cur.depth)
	s.start()
	s.branch(mk(word.Eq, 1, 0, regNode(left), k32(0)), done)
	s.start()
	w := s.fetch(4, plus(regNode(p), 4), memNode(4), 0)
	cut := mk32(word.Sub, k32(32), mk32(word.Shl, regNode(left), k32(3)))
	cutReg := s.reg(cut)
	s.port(port.Log, raw(word.Shru, 32, raw(word.Shl, 32, regNode(w), regNode(cutReg)), regNode(cutReg)))
	s.jump(done)
	s.enter(done)
}

// send lets the engine move a frame from a buffer to a device.
func (s *selector) send(dev int, buf *ir.Ref) {
	addr := s.address(buf)
	s.start()
	s.store(4, k32(port.Addr.Addr()), plus(addr, 4))
	s.start()
	s.store(4, k32(port.Len.Addr()), regNode(s.fetch(4, addr, memNode(4), 0)))
	s.port(port.Go, k32(uint32(dev)*2+1))
}

// take lets the engine move a frame from a device to a buffer.
func (s *selector) take(i *ir.Instr, buf *ir.Ref) {
	s.start()
	s.store(4, k32(port.Addr.Addr()), plus(s.address(buf), 4))
	s.port(port.Len, k32(uint32(i.Imm)))
	s.port(port.Go, k32(uint32(i.Dev)*2))
	s.start()
	n := s.fetch(4, k32(port.Len.Addr()), memNode(4), 0)
	s.store(4, s.address(buf), regNode(n))
	if v := i.Result(); v != nil && s.use.count[v.ID] > 0 {
		s.start()
		s.into(mk(word.Zext, 32, 0, mk(word.Ne, 1, 0, regNode(n), k32(0))), s.regOf(v))
	}
}

// now loads only those halves of the clock that the program uses. The clock does not
// change while the core computes.
func (s *selector) now(i *ir.Instr) {
	at := port.Now
	for _, v := range i.Results {
		if v.Type == ir.Token {
			continue
		}
		if s.use.count[v.ID] > 0 {
			s.start()
			s.fetch(4, k32(at.Addr()), memNode(4), s.regOf(v))
		}
		at = port.NowHigh
	}
}

func (s *selector) wait(i *ir.Instr) {
	at := port.Status
	if i.Op == ir.OpWait {
		at = port.Wait
		s.port(at, s.word32(i.Args[0]))
	}
	s.start()
	s.fetch(4, k32(at.Addr()), memNode(4), s.regOf(i.Result()))
}
