package ir

import "strings"

// ArmKind is the kind of event that an arm of a select waits for.
type ArmKind uint8

// The kinds of arms.
const (
	ArmChan  ArmKind = iota // a value in the channel Index
	ArmDev                  // a message at the device Index
	ArmTimer                // the clock at a deadline
)

// Arm is one arm of a select. The first argument of a Fair select is the number of the
// arm that it tests first (an i32 below the number of arms). Then each arm has its
// guard, an i1, and a timer also its deadline, an i64 (legalised: i32 low, i32 high).
//
// A select waits until an arm with guard 1 is ready. It gives the number of the
// first such arm, cyclically if it is Fair. It takes nothing: a chget or take of
// that arm comes next, and only the take interprets a device's message. Nothing can
// happen in between, because the task is the only reader of the channels and
// devices of its arms. A select with Turn, which is Fair, waits once before its
// tests, so that every other task has its turn.
type Arm struct {
	Kind  ArmKind
	Index int
}

// armNames are the words of the text form.
var armNames = [...]string{ArmChan: "chan", ArmDev: "dev", ArmTimer: "timer"}

// TimerBit is the bit of the deadline in the mask and the result of a wait.
const TimerBit = 31

// ArmArgs returns the index of the first word of arm k in the arguments of a
// select, and the number of its words.
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

// arms parses the printed arms.
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
