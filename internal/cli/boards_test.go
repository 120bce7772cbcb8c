package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/board"
	"github.com/sinter-lang/sinter/internal/cli"
	"github.com/sinter-lang/sinter/internal/diag"
)

// TestBoardsPage tries each block of the page about boards. The commands run without the
// outside tools, so they write everything except the bitstream. An `output` block of the
// page must be a part of the command's output.
func TestBoardsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/boards.md")
	require.NoError(t, err)
	examples, err := filepath.Abs("../../examples")
	require.NoError(t, err)
	t.Setenv("PATH", t.TempDir())
	t.Chdir(t.TempDir())
	require.NoError(t, os.Symlink(examples, "examples"))
	said, commands := "", 0
	for _, b := range regexp.MustCompile("(?s)```([a-z]+)\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		switch kind, text := b[1], b[2]; kind {
		case "sh":
			said = command(t, strings.TrimSpace(text))
			commands++
		case "output":
			require.Contains(t, said, text)
		case "board":
			_, err := board.Parse(&diag.File{Name: "boards.md", Text: text})
			require.NoError(t, err)
		default:
			require.Equal(t, "text", kind, "a block that nothing tries")
		}
	}
	require.GreaterOrEqual(t, commands, 5)
	for _, name := range board.Names() { // the table of boards
		b, err := board.Find(name)
		require.NoError(t, err)
		require.Regexp(t, "(?m)^\\| `"+name+"` \\| "+b.Part.Name+" "+b.Package+" \\| .* MHz \\| "+b.Programmer+" \\|$", string(page))
	}
}

// command runs a command line of the page.
func command(t *testing.T, line string) string {
	words := strings.Fields(line)
	require.Equal(t, "sinter", words[0])
	var stdout, stderr bytes.Buffer
	code := cli.Run(context.Background(), words[1:], strings.NewReader(""), &stdout, &stderr)
	require.Equal(t, 2, code, "%s: %s", line, stderr.String())
	require.Contains(t, stderr.String(), "yosys is not installed, so there is no bitstream; the files are written", line)
	return stdout.String()
}
