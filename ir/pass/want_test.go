package pass

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir"
)

// TestPassCases runs each pass on the cases of its folder. Comments beside the lines of a case
// give the expected result.
func TestPassCases(t *testing.T) {
	done := map[string]bool{}
	for _, p := range List() {
		if done[p.Name] {
			continue
		}
		done[p.Name] = true
		t.Run(p.Name, func(t *testing.T) {
			for _, c := range testkit.Cases(t, filepath.Join("testdata", p.Name, "cases.txt")) {
				t.Run(c.Name, func(t *testing.T) {
					m, err := ir.Parse(&diag.File{Name: c.Place, Text: c.Text})
					require.NoError(t, err)
					env := Env{XLen: 32}
					if p.LLVM {
						env.XLen = 0
					}
					require.NoError(t, Run(m, []Pass{p}, Options{Env: env}))
					require.NoError(t, ir.Verify(m))
					c.Check(t, ir.Print(m))
				})
			}
		})
	}
}
