package cycle_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/world"
)

func parse(t testing.TB, src string) *rtl.Circuit {
	t.Helper()
	c, err := rtl.Parse(&diag.File{Name: "t.rtl", Text: src})
	require.NoError(t, err)
	return c
}

// rival is an engine in a run of all engines.
type rival struct {
	name string
	cycle.Engine
}

// rivals makes every engine for a circuit.
func rivals(t *testing.T, c *rtl.Circuit) []rival {
	t.Helper()
	var out []rival
	for _, m := range cycle.Engines() {
		e, err := m.Make(c)
		require.NoError(t, err)
		out = append(out, rival{m.Name, e})
	}
	return out
}

// drive gives all engines the same random inputs, with a reset from time to time.
func drive(c *rtl.Circuit, all []rival, r *rand.Rand, n int) {
	reset := n == 0 || r.Intn(16) == 0
	for _, e := range all {
		e.Reset(reset)
	}
	for _, id := range c.Inputs {
		v := r.Uint64() & word.Mask(c.Nodes[id].Width)
		if r.Intn(3) == 0 {
			v &= 1
		}
		for _, e := range all {
			*e.Cell(id) = v
		}
	}
}

// compare checks every node and every word of memory.
func compare(t *testing.T, c *rtl.Circuit, got, want rival, where string) {
	t.Helper()
	for i := range c.Nodes {
		if g, w := got.Peek(rtl.ID(i)), want.Peek(rtl.ID(i)); g != w {
			t.Fatalf("%s: node %d (%s): %s has %#x, %s has %#x\n%s", where, i, c.Ref(rtl.ID(i)), got.name, g, want.name, w, c)
		}
	}
	for _, o := range c.Outputs {
		require.Equal(t, *want.Cell(o.Node), *got.Cell(o.Node), "%s: output %s", where, o.Name)
	}
	for i := range c.Mems {
		require.Equal(t, want.Memory(i), got.Memory(i), where)
	}
}

// state checks properties that must hold between Clock and Eval.
func state(t *testing.T, c *rtl.Circuit, got, want rival, where string) {
	t.Helper()
	for i := range c.Nodes {
		n := &c.Nodes[i]
		if n.Kind == rtl.KReg || n.Kind == rtl.KRead && c.Mems[n.Index].Reads[n.Port].Sync {
			require.Equal(t, want.Peek(rtl.ID(i)), got.Peek(rtl.ID(i)), "%s: state %s", where, c.Ref(rtl.ID(i)))
		}
	}
}

// lockstep runs all engines in step. It returns the number of times that a read and a write,
// or two writes, accessed the same word of a memory in the same cycle.
func lockstep(t *testing.T, c *rtl.Circuit, seed int64, cycles int) (met int) {
	t.Helper()
	all, r := rivals(t, c), rand.New(rand.NewSource(seed))
	judge := all[len(all)-1]
	for n := range cycles {
		where := fmt.Sprintf("seed %d, cycle %d", seed, n)
		drive(c, all, r, n)
		if r.Intn(4) == 0 {
			all[n%len(all)].Eval() // a second Eval must not change anything
		}
		for _, e := range all {
			e.Eval()
		}
		met += meetings(c, judge)
		for _, e := range all[:len(all)-1] {
			compare(t, c, e, judge, where)
		}
		for _, e := range all {
			e.Clock()
		}
		for _, e := range all[:len(all)-1] {
			state(t, c, e, judge, where)
		}
	}
	return met
}

// meetings counts the pairs of ports of one memory that access the same address in the present
// cycle. At least one port of a pair is a write port.
func meetings(c *rtl.Circuit, e rival) (n int) {
	for i := range c.Mems {
		m := &c.Mems[i]
		for j, w := range m.Writes {
			for _, r := range m.Reads {
				n += same(e, w.Addr, r.Addr)
			}
			for _, other := range m.Writes[:j] {
				n += same(e, w.Addr, other.Addr)
			}
		}
	}
	return n
}

func same(e rival, a, b rtl.ID) int {
	if e.Peek(a) == e.Peek(b) {
		return 1
	}
	return 0
}

// TestEnginesAgree runs random circuits on all engines and compares every node. Ports must
// sometimes access the same word in the same cycle, because otherwise the policies would not
// matter.
func TestEnginesAgree(t *testing.T) {
	met := 0
	for _, size := range []int{15, 80} {
		for seed := range int64(400) {
			met += lockstep(t, rtltest.Random(seed+int64(size)*1000, size), seed, 25)
		}
	}
	require.Greater(t, met, 5000)
	t.Logf("ports met %d times", met)
}

// TestUnknownEngine checks that the error lists the existing engines.
func TestUnknownEngine(t *testing.T) {
	_, err := cycle.NewMachine(echo(t, 1), echoCore(), world.New(nil), cycle.Options{Engine: "steam"})
	var names []string
	for _, e := range cycle.Engines() {
		names = append(names, e.Name)
	}
	require.EqualError(t, err, `there is no engine "steam" for circuits; there are `+strings.Join(names, ", "))
	require.Contains(t, names, "scalar")
}
