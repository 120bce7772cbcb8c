package program

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
)

// ring is the state of a channel between two contexts. The ring counts the slots that the
// writer has filled, and the slots that the reader has emptied.
type ring struct{ given, taken uint64 }

// hold returns the slot that the next send or receive changes. The argument `what` names a
// state of the ring: it has a value, it has room, or all values are taken. If the ring is not
// in that state, ok is false.
func (r *ring) hold(what uint64, room int) (slot uint64, ok bool) {
	switch what {
	case ir.HasValue:
		return r.taken % uint64(room), r.given != r.taken
	case ir.IsTaken:
		return 0, r.given == r.taken
	}
	return r.given % uint64(room), r.given-r.taken < uint64(room)
}

func (r *ring) pass(what uint64) {
	if what == ir.HasValue {
		r.taken++
	} else {
		r.given++
	}
}

// halt ends a context. When the last context has ended, it ends the run.
func (mc *Machine) halt(c *context) error {
	c.ended, mc.progress = true, true
	mc.turn++
	if mc.allEnded() {
		mc.end(trace.Ended)
	}
	return nil
}

// othersRest reports whether all other contexts have ended or are blocked at a channel.
func (mc *Machine) othersRest(c *context) bool {
	for _, o := range mc.tasks {
		if o == c || o.ended {
			continue
		}
		i := o.code[o.pc].instr
		if i == nil || i.Op != ir.OpHold {
			return false
		}
		if _, ok := mc.rings[i.Chan].hold(i.Imm, max(1, mc.m.Chans[i.Chan].Cap)); ok {
			return false
		}
	}
	return true
}
