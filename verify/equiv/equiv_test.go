package equiv

import (
	"os"
	"testing"
	"time"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/stretchr/testify/require"
)

func mapped(t testing.TB, c *rtl.Circuit, opt gate.Options) *gate.Netlist {
	g, err := gate.Build(c, opt)
	require.NoError(t, err)
	n, err := gate.Map(g)
	require.NoError(t, err)
	return n
}

func proveEqual(t *testing.T, c *rtl.Circuit, opt gate.Options) *Report {
	t.Helper()
	start := time.Now()
	rep, err := Check(c, mapped(t, c, opt), Options{})
	require.NoError(t, err)
	require.Equal(t, Proved, rep.Status(), rep.String())
	t.Logf("%v: %v, %d nodes, %d merged, %d queries, %d conflicts", time.Since(start).Round(time.Millisecond), rep, rep.Nodes, rep.Merged, rep.Queries, rep.Conflicts)
	return rep
}

func TestRandomCircuitsAreTheirGates(t *testing.T) {
	for seed := range int64(25) {
		c := rtltest.Make(rtltest.Config{Seed: seed, Size: 40, MaxWidth: 12})
		proveEqual(t, c, gate.Options{Probes: true, Asserts: true})
	}
}

func TestOperatorsAtFullWidth(t *testing.T) {
	for op := word.Bad + 1; op < word.NumOps; op++ {
		if op == word.Slice {
			continue
		}
		t.Run(op.String(), func(t *testing.T) { proveEqual(t, oneOperator(t, op, 32), gate.Options{}) })
	}
}

// oneOperator is a circuit of one operator at a width.
func oneOperator(t testing.TB, op word.Op, w int) *rtl.Circuit {
	b := rtl.NewBuilder("one")
	row := word.Table(op)
	x, y, c := b.Input("x", w), b.Input("y", w), b.Input("c", 1)
	result, args := w, []rtl.ID{x, y}[:min(row.Args, 2)]
	switch row.Widths {
	case word.Compare, word.Reduce:
		result = 1
	case word.Shift:
		args = []rtl.ID{x, b.Input("n", 8)}
	case word.Select:
		args = []rtl.ID{c, x, y}
	case word.Concat, word.Extend:
		result = 2 * w
	}
	b.Output("out", b.Op(op, result, 0, args...))
	circuit, err := b.Build()
	require.NoError(t, err)
	return circuit
}

// core reads a generated core from testdata.
func core(t testing.TB, name string) *rtl.Circuit {
	text, err := os.ReadFile("testdata/" + name + ".rtl")
	require.NoError(t, err)
	c, err := rtl.Parse(&diag.File{Name: name, Text: string(text)})
	require.NoError(t, err)
	return c
}

func TestCoresAreTheirGates(t *testing.T) {
	for _, name := range []string{"multi", "pipe3", "pipe3_full"} {
		rep := proveEqual(t, core(t, name), gate.Options{Probes: true, Asserts: true})
		require.Greater(t, len(rep.Items), 100)
	}
}

func TestCoreInvariants(t *testing.T) {
	for _, name := range []string{"multi", "pipe3"} {
		rep, err := Invariants(core(t, name), 2, Options{})
		require.NoError(t, err)
		require.Zero(t, rep.Count(Different))
		require.NotZero(t, rep.Count(Proved))
		for _, item := range rep.Items {
			t.Logf("%s: %s %s %s", name, item.Name, item.Status, item.Reason)
		}
	}
}

// ring has three one-hot bits. Its claims hold only in reachable states.
func ring(t *testing.T) *rtl.Circuit {
	b := rtl.NewBuilder("ring")
	x, y, z := b.Reg("x", 1, 1), b.Reg("y", 1, 0), b.Reg("z", 1, 0)
	free := b.Reg("free", 1, 0)
	b.Set(x, z.Q())
	b.Set(y, x.Q())
	b.Set(z, y.Q())
	b.Set(free, b.Input("in", 1))
	b.Assert("not_x_and_y", b.Not(b.And(x.Q(), y.Q())))
	b.Assert("not_y_and_z", b.Not(b.And(y.Q(), z.Q())))
	b.Assert("not_z_and_x", b.Not(b.And(z.Q(), x.Q())))
	b.Assert("free_is_0", b.Not(free.Q()))
	b.Assert("x_was_0", b.Not(x.Q()))
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

func TestInduction(t *testing.T) {
	rep, err := Invariants(ring(t), 1, Options{})
	require.NoError(t, err)
	status := map[string]Status{}
	for _, item := range rep.Items {
		status[item.Name] = item.Status
	}
	require.Equal(t, map[string]Status{
		"assert not_x_and_y": Proved, "assert not_y_and_z": Proved, "assert not_z_and_x": Proved,
		"assert free_is_0": Undecided, "assert x_was_0": Undecided,
	}, status)
	require.Contains(t, rep.Items[3].Reason, "free = 0x1")
	require.Contains(t, rep.Items[4].Reason, "0 cycles after reset")
	// For arbitrary single states none of these claims holds.
	claims, err := Claims(ring(t), Options{})
	require.NoError(t, err)
	require.Equal(t, 5, claims.Count(Different))
}
