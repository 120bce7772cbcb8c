package cycle_test

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim/cycle"
)

func parse(t testing.TB, src string) *rtl.Circuit {
	t.Helper()
	c, err := rtl.Parse(&diag.File{Name: "t.rtl", Text: src})
	require.NoError(t, err)
	return c
}

// drive gives both machines the same random inputs, resetting now and then.
func drive(e *cycle.Engine, d *direct, r *rand.Rand, n int) {
	d.reset = n == 0 || r.Intn(16) == 0
	e.Reset(d.reset)
	for _, id := range d.c.Inputs {
		v := r.Uint64() & word.Mask(d.c.Nodes[id].Width)
		if r.Intn(3) == 0 {
			v &= 1
		}
		d.in[id] = v
		e.SetInput(id, v)
	}
}

// compare checks every node and every word of memory.
func compare(t *testing.T, e *cycle.Engine, d *direct, where string) {
	t.Helper()
	for i := range d.c.Nodes {
		if got, want := e.Peek(rtl.ID(i)), d.value[i]; got != want {
			t.Fatalf("%s: node %d (%s): got %#x, want %#x\n%s", where, i, d.c.Ref(rtl.ID(i)), got, want, d.c)
		}
	}
	for i, m := range d.c.Mems {
		require.Equal(t, d.mems[i], e.Memory(m.Name), where)
	}
}

func lockstep(t *testing.T, c *rtl.Circuit, seed int64, cycles int) {
	t.Helper()
	e, err := cycle.New(c)
	require.NoError(t, err)
	d, r := newDirect(c), rand.New(rand.NewSource(seed))
	for n := range cycles {
		drive(e, d, r, n)
		if r.Intn(4) == 0 {
			e.Eval() // settling twice must not matter
		}
		e.Eval()
		d.eval()
		compare(t, e, d, fmt.Sprintf("seed %d, cycle %d", seed, n))
		e.Clock()
		d.clock()
	}
}

func TestRandomCircuits(t *testing.T) {
	for _, size := range []int{15, 80} {
		for seed := range int64(400) {
			lockstep(t, rtltest.Random(seed+int64(size)*1000, size), seed, 25)
		}
	}
}
