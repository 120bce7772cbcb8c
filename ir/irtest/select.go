package irtest

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// selecting makes a select or a try operation.
func (g *gen) selecting() {
	in, out := g.task.in[0], g.task.out[0]
	switch g.r.IntN(4) {
	case 0:
		ok := g.ready(in, 0)
		g.when(ok, func() { g.receive(ir.OpChGet, in) })
	case 1:
		if g.m.Chans[out].Cap == 0 {
			g.add(g.now())
			return
		}
		ok := g.ready(out, 1)
		g.when(ok, func() { g.send(ir.OpChPut, out) })
	default:
		g.selects(in)
	}
}

func (g *gen) ready(ch int, imm uint64) *ir.Value {
	v := g.b.Emit(&ir.Instr{Op: ir.OpChReady, Chan: ch, Imm: imm}, 1).Results[0]
	g.add(v)
	return v
}

func (g *gen) now() *ir.Value { return g.b.Emit(&ir.Instr{Op: ir.OpNow}, 64).Results[0] }

// when emits `do` for the case that c is 1. Later code cannot use the values that `do` makes.
func (g *gen) when(c *ir.Value, do func()) {
	yes, after := g.b.NewBlock(), g.b.NewBlock()
	g.b.Branch(c, yes, after)
	g.b.B = yes
	do()
	g.b.Jump(after)
	g.b.B = after
}

// selects makes a select over a channel, the device and one or two timers, in some order. The code
// after the select takes the chosen event. One timer has no guard, and therefore the select always
// ends.
func (g *gen) selects(in int) {
	i := &ir.Instr{Op: ir.OpSelect, Fair: g.r.IntN(2) == 0}
	now := g.now()
	arms := []ir.Arm{{Kind: ir.ArmTimer}, {Kind: ir.ArmChan, Index: in}, {Kind: ir.ArmDev, Index: g.task.dev}, {Kind: ir.ArmTimer}}
	g.r.Shuffle(len(arms), func(a, b int) { arms[a], arms[b] = arms[b], arms[a] })
	if i.Fair {
		i.Args = append(i.Args, g.b.Word(word.And, 32, g.pick(32), g.b.Const(32, uint64(len(arms)-1))))
	}
	sure := false
	for _, a := range arms {
		guard := g.pick(1)
		if a.Kind == ir.ArmTimer && !sure {
			guard, sure = g.b.Const(1, 1), true
		}
		i.Args = append(i.Args, guard)
		if a.Kind == ir.ArmTimer {
			i.Args = append(i.Args, g.b.Word(word.Add, 64, now, g.b.Const(64, uint64(g.r.IntN(6)))))
		}
	}
	i.Arms = arms
	k := g.b.Emit(i, 32).Results[0]
	g.add(k)
	for n, a := range arms {
		chosen := g.b.Word(word.Eq, 1, k, g.b.Const(32, uint64(n)))
		switch a.Kind {
		case ir.ArmChan:
			g.when(chosen, func() { g.receive(ir.OpChGet, in) })
		case ir.ArmDev:
			g.when(chosen, func() {
				g.b.Emit(&ir.Instr{Op: ir.OpTake, Dev: g.task.dev, Imm: frameSize, Refs: []ir.Ref{{Obj: g.task.frame}}}, 1)
			})
		}
	}
}
