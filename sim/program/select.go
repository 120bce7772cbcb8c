package program

import (
	"strings"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

func (mc *Machine) hasValue(ch int) bool { return len(mc.chans[ch]) > 0 }

func (mc *Machine) hasRoom(ch int) bool { return len(mc.chans[ch]) < mc.m.Chans[ch].Cap }

// choice executes the operations for select, try_ calls and timers.
func (c *context) choice(i *inst) (stopReason, error) {
	in := i.instr
	switch in.Op {
	case ir.OpChReady:
		ok := c.mc.hasValue(in.Chan)
		if in.Imm == 1 {
			ok = c.mc.hasRoom(in.Chan)
		}
		c.result(i, bit(ok))
	case ir.OpChGet:
		if !c.mc.hasValue(in.Chan) {
			return ended, fault(in, "chget from %s, which has no value", c.mc.m.Chans[in.Chan].Name)
		}
		return outOfFuel, c.get(i)
	case ir.OpChPut:
		if !c.mc.hasRoom(in.Chan) {
			return ended, fault(in, "chput to %s, which has no room", c.mc.m.Chans[in.Chan].Name)
		}
		return outOfFuel, c.put(i)
	case ir.OpSelect:
		if in.Turn && !c.turned {
			c.turned, c.moved = true, true
			return blocked, nil
		}
		k := c.choose(i)
		if k < 0 {
			return blocked, nil
		}
		c.turned = false
		c.result(i, uint64(k))
	case ir.OpAlarm:
		c.alarm = c.joined(i, 0)
	}
	return outOfFuel, nil
}

// meet executes a send to a channel of capacity 0. The task offers the value, and continues
// when another task has taken the value.
func (c *context) meet(i *inst) (stopReason, error) {
	ch := i.instr.Chan
	switch {
	case !c.mc.offer[ch]:
		c.mc.offer[ch] = true
		c.hold(i)
		c.moved = true
		return blocked, nil
	case c.mc.hasValue(ch):
		return blocked, nil
	}
	c.mc.offer[ch] = false
	return outOfFuel, c.moveEvent(i, trace.Send, i.event.args, i.instr.Args)
}

// choose returns the arm that a select would choose now, or -1 if no arm is ready.
func (c *context) choose(i *inst) int {
	in, first := i.instr, 0
	if in.Fair {
		first = int(c.slots[i.event.args[0]])
	}
	for n := range in.Arms {
		k := (first + n) % len(in.Arms)
		if c.armOpen(i, k) && c.armReady(i, k) {
			return k
		}
	}
	return -1
}

// armOpen reports whether the guard of an arm holds.
func (c *context) armOpen(i *inst, k int) bool {
	first, _ := i.instr.ArmArgs(k)
	return c.slots[i.event.args[first]] != 0
}

func (c *context) armReady(i *inst, k int) bool {
	switch a := i.instr.Arms[k]; a.Kind {
	case ir.ArmChan:
		return c.mc.hasValue(a.Index)
	case ir.ArmDev:
		return c.mc.pending(a.Index)
	}
	return c.mc.world.Now() >= c.armTime(i, k)
}

// armTime returns the deadline of a timer arm.
func (c *context) armTime(i *inst, k int) uint64 {
	first, _ := i.instr.ArmArgs(k)
	return c.joined(i, first+1)
}

// joined returns the 64-bit word at argument k. The word may be given in two halves.
func (c *context) joined(i *inst, k int) uint64 {
	v := c.slots[i.event.args[k]]
	if i.instr.Args[k].Type == 32 {
		v |= c.slots[i.event.args[k+1]] << 32
	}
	return v
}

// timer returns the deadline bit for the status.
func (c *context) timer() uint64 {
	return bit(c.mc.world.Now() >= c.alarm) << ir.TimerBit
}

// deadline returns the deadline of the wait that blocks Main.
func (c *context) deadline() uint64 {
	if c.mask>>ir.TimerBit&1 == 0 {
		return world.Never
	}
	return c.alarm
}

// deadline returns the earliest deadline of the selects of all tasks.
func (mc *Machine) deadline() uint64 {
	d := uint64(world.Never)
	for _, c := range mc.tasks {
		i := &c.code[c.pc]
		if c.ended || i.instr == nil || i.instr.Op != ir.OpSelect {
			continue
		}
		for k, a := range i.instr.Arms {
			if a.Kind == ir.ArmTimer && c.armOpen(i, k) {
				d = min(d, c.armTime(i, k))
			}
		}
	}
	return d
}

// selectWaits describes the events that a blocked select waits for. The second result says
// whether one of these events comes from outside.
func (c *context) selectWaits() (string, bool) {
	i := &c.code[c.pc]
	var list []string
	outside := false
	for k, a := range i.instr.Arms {
		if !c.armOpen(i, k) {
			continue
		}
		switch a.Kind {
		case ir.ArmChan:
			list = append(list, "a value in "+c.mc.m.Chans[a.Index].Name)
			outside = outside || c.mc.fromService(a.Index)
		case ir.ArmDev:
			list, outside = append(list, "a frame at "+c.mc.m.Devices[a.Index].Name), true
		default:
			list, outside = append(list, "the clock"), true
		}
	}
	if len(list) == 0 {
		return "nothing: no arm of its select is open", false
	}
	return strings.Join(list, " or "), outside
}
