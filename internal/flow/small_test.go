package flow

import (
	"testing"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/stretchr/testify/require"
)

// check counts the bytes that the state takes in memory. A range or an enum takes only the
// bytes that its values need.
func TestStateBytesAreThoseInMemory(t *testing.T) {
	for _, c := range []struct {
		typ  string
		want int
	}{
		{"[1000]0..=3", 1000},
		{"[1000]Light", 1000},
		{"[1000]-128..=127", 1000},
		{"[1000]-129..=127", 2000},
		{"[1000]0..=256", 2000},
		{"[1000]0..=65536", 4000},
		{"[1000]0..=4294967296", 8000},
		{"[1000]bool", 1000},
		{"[1000]u12", 2000},
		{"[1000](0..=9)?", 2000},
		{"bytes<5>", 12},
	} {
		text := "enum Light: u2 {\n  red\n  green\n}\ntask t() {\n  var v: " + c.typ + "\n  var w = v\n  v = w\n}\nsystem s {\n  run t()\n}\n"
		p, err := LoadFiles([]*diag.File{{Name: "s.sn", Text: text}}, Options{})
		require.NoError(t, err, c.typ)
		require.Equal(t, 2*c.want, p.Summary().StateBytes, c.typ)
	}
}
