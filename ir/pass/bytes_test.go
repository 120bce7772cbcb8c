package pass

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir"
)

// TestBytesKeepTraces splits words into bytes and joins bytes into words, at random positions
// of an object. At the end the program logs the whole object.
func TestBytesKeepTraces(t *testing.T) {
	rounds := uint64(60)
	if testkit.Full() {
		rounds = 5000
	}
	fewer := 0
	for seed := range rounds {
		text := byteProgram(rand.New(rand.NewPCG(seed, 17)))
		m, err := ir.Parse(&diag.File{Name: "bytes.sir", Text: text})
		require.NoError(t, err, text)
		want, before := traceOf(t, m), countOf(m, ir.OpLoad)+countOf(m, ir.OpStore)
		bytes := Pass{Name: "bytes", Run: sideBySide}
		require.NoError(t, Run(m, []Pass{bytes, {Name: "gvn", Run: gvn}, bytes}, Options{Check: true, Seed: seed}), text)
		require.Equal(t, want, traceOf(t, m), "seed %d\n%s\n%s", seed, text, ir.Print(m))
		requireAligned(t, m)
		if countOf(m, ir.OpLoad)+countOf(m, ir.OpStore) < before {
			fewer++
		}
	}
	require.Greater(t, fewer, int(rounds)/2, "most programs get shorter")
}

func countOf(m *ir.Module, op ir.Op) int {
	n := 0
	for _, b := range m.Funcs[0].Blocks {
		for _, i := range b.Instrs {
			if i.Op == op {
				n++
			}
		}
	}
	return n
}

// requireAligned checks the displacements. The offsets of the program are 4 or 8, so only
// the displacements affect the alignment.
func requireAligned(t *testing.T, m *ir.Module) {
	t.Helper()
	for _, b := range m.Funcs[0].Blocks {
		for _, i := range b.Instrs {
			if i.Op == ir.OpLoad || i.Op == ir.OpStore {
				require.Zero(t, i.Refs[0].Disp%i.Size, "%s", ir.Print(m))
			}
		}
	}
}

// byteProgram writes a program whose stores mostly write adjacent bytes of words.
func byteProgram(r *rand.Rand) string {
	var s strings.Builder
	s.WriteString("module t\nlog 0 \"\" u:32 \"\" u:32 \"\" u:32 \"\" u:32 \"\"\nstate %a 32 align 4 = $")
	for range 32 {
		fmt.Fprintf(&s, "%02x", r.IntN(256))
	}
	s.WriteString("\nconst %c 4 align 4 = $04000000\ntask 0 m @m\nfunc @m(v1: tok, v2: tok %a) -> (tok, tok %a) {\nb0(v1, v2):\n")
	s.WriteString("  v3: i32 = const 8\n  v4: i32 = const 16\n  v5: i32 = const 24\n  v6: i32 = load4 %c\n  v7: i32 = const 2\n  v8: i32 = shru v6, v7\n  v9: i32 = shl v8, v7\n  v10: i32 = const 255\n")
	words, next, token := []int{6, 10}, 11, 2
	line := func(format string, args ...any) int {
		fmt.Fprintf(&s, "  v%d: "+format+"\n", append([]any{next}, args...)...)
		next++
		return next - 1
	}
	word := func() int { return words[r.IntN(len(words))] }
	place := func(at int) string {
		if r.IntN(4) == 0 {
			return fmt.Sprintf("%%a[v9 + %d]", at)
		}
		return fmt.Sprintf("%%a[%d]", at)
	}
	for range 12 {
		at := r.IntN(24)
		switch r.IntN(4) {
		case 0: // a word of bytes, in one order or the other
			p, order, sum := place(at), r.IntN(3), 0
			for k := range 1 + r.IntN(4) {
				b := line("i32 = load1 %s, v%d", shiftedPlace(p, k), token)
				by := k
				if order == 0 {
					by = 3 - k
				}
				if by > 0 {
					b = line("i32 = shl v%d, v%d", b, 2+by)
				}
				if sum > 0 {
					b = line("i32 = or v%d, v%d", sum, b)
				}
				sum = b
			}
			words = append(words, sum)
		case 1: // the bytes of a word, sometimes with other code between them
			p, w := place(at), word()
			for k := range 1 + r.IntN(4) {
				v := w
				if k > 0 {
					v = line("i32 = shru v%d, v%d", w, 2+k)
				}
				token = line("tok %%a = store1 %s, v%d, v%d", shiftedPlace(p, k), v, token)
				if r.IntN(6) == 0 {
					words = append(words, line("i32 = load1 %s, v%d", place(r.IntN(24)), token))
				}
			}
		case 2:
			words = append(words, line("i32 = %s v%d, v%d", []string{"or", "and", "shl", "shru"}[r.IntN(4)], word(), []int{3, 4, 5, 10}[r.IntN(4)]))
		default:
			size := 1 << r.IntN(3)
			token = line("tok %%a = store%d %s, v%d, v%d", size, place(at/size*size), word(), token)
		}
	}
	var all []string
	for at := 0; at < 32; at += 4 {
		all = append(all, fmt.Sprintf("v%d", line("i32 = load4 %%a[%d], v%d", at, token)))
	}
	first := line("tok = log %s, v1 !0 task 0", strings.Join(all[:4], ", "))
	last := line("tok = log %s, v%d !0 task 0", strings.Join(all[4:], ", "), first)
	fmt.Fprintf(&s, "  ret v%d, v%d\n}\n", last, token)
	return s.String()
}

// shiftedPlace is the address k bytes after a place.
func shiftedPlace(p string, k int) string {
	var at int
	if _, err := fmt.Sscanf(p, "%%a[%d]", &at); err == nil {
		return fmt.Sprintf("%%a[%d]", at+k)
	}
	fmt.Sscanf(p, "%%a[v9 + %d]", &at) //nolint:errcheck // one of the two formats matches
	return fmt.Sprintf("%%a[v9 + %d]", at+k)
}
