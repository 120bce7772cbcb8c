package core

import (
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// timer has the clock and one deadline. The program computes this deadline, the earliest of all
// tasks. The hardware consists of two registers for the halves of the deadline and a
// comparator.
type timer struct {
	clock    rtl.ID // input
	deadline rtl.ID // as one word, rtl.None if the core has no DUE register
	due      vec    // 1 when the clock has reached the deadline
	mask     vec    // whether WAIT waits for the deadline
}

// timer makes the clock input if the program reads the clock or sets a deadline. Otherwise it
// returns nil.
func (g *portSide) timer() *timer {
	sets := g.p.Uses(port.Due) || g.p.Uses(port.DueHigh)
	if !sets && !g.p.Uses(port.Now) && !g.p.Uses(port.NowHigh) {
		return nil
	}
	t := &timer{clock: g.b.Input(rtl.PortClock, rtl.PortClockWidth), deadline: rtl.None}
	if !sets {
		return t
	}
	high, low := g.dueHalf("due.high", port.DueHigh), g.dueHalf("due.low", port.Due)
	t.deadline = g.b.Cat(high, low)
	t.due = g.vec(g.b.Not(g.b.Ltu(t.clock, t.deadline)))
	return t
}

// dueHalf is half of the deadline. After reset the deadline never comes.
func (g *portSide) dueHalf(name string, half port.Reg) rtl.ID {
	reg := g.b.Reg(name, 32, 1<<32-1)
	if on := g.storing(half); on != rtl.None {
		g.b.If(on, func() { g.b.Set(reg, g.pack(g.stored(32))) })
	}
	return reg.Q()
}

// wait makes the deadline's bit of the mask. The result is a bit that is 1 if WAIT waits for
// the deadline and the deadline has come.
func (t *timer) wait(g *portSide) vec {
	bit := g.b.Reg("wait.timer", 1, 0)
	t.mask = g.vec(bit.Q())
	if on := g.storing(port.Wait); on != rtl.None {
		g.b.If(on, func() { g.b.Set(bit, g.pack(g.stored(32)[31:])) })
	}
	return g.op(word.And, 1, 0, t.due, t.mask)
}

// half is the low or the high word of the clock.
func (t *timer) half(g *portSide, high bool) vec {
	if high {
		return g.vec(t.clock)[32:]
	}
	return g.vec(t.clock)[:32]
}

// ready is the value that STATUS and WAIT return.
func (g *portSide) ready() vec {
	v := g.dev.ready.zext(32)
	if t := g.dev.timer; t != nil && t.due != nil {
		v = concat(v[:31], t.due)
	}
	return v
}

// timerOutputs makes the outputs of a core with a deadline.
func (g *portSide) timerOutputs(idle rtl.ID) {
	if t := g.dev.timer; t != nil && t.mask != nil {
		g.b.Output(rtl.PortTimer, g.b.And(idle, g.pack(t.mask)))
		g.b.Output(rtl.PortDeadline, t.deadline)
	}
}
