package mutate

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify/equiv"
)

// Check reports whether it finds a fault in a circuit. An error means that the check itself
// failed.
type Check func(c *rtl.Circuit) (found bool, err error)

// Score is the result of a run.
type Score struct {
	Mutants    int
	Killed     int
	Proofs     int // found only by the second check
	Equivalent int // proved equal to the circuit
	Unreached  int // for programs: no run reaches the mistake
	Undecided  int // not found, and neither proved equal nor different: counts as missed
	Missed     []Miss

	proof Check
}

// Miss is a mutant that the check did not find.
type Miss struct {
	Name string
	Why  string // how it differs from the circuit, or that this is undecided
}

// Percent is the percentage of mutants that were found. Equivalent mutants do not count. It is
// 100 if there are none.
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

// Run applies a check to mutants of a circuit. If the check does not find a mutant, Run tries
// to prove it equal to the circuit. If that fails too, Run applies the second check, proof,
// which may be nil. The second check demands more than a run can show, so it may reject a
// mutant with equal behaviour in every run. It is an error if a check finds a fault in the
// circuit itself.
func Run(c *rtl.Circuit, mutants []Mutant, check, proof Check, opt equiv.Options) (*Score, error) {
	for _, f := range []Check{check, proof} {
		if f == nil {
			continue
		}
		if found, err := f(c); err != nil || found {
			return nil, fmt.Errorf("mutate: the check fails on the circuit without a fault (found %v, error %v)", found, err)
		}
	}
	s := &Score{Mutants: len(mutants), proof: proof}
	for _, m := range mutants {
		found, err := check(m.Circuit)
		if err != nil {
			return nil, fmt.Errorf("mutate: %s: %w", m.Name, err)
		}
		if found {
			s.Killed++
		} else if err := s.survivor(c, m, opt); err != nil {
			return nil, fmt.Errorf("mutate: %s: %w", m.Name, err)
		}
	}
	return s, nil
}

func (s *Score) survivor(c *rtl.Circuit, m Mutant, opt equiv.Options) error {
	rep, err := equiv.Circuits(c, m.Circuit, opt)
	if err != nil {
		return err
	}
	status := rep.Status()
	if status != equiv.Proved {
		reached, err := equiv.Machines(c, m.Circuit, opt)
		if err != nil {
			return err
		}
		if reached.Status() == equiv.Proved {
			status = equiv.Proved
		}
	}
	if status != equiv.Proved && s.proof != nil {
		found, err := s.proof(m.Circuit)
		if err != nil {
			return err
		}
		if found {
			s.Killed++
			s.Proofs++
			return nil
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
	s.Missed = append(s.Missed, Miss{m.Name, worst.Name + ": " + worst.Reason})
	return nil
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
