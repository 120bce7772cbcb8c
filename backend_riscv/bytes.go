package riscv

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/word"
)

// takeBytes takes bytes from a stream that is ready, until no byte waits or the buffer is full.
func (s *selector) takeBytes(i *ir.Instr, buf *ir.Ref) {
	base := s.baseReg(s.address(buf))
	p, left := s.counter(regNode(base)), s.counter(k32(uint32(i.Imm)))
	work, done := s.out.newBlock(s.cur.depth+1), s.out.newBlock(s.cur.depth)
	s.jump(work)
	s.enter(work)
	s.start()
	b := s.fetch(4, k32(port.LevelOf(i.Dev).Addr()), memNode(4), 0)
	s.start()
	s.store(1, plus(regNode(p), 4), regNode(b))
	s.bump(p, 1)
	s.bump(left, ^uint32(0))
	s.start()
	s.branch(mk(word.Eq, 1, 0, regNode(left), k32(0)), done)
	s.start()
	ready := s.fetch(4, k32(port.Status.Addr()), memNode(4), 0)
	s.start()
	s.fork(mk(word.Ne, 1, 0, mk32(word.And, regNode(ready), k32(1<<i.Dev)), k32(0)), work, done)
	s.enter(done)
	s.start()
	s.store(4, regNode(base), mk32(word.Sub, regNode(p), regNode(base)))
	if v := i.Result(); v != nil && s.use.count[v.ID] > 0 {
		s.start()
		s.into(k32(1), s.regOf(v))
	}
}

// sendBytes sends the bytes of a buffer to a stream. Each store waits until the stream has
// accepted the byte.
func (s *selector) sendBytes(dev int, buf *ir.Ref) {
	base := s.baseReg(s.address(buf))
	s.start()
	p, left := s.counter(regNode(base)), s.counter(regNode(s.fetch(4, regNode(base), memNode(4), 0)))
	s.loop(func() *node { return mk(word.Ne, 1, 0, regNode(left), k32(0)) }, func() {
		s.start()
		b := s.fetch(1, plus(regNode(p), 4), mk(word.Zext, 32, 0, memNode(1)), 0)
		s.port(port.LevelOf(dev), regNode(b))
		s.bump(p, 1)
		s.bump(left, ^uint32(0))
	})
}
