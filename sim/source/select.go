package source

import (
	"strings"

	"github.com/sinter-lang/sinter/lang/eval"
	"github.com/sinter-lang/sinter/sim/world"
)

// selectEffect performs the effects of select, try_ calls and the clock.
func (t *task) selectEffect(e *eval.Effect) {
	switch e.Kind {
	case eval.NowEffect:
		e.Time = t.m.world.Now()
	case eval.TryRecvEffect:
		if e.Ok = t.m.open(wait{kind: forValue, index: e.Index}); e.Ok {
			t.get(e)
		}
	case eval.TrySendEffect:
		if e.Ok = t.m.open(wait{kind: forRoom, index: e.Index}); e.Ok {
			t.send(e)
		}
	case eval.TakeEffect:
		t.take(e)
	case eval.SelectEffect:
		if e.Turn {
			t.pause(wait{kind: forTurn})
		}
		w := wait{kind: forSelect, arms: t.m.arms(e.Arms)}
		t.await(w)
		e.Index = t.m.choose(w.arms, e.First)
	}
}

// arms returns the wait of each arm of a select.
func (m *Machine) arms(list []eval.Wait) []wait {
	out := make([]wait, len(list))
	for i, a := range list {
		switch a.Kind {
		case eval.ChanWait:
			out[i] = wait{kind: forValue, index: a.Index}
		case eval.DevWait:
			out[i] = m.message(a.Index)
		case eval.TimeWait:
			out[i] = wait{kind: forTime, time: a.Time}
		default:
			out[i] = wait{kind: forSelect} // a wait that is never over
		}
	}
	return out
}

// choose returns the first ready arm, searching cyclically from first on. It returns -1 if no
// arm is ready.
func (m *Machine) choose(arms []wait, first int) int {
	for i := range arms {
		k := (first + i) % len(arms)
		if arms[k].kind != forSelect && m.open(arms[k]) {
			return k
		}
	}
	return -1
}

// deadline returns the earliest deadline of all tasks.
func (m *Machine) deadline() uint64 {
	d := uint64(world.Never)
	for _, t := range m.tasks {
		if t.ended {
			continue
		}
		for _, a := range t.wait.arms {
			if a.kind == forTime {
				d = min(d, a.time)
			}
		}
	}
	return d
}

// outside reports whether a device, a service or the clock can end the wait.
func (m *Machine) outside(w wait) bool {
	for _, a := range w.arms {
		if m.outside(a) {
			return true
		}
	}
	return w.kind == forInput || w.kind == forTime || w.kind == forValue && m.fromService(w.index)
}

func (m *Machine) selectText(arms []wait) string {
	var list []string
	for _, a := range arms {
		if a.kind != forSelect {
			list = append(list, m.waitText(a))
		}
	}
	if len(list) == 0 {
		return "an arm of a select; none is open"
	}
	return strings.Join(list, " or ")
}
