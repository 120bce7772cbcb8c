package core

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// multi runs the same stages one after the other: fetch, decode, execute, and a second execute
// cycle for loads. Only one instruction is in the core at a time, so nothing is forwarded.
type multi struct {
	g         *gen
	pc        rtl.Register
	decoding  rtl.Register
	executing rtl.Register
}

func newMulti(g *gen) *multi {
	return &multi{
		g: g, pc: g.b.Reg("pc", g.p.PC.N, g.p.FirstPC()),
		decoding: g.b.Reg("decoding", 1, 0), executing: g.b.Reg("x.valid", 1, 0),
	}
}

func (m *multi) generate() {
	g, b := m.g, m.g.b
	pc := m.pc.Q()
	g.x.valid = m.executing.Q()
	g.x.next = g.vec(b.Add(pc, b.Const(g.p.PC.N, 1)))
	for i := range g.rf {
		g.x.rs = append(g.x.rs, g.vec(g.rf[i].Q()))
	}
	g.decode(g.vec(pc))
	br := g.execute()
	fetch := b.Not(b.Or(m.decoding.Q(), m.executing.Q()))
	held := g.held()
	done := b.Name("done", b.And(m.executing.Q(), b.Not(held)))
	b.Drive(g.text, b.Bits(pc, g.p.Text.N-1, 0), fetch)
	result := b.Name("result", g.pack(g.result))
	writes := b.And(done, g.x.writes)
	reading := b.And(m.decoding.Q(), b.Not(m.executing.Q())) // never while a result is written
	for i := range g.rf {
		b.Drive(g.rf[i], g.sourceIndex(i), reading)
	}
	for i := range g.rf {
		b.Assert(fmt.Sprintf("regs.read%d.write0.never", i), b.Not(b.And(reading, writes)))
	}
	g.probes(b.Not(held), result, g.text.Q(), br)
	b.Set(m.decoding, fetch)
	b.Set(m.executing, b.Or(m.decoding.Q(), held))
	b.If(m.decoding.Q(), g.advance)
	b.If(done, func() {
		b.Set(m.pc, b.Mux(br.taken, g.pack(br.target), g.pack(g.x.next)))
		b.If(g.x.writes, func() { b.WriteMem(g.regs, g.x.rd, result, rtl.None) })
	})
	g.legal(m.decoding.Q(), m.decoding.Q(), m.executing.Q())
	g.keepsZero()
	b.Assert("order", b.Not(b.And(m.decoding.Q(), m.executing.Q())))
}
