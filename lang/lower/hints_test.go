package lower

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/pass"
)

// hint is a hint as written, outside of comments.
var hint = regexp.MustCompile(`@[a-z]+(\([^()]*\))?`)

// TestHintsNeverChangeMeaning removes all hints from every program. The traces must stay the same,
// for the IR as lowered and after all passes.
func TestHintsNeverChangeMeaning(t *testing.T) {
	files, err := filepath.Glob("testdata/*.sn")
	require.NoError(t, err)
	more, err := filepath.Glob("../../examples/*/*.sn")
	require.NoError(t, err)
	seen := 0
	for _, name := range append(files, more...) {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		text := string(data)
		stripped := hint.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat(" ", len(s)) })
		if stripped == text {
			continue
		}
		seen++
		t.Run(filepath.Base(name), func(t *testing.T) {
			with, err := Lower(check(t, "with.sn", text))
			require.NoError(t, err)
			without, err := Lower(check(t, "without.sn", stripped))
			require.NoError(t, err)
			for _, passes := range [][]pass.Pass{nil, pass.List()} {
				require.NoError(t, pass.Run(with, passes, pass.Options{}))
				require.NoError(t, pass.Run(without, passes, pass.Options{}))
				require.Equal(t, play(t, without, frames(20)), play(t, with, frames(20)))
			}
			requireSame(t, check(t, "with.sn", text), frames(20))
		})
	}
	require.NotZero(t, seen)
}
