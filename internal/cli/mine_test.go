package cli_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/cli"
)

// TestMinedLinesOfThePage checks that docs/hardware.md shows the output of the command.
func TestMinedLinesOfThePage(t *testing.T) {
	t.Chdir("../..")
	page, err := os.ReadFile("docs/hardware.md")
	require.NoError(t, err)
	var out, said bytes.Buffer
	require.Zero(t, cli.Run(context.Background(), []string{"mine", "examples/crc32"}, strings.NewReader(""), &out, &said), said.String())
	shown, _, ok := strings.Cut(out.String(), "not chosen")
	require.True(t, ok)
	require.Contains(t, string(page), "```\n"+shown+"```")
}
