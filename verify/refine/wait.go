package refine

import (
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/verify/blast"
)

// Registers that hold the mask and the deadline of a wait.
const (
	waitMask  = "wait.mask"
	waitTimer = "wait.timer"
	dueHigh   = "due.high"
	dueLow    = "due.low"
)

// waits adds the claims about the mask and the deadline in one cycle of an instruction. The
// claims also cover the outputs that show mask and deadline, and the end of a load of WAIT.
func (p *proof) waits(y *cycle, before map[string]bits) {
	stored := func(reg port.Reg) bits {
		if p.c.reg == reg && !p.c.load {
			return p.values["rs2"]
		}
		return nil
	}
	becomes := func(name string, v bits) {
		if want := before[name]; want != nil {
			if v != nil {
				want = v[:len(want)]
			}
			p.claim("wait: "+name, p.same(p.regs[name], want))
		}
	}
	mask := stored(port.Wait)
	becomes(waitMask, mask)
	if mask != nil {
		mask = mask[31:]
	}
	becomes(waitTimer, mask)
	becomes(dueHigh, stored(port.DueHigh))
	becomes(dueLow, stored(port.Due))
	if out := y.output(rtl.PortDeadline); out != nil {
		p.claim("wait: deadline", p.same(out, append(before[dueLow][:32:32], before[dueHigh]...)))
	}
	p.pins(y, before, becomes, stored)
	if p.c.reg != port.Wait || !p.c.load {
		return
	}
	ready := p.ready(y)
	some := blast.False
	for i, m := range before[waitMask] {
		some = p.g.Or(some, p.g.And(m, ready[i]))
	}
	if timer := before[waitTimer]; timer != nil {
		some = p.g.Or(some, p.g.And(timer[0], ready[31]))
		p.claim("wait: timer", p.same(y.output(rtl.PortTimer), bits{p.g.And(some.Not(), timer[0])}))
	}
	p.claim("wait: until one is ready", p.same(bits{p.done(y)}, bits{some}))
}

// pins adds the claims about the effect of a cycle on the levels of pins. Inputs are sampled
// while the core is idle. Outputs show the stored level.
func (p *proof) pins(y *cycle, before map[string]bits, becomes func(string, bits), stored func(port.Reg) bits) {
	for _, d := range p.k.p.Devices {
		reg := port.LevelOf(d.Index)
		switch {
		case d.Bits == 0 || d.Stream:
		case d.Rx:
			becomes(d.Name+pinFirst, y.inputs[rtl.PortLevelIn(d.Name)])
			becomes(d.Name+pinSecond, before[d.Name+pinFirst])
			becomes(d.Name+pinSampled, p.choose(y.output(rtl.PortIdle)[0], before[d.Name+pinSecond], before[d.Name+pinSampled]))
			if known := before[d.Name+pinKnown]; p.c.reg == reg && p.c.load {
				becomes(d.Name+pinKnown, before[d.Name+pinSampled])
			} else {
				becomes(d.Name+pinKnown, known)
			}
		case before[d.Name+pinLevel] != nil:
			becomes(d.Name+pinLevel, stored(reg))
			p.claim("wait: level", p.same(y.output(rtl.PortLevelOut(d.Name)), before[d.Name+pinLevel]))
		}
	}
}

// Suffixes of the registers of a pin. The name of its device comes before the suffix.
const (
	pinFirst   = ".first"
	pinSecond  = ".second"
	pinSampled = ".sampled"
	pinKnown   = ".known"
	pinLevel   = ".level"
)

// moves reports whether a register may change while an instruction is held. Such a register
// holds the progress of the held instruction, or follows a pin.
func (k *checker) moves(reg string) bool {
	for _, d := range k.p.Devices {
		if d.Bits > 0 && !d.Stream && d.Rx && (reg == d.Name+pinFirst || reg == d.Name+pinSecond || reg == d.Name+pinSampled) {
			return true
		}
	}
	return progress(reg)
}

// ready returns the value of STATUS, on which WAIT depends. It has a bit for each device that
// has input for the program, and a bit for the deadline.
func (p *proof) ready(y *cycle) bits {
	v := constant(32, 0)
	for _, d := range p.k.p.Devices {
		switch valid := y.inputs[rtl.RxPorts(d.Name).Valid]; {
		case !d.Rx:
		case valid != nil:
			v[d.Index] = valid[0]
		case d.Bits > 0 && !d.Stream:
			v[d.Index] = p.same(p.before[d.Name+pinSampled], p.before[d.Name+pinKnown]).Not()
		}
	}
	if high, low := p.before[dueHigh], p.before[dueLow]; low != nil {
		v[31] = p.word(word.Ltu, 1, y.inputs[rtl.PortClock], append(low[:32:32], high...))[0].Not()
	}
	return v
}
