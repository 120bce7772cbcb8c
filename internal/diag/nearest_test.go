package diag

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNearest(t *testing.T) {
	known := []string{"width", "barrel", "serial", "log"}
	for name, want := range map[string]string{"barel": "barrel", "widht": "width", "sreial": "serial", "l": "", "steam": "", "": ""} {
		require.Equal(t, want, Nearest(name, known), name)
	}
	require.Equal(t, []string{"width", "barrel", "serial", "log"}, known, "the list stays as it is")
}
