package periph

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify/equiv"
	"github.com/sinter-lang/sinter/verify/mutate"
)

// judge is a test that notes whether something failed, and goes no further then.
type judge struct{}

// failed unwinds a check.
type failed struct{}

// Errorf says nothing: which check a mutant fails does not matter.
func (judge) Errorf(string, ...any) {}

// FailNow ends the check.
func (judge) FailNow() { panic(failed{}) }

// finds makes a check for mutants of one that a test runs.
func finds(works func(t require.TestingT, c *rtl.Circuit)) mutate.Check {
	return func(c *rtl.Circuit) (found bool, err error) {
		defer func() {
			switch p := recover(); p.(type) {
			case nil:
			case failed:
				found = true
			default:
				panic(p)
			}
		}()
		works(judge{}, c)
		return false, nil
	}
}

// agrees makes a check of a lock-step.
func agrees(f func(c *rtl.Circuit) (bool, error)) mutate.Check {
	return func(c *rtl.Circuit) (bool, error) {
		ok, err := f(c)
		return !ok, err
	}
}

// TestMutants: of random faults in each peripheral its check finds 97 of 100.
func TestMutants(t *testing.T) {
	n := 6
	if testkit.Full() {
		n = 80
	}
	quick := Hz{4_000_000, 1}
	for _, p := range []struct {
		name  string
		make  func() (*rtl.Circuit, error)
		check mutate.Check
	}{
		{"reset", Reset, finds(resetWorks)},
		{"clock", func() (*rtl.Circuit, error) { return Clock(twelve) }, finds(func(t require.TestingT, c *rtl.Circuit) { clockWorks(t, c, twelve) })},
		{"debounce", func() (*rtl.Circuit, error) { return Debounce(debounceBits) }, finds(debounceWorks)},
		{"sender", func() (*rtl.Circuit, error) { return Sender(twelve, 115200) }, finds(senderWorks)},
		{"receiver", func() (*rtl.Circuit, error) { return Receiver(twelve, 115200) }, finds(receiverWorks)},
		{"log", func() (*rtl.Circuit, error) { return LogWire(twelve, 1_000_000) }, finds(logWireWorks)},
		{"line", func() (*rtl.Circuit, error) { return LineIn(quick, 1_000_000) }, agrees(lineInAgrees)},
		{"slip in", SlipIn, agrees(slipInAgrees)},
		{"slip out", SlipOut, agrees(slipOutAgrees)},
	} {
		t.Run(p.name, func(t *testing.T) {
			c, err := p.make()
			require.NoError(t, err)
			s, err := mutate.Run(c, mutate.Mutants(c, 1, n), p.check, nil, equiv.Options{})
			require.NoError(t, err)
			t.Log(s)
			for _, m := range s.Missed {
				t.Logf("missed: %s: %s", m.Name, m.Why)
			}
			if testkit.Full() {
				require.GreaterOrEqual(t, s.Percent(), 97.0)
			} else {
				require.LessOrEqual(t, len(s.Missed), 1)
			}
		})
	}
}
