package cycle

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// TestCodeSize limits the code size of the sample cores, because the number of instructions
// determines the speed of the engine.
func TestCodeSize(t *testing.T) {
	for core, limit := range map[string]int{"multi": 180, "pipe3": 195} {
		src, err := os.ReadFile("testdata/" + core + ".rtl")
		require.NoError(t, err)
		c, err := rtl.Parse(&diag.File{Name: core, Text: string(src)})
		require.NoError(t, err)
		e, err := New(c)
		require.NoError(t, err)
		require.LessOrEqual(t, len(e.prog.code), limit, "%s, %d nodes", core, len(c.Nodes))
	}
}

func TestTooManyValues(t *testing.T) {
	b := rtl.NewBuilder("big")
	for i := range maxSlots + 1 {
		b.Input(fmt.Sprintf("i%d", i), 1)
	}
	c, err := b.Build()
	require.NoError(t, err)
	_, err = New(c)
	require.EqualError(t, err, "circuit big: expected at most 65536 values")
}

func TestNames(t *testing.T) {
	b := rtl.NewBuilder("t")
	x := b.Input("x", 4)
	m := b.Mem("m", 4, 1, 1, []uint64{7})
	b.Output("y", b.Add(x, b.Const(4, 1)))
	b.Probe("p", b.Sub(x, b.ReadAsync(m, b.Bit(x, 0))))
	c, err := b.Build()
	require.NoError(t, err)
	e, err := New(c)
	require.NoError(t, err)
	require.NoError(t, e.Set("x", 0xff))
	require.EqualError(t, e.Set("z", 1), "circuit t: no input `z`")
	e.Memory(0)[1] = 9
	e.Eval()
	v, ok := e.Output("y")
	require.True(t, ok && v == 0)
	v, ok = e.Probe("p")
	require.True(t, ok && v == 15-9)
	_, ok = e.Output("p")
	require.False(t, ok)
	require.Same(t, c, e.Circuit())
}
