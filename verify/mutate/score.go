package mutate

import (
	"errors"
	"fmt"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify/equiv"
)

// Check reports whether it finds a fault in a circuit. An error means that the check itself
// failed.
type Check func(c *rtl.Circuit) (found bool, err error)

// Score is the result of a run.
type Score struct {
	Mutants    int    `json:"mutants"`
	Killed     int    `json:"killed"`
	Proofs     int    `json:"proofs"`     // killed by the second check alone
	Equivalent int    `json:"equivalent"` // proved equal to the circuit
	Unreached  int    `json:"unreached"`  // only for mutants of programs: no run reaches the mistake
	Undecided  int    `json:"undecided"`  // not found, and no proof of equality or difference; they count as missed
	Missed     []Miss `json:"missed"`
}

// Add adds the score of other mutants.
func (s *Score) Add(o *Score) {
	s.Mutants += o.Mutants
	s.Killed += o.Killed
	s.Proofs += o.Proofs
	s.Equivalent += o.Equivalent
	s.Unreached += o.Unreached
	s.Undecided += o.Undecided
	s.Missed = append(s.Missed, o.Missed...)
}

// Miss is a mutant that the check did not find.
type Miss struct {
	Name string `json:"name"`
	Why  string `json:"why"` // the difference from the circuit, or a note that the proof is undecided
}

// Percent is the percentage of mutants that were found. Equivalent mutants do not count. If
// there are no other mutants, Percent is 100.
func (s *Score) Percent() float64 {
	real := s.Mutants - s.Equivalent - s.Unreached
	if real == 0 {
		return 100
	}
	return 100 * float64(s.Killed) / float64(real)
}

// String summarises the run in one line.
func (s *Score) String() string {
	return fmt.Sprintf("%.1f %% of %d mutants found (%d of %d, %d of them by proof alone; %d equivalent, %d undecided counted as missed)",
		s.Percent(), s.Mutants-s.Equivalent, s.Killed, s.Mutants, s.Proofs, s.Equivalent, s.Undecided)
}

// Trial tries mutants of a circuit.
type Trial struct {
	Circuit *rtl.Circuit
	Check   Check
	// Longer is a check that takes longer, which may be nil. It tries the mutants that Check did
	// not find and that are not proved equal to the circuit.
	Longer Check
	// Proof is a second check, which may be nil. A Proof is stricter than a run, so it may find
	// a fault even in a mutant that behaves like the circuit in every run.
	Proof   Check
	Options equiv.Options
}

// Sound returns an error if a check finds a fault in the unchanged circuit.
func (t *Trial) Sound() error {
	for _, f := range []Check{t.Check, t.Longer, t.Proof} {
		if f == nil {
			continue
		}
		found, err := f(t.Circuit)
		if err != nil {
			return fmt.Errorf("mutate: the check fails on the circuit without a fault: %w", err)
		}
		if found {
			return errors.New("mutate: the check finds a fault in the circuit without a fault")
		}
	}
	return nil
}

// Run applies the check to mutants. If the check does not find a mutant, an equivalence proof
// compares the mutant with the circuit. A mutant without a proof of equality goes to the second
// check. Run returns an error if a check finds a fault in the unchanged circuit.
func (t *Trial) Run(mutants []Mutant) (*Score, error) {
	if err := t.Sound(); err != nil {
		return nil, err
	}
	return t.Try(mutants)
}

// Try is like Run, but it does not first check the unchanged circuit.
func (t *Trial) Try(mutants []Mutant) (*Score, error) {
	s := &Score{Mutants: len(mutants), Missed: []Miss{}}
	for i := range mutants {
		if err := t.one(s, &mutants[i]); err != nil {
			return nil, fmt.Errorf("mutate: %s: %w", mutants[i].Name, err)
		}
	}
	return s, nil
}

func (t *Trial) one(s *Score, m *Mutant) error {
	c := m.Circuit()
	found, err := t.Check(c)
	if err != nil {
		return err
	}
	if found {
		s.Killed++
		return nil
	}
	return t.survivor(s, m.Name, c)
}

// survivor adds a mutant that the check did not find to the score.
func (t *Trial) survivor(s *Score, name string, c *rtl.Circuit) error {
	rep, err := equiv.Circuits(t.Circuit, c, t.Options)
	if err != nil {
		return err
	}
	status := rep.Status()
	if status != equiv.Proved {
		reached, err := equiv.Machines(t.Circuit, c, t.Options)
		if err != nil {
			return err
		}
		if reached.Status() == equiv.Proved {
			status = equiv.Proved
		}
	}
	if status != equiv.Proved {
		if found, err := t.late(s, c); found || err != nil {
			return err
		}
	}
	switch status {
	case equiv.Proved:
		s.Equivalent++
		return nil
	case equiv.Undecided:
		s.Undecided++
	}
	worst := rep.First(status)
	s.Missed = append(s.Missed, Miss{name, worst.Name + ": " + worst.Reason})
	return nil
}

// late tries the checks for mutants that Check did not find, and counts what they find.
func (t *Trial) late(s *Score, c *rtl.Circuit) (found bool, err error) {
	if t.Longer != nil {
		if found, err = t.Longer(c); err != nil {
			return false, err
		}
	}
	if !found && t.Proof != nil {
		if found, err = t.Proof(c); err != nil {
			return false, err
		}
		if found {
			s.Proofs++
		}
	}
	if found {
		s.Killed++
	}
	return found, nil
}

// Outcome is the result for a mutant that try makes itself.
type Outcome int

// The outcomes.
const (
	Missed Outcome = iota
	Found
	Same      // the mutant equals the original
	Unreached // no run reaches the change
)

// Each tries mutants by name.
func Each(names []string, try func(name string) (o Outcome, why string, err error)) (*Score, error) {
	s := &Score{Mutants: len(names)}
	for _, name := range names {
		o, why, err := try(name)
		if err != nil {
			return nil, fmt.Errorf("mutate: %s: %w", name, err)
		}
		switch o {
		case Found:
			s.Killed++
		case Same:
			s.Equivalent++
		case Unreached:
			s.Unreached++
		case Missed:
			s.Missed = append(s.Missed, Miss{name, why})
		}
	}
	return s, nil
}

// Line summarises the results for mutants of programs in one line.
func (s *Score) Line() string {
	return fmt.Sprintf("%.1f %% of %d mistakes found (%d), of %d that were tried: %d change nothing, %d are never executed",
		s.Percent(), s.Killed+len(s.Missed), s.Killed, s.Mutants, s.Equivalent, s.Unreached)
}
