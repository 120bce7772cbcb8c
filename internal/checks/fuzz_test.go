package checks_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/verify/gen"
)

// fuzz runs programs and checks that none fails.
func fuzz(t *testing.T, o checks.FuzzOptions) *checks.FuzzReport {
	t.Helper()
	o.Shrink = true
	o.Dir = t.ArtifactDir()
	r, err := checks.Fuzz(context.Background(), o)
	require.NoError(t, err)
	for _, f := range r.Failures {
		text, _ := os.ReadFile(f.File)
		t.Errorf("%s: %s: %s\nto repeat: %s\n%s", f.Level, f.Kind, f.Detail, f.Command, text)
	}
	require.Equal(t, o.Count, r.Programs)
	t.Logf("%d programs from seed %d, %d events, runs %v, ended %v", r.Programs, o.Seed, r.Events, r.Runs, r.Status)
	return r
}

// TestGeneratedPrograms runs the programs of fixed seeds on every fast machine: 500 of them
// when SINTER_FULL is 1, otherwise the first 60.
func TestGeneratedPrograms(t *testing.T) {
	n := 60
	if testkit.Full() {
		n = 500
	}
	r := fuzz(t, checks.FuzzOptions{Seed: 1, Count: n, On: []string{flow.IR, checks.Passes, flow.ISA}})
	require.Greater(t, r.Events, 10*n, "programs that show little test little")
	for _, status := range []string{"ended", "waiting", "stuck", "trap"} {
		require.NotZero(t, r.Status[status], status)
	}
}

// TestGeneratedBuses runs small programs with buses. The buses have missing acknowledgements,
// delayed answers, and bytes that are sent before bytes are read.
func TestGeneratedBuses(t *testing.T) {
	found := map[string]int{}
	for seed := uint64(1); found["spi"] < 4 || found["i2c"] < 4 || found["rng"] < 4; seed++ {
		buses := 0
		for _, d := range gen.New(seed, gen.Options{Small: true}).Devices() {
			if d.Bus != "" {
				found[d.Bus]++
				buses++
			}
		}
		if buses > 0 {
			fuzz(t, checks.FuzzOptions{Seed: seed, Count: 1, On: []string{flow.IR}, Small: true})
		}
		require.Less(t, seed, uint64(100))
	}
}

// TestGeneratedProgramsNative runs some of the programs as Linux processes.
func TestGeneratedProgramsNative(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	n := 24
	if testkit.Full() {
		n = 500
	}
	fuzz(t, checks.FuzzOptions{Seed: 1, Count: n, On: []string{flow.Native}})
}

// TestGeneratedProgramsOnCores runs small programs on circuits and gates.
func TestGeneratedProgramsOnCores(t *testing.T) {
	n := 8
	if testkit.Full() {
		n = 60
	}
	fuzz(t, checks.FuzzOptions{Seed: 1, Count: n, On: []string{flow.Cycle, flow.Gates}, Small: true})
}

// TestFreshPrograms runs programs that no earlier run has used. The seed is printed, and a
// failure tells how to repeat it.
func TestFreshPrograms(t *testing.T) {
	if !testkit.Full() {
		t.Skip("only with SINTER_FULL=1: a test that differs from run to run tells nothing about a change")
	}
	testkit.Tool(t, "clang-19", "clang")
	seed := testkit.FreshSeed(t)
	fuzz(t, checks.FuzzOptions{Seed: seed, Count: 100, On: []string{flow.IR, checks.Passes, flow.Native, flow.ISA}})
	fuzz(t, checks.FuzzOptions{Seed: seed, Count: 20, On: []string{flow.Cycle, flow.Gates}, Small: true})
}

// TestFuzzReportsWhatFails sets the time limit of each level to 0, so no level answers. The
// report names the program, the level, and the command that repeats the failure.
func TestFuzzReportsWhatFails(t *testing.T) {
	dir := t.TempDir()
	r, err := checks.Fuzz(context.Background(), checks.FuzzOptions{Seed: 5, Count: 1, On: []string{flow.ISA}, Dir: dir, Timeout: 1})
	require.NoError(t, err)
	require.Len(t, r.Failures, 1)
	f := r.Failures[0]
	require.Equal(t, "hang", f.Kind)
	require.Equal(t, "sinter fuzz --seed 5 --count 1 --on source", f.Command)
	text, err := os.ReadFile(f.File)
	require.NoError(t, err)
	require.Contains(t, string(text), "system generated")
	require.Equal(t, dir, filepath.Dir(f.File))
	_, err = flow.Load(f.File, flow.Options{})
	require.NoError(t, err, "what is written is a program")
}

func TestFuzzOnWhatIsNoLevel(t *testing.T) {
	_, err := checks.Fuzz(context.Background(), checks.FuzzOptions{Count: 1, On: []string{"moon"}})
	require.EqualError(t, err, `fuzz runs on ir, passes, native, isa, cycle, gates, not on "moon"`)
}

// If a timed region and a log are never reached, the core has no ports for them. No machine
// may need such a port.
func TestDeadMarksAndLogs(t *testing.T) {
	const text = `
task t() {
  var n: u32 = 0
  if n != n {
    timed never { n = 1 }
    log.print("never")
  }
}
system dead { run t() }
`
	p, err := flow.LoadFiles([]*diag.File{{Name: "dead.sn", Text: text}}, flow.Options{})
	require.NoError(t, err)
	for _, level := range []string{flow.Source, flow.ISA, flow.Cycle, flow.Gates} {
		r, err := p.Run(context.Background(), flow.RunOptions{Level: level, Core: flow.Pipe3})
		require.NoError(t, err, level)
		require.Equal(t, "ended", string(r.Status), level)
	}
}

// Two instances of a function share the trap of a site, even if one of the instances always
// traps.
func TestTrapOfTwoInstances(t *testing.T) {
	const text = `
enum E { a(x: u16); b(x: i40, y: bytes<8>) }
struct S { x: u8; e: E; y: u32 }
fn f(p: inout []u8, q: []u59) -> S {
  var h: u32 = 3
  p[h] = u8(h)
  return S(0, E.a(0), 0)
}
task one() {
  var v: [16]u8
  var s = f(v[13..14], [u59(0), u59(1), u59(2), u59(3)])
  log.print("{s.x}")
}
task two() {
  var v: [1]u8
  var w: [7]u59
  var s = f(v, w)
  log.print("{s.x}")
}
system traps { run one(); run two() }
`
	p, err := flow.LoadFiles([]*diag.File{{Name: "traps.sn", Text: text}}, flow.Options{})
	require.NoError(t, err)
	for _, level := range []string{flow.Source, flow.IR, flow.ISA} {
		r, err := p.Run(context.Background(), flow.RunOptions{Level: level})
		require.NoError(t, err, level)
		require.True(t, r.Status == trace.Trapped, level)
	}
}
