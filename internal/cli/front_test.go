package cli_test

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/cli"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/monitor"
)

// TestFrontPage runs the commands that README.md shows between a line `<!-- run -->` and a line
// `<!-- /run -->`, and compares their output with the page. SINTER_UPDATE=1 rewrites the
// output.
func TestFrontPage(t *testing.T) {
	for _, tool := range []string{"clang-19", "ld.lld-19", "qemu-system-x86_64", "iverilog", "yosys"} {
		testkit.Tool(t, tool)
	}
	t.Chdir("../..")
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var out strings.Builder
	lines, shown := strings.SplitAfter(string(text), "\n"), 0
	for k := 0; k < len(lines); k++ {
		out.WriteString(lines[k])
		if lines[k] != "<!-- run -->\n" {
			continue
		}
		command, ok := strings.CutPrefix(lines[k+1], "    $ sinter ")
		require.True(t, ok, "line %d: expected a command", k+2)
		out.WriteString(lines[k+1] + output(t, strings.Fields(command)))
		for lines[k] != "<!-- /run -->\n" {
			k++
			require.Less(t, k, len(lines), "a block of README.md has no end")
		}
		out.WriteString(lines[k])
		shown++
	}
	require.Positive(t, shown)
	if monitor.Available() != nil { // the monitor's row says so, and the columns are wider
		require.Equal(t, withoutMonitor(string(text)), withoutMonitor(out.String()))
		return
	}
	testkit.Golden(t, "README.md", out.String())
}

// withoutMonitor removes the rows of the monitor and the widths of columns.
func withoutMonitor(text string) string {
	text = regexp.MustCompile(`(?m)^    monitor .*\n`).ReplaceAllString(text, "")
	return regexp.MustCompile(` +`).ReplaceAllString(text, " ")
}

// The figures of the packet filter on the front page equal the figures of the example's own
// page, which a test of examples measures.
func TestFrontPageFigures(t *testing.T) {
	between := func(path string) string {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		_, rest, ok := strings.Cut(string(text), "<!-- figures -->\n")
		require.True(t, ok, path)
		figures, _, ok := strings.Cut(rest, "<!-- /figures -->\n")
		require.True(t, ok, path)
		return figures
	}
	require.Equal(t, between("../../examples/filter/README.md"), between("../../README.md"))
}

// output is the output of a command, indented as code.
func output(t *testing.T, args []string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := cli.Run(context.Background(), args, strings.NewReader(""), &stdout, &stderr)
	require.Zero(t, code, stderr.String())
	var out strings.Builder
	for line := range strings.Lines(stdout.String()) {
		out.WriteString("    " + strings.TrimRight(line, " \n") + "\n")
	}
	return out.String()
}
