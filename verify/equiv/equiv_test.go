package equiv

import (
	"testing"
	"time"

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
