package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
)

const hello = `image hello
  task main
  log 3 "hello " u 32 " and " i 64 " and " bytes 8 "!"
  text
    addi x1, x0, 3
    sw x1, -2024(x0)
    addi x1, x0, 42
    sw x1, -2024(x0)
    addi x1, x0, -2
    sw x1, -2024(x0)
    addi x1, x0, -1
    sw x1, -2024(x0)
    addi x1, x0, 2
    sw x1, -2024(x0)
    addi x1, x0, 0x141
    sw x1, -2024(x0)
    sw x0, -2020(x0)
  end
end
`

const echo = `image echo
  task main
  device eth0 eth 0 rx tx
  mark work 0
  data 0 16
  text
    addi x1, x0, 1
    sw x1, -2044(x0)
  wait:
    lw x2, -2044(x0)
    addi x1, x0, 4
    sw x1, -2040(x0)
    addi x1, x0, 8
    sw x1, -2036(x0)
    sw x0, -2032(x0)
    lw x3, -2036(x0)
    beq x3, x0, wait
    sw x3, 0(x0)
    sw x0, -2028(x0)
    addi x1, x0, 4
    sw x1, -2040(x0)
    sw x3, -2036(x0)
    addi x1, x0, 1
    sw x1, -2032(x0)
    sw x1, -2028(x0)
    jal x0, wait
  end
end
`

func load(t testing.TB, src string) *image.Image {
	im, err := image.ParseFor(design.Default(), &diag.File{Name: "t.image", Text: src})
	require.NoError(t, err)
	return im
}

// generate makes the circuit of an image.
func generate(t testing.TB, im *image.Image, o plan.Options) *rtl.Circuit {
	p, err := plan.Make(im, o)
	require.NoError(t, err)
	c, err := Generate(im, p)
	require.NoError(t, err)
	return c
}

// coreOf tells a harness what the ports of an image's core mean.
func coreOf(im *image.Image) *sim.Core {
	c := &sim.Core{Program: im.Name, Tasks: im.Tasks}
	for _, l := range im.Logs {
		c.Logs = append(c.Logs, make([]trace.Site, l.ID+1-len(c.Logs))...)
		c.Logs[l.ID] = l
	}
	for _, m := range im.Marks {
		c.Marks = append(c.Marks, sim.Mark{Name: m.Name, Task: m.Task})
	}
	for _, d := range im.Devices {
		c.Devices = append(c.Devices, sim.Device{Name: d.Name, Rx: d.Rx, Tx: d.Tx, Task: d.Task})
	}
	c.Trap = func(pc uint32) (task, site int, code string, ok bool) {
		for _, t := range im.Traps {
			if t.PC == pc {
				return t.Task, t.Site, t.Code, true
			}
		}
		return 0, 0, "", false
	}
	return c
}

// simulate runs a core against a script and checks its claims in every cycle.
func simulate(t testing.TB, im *image.Image, c *rtl.Circuit, s *world.Script, seed int64) (*trace.Trace, uint64) {
	e, err := cycle.New(c)
	require.NoError(t, err)
	h := sim.NewHarness(coreOf(im), world.New(s), seed)
	e.Reset(true)
	e.Step()
	e.Reset(false)
	for !h.Done() && h.Cycles() < 100000 {
		drive(e, im, h.Inputs())
		e.Eval()
		for _, a := range c.Asserts {
			require.Equal(t, uint64(1), e.Peek(a.Node), "%s in cycle %d", a.Name, h.Cycles())
		}
		require.NoError(t, h.Cycle(observe(e, im)))
		e.Clock()
	}
	return h.Trace(), h.Cycles()
}

func num(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// drive sets the input ports that the core has.
func drive(e *cycle.Engine, im *image.Image, in *sim.Inputs) {
	_ = e.Set(rtl.PortLogReady, num(in.LogReady)) // a core without log has no such port
	for i, d := range im.Devices {
		p := rtl.RxPorts(d.Name)
		_ = e.Set(p.Valid, num(in.Rx[i].Valid))
		_ = e.Set(p.Data, uint64(in.Rx[i].Data))
		_ = e.Set(p.Last, num(in.Rx[i].Last))
		_ = e.Set(p.Bytes, uint64(in.Rx[i].Bytes))
		_ = e.Set(rtl.TxPorts(d.Name).Ready, num(in.TxReady[i]))
	}
}

// observe reads the output ports; one that the core lacks is 0.
func observe(e *cycle.Engine, im *image.Image) *sim.Outputs {
	v := func(name string) uint32 { x, _ := e.Output(name); return uint32(x) }
	o := &sim.Outputs{
		Log: v(rtl.PortLogValid) == 1, LogData: v(rtl.PortLogData), Mark: v(rtl.PortMarkValid) == 1, MarkID: v(rtl.PortMarkID),
		Halted: v(rtl.PortHalted) == 1, Idle: v(rtl.PortIdle) == 1, Trap: v(rtl.PortTrap) == 1, TrapPC: v(rtl.PortTrapPC),
	}
	for _, d := range im.Devices {
		p := rtl.TxPorts(d.Name)
		o.RxReady = append(o.RxReady, v(rtl.RxPorts(d.Name).Ready) == 1)
		o.Oversize = append(o.Oversize, v(rtl.PortOversize(d.Name)) == 1)
		o.Tx = append(o.Tx, sim.Beat{Valid: v(p.Valid) == 1, Data: v(p.Data), Last: v(p.Last) == 1, Bytes: v(p.Bytes)})
	}
	return o
}

func reference(t testing.TB, im *image.Image, s *world.Script) *trace.Trace {
	m, err := iss.New(im, world.New(s))
	require.NoError(t, err)
	tr, err := sim.Run(m, 0)
	require.NoError(t, err)
	return tr
}

func cores() []string { return []string{plan.Pipe3, plan.Multi} }

func TestHello(t *testing.T) {
	im := load(t, hello)
	for _, core := range cores() {
		c := generate(t, im, plan.Options{Core: core})
		tr, n := simulate(t, im, c, nil, 0)
		require.Equal(t, trace.Print(reference(t, im, nil)), trace.Print(tr), core)
		t.Log(core, n, "cycles")
	}
}

func TestEcho(t *testing.T) {
	im := load(t, echo)
	script := func() *world.Script {
		s := &world.Script{Devices: []string{"eth0"}}
		for i, data := range [][]byte{{1, 2, 3}, make([]byte, 9), {1, 2, 3, 4, 5, 6, 7, 8}, {7}, make([]byte, 40), {5, 6, 7, 8, 9}} {
			s.Inputs = append(s.Inputs, world.Input{Time: uint64(7 * i), Data: data})
		}
		return s
	}
	ref := reference(t, im, script())
	ref.Waits = nil
	want := trace.Print(ref)
	for _, core := range cores() {
		c := generate(t, im, plan.Options{Core: core})
		for seed := range int64(4) {
			tr, n := simulate(t, im, c, script(), seed)
			tr.Waits = nil // for people
			require.Equal(t, want, trace.Print(tr), core)
			t.Log(core, n, "cycles")
		}
	}
}
