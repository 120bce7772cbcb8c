package cycle_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/world"
)

// States of the echo core.
const (
	sWait = iota
	sReceive
	sLogHead
	sLogLength
	sSend
	sHalt
	sTrap
)

// echoCapacity is the size of the echo core's frame buffer in bytes.
const echoCapacity = 64

// echo builds a core without instructions. The core receives a frame, logs the frame's length,
// and sends the frame back between two marks. The core halts after `frames` frames, and traps
// at a frame that begins with 0xee.
func echo(t testing.TB, frames uint64) *rtl.Circuit {
	b := rtl.NewBuilder("echo")
	rx, tx := rtl.RxPorts("eth0"), rtl.TxPorts("eth0")
	valid, data := b.Input(rx.Valid, 1), b.Input(rx.Data, 32)
	last, size := b.Input(rx.Last, 1), b.Input(rx.Bytes, 3)
	txReady, logReady := b.Input(tx.Ready, 1), b.Input(rtl.PortLogReady, 1)

	state, pos, length := b.Reg("state", 3, sWait), b.Reg("pos", 8, 0), b.Reg("length", 8, 0)
	count, bad := b.Reg("count", 8, 0), b.Reg("bad", 1, 0)
	buf := b.Mem("buffer", 32, 4, 4, nil)
	in := func(s uint64) rtl.ID { return b.EqConst(state.Q(), s) }
	to := func(s uint64) { b.Set(state, b.Const(3, s)) }
	word := b.ReadAsync(buf, b.Bits(pos.Q(), 5, 2))
	byFour := b.Add(pos.Q(), b.Const(8, 4))
	total := b.Add(pos.Q(), b.Mux(last, b.Zext(size, 8), b.Const(8, 4)))
	tooLong := b.Ltu(b.Const(8, echoCapacity), total)
	end := b.And(in(sReceive), valid, last)
	sendLast := b.Not(b.Ltu(byFour, length.Q()))
	sent := b.And(in(sSend), txReady, sendLast)
	logged := b.And(in(sLogLength), logReady)

	b.If(b.And(in(sWait), valid), func() { to(sReceive) })
	b.If(b.And(in(sReceive), valid), func() {
		b.If(b.Ltu(pos.Q(), b.Const(8, echoCapacity)), func() {
			b.WriteMem(buf, b.Bits(pos.Q(), 5, 2), data, rtl.None)
			b.Set(pos, byFour)
		})
		b.If(b.IsZero(pos.Q()), func() { b.Set(bad, b.EqConst(b.Bits(data, 7, 0), 0xee)) })
		b.If(last, func() {
			b.Set(pos, b.Const(8, 0))
			b.Set(length, total)
			b.If(tooLong, func() { to(sWait) }, func() { to(sLogHead) })
		})
	})
	b.If(b.And(in(sLogHead), logReady), func() { to(sLogLength) })
	b.If(logged, func() { to(sSend) })
	b.If(b.And(in(sSend), txReady), func() {
		b.Set(pos, byFour)
		b.If(sendLast, func() {
			b.Set(pos, b.Const(8, 0))
			b.Set(count, b.Add(count.Q(), b.Const(8, 1)))
			done := b.EqConst(count.Q(), frames-1)
			b.If(bad.Q(), func() { to(sTrap) }, func() {
				b.If(done, func() { to(sHalt) }, func() { to(sWait) })
			})
		})
	})

	b.Output(rx.Ready, in(sReceive))
	b.Output(rtl.PortOversize("eth0"), b.And(end, tooLong))
	b.Output(tx.Valid, in(sSend))
	b.Output(tx.Data, word)
	b.Output(tx.Last, sendLast)
	b.Output(tx.Bytes, b.Mux(sendLast, b.Bits(b.Sub(length.Q(), pos.Q()), 2, 0), b.Const(3, 4)))
	b.Output(rtl.PortLogValid, b.Or(in(sLogHead), in(sLogLength)))
	b.Output(rtl.PortLogData, b.Mux(in(sLogLength), b.Zext(length.Q(), 32), b.Const(32, 7)))
	b.Output(rtl.PortMarkValid, b.Or(logged, sent))
	b.Output(rtl.PortMarkID, b.Zext(sent, 16))
	b.Output(rtl.PortHalted, in(sHalt))
	b.Output(rtl.PortIdle, b.And(in(sWait), b.Not(valid)))
	b.Output(rtl.PortTrap, in(sTrap))
	b.Output(rtl.PortTrapPC, b.Const(32, 0x100040))
	b.Assert("capacity", b.Not(b.Ltu(b.Const(8, 2*echoCapacity), pos.Q())))
	b.Probe(rtl.ProbeRetireValid, sent)
	b.Probe(rtl.ProbeRetirePC, b.Zext(count.Q(), 32))
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

func echoCore() *sim.Core {
	return &sim.Core{
		Program: "echo", Tasks: []string{"main"},
		Logs:    []trace.Site{{ID: 7, Parts: []string{"got ", ""}, Args: []trace.ArgType{{Kind: "u", Width: 32}}}},
		Marks:   []sim.Mark{{Name: "send"}},
		Devices: []sim.Device{{Name: "eth0", Rx: true, Tx: true}},
		Trap: func(pc uint32) (int, int, string, bool) {
			return 0, 3, "assert", pc == 0x100040
		},
	}
}

// frame makes n bytes that begin with first.
func frame(first byte, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = first + byte(i)
	}
	return out
}

func script(frames ...[]byte) *world.Script {
	s := &world.Script{Devices: []string{"eth0"}}
	for i, f := range frames {
		s.Inputs = append(s.Inputs, world.Input{Time: uint64(100 * i), Data: f})
	}
	return s
}

// run plays a script on the echo core and returns the trace as short lines.
func run(t testing.TB, c *rtl.Circuit, s *world.Script, opts cycle.Options) (*cycle.Machine, []string) {
	t.Helper()
	m, err := cycle.NewMachine(c, echoCore(), world.New(s), opts)
	require.NoError(t, err)
	tr, err := sim.Run(m, 100000)
	require.NoError(t, err)
	var out []string
	for _, e := range tr.Events {
		switch e.Kind {
		case trace.In:
			out = append(out, fmt.Sprintf("in %x", e.Data))
		case trace.Out:
			out = append(out, fmt.Sprintf("out@%d %x", e.Time, e.Data))
		case trace.Log:
			out = append(out, e.Text)
		case trace.Trap:
			out = append(out, fmt.Sprintf("trap %d %s", e.Site, e.Code))
		case trace.MarkBegin:
			out = append(out, "begin "+e.Name)
		case trace.MarkEnd:
			out = append(out, "end "+e.Name)
		}
	}
	return m, append(out, string(tr.Status))
}

func TestMachine(t *testing.T) {
	for _, e := range cycle.Engines() {
		t.Run(e.Name, func(t *testing.T) { machine(t, cycle.Options{Engine: e.Name}) })
	}
}

func machine(t *testing.T, opts cycle.Options) {
	c := echo(t, 2)
	m, got := run(t, c, script(frame(1, 5), frame(2, 65), frame(3, 64)), opts)
	require.Equal(t, opts.Engine, m.Engine())
	require.Equal(t, []string{
		"in 0102030405", "got 5", "begin send", "out@0 0102030405", "end send",
		fmt.Sprintf("in %x", frame(3, 64)), "got 64", "begin send", fmt.Sprintf("out@200 %x", frame(3, 64)), "end send", "ended",
	}, got)
	_, got = run(t, c, script(frame(0xee, 1)), opts)
	require.Equal(t, []string{"in ee", "got 1", "begin send", "out@0 ee", "end send", "trap 3 assert", "trap"}, got)
	_, got = run(t, c, script(), opts)
	require.Equal(t, []string{"waiting"}, got)
}

func TestGapsChangeNoTrace(t *testing.T) {
	c := echo(t, 200)
	var frames [][]byte
	for n := 1; n <= 80; n += 3 {
		frames = append(frames, frame(byte(n), n))
	}
	m, want := run(t, c, script(frames...), cycle.Options{})
	for seed := int64(1); seed <= 20; seed++ {
		other, got := run(t, c, script(frames...), cycle.Options{Seed: seed, Resets: 3})
		require.Equal(t, want, got, "seed %d", seed)
		require.Greater(t, other.Cycles(), m.Cycles(), "seed %d made no gaps", seed)
	}
}

func TestCyclesBetweenMarks(t *testing.T) {
	m, _ := run(t, echo(t, 9), script(frame(1, 5), frame(1, 64)), cycle.Options{})
	tm := m.Timings()
	require.Len(t, tm, 1)
	require.Equal(t, 2, tm[0].Runs)
	require.EqualValues(t, 2+16, tm[0].Cycles)
}

func TestStuckCoreIsToldFromAWaitingOne(t *testing.T) {
	c := parse(t, "circuit dead\ninput eth0_rx_valid 1\noutput eth0_rx_ready 1 = 1'0\noutput idle 1 = 1'1\nend\n")
	core := echoCore()
	core.Devices[0].Tx = false
	m, err := cycle.NewMachine(c, core, world.New(script(frame(1, 1))), cycle.Options{})
	require.NoError(t, err)
	tr, err := sim.Run(m, 100)
	require.NoError(t, err)
	require.Equal(t, trace.Stuck, tr.Status)
}

func TestRetire(t *testing.T) {
	m, err := cycle.NewMachine(echo(t, 3), echoCore(), world.New(script(frame(1, 4), frame(1, 4), frame(1, 4))), cycle.Options{Retire: true})
	require.NoError(t, err)
	var got []sim.Retire
	for !m.Done() {
		require.NoError(t, m.Step())
		if r, ok := m.Retired(); ok {
			got = append(got, r)
		}
	}
	require.Equal(t, []sim.Retire{{Order: 0, PC: 0}, {Order: 1, PC: 1}, {Order: 2, PC: 2}}, got)
}

// TestFaultsOfACore runs circuits that break the rules of ports. The harness must report each of
// them.
func TestFaultsOfACore(t *testing.T) {
	const head = "circuit bad\ninput eth0_rx_valid 1\ninput eth0_tx_ready 1\nreg n 2 reset 0\n" +
		"%next 2 = add n 2'1\n%wide 32 = zext n\n%first 1 = eq n 2'0\nset n %next\noutput eth0_rx_ready 1 = 1'1\n"
	const silent = "output eth0_tx_valid 1 = 1'0\n"
	cases := []struct {
		text, want string
		seed       int64
	}{
		{silent + "output log_valid 1 = 1'1\noutput log_data 32 = 32'9\n", "no site 9", 0},
		{silent + "output mark_valid 1 = 1'1\noutput mark_id 16 = 16'2\n", "no mark 1", 0},
		{silent + "output trap 1 = 1'1\noutput trap_pc 32 = 32'8\n", "trap at 0x8, where no check is", 0},
		{silent + "output eth0_oversize 1 = 1'1\n", "oversize without a last beat", 0},
		{silent + "output log_valid 1 = %first\noutput log_data 32 = 32'7\noutput halted 1 = 1'1\n", "the run ended within an event, after 1 words", 0},
		{silent + "assert claim = 1'0\n", "assert claim does not hold", 0},
		{"output eth0_tx_valid 1 = 1'1\noutput eth0_tx_last 1 = 1'1\noutput eth0_tx_bytes 3 = 3'5\n", "a last beat of 5 bytes", 0},
		{"output eth0_tx_valid 1 = 1'1\noutput eth0_tx_data 32 = %wide\n", "a beat changed before it was taken", 1},
	}
	for _, c := range cases {
		m, err := cycle.NewMachine(parse(t, head+c.text+"end\n"), echoCore(), world.New(nil), cycle.Options{Seed: c.seed})
		require.NoError(t, err)
		_, err = sim.Run(m, 50)
		require.ErrorContains(t, err, c.want)
	}
}

func TestMissingPorts(t *testing.T) {
	_, err := cycle.NewMachine(parse(t, "circuit none\nend\n"), echoCore(), world.New(nil), cycle.Options{})
	require.EqualError(t, err, "circuit none has no ports for the device eth0")
}

// TestWave records a window of a machine's run. The dump must show the values that the test
// observes during the same run.
func TestWave(t *testing.T) {
	for _, e := range cycle.Engines() {
		t.Run(e.Name, func(t *testing.T) { wave(t, e.Name) })
	}
}

func wave(t *testing.T, engine string) {
	c := echo(t, 9)
	s := script(frame(1, 30), frame(9, 17))
	var out bytes.Buffer
	wave, err := cycle.NewWave(&out, c, 10, 50)
	require.NoError(t, err)
	run(t, c, s, cycle.Options{Engine: engine, Seed: 5, Wave: wave})
	require.NoError(t, wave.End())
	require.EqualValues(t, 40, wave.Cycles())
	dump := readVCD(t, out.String())

	again, err := cycle.NewMachine(c, echoCore(), world.New(s), cycle.Options{Seed: 5})
	require.NoError(t, err)
	for n := range uint64(50) {
		require.NoError(t, again.Step())
		for _, name := range []string{rtl.PortIdle, "eth0_tx_last", "eth0_rx_valid", "eth0_rx_data"} {
			id, ok := namedPorts(c)[name]
			require.True(t, ok)
			if n >= 10 {
				require.Equal(t, again.Inside().Peek(id), dump.at("echo."+name, 10*n+1), "%s in cycle %d", name, n)
			}
		}
	}
	require.Greater(t, len(dump.changes["echo.state"]), 5)
}

// namedPorts returns the nodes of inputs and outputs.
func namedPorts(c *rtl.Circuit) map[string]rtl.ID {
	out := namedNodes(c)
	for _, o := range c.Outputs {
		out[o.Name] = o.Node
	}
	return out
}

func namedNodes(c *rtl.Circuit) map[string]rtl.ID {
	out := map[string]rtl.ID{}
	for i := range c.Nodes {
		if n := c.Nodes[i].Name; n != "" {
			out[n] = rtl.ID(i)
		}
	}
	return out
}

// TestContexts checks that each context has its own idle port, and that the retire record names
// the context of the retired instruction.
func TestContexts(t *testing.T) {
	b := rtl.NewBuilder("two")
	n := b.Reg("n", 4, 0)
	b.Set(n, b.Add(n.Q(), b.Const(4, 1)))
	b.Output(rtl.PortIdle, b.Const(1, 1))
	b.Output(rtl.PortIdleOf(1), b.Ltu(b.Const(4, 9), n.Q()))
	b.Probe(rtl.ProbeRetireValid, b.Const(1, 1))
	b.Probe(rtl.ProbeRetireContext, b.Bit(n.Q(), 0))
	c, err := b.Build()
	require.NoError(t, err)
	core := &sim.Core{Program: "two", Tasks: []string{"main"}, Contexts: 2}
	m, err := cycle.NewMachine(c, core, world.New(nil), cycle.Options{Retire: true})
	require.NoError(t, err)
	for k := 0; !m.Done(); k++ {
		require.NoError(t, m.Step())
		r, ok := m.Retired()
		require.True(t, ok)
		require.Equal(t, k%2, r.Context)
	}
	require.Greater(t, m.Cycles(), uint64(9), "ended while a context was at work")
}
