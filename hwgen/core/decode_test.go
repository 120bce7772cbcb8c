package core

import (
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim/cycle"
)

// TestDecoderAlone decodes words without a datapath. The control of a line is 1 in the cycle
// after a word of that line, and 0 after a word of another line.
func TestDecoderAlone(t *testing.T) {
	p, err := plan.Make(load(t, echo), plan.Options{Core: design.Multi})
	require.NoError(t, err)
	b := rtl.NewBuilder("decoder")
	d := newDecoder(b, p, b.Input("word", 32))
	for _, l := range d.lines {
		name := l.inst.Name
		if l.port != nil {
			name += "_" + l.port.Reg.String()
		}
		b.Output("on_"+name, d.exactly(name, []*line{l}))
	}
	d.advance()
	c, err := b.Build()
	require.NoError(t, err)
	e, err := cycle.New(c)
	require.NoError(t, err)
	rng := rand.New(rand.NewSource(1))
	for range 300 {
		i := rng.Intn(len(d.lines))
		enc := d.lines[i].enc[rng.Intn(len(d.lines[i].enc))]
		require.NoError(t, e.Set("word", uint64(rng.Uint32()&^enc.mask|enc.val)))
		e.Step()
		e.Eval()
		for k, o := range c.Outputs {
			v, ok := e.Output(o.Name)
			require.True(t, ok)
			require.Equal(t, k == i, v == 1, "%s after %s", o.Name, c.Outputs[i].Name)
		}
	}
}
