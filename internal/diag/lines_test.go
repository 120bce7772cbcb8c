package diag_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
)

// TestLinesAgreeWithSpans tries every offset, and some offsets outside the file.
func TestLinesAgreeWithSpans(t *testing.T) {
	for _, text := range []string{"", "\n", "a", "a\n", "\n\nab\n\ncd", "ab\r\ncd"} {
		f := &diag.File{Text: text}
		lines := diag.LinesOf(f)
		for at := -2; at < len(text)+3; at++ {
			line, col := diag.Span{File: f, Start: at}.Position()
			gotLine, gotCol := lines.Position(at)
			require.Equal(t, []int{line, col}, []int{gotLine, gotCol}, "%q at %d", text, at)
		}
	}
}
