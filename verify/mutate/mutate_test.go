package mutate

import (
	"errors"
	"reflect"
	"testing"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/sinter-lang/sinter/verify/equiv"
	"github.com/stretchr/testify/require"
)

func TestMutantsAreValidAndDeterministic(t *testing.T) {
	for seed := range int64(20) {
		c := rtltest.Make(rtltest.Config{Seed: seed, Size: 40, MaxWidth: 12})
		was := clone(c)
		a, b := Mutants(c, seed, 60), Mutants(c, seed, 60)
		require.Len(t, b, len(a))
		require.True(t, reflect.DeepEqual(was, c), "the circuit itself has changed")
		require.NotEmpty(t, a)
		names := map[string]bool{}
		for i, m := range a {
			made := m.Circuit()
			require.NoError(t, made.Verify(), m.Name)
			require.Equal(t, m.Name, b[i].Name)
			require.True(t, reflect.DeepEqual(made, m.Circuit()) && reflect.DeepEqual(made, b[i].Circuit()), m.Name)
			require.NotEmpty(t, m.Name)
			require.False(t, names[m.Name], "twice: %s", m.Name)
			names[m.Name] = true
		}
	}
}

// TestProofIsAPerfectCheck uses the proof as the check. This check must find every mutant that
// is not equivalent.
func TestProofIsAPerfectCheck(t *testing.T) {
	c := rtltest.Make(rtltest.Config{Seed: 3, Size: 40, MaxWidth: 10})
	check := func(m *rtl.Circuit) (bool, error) {
		rep, err := equiv.Circuits(c, m, equiv.Options{})
		return err == nil && rep.Status() == equiv.Different, err
	}
	s, err := (&Trial{Circuit: c, Check: check}).Run(Mutants(c, 1, 120))
	require.NoError(t, err)
	require.Empty(t, s.Missed)
	require.Equal(t, 100.0, s.Percent())
	require.Greater(t, s.Killed, 40)
	t.Log(s)
}

// TestBlindCheckScoresZero counts the mutants that a check without effect misses.
func TestBlindCheckScoresZero(t *testing.T) {
	c := rtltest.Make(rtltest.Config{Seed: 4, Size: 30, MaxWidth: 10})
	s, err := (&Trial{Circuit: c, Check: func(*rtl.Circuit) (bool, error) { return false, nil }}).Run(Mutants(c, 1, 40))
	require.NoError(t, err)
	require.Zero(t, s.Killed)
	require.Equal(t, s.Mutants, s.Equivalent+len(s.Missed))
	require.Zero(t, s.Percent())
	for _, m := range s.Missed {
		require.NotEmpty(t, m.Why)
	}
}

func TestUndecidedCountsAsMissed(t *testing.T) {
	s := &Score{Mutants: 4, Killed: 3, Undecided: 1}
	require.Equal(t, 75.0, s.Percent())
	require.Equal(t, 100.0, (&Score{Mutants: 2, Equivalent: 2}).Percent())
}

func TestCheckThatFailsByItself(t *testing.T) {
	c := rtltest.Make(rtltest.Config{Seed: 5, Size: 10})
	_, err := (&Trial{Circuit: c, Check: func(*rtl.Circuit) (bool, error) { return true, nil }}).Run(nil)
	require.ErrorContains(t, err, "without a fault")
	bad := errors.New("broken check")
	_, err = (&Trial{Circuit: c, Check: func(m *rtl.Circuit) (bool, error) {
		if m != c {
			return false, bad
		}
		return false, nil
	}}).Run(Mutants(c, 1, 3))
	require.ErrorIs(t, err, bad)
}

// TestLongerCheck checks that the longer check tries only the mutants that the first check did
// not find and that differ from the circuit, and that its finds are not finds of the proof.
func TestLongerCheck(t *testing.T) {
	c := rtltest.Make(rtltest.Config{Seed: 4, Size: 30, MaxWidth: 10})
	blind := func(*rtl.Circuit) (bool, error) { return false, nil }
	tried := 0
	longer := func(m *rtl.Circuit) (bool, error) {
		if m == c {
			return false, nil
		}
		tried++
		return tried%2 == 0, nil
	}
	proof := func(m *rtl.Circuit) (bool, error) { return m != c, nil }
	s, err := (&Trial{Circuit: c, Check: blind, Longer: longer, Proof: proof}).Run(Mutants(c, 1, 40))
	require.NoError(t, err)
	require.Equal(t, s.Mutants-s.Equivalent, tried)
	require.Equal(t, tried, s.Killed)
	require.Equal(t, tried-tried/2, s.Proofs)
	require.GreaterOrEqual(t, tried, 10)
	_, err = (&Trial{Circuit: c, Check: blind, Longer: func(*rtl.Circuit) (bool, error) { return true, nil }}).Run(nil)
	require.ErrorContains(t, err, "without a fault")
}
