package flow

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

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
