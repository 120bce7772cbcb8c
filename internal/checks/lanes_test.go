package checks

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/verify"
	"github.com/sinter-lang/sinter/verify/mutate"
)

// TestLanesOfVerify checks that verify runs the gates with gaps of several seeds, and says so.
func TestLanesOfVerify(t *testing.T) {
	p := loadExample(t, "hello")
	r, err := Verify(context.Background(), p, VerifyOptions{Cores: []string{flow.Pipe3}, Checks: []string{string(verify.Trace)}, NoX86: true})
	require.NoError(t, err)
	last := r.Rows[len(r.Rows)-1]
	require.Equal(t, verify.Row{Level: flow.Gates, Core: flow.Pipe3, Check: verify.Trace, Status: verify.Equal, N: 1, Detail: "random gaps at the ports, 4 lanes of seeds 1 to 4"}, last)
}

// TestFaultInLanes plants a fault in the gates that shows only if a word of the log waits: the
// word then changes. The run without gaps shows nothing. The row of the lanes names a seed, and a
// run with this seed shows the fault.
func TestFaultInLanes(t *testing.T) {
	ctx := context.Background()
	p := loadExample(t, "hello")
	core, err := p.Core(ctx, flow.Pipe3)
	require.NoError(t, err)
	n, err := core.Netlist()
	require.NoError(t, err)
	var ready gate.Net
	for _, in := range n.Inputs {
		if in.Name == rtl.PortLogReady {
			ready = in.Bits[0]
		}
	}
	require.NotZero(t, ready)
	for i := range n.Outputs {
		if o := &n.Outputs[i]; o.Name == rtl.PortLogData {
			n.Cells = append(n.Cells, gate.Cell{N: 2, In: [4]gate.Net{o.Bits[9], ready}, Table: 0x9999, Out: gate.Net(n.Nets), Origin: rtl.None})
			o.Bits[9] = gate.Net(n.Nets)
			n.Nets++
		}
	}
	r, err := Verify(ctx, p, VerifyOptions{Cores: []string{flow.Pipe3}, Checks: []string{string(verify.Trace)}, NoX86: true})
	require.NoError(t, err)
	alone, lanes := r.Rows[len(r.Rows)-2], r.Rows[len(r.Rows)-1]
	require.Equal(t, verify.Equal, alone.Status, alone.Detail)
	require.Equal(t, verify.Different, lanes.Status, lanes.Detail)
	var seed int64
	_, err = fmt.Sscanf(lanes.Detail, "with gaps of seed %d:", &seed)
	require.NoError(t, err, lanes.Detail)
	_, err = p.Run(ctx, flow.RunOptions{Level: flow.Gates, Core: flow.Pipe3, World: flow.World{Seed: seed}})
	require.ErrorContains(t, err, "a beat changed before it was taken")
	quiet := 0
	for other := range int64(5) {
		if _, err := p.Run(ctx, flow.RunOptions{Level: flow.Gates, Core: flow.Pipe3, World: flow.World{Seed: other}}); err == nil {
			quiet++
		}
	}
	require.Greater(t, quiet, 1, "the fault shows with some seeds only")
}

// TestLaneThatDiffers checks that a row names the seed of the lane that differs.
func TestLaneThatDiffers(t *testing.T) {
	want := &trace.Trace{Status: trace.Ended, Events: []trace.Event{{Kind: trace.Log, Text: "a"}}}
	other := &trace.Trace{Status: trace.Ended, Events: []trace.Event{{Kind: trace.Log, Text: "b"}}}
	row := lanesRow(verify.Row{Level: flow.Gates, Detail: "lanes"}, want, []*trace.Trace{want, want, other}, 5)
	require.Equal(t, verify.Different, row.Status)
	require.Contains(t, row.Detail, "with gaps of seed 7: ")
	row = lanesRow(verify.Row{Level: flow.Gates, Detail: "lanes"}, want, []*trace.Trace{want, want}, 5)
	require.Equal(t, verify.Row{Level: flow.Gates, Detail: "lanes", Status: verify.Equal, N: 1}, row)
}

// TestLanesFindMutants checks that lanes with gaps find a mutant that a run without gaps misses,
// and that they find nothing in the circuit itself.
func TestLanesFindMutants(t *testing.T) {
	if !testkit.Full() {
		t.Skip("mutants in lanes are tried with SINTER_FULL=1")
	}
	ctx := context.Background()
	p := loadExample(t, "filter")
	w := flow.World{Captures: []string{"inside=../../examples/filter/office.pcap"}, Frames: 4}
	im, err := p.Image(ctx)
	require.NoError(t, err)
	c, err := p.Core(ctx, flow.Multi)
	require.NoError(t, err)
	_, ref, _, err := p.Trace(ctx, flow.Source, "", w)
	require.NoError(t, err)
	limit, err := mutantLimit(ctx, p, flow.Multi, w)
	require.NoError(t, err)
	s := &mutantChecks{ctx: ctx, prog: p, world: w, im: im, ref: ref, limit: limit, point: c.Point}
	found, err := s.otherLanes(c.Circuit)
	require.NoError(t, err)
	require.False(t, found)
	for _, m := range mutate.Mutants(c.Circuit, mutantSeed, 500) {
		mutant := m.Circuit()
		plain, err := s.otherTrace(mutant, 0)
		require.NoError(t, err)
		if plain {
			continue
		}
		lanes, err := s.otherLanes(mutant)
		require.NoError(t, err)
		if lanes {
			t.Log(m.Name)
			return
		}
	}
	t.Fatal("lanes find nothing more")
}
