package pass

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir"
)

// TestBuffersChangePlaces runs a program whose large messages are given away, kept, passed on
// and refused.
func TestBuffersChangePlaces(t *testing.T) {
	const name = "testdata/slots.sn"
	want := play(t, compile(t, name), nil)
	require.Contains(t, want, "kept by one")
	require.Contains(t, want, "refused")
	for _, env := range []Env{{}, {XLen: 32, Has: bare, Soft: soft(t)}} {
		m := compile(t, name)
		require.NoError(t, Run(m, List(), Options{Env: env, Check: true, Seed: 1}))
		require.Equal(t, want, play(t, m, nil))
		require.Equal(t, 2, pools(m), "those that a buffer connects have one pool")
		require.Equal(t, 1, bulks(m), "what is kept is copied")
	}
}

// pools counts the objects that consist of many buffers.
func pools(m *ir.Module) int {
	n := 0
	for _, o := range m.Objects {
		if o.Slot > 0 {
			n++
		}
	}
	return n
}

// bulks counts the copies of messages: calls of copy functions, and inline copies.
func bulks(m *ir.Module) int {
	n := 0
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			for _, i := range b.Instrs {
				if i.Op == ir.OpMove || i.Op == ir.OpCopy {
					n++
				}
			}
		}
	}
	return n
}
