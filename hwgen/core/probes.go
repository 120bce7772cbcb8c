package core

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// probes makes the retire record and the claims about the executing instruction. If the core
// has a trace port, probes also makes this port.
func (g *gen) probes(finished, result, insn rtl.ID, br branch) {
	b := g.b
	b.At(diag.Span{})
	// The store to HALT stays in execution for ever but retires only once.
	halted := g.b.Reg("record.halted", 1, 0)
	b.Set(halted, g.halted)
	valid := b.And(g.x.valid, b.Or(finished, b.And(g.halted, b.Not(halted.Q()))))
	writes := b.And(valid, g.x.writes)
	r := record{
		valid: valid, pc: g.pack(g.pc()), insn: insn,
		rd: b.And(b.Fit(g.x.rd, 5), b.Repeat(writes, 5)), value: b.And(result, b.Repeat(writes, 32)),
		addr: b.Const(32, 0), mask: b.Const(4, 0), data: b.Const(32, 0),
	}
	if lines := g.where(func(l *line) bool { return l.addr != nil }); len(lines) > 0 {
		full := g.bus("record.address", g.addresses(lines, 32))
		r.addr, r.mask, r.data = g.accessRecord(lines, valid, full, g.ports.value)
		g.claims(lines, g.x.valid, full)
	}
	g.retire(&r)
	if g.traced {
		g.tracePort(&r, br)
	}
}

// retire makes the probes of a record.
func (g *gen) retire(r *record) {
	b := g.b
	b.Probe(rtl.ProbeRetireValid, r.valid)
	b.Probe(rtl.ProbeRetirePC, r.pc)
	b.Probe(rtl.ProbeRetireInsn, r.insn)
	b.Probe(rtl.ProbeRetireRd, r.rd)
	b.Probe(rtl.ProbeRetireValue, r.value)
	b.Probe(rtl.ProbeRetireAddr, r.addr)
	b.Probe(rtl.ProbeRetireMask, r.mask)
	b.Probe(rtl.ProbeRetireData, r.data)
}

// record is the retire record of the executing instruction. All fields but pc and insn are 0 in
// a cycle without valid.
type record struct{ valid, pc, insn, rd, value, addr, mask, data rtl.ID }

// accessRecord makes the address, lanes and data of the retiring instruction's access. full is the
// address that the access of the lines has. read gives the value that was loaded from a port
// register.
func (g *gen) accessRecord(lines []*line, valid rtl.ID, full vec, read func(port.Reg) vec) (addr, mask, data rtl.ID) {
	b := g.b
	on := b.And(valid, g.exactly("record.access", lines))
	lanes := g.lanes(lines, full)
	addr = b.And(g.pack(full), b.Repeat(on, 32))
	mask = b.And(g.pack(lanes), b.Repeat(on, 4))
	var wide vec
	for i := range 4 {
		for range 8 {
			wide = append(wide, bit{mask, i})
		}
	}
	data = b.And(g.accessData(lines, read), g.pack(wide))
	return addr, mask, data
}

// accessData is the word that is read or written.
func (g *gen) accessData(lines []*line, read func(port.Reg) vec) rtl.ID {
	var uses []use
	for _, l := range lines {
		var v vec
		switch {
		case l.store > 0:
			v = g.storeData([]*line{l})
		case l.port != nil:
			v = read(l.port.Reg)
		default:
			v = g.vec(g.data.read.Q())
		}
		uses = append(uses, use{[]*line{l}, v})
	}
	return g.pack(g.bus("record.data", uses))
}

// claims asserts that accesses are aligned, that memory accesses are within the memory, and
// that the decoder recognises every port access. The claims are about cycles in which valid is 1.
func (g *gen) claims(lines []*line, valid rtl.ID, addr vec) {
	b := g.b
	ok := func(name string, some []*line, holds rtl.ID) {
		if len(some) > 0 {
			b.Assert(name, b.Or(b.Not(b.And(valid, g.exactly("record."+name, some))), holds))
		}
	}
	ok("aligned2", ofSize(lines, 2, 4), b.Not(g.pack(addr[:1])))
	ok("aligned4", ofSize(lines, 4), b.Not(g.pack(addr[1:2])))
	if g.data != nil {
		rest := b.Const(1, 0)
		if n := g.p.Data.N + 2; n < 32 {
			rest = b.Any(g.pack(addr[n:]))
		}
		ok("in_data", concatLines(g.data.loads, g.data.stores), b.Not(rest))
	}
}

// legal claims that a word in decode is an instruction of the core: a kept line with kept
// registers and shift amounts. All words of the text memory are legal. `leaves` is 1 when the
// word moves to execution, and `executes` while an instruction is in execution.
func (g *gen) legal(present, leaves, executes rtl.ID) {
	b := g.b
	sum := g.bool(false)
	for _, l := range g.lines {
		sum = b.Or(sum, b.And(g.matchesAny(l.enc), g.registersFit(l)))
	}
	b.Probe("illegal", b.And(leaves, b.Not(sum)))
	b.Assert("legal", b.Or(b.Not(present), sum))
	b.Probe(rtl.ProbeDecode, leaves)
	b.Probe(rtl.ProbeExecute, executes)
}

// keepsZero claims that the executing instruction never writes x0, which always reads as 0.
func (g *gen) keepsZero() {
	b := g.b
	b.Assert("x0", b.Or(b.Not(b.And(g.x.valid, g.x.writes)), b.Any(g.x.rd)))
}

func (g *gen) matchesAny(ps []pattern) rtl.ID {
	sum := g.bool(false)
	for _, p := range ps {
		sum = g.b.Or(sum, g.matches(p, g.text.Q()))
	}
	return sum
}

// registersFit is 1 if the register fields of the fetched word name only registers that the core
// has.
func (g *gen) registersFit(l *line) rtl.ID {
	b := g.b
	fit := g.bool(true)
	field := func(at int) {
		index := b.Bits(g.text.Q(), at+4, at)
		if g.p.Regs.N < 32 {
			fit = b.And(fit, b.Op(word.Ltu, 1, 0, index, b.Const(5, uint64(g.p.Regs.N))))
		}
	}
	if l.inst.Format.HasRd() {
		field(rdAt)
	}
	for i := range l.inst.Format.Sources() {
		field([]int{rs1At, rs2At, rs3At}[i])
	}
	return fit
}
