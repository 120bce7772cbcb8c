package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestPagesBuild runs the build commands of the examples' pages that start their output
// file in the same line. Without SINTER_FULL it runs only the first of them.
func TestPagesBuild(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	pages, err := filepath.Glob("../../examples/*/README.md")
	require.NoError(t, err)
	build := regexp.MustCompile(`(?m)^ +sinter (build examples/\S+ -o (\S+)) && \./(\S+)`)
	ran := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, m := range build.FindAllStringSubmatch(string(text), -1) {
			require.Equal(t, m[2], m[3], page)
			if ran++; ran > 1 && !testkit.Full() {
				continue
			}
			out := filepath.Join(t.TempDir(), m[2])
			args := strings.Fields(m[1])
			args[1], args[3] = "../../"+args[1], out
			code, _, stderr := sinter("", args...)
			require.Equal(t, 0, code, "%s: %s", page, stderr)
			info, err := os.Stat(out)
			require.NoError(t, err)
			require.EqualValues(t, 0o755, info.Mode().Perm(), page)
		}
	}
	require.GreaterOrEqual(t, ran, 6)
}
