package flow

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestFloatsOnEveryMachine runs a program that uses many floats on every machine and core. All
// runs show the same events as the run on the machine `source`.
func TestFloatsOnEveryMachine(t *testing.T) {
	t.Parallel()
	testkit.Tool(t, "clang-19", "clang")
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	testkit.Tool(t, "qemu-system-x86_64")
	p, err := Load("testdata/floats.sn", Options{Check: true})
	require.NoError(t, err)
	want, err := p.Run(context.Background(), RunOptions{Level: Source})
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(want.Lines), 9)
	for _, m := range [][2]string{{IR, ""}, {Native, ""}, {Unikernel, ""}, {ISA, ""}, {Cycle, Multi}, {Cycle, Pipe3}, {Gates, Multi}} {
		t.Run(strings.TrimSpace(m[0]+" "+m[1]), func(t *testing.T) {
			got, err := p.Run(context.Background(), RunOptions{Level: m[0], Core: m[1]})
			require.NoError(t, err)
			require.Equal(t, want.Lines, got.Lines)
			require.Equal(t, want.Status, got.Status)
		})
	}
}

// A program without floats contains no function of the float library and no SSE
// instruction. If a program only adds floats, it contains only the addition and the
// functions that the addition calls.
func TestOnlyWhatIsUsedOfTheFloats(t *testing.T) {
	t.Parallel()
	p, err := Load("../../examples/nbody", Options{})
	require.NoError(t, err)
	m, err := p.Low()
	require.NoError(t, err)
	var soft []string
	for _, f := range m.Funcs {
		if name, ok := strings.CutPrefix(f.Name, "soft."); ok {
			soft = append(soft, name)
		}
	}
	require.Contains(t, soft, "f32_add")
	for _, name := range soft {
		require.NotContains(t, name, "64")
		require.NotContains(t, name, "f32_to")
	}
	p, err = Load("../../examples/heat", Options{})
	require.NoError(t, err)
	m, err = p.Low()
	require.NoError(t, err)
	for _, f := range m.Funcs {
		require.False(t, strings.HasPrefix(f.Name, "soft."), f.Name)
	}
}

// pairRounds is the number of rounds of 64 pairs. A full run has a million pairs per operation.
func pairRounds() string {
	if testkit.Full() {
		return "rounds=15700"
	}
	return "rounds=60"
}

// TestPairsOfFloats checks that the result bits of every operation on many pairs equal the
// source's, for each CPU for which an x86-64 product can be made.
func TestPairsOfFloats(t *testing.T) {
	t.Parallel()
	testkit.Tool(t, "clang-19", "clang")
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	testkit.Tool(t, "qemu-system-x86_64")
	var want *Result
	for _, c := range [][2]string{{Source, ""}, {Native, "x86-64"}, {Native, "x86-64-v3"}, {Native, "native"}, {Unikernel, ""}} {
		o := Options{CPU: c[1]}
		require.NoError(t, o.Set(pairRounds()))
		p, err := Load("testdata/pairs.sn", o)
		require.NoError(t, err)
		got, err := p.Run(context.Background(), RunOptions{Level: c[0]})
		require.NoError(t, err)
		if want == nil {
			want = got
			require.Len(t, want.Lines, 18)
		}
		require.Equal(t, want.Lines, got.Lines, c)
		require.Equal(t, want.Status, got.Status)
	}
}
