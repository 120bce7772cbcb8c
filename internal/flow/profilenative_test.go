package flow

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/sim/process"
)

const hotAndCold = `fn mix(x: u32) -> u32 { return (x ^ x << 13) * 0x9e3779b1 }

fn hot(n: u32) -> u32 {
  var x: u32 = n
  for i in 0..50000000 {
    x = mix(x)
  }
  return x
}

fn cold(n: u32) -> u32 {
  var x: u32 = n
  for i in 0..50000 {
    x = x * 3 + (x >> 7)
  }
  return x
}

task main() {
  log.print("{hot(1) ^ cold(1)}")
}

system t { run main() }
`

// The samples show where a process works. Sampling does not change the process's behaviour.
func TestProfileOfAProcess(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	p, err := LoadFiles([]*diag.File{{Name: "hot.sn", Text: hotAndCold}}, Options{})
	require.NoError(t, err)
	plain, err := p.Run(context.Background(), RunOptions{Level: Native})
	require.NoError(t, err)
	r, err := p.Run(context.Background(), RunOptions{Level: Native, Profile: true})
	require.NoError(t, err)
	require.Equal(t, plain.Lines, r.Lines)
	f := r.Profile
	require.Equal(t, "microseconds", f.Unit)
	require.Greater(t, f.Samples, 10)
	total, inHot, onMix := uint64(0), uint64(0), uint64(0)
	for _, row := range f.Lines {
		total += row.Count
		if row.Function == "hot" || row.Function == "mix" {
			inHot += row.Count
		}
		if row.File == "hot.sn" && row.Line == 1 {
			require.Equal(t, "mix", row.Function, "a function of one line is seen")
			require.Contains(t, row.Text, "fn mix")
			onMix += row.Count
		}
	}
	require.Equal(t, f.Total, total)
	require.Greater(t, 10*inHot, 9*total, "%v", f.Lines)
	require.Greater(t, 2*onMix, total, "%v", f.Lines)
	require.True(t, slices.IsSortedFunc(f.Lines, byPlace))
	require.Contains(t, f.Table(20)[len(f.Table(20))-1][0], "samples of processor time")
}

// threadsOf is a program of two threads that work, one of them three times as much as the other.
const threadsOf = `fn mix(x: u32) -> u32 { return (x ^ x << 13) * 0x9e3779b1 }

task much(to: out chan<u32>) {
  var x: u32 = 1
  for i in 0..30000000 { x = mix(x) }
  to.send(x)
}

task less(from: in chan<u32>) {
  var x: u32 = 2
  for i in 0..10000000 { x = x * 3 ^ x >> 7 }
  let other = from.recv()
  log.print("{x ^ other}")
}

system t @parallel {
  chan c: u32 cap 1
  run much(c)
  run less(c)
}
`

// A profile includes all threads of a process, each with its own processor time.
func TestProfileOfThreads(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	p, err := LoadFiles([]*diag.File{{Name: "threads.sn", Text: threadsOf}}, Options{})
	require.NoError(t, err)
	r, err := p.Run(context.Background(), RunOptions{Level: Native, Profile: true})
	require.NoError(t, err)
	spent := map[string]uint64{}
	for _, row := range r.Profile.Functions {
		spent[row.Function] += row.Count
	}
	require.Positive(t, spent["less"], "%v", spent)
	require.Greater(t, spent["much"]+spent["mix"], spent["less"], "%v", spent)
}

// Code without a known line has the name of its symbol. Code without a line and without a
// symbol is still counted.
func TestProfileWithoutPlaces(t *testing.T) {
	p, err := LoadFiles([]*diag.File{{Name: "hot.sn", Text: hotAndCold}}, Options{})
	require.NoError(t, err)
	f := p.timeProfile(&process.Samples{Looks: 2, At: map[uint64]time.Duration{1: 3000, 2: 500_400}}, nil)
	require.Equal(t, &Profile{
		Unit: "microseconds", Total: 503, Samples: 2,
		Lines: []ProfileRow{{Count: 503}}, Functions: []ProfileRow{{Count: 503}},
	}, f)
}
