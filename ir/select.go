package ir

import "strings"

// ArmKind is what an arm of a select waits for.
type ArmKind uint8

// The kinds of arms.
const (
	ArmChan  ArmKind = iota // a value in the channel Index
	ArmDev                  // a message at the device Index
	ArmTimer                // the clock at a deadline
)

// Arm is one arm of a select. The arguments of a select are, when it is Fair, the
// number of the arm that it looks at first (an i32 below the number of arms),
// then for each arm its guard, an i1, and for a timer its deadline, an i64 (legalised:
// i32 low, i32 high).
//
// A select waits until an arm is ready whose guard is 1 and gives the number of the
// first such arm, cyclically when it is Fair. It takes nothing: chget or take of
// that arm comes next, and what a device's message means beyond its bytes is the
// business of that take. Nothing can happen in between, for the task is the only
// reader of what its arms name. One with Turn, which is Fair, waits once before it
// looks, so that every other task has its turn.
type Arm struct {
	Kind  ArmKind
	Index int
}

// armNames are the words of the text form.
var armNames = [...]string{ArmChan: "chan", ArmDev: "dev", ArmTimer: "timer"}

// TimerBit is the bit of a wait's mask and of its result that stands for the deadline.
const TimerBit = 31

// ArmArgs returns where the words of arm k begin in the arguments of a select, and
// how many there are.
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

// arms takes what the printer makes.
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

// armsNamed reports whether the arms of a select name what the module has.
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

// check looks at the arguments of a select.
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
