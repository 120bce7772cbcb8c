package trace_test

import (
	"math"
	"math/big"
	"math/rand"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/trace"
)

func show(kind string, width int, bits uint64) string {
	site := trace.Site{Parts: []string{"", ""}, Args: []trace.ArgType{{Kind: kind, Width: width}}}
	return trace.Render(site, []trace.Arg{{Bits: bits}})
}

func TestRenderFix(t *testing.T) {
	for _, c := range []struct {
		kind  string
		width int
		v     int64
		want  string
	}{
		{"fix16", 32, 0, "0.0"},
		{"fix16", 32, 1, "0.0000152587890625"},
		{"fix16", 32, -1, "-0.0000152587890625"},
		{"fix16", 32, 0x18000, "1.5"},
		{"fix16", 32, -0x80000000, "-32768.0"},
		{"fix0", 8, -7, "-7.0"},
		{"fix63", 64, math.MinInt64, "-1.0"},
		{"fix1", 3, -3, "-1.5"},
	} {
		require.Equal(t, c.want, show(c.kind, c.width, uint64(c.v)), "%s %d", c.kind, c.v)
	}
}

// The shown text is the exact number, with as few digits as possible.
func TestRenderFixIsExact(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for range 5000 {
		width := 1 + rng.Intn(64)
		frac := rng.Intn(width)
		v := int64(rng.Uint64()) >> (64 - width) >> rng.Intn(width)
		text := show("fix"+strconv.Itoa(frac), width, uint64(v))
		got, ok := new(big.Rat).SetString(text)
		require.True(t, ok, text)
		want := new(big.Rat).SetFrac(big.NewInt(v), new(big.Int).Lsh(big.NewInt(1), uint(frac)))
		require.Zero(t, got.Cmp(want), "fix%d:%d of %d is %s", frac, width, v, text)
		_, digits, _ := strings.Cut(text, ".")
		require.True(t, len(digits) == 1 || !strings.HasSuffix(digits, "0"), text)
	}
}

func TestRenderFloat(t *testing.T) {
	for _, c := range []struct {
		width int
		bits  uint64
		want  string
	}{
		{32, 0, "0x0p+0"},
		{32, 0x80000000, "-0x0p+0"},
		{32, 0x3f800000, "0x1p+0"},
		{32, 0xc0400000, "-0x1.8p+1"},
		{32, 1, "0x1p-149"},
		{32, 0x7f7fffff, "0x1.fffffep+127"},
		{32, 0x7f800000, "inf"},
		{32, 0xff800000, "-inf"},
		{32, 0x7fc00000, "nan"},
		{64, 0x3fb999999999999a, "0x1.999999999999ap-4"},
		{64, 1, "0x1p-1074"},
		{64, 0xfff0000000000000, "-inf"},
		{64, 0x7ff8000000000000, "nan"},
		{64, 0x7fefffffffffffff, "0x1.fffffffffffffp+1023"},
	} {
		require.Equal(t, c.want, show("float", c.width, c.bits), "%x", c.bits)
	}
}

func TestRenderFloatIsExact(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for range 5000 {
		f := math.Float64frombits(rng.Uint64())
		if math.IsNaN(f) {
			continue
		}
		got, err := strconv.ParseFloat(show("float", 64, math.Float64bits(f)), 64)
		require.NoError(t, err)
		require.Equal(t, f, got)
	}
}

func TestKindsOfArguments(t *testing.T) {
	for kind, want := range map[string]bool{
		"u": true, "fix0": true, "fix31": true, "float": true, "fix": false, "fix32": false, "fix016": false, "fix-1": false, "fixed": false, "bytes": false,
	} {
		require.Equal(t, want, trace.ArgType{Kind: kind, Width: 32}.IsScalar(), kind)
	}
	require.False(t, trace.ArgType{Kind: "float", Width: 16}.IsScalar())
}
