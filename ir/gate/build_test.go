package gate

import (
	"math/rand/v2"
	"testing"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/stretchr/testify/require"
)

// alu is a small circuit with each kind of part: arithmetic, an accumulator with hold, a
// memory with lanes and both kinds of read port, and a probe.
func alu(t testing.TB, w int) *rtl.Circuit {
	b := rtl.NewBuilder("alu")
	op, x, go1 := b.Input("op", 3), b.Input("x", w), b.Input("go", 1)
	acc, count := b.Reg("acc", w, 5), b.Reg("count", 6, 0)
	two := func(op word.Op, y rtl.ID) rtl.ID { return b.Op(op, w, 0, acc.Q(), y) }
	results := []rtl.ID{
		b.Add(acc.Q(), x), b.Sub(acc.Q(), x), two(word.Xor, x), two(word.Shru, x),
		b.Mul(acc.Q(), x), two(word.Mins, x), two(word.Shrs, count.Q()), two(word.Rotl, count.Q()),
	}
	out := results[7]
	for i, r := range results[:7] {
		out = b.Mux(b.EqConst(op, uint64(i)), r, out)
	}
	b.Name("result", out)
	m := b.Mem("ram", 8, 4, 2, []uint64{1, 2, 255})
	at := b.Fit(x, 4)
	async := b.ReadAsync(m, at)
	sync := b.ReadSync(m, at, go1, rtl.New)
	b.If(go1, func() {
		b.Set(acc, out)
		b.If(b.Ltu(acc.Q(), x), func() {
			b.WriteMem(m, at, b.Not(async), b.Bits(op, 1, 0))
		}, func() { b.Set(acc, x) })
	})
	b.Set(count, b.Mux(b.Bit(op, 2), b.Add(count.Q(), b.Const(6, 1)), count.Q()))
	b.Output("acc_out", acc.Q())
	b.Output("read", b.Xor(async, sync))
	b.Probe("seen", out)
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

// sameSignals evaluates a graph and a netlist on random leaves, and compares every signal that
// the shell reads.
func sameSignals(t *testing.T, g *Graph, n *Netlist) {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	var lits []Lit
	var nets []Net
	g.Drivers(func(l Lit) { lits = append(lits, l) })
	n.Drivers(func(x Net) { nets = append(nets, x) })
	require.Equal(t, len(lits), len(nets))
	for range 20 {
		values, byNet := make([]uint64, len(g.Nodes)), make([]uint64, n.Nets)
		for i := range lits {
			v := r.Uint64()
			values[lits[i].Node()], byNet[nets[i]] = v, v
		}
		gv := g.Eval(func(i int) uint64 { return values[i] })
		nv := n.Eval(func(x Net) uint64 { return byNet[x] })
		var want, got []uint64
		g.Readers(func(l Lit) { want = append(want, ValueOf(gv, l)) })
		n.Readers(func(x Net) { got = append(got, nv[x]) })
		require.Equal(t, want, got)
	}
}

func TestMappingKeepsTheFunction(t *testing.T) {
	for _, w := range []int{3, 8, 17} {
		for _, opt := range []Options{{}, {NoCarries: true}, {NoEnables: true, Probes: true}} {
			g, err := Build(alu(t, w), opt)
			require.NoError(t, err)
			n, err := Map(g)
			require.NoError(t, err)
			sameSignals(t, g, n)
			back := n.Graph()
			require.NoError(t, back.Verify())
			sameSignals(t, back, n)
			t.Logf("width %d %+v: %+v", w, opt, Prices(n))
		}
	}
}
