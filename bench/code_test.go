package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestCodeBesideClang compares our code with clang's code, with the same number of registers
// and without mined lines. Our code executes at most as many instructions as clang's, and its
// text is at most as large.
func TestCodeBesideClang(t *testing.T) {
	clang := testkit.Tool(t, clangName)
	testkit.Tool(t, "ld.lld-19", "ld.lld")
	f, err := codeOf(context.Background(), clang, options{root: ".."})
	require.NoError(t, err)
	names := append(kernelNames(), repeated()...)
	require.Len(t, f.Ratios, 2*len(names)+2)
	for _, name := range names {
		require.Greater(t, f.Counts["clang_instructions."+name], 1000.0, name)
		require.Greater(t, f.Ratios["text_bytes."+name], 0.1, name)
		require.LessOrEqual(t, f.Ratios["instructions."+name], 1.15, name)
	}
	require.LessOrEqual(t, f.Ratios["instructions"], 1.0)
	require.LessOrEqual(t, f.Ratios["text_bytes"], 1.0)
}

// TestCodeRefuses checks that a kernel that does not exist is an error. Lines without result words
// are an error too.
func TestCodeRefuses(t *testing.T) {
	_, err := codeOf(context.Background(), clangName, options{root: "..", only: []string{"nothing"}})
	require.EqualError(t, err, "-code has no kernel named nothing")
	for _, lines := range [][]string{nil, {"done"}, {"result xyz"}} {
		_, err := resultWords(lines)
		require.ErrorContains(t, err, "no result word", lines)
	}
	words, err := resultWords([]string{"main: result 1a", "result ffffffff"})
	require.NoError(t, err)
	require.Equal(t, []uint32{0x1a, 0xffffffff}, words)
}

// TestMeans checks that the mean of quotients is geometric.
func TestMeans(t *testing.T) {
	f := &codeFigures{Counts: map[string]float64{}, Ratios: map[string]float64{}}
	f.pair("aes", measured{200, 10}, measured{100, 40})
	f.pair("fir", measured{100, 10}, measured{200, 10})
	f.means()
	require.Equal(t, 2.0, f.Ratios["instructions.aes"])
	require.Equal(t, 1.0, f.Ratios["instructions"])
	require.Equal(t, 0.5, f.Ratios["text_bytes"])
}

// TestGeometricMean checks that the mean does not depend on the order of the values. Without values
// the mean is 0.
func TestGeometricMean(t *testing.T) {
	require.Equal(t, 0.0, geometricMean(nil))
	require.InDelta(t, 4, geometricMean([]float64{2, 8}), 1e-12)
	require.Equal(t, geometricMean([]float64{0.1, 0.7, 1.3}), geometricMean([]float64{1.3, 0.1, 0.7}))
}
