package word_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
	"github.com/sinter-lang/sinter/ir/word"
)

// parse32 reads an expression over a and b.
func parse32(t *testing.T, src string) *word.Expr {
	e, err := word.ParseExpr(text.New(&diag.File{Name: "t", Text: src}), func(name string) (int, bool) { return 32, name == "a" || name == "b" })
	require.NoError(t, err, src)
	return e
}

// TestLinear checks that the sums of an expression give its value for all tested operands.
func TestLinear(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, src := range []string{
		"a xor (b shl 3)", "(a shru 1) xor ((0 - (a and 1)) and 0xedb88320)", "not(a) xor (a shrs 7)",
		"(a shl 7) or (a shru 25)", "mux(a[3], b xor 0x1234, b)", "zext32((a and 4) ne 0)", "zext32((a and 4) eq 0)",
		"sext32(a[15:8]) xor cat(b[7:0], a[23:0])", "(a and 0xff) + (b shl 8)", "a - 0", "32'0 - (a and 0x80)", "(a and a) xor (a or a)",
	} {
		e := parse32(t, src)
		sums, ok := word.Linear(e, []string{"a", "b"})
		require.True(t, ok, src)
		require.Len(t, sums, 32)
		for range 200 {
			v := map[string]uint64{"a": uint64(rng.Uint32()), "b": uint64(rng.Uint32())}
			want := e.Eval(func(name string) uint64 { return v[name] })
			for i, s := range sums {
				bit := s.One
				for k, name := range []string{"a", "b"} {
					for x := s.Of[k] & v[name]; x != 0; x &= x - 1 {
						bit = !bit
					}
				}
				require.Equal(t, want>>i&1 == 1, bit, "%s, bit %d of %v", src, i, v)
			}
		}
	}
	for _, src := range []string{"a and b", "a or b", "a + b", "a - b", "0 - a", "a shl b", "a * b", "mux(a[0], b, a)", "zext32(a eq b)", "zext32(a ltu b)", "a xor zext32((b and 3) ne 0)"} {
		_, ok := word.Linear(parse32(t, src), []string{"a", "b"})
		require.False(t, ok, src)
	}
	_, ok := word.Linear(parse32(t, "a xor b"), []string{"a"})
	require.False(t, ok, "a leaf that was not named")
}
