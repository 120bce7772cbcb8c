package gen_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/verify/gen"
)

// check returns the reason why the checker refuses a text, or "".
func check(text string) string {
	f, list := syntax.Parse(&diag.File{Name: "generated.sn", Text: text})
	if err := list.Err(); err != nil {
		return diag.Render(err)
	}
	_, list = types.Check([]*syntax.File{f}, types.Options{})
	if err := list.Err(); err != nil {
		return diag.Render(err)
	}
	return ""
}

// TestEveryProgramPassesTheChecker checks that the checker accepts every generated program. A
// rejection is a fault of the generator or of the checker.
func TestEveryProgramPassesTheChecker(t *testing.T) {
	refused := 0
	for seed := range uint64(500) {
		text := gen.New(seed, gen.Options{}).Source()
		if why := check(text); why != "" {
			refused++
			t.Errorf("seed %d: %s", seed, why)
		}
	}
	require.Zero(t, refused)
}

// TestSameSeedSameProgram checks that a program depends only on its seed.
func TestSameSeedSameProgram(t *testing.T) {
	for seed := range uint64(20) {
		a, b := gen.New(seed, gen.Options{}), gen.New(seed, gen.Options{})
		require.Equal(t, a.Source(), b.Source())
		require.Equal(t, a.Script(), b.Script())
	}
}

// TestEveryProductionIsUsed checks that every row of the tables is used.
func TestEveryProductionIsUsed(t *testing.T) {
	used := map[string]int{}
	for seed := range uint64(200) {
		for name, n := range gen.New(seed, gen.Options{}).Used {
			used[name] += n
		}
	}
	for _, name := range gen.Productions() {
		require.Greater(t, used[name], 10, name)
	}
	t.Log(used)
}

// TestShrink checks that the result is a program that still has the wanted property and little
// else.
func TestShrink(t *testing.T) {
	for seed := range uint64(12) {
		p := gen.New(seed, gen.Options{NoTraps: true})
		before := len(p.Source())
		marked := strings.Contains(p.Source(), "while ")
		runs := 0
		gen.Shrink(p, 300, func(p *gen.Program) gen.Verdict {
			text := p.Source()
			if check(text) != "" {
				return gen.Refused
			}
			runs++
			if marked && !strings.Contains(text, "while ") {
				return gen.Lost
			}
			return gen.Kept
		})
		text := p.Source()
		require.Empty(t, check(text))
		require.LessOrEqual(t, runs, 300)
		if marked {
			require.Contains(t, text, "while ")
			require.Less(t, len(text), before/2, text)
		} else {
			require.Less(t, len(text), 200, text)
		}
	}
}
