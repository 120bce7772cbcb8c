package core

import "github.com/sinter-lang/sinter/ir/rtl"

// tracePort makes the outputs of the RISC-V Formal Interface: the retire record, the source
// registers, the next pc, and a number for each instruction. mem_addr is the
// address of the aligned word that an access touches, and the masks and data refer to the bytes
// of this word. The riscv-formal project calls this convention RISCV_FORMAL_ALIGNED_MEM.
//
//	order insn     trap halt rs1 rs1_rdata rd rd_wdata pc_rdata pc_wdata mem_addr rmask wmask
//	   17 00c12503    0    0   2 00000100  10 0000002a 0010004c 00100050 0000010c  1111  0000
//
// The retire record omits an instruction that traps. The trace port shows such an instruction
// once, with trap and halt set. The port registers of a core have addresses like memory, so the
// trace port also shows accesses to port registers.
func (g *gen) tracePort(r *record, br branch) {
	b := g.b
	order, stopped := b.Reg("rvfi.order", 64, 0), b.Reg("rvfi.stopped", 1, 0)
	trap := b.And(g.trap, b.Not(stopped.Q()))
	valid := b.Or(r.valid, trap)
	b.If(valid, func() { b.Set(order, b.Add(order.Q(), b.Const(64, 1))) })
	b.If(g.trap, func() { b.Set(stopped, g.bool(true)) })
	b.Output(rtl.PortFormalValid, valid)
	b.Output(rtl.PortFormalOrder, order.Q())
	b.Output(rtl.PortFormalInsn, r.insn)
	b.Output(rtl.PortFormalTrap, trap)
	b.Output(rtl.PortFormalHalt, b.Or(trap, b.And(r.valid, g.halted)))
	b.Output(rtl.PortFormalIntr, b.Const(1, 0))
	b.Output(rtl.PortFormalMode, b.Const(2, 3))
	b.Output(rtl.PortFormalIXL, b.Const(2, 1))
	for i := range max(2, len(g.x.rs)) { // if no line reads a second register, rs2 is 0
		g.traceSource(i, r.insn)
	}
	b.Output(rtl.PortFormalRd, r.rd)
	b.Output(rtl.PortFormalValue, r.value)
	b.Output(rtl.PortFormalPC, r.pc)
	b.Output(rtl.PortFormalNext, g.pack(g.address(g.vec(b.Mux(br.taken, g.pack(br.target), g.pack(g.x.next))))))
	g.traceAccess(r)
}

// traceSource shows source register i and the value that the instruction reads from this register.
// traceSource does not replace the value of x0 by 0, so the port reveals a core that reads x0
// wrongly.
func (g *gen) traceSource(i int, insn rtl.ID) {
	b := g.b
	addr, value := b.Const(5, 0), b.Const(32, 0)
	lines := g.where(func(l *line) bool { return l.inst.Format.Sources() > i })
	if i < len(g.x.rs) && len(lines) > 0 {
		reads := g.coverOf(minimise(patterns(lines), patterns(g.without(lines))), insn)
		at := []int{rs1At, rs2At, rs3At}[i]
		addr = b.And(b.Bits(insn, at+4, at), b.Repeat(reads, 5))
		value = b.And(g.pack(g.x.rs[i]), b.Repeat(reads, 32))
	}
	addrPort, valuePort := rtl.PortFormalSource(i + 1)
	b.Output(addrPort, addr)
	b.Output(valuePort, value)
}

// traceAccess shows the access to memory or to a port. The retire record does not distinguish
// loads from stores, so traceAccess decodes the instruction.
func (g *gen) traceAccess(r *record) {
	b := g.b
	stores := b.Const(1, 0)
	if lines := g.where(func(l *line) bool { return l.store > 0 }); len(lines) > 0 {
		stores = g.exactly("record.store", lines)
	}
	lanes := func(v rtl.ID, on rtl.ID) rtl.ID { return b.And(v, b.Repeat(on, b.Width(v))) }
	b.Output(rtl.PortFormalAddr, b.Cat(b.Bits(r.addr, 31, 2), b.Const(2, 0)))
	b.Output(rtl.PortFormalReadMask, lanes(r.mask, b.Not(stores)))
	b.Output(rtl.PortFormalMask, lanes(r.mask, stores))
	b.Output(rtl.PortFormalRead, lanes(r.data, b.Not(stores)))
	b.Output(rtl.PortFormalWritten, lanes(r.data, stores))
}
