package cycle_test

import (
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/amd64"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/world"
)

// native makes the engine under test, or skips the test if the engine cannot run here.
func native(t *testing.T, c *rtl.Circuit) *cycle.Native {
	t.Helper()
	if !amd64.Available() {
		testkit.Skip(t, "x86-64 code runs on Linux on x86-64 only")
	}
	e, err := cycle.NewNative(c)
	require.NoError(t, err)
	return e
}

// stops picks random outputs for each kind of stop condition.
func stops(c *rtl.Circuit, r *rand.Rand) *cycle.Stop {
	s := &cycle.Stop{}
	var bits []rtl.ID
	for _, o := range c.Outputs {
		if c.Nodes[o.Node].Width == 1 {
			bits = append(bits, o.Node)
		}
		switch r.Intn(40) {
		case 0:
			s.Any = append(s.Any, o.Node)
		case 1:
			s.Zero = append(s.Zero, o.Node)
		case 2:
			s.Moved = append(s.Moved, cycle.Moved{Node: o.Node})
		}
	}
	if len(bits) > 0 && r.Intn(3) == 0 {
		s.Both = append(s.Both, [2]rtl.ID{bits[r.Intn(len(bits))], bits[r.Intn(len(bits))]})
	}
	return s
}

// holds reports whether a stop condition holds for an engine between Eval and Clock.
func holds(s *cycle.Stop, e cycle.Engine, was []uint64) bool {
	for _, id := range s.Any {
		if e.Peek(id) != 0 {
			return true
		}
	}
	for _, id := range s.Zero {
		if e.Peek(id) == 0 {
			return true
		}
	}
	for _, p := range s.Both {
		if e.Peek(p[0]) != 0 && e.Peek(p[1]) != 0 {
			return true
		}
	}
	for i, m := range s.Moved {
		if e.Peek(m.Node) != was[i] {
			return true
		}
	}
	return false
}

// TestRunIsSteps runs random circuits for many cycles at once, and compares with an engine that
// runs the cycles one by one. Both engines must stop in the same cycle, with equal nodes and
// equal words of memory.
func TestRunIsSteps(t *testing.T) {
	ended, whole := 0, 0
	for seed := int64(100); seed < 260; seed++ {
		c := rtltest.Random(seed+7000, 15+int(seed%4)*25)
		fast := native(t, c)
		slow, err := cycle.New(c)
		require.NoError(t, err)
		r := rand.New(rand.NewSource(seed))
		s := stops(c, r)
		require.NoError(t, fast.Prepare(s))
		for round := range 8 {
			drive(c, []rival{{"native", fast}, {"scalar", slow}}, r, 0)
			for _, e := range []cycle.Engine{fast, slow} { // a cycle of reset, then the cycles under test
				e.Reset(round%3 == 0)
				e.Eval()
				e.Clock()
				e.Reset(false)
			}
			want, limit := uint64(0), uint64(1+r.Intn(12))
			was := make([]uint64, len(s.Moved))
			slow.Eval()
			for i := range s.Moved {
				was[i] = slow.Peek(s.Moved[i].Node)
				*s.Moved[i].Was = was[i]
			}
			for want < limit && !holds(s, slow, was) {
				slow.Clock()
				slow.Eval()
				want++
			}
			require.Equal(t, want, fast.Run(limit), "seed %d %+v\n%s", seed, *s, c)
			if want < limit {
				ended++
			} else {
				whole++
			}
			fast.Eval()
			compare(t, c, rival{"native", fast}, rival{"scalar", slow}, "after a run")
			fast.Clock()
			slow.Clock()
			state(t, c, rival{"native", fast}, rival{"scalar", slow}, "after a run")
		}
	}
	require.Greater(t, ended, 150, "hardly any run was stopped")
	require.Greater(t, whole, 150, "hardly any run went to its limit")
}

// TestRunWaitsForReset checks that no cycle passes while reset is on.
func TestRunWaitsForReset(t *testing.T) {
	e := native(t, echo(t, 1))
	require.NoError(t, e.Prepare(&cycle.Stop{}))
	e.Reset(true)
	require.Zero(t, e.Run(10))
	e.Reset(false)
	require.Equal(t, uint64(10), e.Run(10))
	require.Zero(t, e.Run(0))
}

// TestWideLanes writes memories with many lanes, which no core has.
func TestWideLanes(t *testing.T) {
	for _, lanes := range []int{1, 2, 8, 16, 32, 64} {
		b := rtl.NewBuilder("lanes")
		m := b.Mem("m", 64, 3, lanes, nil)
		data, sel, at := b.Input("data", 64), b.Input("sel", lanes), b.Input("at", 3)
		b.WriteMem(m, at, data, sel)
		b.Output("word", b.ReadAsync(m, at))
		c, err := b.Build()
		require.NoError(t, err)
		lockstep(t, c, int64(lanes), 200)
	}
}

// TestSkipIsSteps runs the sample cores with and without Skip. Both runs must have the same
// trace, the same number of cycles and the same counts.
func TestSkipIsSteps(t *testing.T) {
	for _, core := range []string{"multi", "pipe3"} {
		var all []*cycle.Machine
		for _, engine := range []string{"", "scalar"} {
			m, err := cycle.NewMachine(load(t, core), &sim.Core{Program: core, Tasks: []string{"main"}}, world.New(nil), cycle.Options{Engine: engine})
			require.NoError(t, err)
			_, err = sim.Run(m, 5000)
			require.NoError(t, err)
			all = append(all, m)
		}
		require.Equal(t, all[1].Trace(), all[0].Trace())
		require.Equal(t, all[1].Cycles(), all[0].Cycles())
		require.Equal(t, all[1].Longest(), all[0].Longest())
		require.Equal(t, all[1].Done(), all[0].Done())
	}
}

// TestLargestShiftAndDivision computes operations for which the instructions of x86-64 give
// other results: shifts by the width or more, and divisions by 0.
func TestLargestShiftAndDivision(t *testing.T) {
	for _, w := range []int{1, 2, 7, 8, 16, 31, 32, 33, 63, 64} {
		b := rtl.NewBuilder("edges")
		x, y := b.Input("x", w), b.Input("y", w)
		for _, op := range []word.Op{word.Shl, word.Shru, word.Shrs, word.Divu, word.Remu, word.Divs, word.Rems, word.Mul, word.Rotl} {
			b.Output("o"+word.Table(op).Name, b.Op(op, w, 0, x, y))
		}
		for _, op := range []word.Op{word.Lts, word.Ltu, word.Eq} {
			b.Output("o"+word.Table(op).Name, b.Op(op, 1, 0, x, y))
		}
		c, err := b.Build()
		require.NoError(t, err)
		all := rivals(t, c)
		for _, a := range []uint64{0, 1, word.Mask(w), 1 << (w - 1), word.Mask(w) - 1, 0x5555555555555555 & word.Mask(w)} {
			for _, d := range []uint64{0, 1, 2, uint64(w - 1), uint64(w), word.Mask(w), 1 << (w - 1)} {
				for _, e := range all {
					*e.Cell(c.Inputs[0]), *e.Cell(c.Inputs[1]) = a, d&word.Mask(w)
					e.Eval()
				}
				for _, e := range all[:len(all)-1] {
					compare(t, c, e, all[len(all)-1], "edges")
				}
			}
		}
	}
}
