package verify_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/verify"
)

func logs(status trace.Status, texts ...string) *trace.Trace {
	t := &trace.Trace{Program: "p", Status: status}
	for _, s := range texts {
		t.Events = append(t.Events, trace.Event{Kind: trace.Log, Task: "main", Text: s})
	}
	return t
}

func TestTraces(t *testing.T) {
	want := logs(trace.Ended, "a", "b")
	same := verify.Traces("isa", "", want, logs(trace.Ended, "a", "b"), trace.Options{})
	require.Equal(t, verify.Row{Level: "isa", Check: verify.Trace, Status: verify.Equal, N: 2}, same)
	for name, got := range map[string]*trace.Trace{
		"another text": logs(trace.Ended, "a", "c"),
		"one less":     logs(trace.Ended, "a"),
		"one more":     logs(trace.Ended, "a", "b", "c"),
		"status":       logs(trace.Waiting, "a", "b"),
		"limit":        logs(trace.Limit, "a", "b"),
	} {
		row := verify.Traces("isa", "multi", want, got, trace.Options{})
		require.Equal(t, verify.Different, row.Status, name)
		require.NotEmpty(t, row.Detail, name)
	}
	// A run that stopped at its limit does not count as equal to any run, not even to the same run.
	endless := logs(trace.Limit, "a")
	require.Equal(t, verify.Different, verify.Traces("isa", "", endless, endless, trace.Options{}).Status)
}

func TestDifferent(t *testing.T) {
	r := &verify.Report{}
	r.Add(verify.Skipped("native", "", verify.Trace, "clang not found"))
	require.False(t, r.Different())
	r.Add(verify.Row{Status: verify.Different})
	require.True(t, r.Different())
}

// TestNothingIsNotEqual checks that a row without cases is empty, whichever check makes it.
func TestNothingIsNotEqual(t *testing.T) {
	r := &verify.Report{}
	r.Add(verify.Row{Level: "cycle", Check: verify.Witness, Status: verify.Equal})
	r.Add(verify.Row{Level: "cycle", Check: verify.Witness, Status: verify.Equal, N: 1})
	require.Equal(t, []verify.Status{verify.Empty, verify.Equal}, []verify.Status{r.Rows[0].Status, r.Rows[1].Status})
	nothing := logs(trace.Ended)
	require.Equal(t, verify.Empty, verify.Traces("isa", "", nothing, nothing, trace.Options{}).Status)
}
