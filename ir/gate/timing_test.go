package gate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// TestTimes checks the longest path of circuits for which it can be computed by hand.
func TestTimes(t *testing.T) {
	const wire, wire2 = psWire, psWire + psWireFanout
	for _, c := range []struct {
		name string
		body func(b *rtl.Builder)
		want int
	}{
		{"a register after another", func(b *rtl.Builder) {
			r, s := b.Reg("r", 1, 0), b.Reg("s", 1, 0)
			b.Set(r, b.Input("x", 1))
			b.Set(s, r.Q())
		}, psFlop + wire + psFlopSetup},
		{"a table that only its register reads is in the cell", func(b *rtl.Builder) {
			r, s := b.Reg("r", 2, 0), b.Reg("s", 1, 0)
			b.Set(r, b.Input("x", 2))
			b.Set(s, b.And(b.Bit(r.Q(), 0), b.Bit(r.Q(), 1)))
		}, psFlop + wire + psFlopSetup},
		{"one that an output reads, too, is not", func(b *rtl.Builder) {
			r, s := b.Reg("r", 2, 0), b.Reg("s", 1, 0)
			b.Set(r, b.Input("x", 2))
			and := b.And(b.Bit(r.Q(), 0), b.Bit(r.Q(), 1))
			b.Set(s, and)
			b.Output("o", and)
		}, psFlop + wire + psLUT + wire2 + psFlopSetup},
		{"a word of a memory comes late, and its address must be there soon", func(b *rtl.Builder) {
			q := b.ReadSync(b.Mem("m", 4, 4, 1, nil), b.Input("a", 4), rtl.None, rtl.Old)
			b.ReadSync(b.Mem("n", 4, 4, 1, nil), q, rtl.None, rtl.Old)
		}, psBlock + wire + psBlockSetup},
		{"an enable has a way of its own", func(b *rtl.Builder) {
			r := b.Reg("r", 1, 0)
			e := b.Reg("e", 1, 0)
			b.Set(e, b.Input("x", 1))
			b.If(e.Q(), func() { b.Set(r, b.Input("y", 1)) })
		}, psFlop + wire + psEnable},
		{"a comparison of 16 bits, one side complemented by a table", func(b *rtl.Builder) {
			r := b.Reg("r", 16, 0)
			s := b.Reg("s", 1, 0)
			b.Set(r, b.Input("x", 16))
			b.Set(s, b.Ltu(r.Q(), b.Input("y", 16)))
		}, wire + psLUT + wire + psToCarry + 15*psCarry + psCarryTile + psFromCarry + psLUTCarry - psLUT + psFlopSetup},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, n := mapping(t, circuit(t, c.body), Options{})
			require.Equal(t, c.want, n.Picoseconds())
		})
	}
}
