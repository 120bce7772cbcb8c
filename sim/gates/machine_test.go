package gates

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/world"
	"github.com/stretchr/testify/require"
)

// wire is a core without a program. The core passes frames through, logs an event after each
// frame, and marks the frame.
func wire(t testing.TB) *rtl.Circuit {
	b := rtl.NewBuilder("wire")
	rx, tx := rtl.RxPorts("eth0"), rtl.TxPorts("eth0")
	valid, data := b.Input(rx.Valid, 1), b.Input(rx.Data, 32)
	last, count := b.Input(rx.Last, 1), b.Input(rx.Bytes, rtl.PortBytesWidth)
	ready, logReady := b.Input(tx.Ready, 1), b.Input(rtl.PortLogReady, 1)
	pending := b.Reg("pending", 1, 0)
	open := b.And(b.Not(pending.Q()))
	moved := b.And(valid, ready, open)
	b.If(pending.Q(), func() {
		b.If(logReady, func() { b.Set(pending, b.Const(1, 0)) })
	}, func() {
		b.If(b.And(moved, last), func() { b.Set(pending, b.Const(1, 1)) })
	})
	b.Output(rx.Ready, b.And(ready, open))
	b.Output(rtl.PortOversize("eth0"), b.Const(1, 0))
	b.Output(tx.Valid, b.And(valid, open))
	b.Output(tx.Data, data)
	b.Output(tx.Last, last)
	b.Output(tx.Bytes, count)
	b.Output(rtl.PortLogValid, pending.Q())
	b.Output(rtl.PortLogData, b.Const(32, 0))
	b.Output(rtl.PortMarkValid, b.And(pending.Q(), logReady))
	b.Output(rtl.PortMarkID, b.Const(16, 1))
	b.Output(rtl.PortHalted, b.Const(1, 0))
	b.Output(rtl.PortIdle, b.And(b.Not(valid), open))
	b.Output(rtl.PortTrap, b.Const(1, 0))
	b.Output(rtl.PortTrapPC, b.Const(32, 0))
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

func wireCore() *sim.Core {
	return &sim.Core{
		Program: "wire", Tasks: []string{"main"}, Devices: []sim.Device{{Name: "eth0", Rx: true, Tx: true}},
		Logs: []trace.Site{{ID: 0, Parts: []string{"frame"}}}, Marks: []sim.Mark{{Name: "m"}},
	}
}

func script(r *rand.Rand, frames int) *world.Script {
	s := &world.Script{Devices: []string{"eth0"}}
	for i := range frames {
		data := make([]byte, 1+r.IntN(40))
		for j := range data {
			data[j] = byte(r.Uint32())
		}
		s.Inputs = append(s.Inputs, world.Input{Time: uint64(10 * i), Data: data})
	}
	return s
}

// TestLanesHaveWorldsOfTheirOwn runs different captures with different gaps in all lanes at
// once. The trace of each lane must match the capture of this lane.
func TestLanesHaveWorldsOfTheirOwn(t *testing.T) {
	p, err := Compile(netlist(t, wire(t)), "")
	require.NoError(t, err)
	for _, n := range []int{1, 3, MaxLanes} {
		r := rand.New(rand.NewPCG(8, uint64(n)))
		var lanes []Lane
		var scripts []*world.Script
		for l := range n {
			s := script(r, l%5)
			scripts = append(scripts, s)
			lanes = append(lanes, Lane{wireCore(), world.New(s), int64(l)})
		}
		m, err := NewMachine(p, lanes...)
		require.NoError(t, err)
		first, err := sim.Run(m, 100000)
		require.NoError(t, err)
		require.Same(t, first, m.Trace())
		for l, s := range scripts {
			tr := m.Harness(l).Trace()
			require.Equal(t, trace.Waiting, tr.Status, "lane %d", l)
			require.Len(t, tr.Events, 4*len(s.Inputs), "lane %d", l)
			for i, in := range s.Inputs {
				out := tr.Events[4*i+1]
				require.Equal(t, trace.Out, out.Kind)
				require.True(t, bytes.Equal(in.Data, out.Data), "lane %d frame %d", l, i)
				require.Equal(t, in.Time, out.Time)
				require.Equal(t, "frame", tr.Events[4*i+2].Text)
			}
		}
		require.NoError(t, m.Step(), "a step after the end does nothing")
	}
}

func TestMissingAndWrongPorts(t *testing.T) {
	n := netlist(t, wire(t))
	for i := range n.Outputs {
		name := n.Outputs[i].Name
		n.Outputs[i].Name = "gone"
		p, err := Compile(n, "")
		require.NoError(t, err)
		_, err = NewMachine(p, Lane{Core: wireCore(), World: world.New(nil)})
		require.ErrorContains(t, err, fmt.Sprintf("no port %s", name))
		n.Outputs[i].Name = name
	}
	n.Outputs[0].Bits = append(n.Outputs[0].Bits, n.Outputs[0].Bits...)
	p, err := Compile(n, "")
	require.NoError(t, err)
	_, err = NewMachine(p, Lane{Core: wireCore(), World: world.New(nil)})
	require.ErrorContains(t, err, "has 2 bits, expected 1")
	_, err = NewMachine(p)
	require.ErrorContains(t, err, "expected 1 to 64 lanes")
}

// TestBrokenProtocolIsAnError damages the netlist so that a beat changes, or is withdrawn, while
// the beat waits for the receiver.
func TestBrokenProtocolIsAnError(t *testing.T) {
	for _, broken := range []struct{ output, input string }{
		{rtl.TxPorts("eth0").Last, rtl.TxPorts("eth0").Ready},
		{rtl.TxPorts("eth0").Valid, rtl.PortLogReady},
	} {
		n := netlist(t, wire(t))
		for i := range n.Outputs {
			for _, in := range n.Inputs {
				if n.Outputs[i].Name == broken.output && in.Name == broken.input {
					n.Outputs[i].Bits = in.Bits
				}
			}
		}
		p, err := Compile(n, "")
		require.NoError(t, err)
		for seed := int64(1); seed <= 20; seed++ {
			r := rand.New(rand.NewPCG(1, 1))
			m, err := NewMachine(p, Lane{wireCore(), world.New(script(r, 40)), seed})
			require.NoError(t, err)
			first := firstBroken(t, n, seed)
			_, err = sim.Run(m, 10000)
			require.ErrorContains(t, err, fmt.Sprintf("lane 0: cycle %d: port eth0: a beat changed", first), "%s, seed %d", broken.output, seed)
		}
	}
}

// firstBroken returns the cycle in which a beat first breaks the rule, by a run that gives the
// harness the outputs of every cycle.
func firstBroken(t *testing.T, n *gate.Netlist, seed int64) uint64 {
	p, err := Compile(n, Lanes)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(1, 1))
	m, err := NewMachine(p, Lane{wireCore(), world.New(script(r, 40)), seed})
	require.NoError(t, err)
	for range 10000 {
		at := m.Harness(0).Cycles()
		m.drive(0, &m.lanes[0])
		m.state.Eval()
		if m.cycle(0) != nil {
			return at
		}
		m.state.Clock()
	}
	t.Fatal("no cycle breaks the rule")
	return 0
}

func BenchmarkMachine(b *testing.B) {
	p, err := Compile(netlist(b, wire(b)), "")
	require.NoError(b, err)
	r := rand.New(rand.NewPCG(8, 8))
	var lanes []Lane
	for l := range MaxLanes {
		lanes = append(lanes, Lane{wireCore(), world.New(script(r, 1_00)), int64(l)})
	}
	b.ResetTimer()
	m, err := NewMachine(p, lanes...)
	require.NoError(b, err)
	n := 0
	for n < b.N && !m.Done() {
		require.NoError(b, m.Step())
		n++
	}
	b.ReportMetric(float64(n)*MaxLanes/b.Elapsed().Seconds(), "lane-cycles/s")
}

// sink is a core that receives frames. The core counts the beats of the frames and logs one
// word after each frame.
func sink(t testing.TB) *rtl.Circuit {
	b := rtl.NewBuilder("sink")
	rx := rtl.RxPorts("eth0")
	valid, last := b.Input(rx.Valid, 1), b.Input(rx.Last, 1)
	b.Input(rx.Data, 32)
	b.Input(rx.Bytes, rtl.PortBytesWidth)
	b.Input(rtl.PortLogReady, 1)
	beats, said := b.Reg("beats", 32, 0), b.Reg("said", 1, 0)
	b.If(valid, func() { b.Set(beats, b.Add(beats.Q(), b.Const(32, 1))) })
	b.Set(said, b.And(valid, last))
	b.Output(rx.Ready, b.Const(1, 1))
	b.Output(rtl.PortOversize("eth0"), b.Const(1, 0))
	b.Output(rtl.PortLogValid, said.Q())
	b.Output(rtl.PortLogData, b.And(beats.Q(), b.Const(32, 0)))
	b.Output("count", beats.Q())
	b.Output(rtl.PortHalted, b.Const(1, 0))
	b.Output(rtl.PortIdle, b.And(b.Not(valid), b.Not(said.Q())))
	b.Output(rtl.PortTrap, b.Const(1, 0))
	b.Output(rtl.PortTrapPC, b.Const(32, 0))
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

// TestTakenBeatsAreEvents transfers frames of many beats, in cycles in which the core shows no
// other output. Each beat must be transferred exactly once, for any number of lanes.
func TestTakenBeatsAreEvents(t *testing.T) {
	p, err := Compile(netlist(t, sink(t)), "")
	require.NoError(t, err)
	core := wireCore()
	core.Devices[0].Tx = false
	for _, n := range []int{1, 5} {
		var lanes []Lane
		for l := range n {
			s := &world.Script{Devices: []string{"eth0"}, Inputs: []world.Input{{Data: make([]byte, 40+4*l)}, {Data: make([]byte, 7)}}}
			lanes = append(lanes, Lane{Core: core, World: world.New(s)})
		}
		m, err := NewMachine(p, lanes...)
		require.NoError(t, err)
		_, err = sim.Run(m, 1000)
		require.NoError(t, err)
		longest := n - 1 // the other lanes continue without a world
		for _, o := range m.State().Shell().Outputs {
			if o.Name == "count" {
				require.Equal(t, uint64(10+longest+2+1), m.State().Get(o.Bits, longest), "its beats, and the one that asks what it waits for")
			}
		}
		for l := range n {
			tr := m.Harness(l).Trace()
			require.Equal(t, trace.Waiting, tr.Status)
			require.Len(t, tr.Events, 4, "lane %d of %d: two frames, each with a word", l, n)
		}
	}
}
