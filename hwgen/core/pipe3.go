package core

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// pipe runs three stages: fetch (the address of the next word goes to the text memory), decode
// (the fetched word addresses the registers) and execute. The register pc is the address of the
// word in decode. The instruction in execution is always the preceding word of the text, so
// execution needs no separate pc.
type pipe struct {
	g       *gen
	pc      rtl.Register
	started rtl.Register // the text memory outputs a word
	valid   rtl.Register // an instruction is in execution
	last    rtl.Register // result of the instruction before the executing one
	forward []rtl.Register
}

func newPipe(g *gen) *pipe {
	b := g.b
	p := &pipe{g: g}
	p.pc = b.Reg("pc", g.p.PC.N, g.p.FirstPC()-1)
	p.started = b.Reg("started", 1, 0)
	p.valid = b.Reg("x.valid", 1, 0)
	p.last = b.Reg("x.last", 32, 0)
	for i := range g.rf {
		p.forward = append(p.forward, b.Reg(fmt.Sprintf("x.forward%d", i+1), 1, 0))
	}
	return p
}

func (p *pipe) generate() {
	g, b := p.g, p.g.b
	g.x.valid = p.valid.Q()
	g.x.next = g.vec(p.pc.Q())
	for i := range g.rf {
		rs := b.Mux(p.forward[i].Q(), p.last.Q(), g.rf[i].Q())
		g.x.rs = append(g.x.rs, g.vec(b.Name(fmt.Sprintf("rs%d", i+1), rs)))
	}
	g.decode(g.x.next)
	insn := g.pack(g.latch("record.insn", g.vec(g.text.Q())))
	br := g.execute()
	step := b.Name("advance", b.Not(g.held()))
	next := b.Mux(br.taken, g.pack(br.target), b.Add(p.pc.Q(), b.Const(g.p.PC.N, 1)))
	b.Drive(g.text, b.Bits(next, g.p.Text.N-1, 0), step)
	writes := b.And(p.valid.Q(), g.x.writes)
	result := b.Name("result", g.pack(g.result))
	same := make([]rtl.ID, len(g.rf))
	for i := range g.rf {
		index := g.sourceIndex(i)
		same[i] = b.And(writes, b.Eq(index, g.x.rd))
		// If execution writes the register that decode reads, the value is forwarded. The register
		// file is then not read, so a read and a write never meet at one address.
		b.Drive(g.rf[i], index, b.And(step, b.Not(same[i])))
		b.Assert(fmt.Sprintf("regs.read%d.write0.never", i),
			b.Not(b.And(step, b.Not(same[i]), writes, b.Eq(index, g.x.rd))))
	}
	g.probes(step, result, insn, br)
	b.If(step, func() {
		b.Set(p.pc, next)
		b.Set(p.started, g.bool(true))
		b.Set(p.valid, b.And(p.started.Q(), b.Not(br.taken)))
		b.Set(p.last, result)
		for i := range g.rf {
			b.Set(p.forward[i], same[i])
		}
		g.advance()
		b.If(writes, func() { b.WriteMem(g.regs, g.x.rd, result, rtl.None) })
	})
	g.legal(p.started.Q(), b.And(step, p.started.Q(), b.Not(br.taken)), p.valid.Q())
	g.keepsZero()
	b.Assert("order", b.Or(b.Not(p.valid.Q()), p.started.Q()))
}
