package flow

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The sender in slots.sn still needs one large message after sending. Only this message is
// copied, for a core and for x86-64.
func TestCopies(t *testing.T) {
	p, err := Load("../../ir/pass/testdata/slots.sn", Options{})
	require.NoError(t, err)
	for _, artefact := range []string{"x.elf", "x.img"} {
		list, err := p.Copies(artefact)
		require.NoError(t, err)
		require.Len(t, list, 1, artefact)
		require.True(t, list[0].AtMost)
		require.EqualValues(t, 304, list[0].Bytes)
		require.Contains(t, list[0].Place, "slots.sn:")
	}
}
