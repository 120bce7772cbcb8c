package riscv

import (
	"github.com/sinter-lang/sinter/ir"
)

// wordsOf returns the values that are not tokens.
func wordsOf(vs []*ir.Value) []*ir.Value {
	var out []*ir.Value
	for _, v := range vs {
		if v.Type != ir.Token {
			out = append(out, v)
		}
	}
	return out
}

// hidden returns the object parameters whose addresses a call passes.
func (s *selector) hidden(f *ir.Func) []int {
	var out []int
	for k, o := range f.Objs {
		if !s.lay.has(o) {
			out = append(out, k)
		}
	}
	return out
}

// inRegs is the number of words that a call passes in registers. One register is reserved for
// the return address.
func (s *selector) inRegs() int { return min(s.tb.target.Regs-2, 10) }

// entry defines the parameters of a function. The first parameters arrive in registers that the
// allocator chooses. The other parameters arrive in slots.
func (s *selector) entry() {
	s.cur = s.blockOf[s.f.Blocks[0]]
	s.made = map[madeKey]reg{}
	if !s.hasBackEdge() {
		s.defineParams()
		return
	}
	first := s.cur // the entry block may be a loop header: parameters are defined before it
	s.cur = s.out.newBlock(0)
	s.out.blocks[0], s.out.blocks[len(s.out.blocks)-1] = s.cur, s.out.blocks[0]
	s.defineParams()
	s.jump(first)
}

func (s *selector) hasBackEdge() bool { return len(s.flow.Preds[0]) > 0 }

func (s *selector) defineParams() {
	e := s.emit(&inst{code: cEntry})
	if !s.out.isMain {
		s.out.retAddr = s.out.newReg()
		e.more = append(e.more, s.out.retAddr)
	}
	for _, k := range s.hidden(s.f) {
		r := s.out.newReg()
		s.base[s.f.Objs[k]] = r
		s.param(e, r)
	}
	for _, v := range wordsOf(s.f.Params()) {
		r := s.regOf(v)
		s.mutable[r] = true
		s.param(e, r)
	}
}

func (s *selector) param(e *inst, r reg) {
	p := place{reg: r}
	if len(s.out.params) < s.inRegs() {
		e.more = append(e.more, r)
	} else {
		p = place{slot: s.out.newSlot()}
		s.emit(&inst{code: cLoad, rd: r, slot: p.slot})
	}
	s.out.params = append(s.out.params, p)
}

// exit makes the function's only return instruction.
func (s *selector) exit() {
	b := s.exitBlock
	if b == nil {
		return
	}
	s.cur, s.span = b, s.f.Span
	if s.out.isMain {
		s.jump(b)
		return
	}
	ret := &inst{code: cReturn, rs1: s.out.retAddr}
	for _, p := range s.out.results {
		if p.reg != 0 {
			ret.more = append(ret.more, p.reg)
		}
	}
	s.emit(ret)
}

// resultPlaces chooses the places of the results at the first return.
func (s *selector) resultPlaces(n int) {
	s.exitBlock = s.out.newBlock(0)
	for k := 0; k < n; k++ {
		p := place{reg: s.out.newReg()}
		if k >= s.inRegs() {
			p = place{slot: s.out.newSlot()}
		}
		s.out.results = append(s.out.results, p)
	}
}

// ret moves the results to their places.
func (s *selector) ret(t *ir.Term) {
	vals := wordsOf(t.Args)
	if s.exitBlock == nil {
		s.resultPlaces(len(vals))
	}
	if s.out.isMain {
		vals = nil
	}
	var moves []transfer
	for k, v := range vals {
		p := s.out.results[k]
		if p.reg == 0 {
			s.intoSlot(s.wordReg(v), p.slot)
			continue
		}
		moves = append(moves, s.moveOf(p.reg, v))
	}
	s.parallel(moves)
	s.jump(s.exitBlock)
}

// call moves the arguments to the places that the callee's allocation chose.
func (s *selector) call(i *ir.Instr) {
	callee := s.fns[i.Callee]
	var args []transfer
	for _, k := range s.hidden(i.Callee) {
		args = append(args, transfer{from: s.baseReg(s.address(&i.Refs[k]))})
	}
	for _, v := range wordsOf(i.Args) {
		args = append(args, s.moveOf(0, v))
	}
	c := &inst{code: cCall, callee: callee, clobber: callee.used}
	for k, p := range callee.params {
		if p.reg == 0 {
			s.intoSlot(s.transferReg(args[k]), p.slot)
		}
	}
	for k, p := range callee.params {
		if p.reg != 0 {
			s.pass(p.reg, args[k])
			c.more = append(c.more, p.reg)
		}
	}
	s.out.calls = append(s.out.calls, callee)
	s.emit(c)
	s.callResults(i, callee)
}

func (s *selector) intoSlot(r reg, at slot) {
	for _, i := range s.out.store(r, at, s.out.newReg) {
		s.emit(i)
	}
}

func (s *selector) pass(d reg, t transfer) {
	if t.isConst {
		s.setConst(d, t.value)
		return
	}
	s.move(d, t.from)
}

func (s *selector) transferReg(t transfer) reg {
	if t.isConst {
		return s.constReg(t.value)
	}
	return t.from
}

func (s *selector) callResults(i *ir.Instr, callee *fn) {
	results := wordsOf(i.Results)
	results = results[:min(len(results), len(callee.results))] // no results if the callee never returns
	for k, v := range results {
		if p := callee.results[k]; p.reg != 0 && s.use.count[v.ID] > 0 {
			s.move(s.regOf(v), p.reg)
		}
	}
	for k, v := range results {
		if p := callee.results[k]; p.reg == 0 && s.use.count[v.ID] > 0 {
			s.emit(&inst{code: cLoad, rd: s.regOf(v), slot: p.slot})
		}
	}
}

// transfer is one move of a parallel assignment: from a register or a constant.
type transfer struct {
	to, from reg
	isConst  bool
	value    uint32
}

// moveOf computes v and returns a move to d, for a later parallel assignment.
func (s *selector) moveOf(d reg, v *ir.Value) transfer {
	n := s.word32(v)
	if n.isConst() {
		return transfer{to: d, isConst: true, value: uint32(n.imm)}
	}
	s.start()
	return transfer{to: d, from: s.reg(n)}
}

// term ends a block.
func (s *selector) term(b int, t *ir.Term) {
	switch t.Op {
	case ir.Return:
		s.ret(t)
	case ir.Jump:
		s.edge(t.Succs[0])
	case ir.Branch:
		c := s.tree(t.Cond)
		yes, no := s.edgeBlock(b, t.Succs[0]), s.edgeBlock(b, t.Succs[1])
		s.start()
		s.fork(c, yes, no)
		for k, e := range t.Succs {
			if to := [2]*block{yes, no}[k]; to != s.blockOf[e.To] {
				s.enter(to)
				s.edge(e)
			}
		}
	}
}

// edgeBlock returns the machine block that a branch along an edge jumps to. If the edge moves
// no values, the result is the target block of the edge.
func (s *selector) edgeBlock(b int, e ir.Edge) *block {
	to := s.blockOf[e.To]
	for _, a := range e.Args {
		if a.Type != ir.Token {
			return s.out.newBlock(min(s.flow.Depth[b], to.depth))
		}
	}
	return to
}

// edge moves the arguments of an edge to the parameters and jumps to the target.
func (s *selector) edge(e ir.Edge) {
	var moves []transfer
	for k, a := range e.Args {
		p := e.To.Params[k]
		if a.Type == ir.Token || s.use.count[p.ID] == 0 {
			continue
		}
		s.mutable[s.regOf(p)] = true
		moves = append(moves, s.moveOf(s.regOf(p), a))
	}
	s.parallel(moves)
	s.jump(s.blockOf[e.To])
}
