package flow

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/gates"
	"github.com/sinter-lang/sinter/sim/world"
)

// A lane of the gates is the run of the circuit with the gaps of the lane's seed: the same
// events at the same times, and the same number of cycles. The lanes omit the outputs of quiet
// cycles, which the circuit with gaps never does.
func TestALaneIsTheRunOfItsSeed(t *testing.T) {
	ctx := context.Background()
	w := World{Captures: []string{"inside=../../examples/filter/office.pcap"}, Frames: 40}
	p, err := Load("../../examples/filter", Options{})
	require.NoError(t, err)
	script, err := p.Script(w)
	require.NoError(t, err)
	require.NoError(t, script.Whole())
	ports, err := p.PortsOf(ctx)
	require.NoError(t, err)
	for _, kind := range Cores() {
		core, err := p.Core(ctx, kind)
		require.NoError(t, err)
		var lanes []gates.Lane
		for seed := range int64(5) {
			lanes = append(lanes, gates.Lane{Core: ports, World: world.New(script), Seed: seed})
		}
		m, err := gatesMachine(core, "", lanes...)
		require.NoError(t, err)
		_, err = Drive(ctx, m, Bounds{Steps: 1 << 22})
		require.NoError(t, err)
		require.True(t, m.Done())
		different := map[uint64]bool{}
		for seed, lane := range lanes {
			alone, err := cycle.NewMachine(core.Circuit, ports, world.New(script), cycle.Options{Seed: lane.Seed})
			require.NoError(t, err)
			tr, err := Drive(ctx, alone, Bounds{Steps: 1 << 22})
			require.NoError(t, err)
			require.NotEmpty(t, tr.Events)
			require.Equal(t, tr.Events, m.Harness(seed).Trace().Events, "%s, seed %d", kind, seed)
			require.Equal(t, tr.Status, m.Harness(seed).Trace().Status)
			require.Equal(t, alone.Cycles(), m.Harness(seed).Cycles(), "%s, seed %d", kind, seed)
			require.Equal(t, alone.Longest(), m.Harness(seed).Longest(), "%s, seed %d", kind, seed)
			different[alone.Cycles()] = true
		}
		require.Len(t, different, len(lanes), "each seed has other gaps")
	}
}

// Each lane has its own disk: what a lane writes is not what another lane reads.
func TestLanesHaveDisksOfTheirOwn(t *testing.T) {
	ctx := context.Background()
	text := `use blk
task once(d: blk.Disk) {
  var s: blk.Sector
  for i in 0..20000 { log.print("{i}") }  // gaps delay each lane differently
  d.read(1, s)
  let old = s[0]
  s[0] = old + 7
  d.write(1, s)
  log.print("{old}")
}
system one { run once(blk.virtio(0)) }
`
	p, err := LoadFiles([]*diag.File{{Name: "one.sn", Text: text}}, Options{})
	require.NoError(t, err)
	w := World{}
	_, want, _, err := p.Trace(ctx, Source, "", w)
	require.NoError(t, err)
	require.NotEmpty(t, want.Events)
	all, err := p.LaneTraces(ctx, Pipe3, w, 8)
	require.NoError(t, err)
	for k, tr := range all {
		require.Empty(t, trace.Compare(want, tr, trace.Options{}), "lane %d", k)
	}
}

// A lane that does not end, or that breaks the rules of its ports, is a result of this lane.
func TestLanesThatFail(t *testing.T) {
	ctx := context.Background()
	w := World{Captures: []string{"inside=" + office}, Frames: 40}
	p, err := Load("../../examples/filter", Options{})
	require.NoError(t, err)
	short := w
	short.Steps = 100
	all, err := p.LaneTraces(ctx, Multi, short, 3)
	require.NoError(t, err)
	for _, tr := range all {
		require.Equal(t, trace.Limit, tr.Status)
	}
	_, err = p.Run(ctx, RunOptions{Level: Gates, Core: Multi, World: short, Lanes: 3})
	require.ErrorContains(t, err, "stopped at its limit")

	core, err := p.Core(ctx, Multi)
	require.NoError(t, err)
	n, err := core.Netlist()
	require.NoError(t, err)
	tx := rtl.TxPorts("outside")
	for i := range n.Outputs {
		for j := range n.Inputs {
			if n.Outputs[i].Name == tx.Last && n.Inputs[j].Name == tx.Ready {
				n.Outputs[i].Bits = n.Inputs[j].Bits
			}
		}
	}
	_, err = p.LaneTraces(ctx, Multi, w, 3)
	require.ErrorAs(t, err, new(*MachineFault))
	require.ErrorContains(t, err, "with gaps of seed 1: cycle ")
	w.Seed = 5
	_, err = p.LaneTraces(ctx, Multi, w, 3)
	require.ErrorContains(t, err, "with gaps of seed ")
	require.NotContains(t, err.Error(), "seed 1:")
}
