package checks

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/board"
	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/hwgen/top"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// TestPinsOfSerialLine checks that bytes at the input pin of a UART come back at the output
// pin. It simulates the whole top module in Icarus.
func TestPinsOfSerialLine(t *testing.T) {
	testkit.Tool(t, "iverilog")
	p := loadExample(t, "uart-echo")
	w := flow.World{Bytes: []string{"serial=../../examples/uart-echo/typed.bytes"}, Until: "21ms"}
	o := flow.FPGAOptions{Board: slow(t), Core: flow.Pipe3, Baud: 250_000}
	r, err := SimulatePins(context.Background(), p, o, w)
	require.NoError(t, err)
	require.Empty(t, r.Difference)
	require.Equal(t, 24, r.Bytes)
	// The log goes to a separate pin if the user gives one.
	o.Bind = []string{"log=p1a1"}
	d, _, err := p.BoardTexts(context.Background(), o)
	require.NoError(t, err)
	var ports []string
	for _, wire := range d.Wires {
		ports = append(ports, wire.Port.Name+" "+wire.Pin.Name)
	}
	require.Equal(t, []string{"log p1a1", "serial_rx uart_rx", "serial_tx uart_tx"}, ports)
}

// TestPinsOfModbus checks that requests at the input pin of a UART are answered at the output
// pin, and that the lamp follows the register. It simulates the whole top module in Icarus.
func TestPinsOfModbus(t *testing.T) {
	testkit.Tool(t, "iverilog")
	p := loadExample(t, "modbus")
	w := flow.World{Bytes: []string{"line=../../examples/modbus/master.bytes"}, Until: "15ms"}
	r, err := SimulatePins(context.Background(), p, flow.FPGAOptions{Board: slow(t), Core: flow.Pipe3, Baud: 250_000}, w)
	require.NoError(t, err)
	require.Empty(t, r.Difference)
	require.Equal(t, 8+8, r.Bytes)
	require.Equal(t, 1, r.Changes)
}

// TestPinsOfFrames checks that frames over SLIP pass the packet filter on a board.
func TestPinsOfFrames(t *testing.T) {
	testkit.Tool(t, "iverilog")
	p := loadExample(t, "filter")
	w := flow.World{Captures: []string{"inside=" + shortFrames(t, p)}, Until: "20ms"}
	o := flow.FPGAOptions{Board: slow(t), Core: flow.Pipe3, Baud: 500_000}
	r, err := SimulatePins(context.Background(), p, o, w)
	require.NoError(t, err)
	require.Empty(t, r.Difference)
	require.GreaterOrEqual(t, r.Frames, 3)
	t.Logf("%d frames", r.Frames)
}

// TestPinsOfStack checks the program echo on a UP5K. The data is in single-ported RAM, which
// starts with undefined contents. The text is in as many RAM blocks as its length needs. The
// network stack answers ARP requests and datagrams over SLIP as the reference does.
func TestPinsOfStack(t *testing.T) {
	testkit.Tool(t, "iverilog")
	ctx := context.Background()
	p := loadExample(t, "echo")
	var some trace.Trace
	_, all, _, err := p.Trace(ctx, flow.Source, "", flow.World{Captures: []string{"nic=../../examples/echo/peers.pcap"}})
	require.NoError(t, err)
	for _, e := range all.Events {
		if e.Kind == trace.In && len(e.Data) < 80 && len(some.Events) < 3 {
			some.Events = append(some.Events, trace.Event{Kind: trace.Out, Port: "nic", Data: e.Data})
		}
	}
	data, err := world.CaptureOf(&some, "nic", false)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "short.pcap")
	require.NoError(t, os.WriteFile(path, data, 0o644))
	o := flow.FPGAOptions{Board: slow(t), Core: flow.Pipe3, Baud: 500_000}
	d, files, err := p.BoardTexts(ctx, o)
	require.NoError(t, err)
	require.Equal(t, 2, d.SPRAMs())
	require.LessOrEqual(t, d.Blocks(), 28)
	require.Contains(t, files, "echo_server_rom_text1.hex")
	_, err = p.FPGA(ctx, flow.FPGAOptions{Dir: t.TempDir(), Board: "hx8k", Core: flow.Pipe3, Baud: 115200})
	require.ErrorContains(t, err, "the program does not fit into hx8k")
	require.ErrorContains(t, err, "--board icebreaker holds it, with its data in single-ported RAM")
	r, err := SimulatePins(ctx, p, o, flow.World{Captures: []string{"nic=" + path}, Until: "12ms"})
	require.NoError(t, err)
	require.Empty(t, r.Difference)
	require.Equal(t, 3, r.Frames)

	// A part without such RAM holds a stack that keeps fewer and shorter datagrams.
	p = loadExample(t, "echo", smallStack()...)
	o.Board = slower(t, "hx8k")
	d, _, err = p.BoardTexts(ctx, o)
	require.NoError(t, err)
	require.Zero(t, d.SPRAMs())
	require.LessOrEqual(t, d.Blocks(), 31)
	r, err = SimulatePins(ctx, p, o, flow.World{Captures: []string{"nic=" + path}, Until: "12ms"})
	require.NoError(t, err)
	require.Empty(t, r.Difference)
	require.Equal(t, 3, r.Frames)
}

// smallStack holds settings of echo for parts with 16 KiB of RAM.
func smallStack() []string { return []string{"longest=548", "net.queue=2", "net.waiting=1"} }

// TestQueueFitsAnUP5K checks the core of queue, with 32 KiB of data and 12 KiB of text. Both do
// not fit into the 15 KiB of blocks, but the data is in single-ported RAM. Two blocks stay free
// for the input buffers of two serial lines: one for frames, one for the disk.
func TestQueueFitsAnUP5K(t *testing.T) {
	c, err := loadExample(t, "queue").Core(context.Background(), flow.Pipe3)
	require.NoError(t, err)
	lines := []top.Wire{{Port: top.Port{Serial: top.Frames, In: true}}, {Port: top.Port{Serial: top.Frames, In: true}}}
	for name, fits := range map[string]bool{"icebreaker": true, "hx8k": false} {
		b, err := board.Find(name)
		require.NoError(t, err)
		d, err := top.New(b, c.Circuit, lines, periph.Hz{}, 9600)
		require.NoError(t, err)
		require.NoError(t, d.Place())
		price, err := plan.Price(d.Core)
		require.NoError(t, err)
		t.Logf("%s: %d cells, %d block RAMs, %d SPRAMs", name, price.Cells, d.Blocks(), d.SPRAMs())
		need := board.Need{Cells: price.Cells, Blocks: d.Blocks() + len(lines), SPRAMs: d.SPRAMs()}
		require.Equal(t, fits, need.Fits(b.Part, b.Part), name)
	}
}

// shortFrames writes a capture of ten short frames of the filter example. The filter lets
// some of the frames pass. All arrive at the same time.
func shortFrames(t *testing.T, p *flow.Program) string {
	_, all, _, err := p.Trace(context.Background(), flow.Source, "", flow.World{Captures: []string{"inside=../../examples/filter/office.pcap"}, Frames: 400})
	require.NoError(t, err)
	some := &trace.Trace{}
	passed := map[string]bool{}
	for _, e := range all.Events {
		passed[string(e.Data)] = passed[string(e.Data)] || e.Kind == trace.Out
	}
	pass, drop := 0, 0
	for _, e := range all.Events {
		count := &drop
		if passed[string(e.Data)] {
			count = &pass
		}
		if e.Kind == trace.In && len(e.Data) < 90 && *count < 5 {
			*count++
			some.Events = append(some.Events, trace.Event{Kind: trace.Out, Port: "d", Data: e.Data})
		}
	}
	data, err := world.CaptureOf(some, "d", false)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "short.pcap")
	require.NoError(t, os.WriteFile(path, data, 0o644))
	return path
}

// TestLineOfBytes checks that a line reads back as it was written, and that a broken byte is
// reported.
func TestLineOfBytes(t *testing.T) {
	var seen []top.Seen
	at := 5000.0
	want := []byte{0x00, 0xff, 0x55, 0xc0, 0x0a}
	for i, c := range want {
		for _, x := range byteChanges("p", c, at, 115200) {
			seen = append(seen, top.Seen{Micros: float64(x.Time) + float64(x.Nanos)/1000, Port: "p", Level: x.Level})
		}
		at += 1e10/115200 + float64(i*7000)
	}
	got, err := bytesOfLine(seen, 115200)
	require.NoError(t, err)
	require.Equal(t, want, got)
	_, err = bytesOfLine(seen[:1], 115200)
	require.ErrorContains(t, err, "a byte without its stop bit at 5.0 us")
}
