package gen_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/verify/gen"
)

// check says why the checker refuses a text, "" if it does not.
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

// TestEveryProgramPassesTheChecker: a rejection is a fault of the generator or
// of the checker.
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
