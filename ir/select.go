package ir

import "strings"

// ArmKind is the kind of event that a select arm waits for.
type ArmKind uint8

// The kinds of select arms.
const (
	ArmChan  ArmKind = iota // a value in the channel Index
	ArmDev                  // a message at the device Index
	ArmTimer                // the clock reaching a deadline
)

// Arm is one arm of a select. The first argument of a Fair select is an i32 below the number of
// arms: the number of the arm that the select tests first. The arguments of the arms follow in
// order. Each arm has its guard, an i1. A timer also has its deadline, an i64 (after legalise: i32
// low, i32 high).
//
// A select waits until an arm whose guard is 1 is ready. The result is the number of the first
// such arm. A Fair select searches cyclically. The select itself takes nothing from the channel or
// device. The next operation is a chget or take for the chosen arm, and only take interprets a
// message of a device. The state of the channel or device cannot change between the two
// operations, because the task is its only reader. A select with Turn, which is always Fair, waits
// once before its tests so that every other task can run.
type Arm struct {
	Kind  ArmKind
	Index int
}

// armNames are the words for the kinds in the text form.
var armNames = [...]string{ArmChan: "chan", ArmDev: "dev", ArmTimer: "timer"}

// TimerBit is the number of the bit for the deadline in the mask and the result of a wait.
const TimerBit = 31

// ArmArgs returns the index of the first word of arm k in the arguments of a select, and the
// number of the words of this arm.
func (i *Instr) ArmArgs(k int) (first, n int) {
	if i.Fair {
		first = 1
	}
	for j := range i.Arms {
		n = 1
		if i.Arms[j].Kind == ArmTimer {
			n = 2
			if first+1 < len(i.Args) && i.Args[first+1].Type == 32 {
				n = 3
			}
		}
		if j == k {
			break
		}
		first += n
	}
	return first, n
}

// arms prints ` fair [chan a, dev eth0, timer]`.
func (p *printer) arms(i *Instr) string {
	var list []string
	for _, a := range i.Arms {
		text := "?"
		switch {
		case a.Kind == ArmTimer:
			text = armNames[ArmTimer]
		case a.Kind == ArmDev && a.Index >= 0 && a.Index < len(p.m.Devices):
			text = armNames[ArmDev] + " " + p.m.Devices[a.Index].Name
		case a.Kind == ArmChan && a.Index >= 0 && a.Index < len(p.m.Chans):
			text = armNames[ArmChan] + " " + p.m.Chans[a.Index].Name
		}
		list = append(list, text)
	}
	policy := " prio ["
	switch {
	case i.Turn:
		policy = " turn ["
	case i.Fair:
		policy = " fair ["
	}
	return policy + strings.Join(list, ", ") + "]"
}

// arms parses the form that the printer writes.
func (p *parser) arms(i *Instr) error {
	i.Turn = p.sc.Accept("turn")
	i.Fair = i.Turn || p.sc.Accept("fair")
	if !i.Fair {
		if err := p.sc.Expect("prio"); err != nil {
			return err
		}
	}
	return p.list("[", "]", func() error {
		a, err := p.arm()
		i.Arms = append(i.Arms, a)
		return err
	})
}

func (p *parser) arm() (a Arm, err error) {
	switch {
	case p.sc.Accept("timer"):
		a.Kind = ArmTimer
	case p.sc.Accept("dev"):
		a.Kind = ArmDev
		a.Index, err = p.deviceName()
	case p.sc.Accept("chan"):
		a.Index, err = p.channelName()
	default:
		err = p.sc.Errorf("expected `chan`, `dev` or `timer`, found %s", p.sc.Peek())
	}
	return a, err
}

// armsNamed reports whether the channels and devices of a select's arms exist
// in the module.
func armsNamed(m *Module, i *Instr) bool {
	for _, a := range i.Arms {
		ok := a.Kind == ArmTimer
		switch a.Kind {
		case ArmChan:
			ok = a.Index >= 0 && a.Index < len(m.Chans)
		case ArmDev:
			ok = a.Index >= 0 && a.Index < len(m.Devices) && m.Devices[a.Index].Rx
		}
		if !ok {
			return false
		}
	}
	return true
}

// check checks the arguments of a select.
func (fitsArms) check(v *verifier, i *Instr, args, _ []*Value) {
	if len(i.Arms) == 0 {
		v.errorf(i, i.Span, "a select has at least one arm")
		return
	}
	if i.Turn && !i.Fair {
		v.errorf(i, i.Span, "a select with turn is fair")
	}
	var want []string
	if i.Fair {
		want = append(want, "i32")
	}
	for k, a := range i.Arms {
		first, _ := i.ArmArgs(k)
		want = append(want, "i1")
		switch {
		case a.Kind != ArmTimer:
		case first+1 < len(args) && args[first+1].Type == 32:
			want = append(want, "i32", "i32")
		default:
			want = append(want, "i64")
		}
	}
	if got, all := widths(args), strings.Join(want, " "); got != all {
		v.errorf(i, i.Span, "this select takes (%s), got (%s)", all, got)
	}
}
