package equiv

import (
	"testing"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/stretchr/testify/require"
)

// latched is a circuit that outputs a register, always or only while another register shows
// that this register was loaded.
func latched(t *testing.T, reset uint64, shown bool, loads bool) *rtl.Circuit {
	b := rtl.NewBuilder("latched")
	in := b.Input("in", 4)
	loaded, word := b.Reg("loaded", 1, 0), b.Reg("word", 4, reset)
	load := b.Const(1, 1)
	if !loads {
		load = b.Input("load", 1)
	}
	b.If(load, func() { b.Set(loaded, b.Const(1, 1)); b.Set(word, in) })
	if shown {
		b.Output("out", word.Q())
	} else {
		b.Output("out", b.And(word.Q(), b.Repeat(loaded.Q(), 4)))
	}
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

// TestResetValuesThatPass checks that converge accepts a different reset value if the register
// is loaded before its value is visible, and only then.
func TestResetValuesThatPass(t *testing.T) {
	for _, c := range []struct {
		name         string
		shown, loads bool
		converge     bool
		machines     Status
	}{
		{"loaded in the first cycle", false, true, true, Proved},
		{"seen in the first cycle", true, true, false, Undecided},
		{"loaded at any time", false, false, false, Proved}, // by induction
		{"seen until it is loaded", true, false, false, Undecided},
	} {
		x, y := latched(t, 0, c.shown, c.loads), latched(t, 6, c.shown, c.loads)
		same, err := converge(x, y, Options{})
		require.NoError(t, err)
		require.Equal(t, c.converge, same, c.name)
		rep, err := Machines(x, y, Options{})
		require.NoError(t, err)
		require.Equal(t, c.machines, rep.Status(), "%s: %v", c.name, rep)
	}
	same, err := converge(latched(t, 0, false, true), latched(t, 0, true, true), Options{})
	require.NoError(t, err)
	require.False(t, same, "another circuit")
}
