package top

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/board"
	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// find returns a board that comes with the tool.
func find(t *testing.T, name string) *board.Board {
	b, err := board.Find(name)
	require.NoError(t, err)
	return b
}

// source is a text with a position for each port.
var source = &diag.File{Name: "p.sn", Text: "system p {\n  led = ...\n  up = ...\n}\n"}

func place(word string) diag.Span {
	at := strings.Index(source.Text, word)
	return diag.Span{File: source, Start: at, End: at + len(word)}
}

func ports() []Port {
	return []Port{
		{Name: "led", Label: "led0", Wire: true, Span: place("led")},
		{Name: "up", Label: "button0", In: true, Wire: true, Span: place("up")},
	}
}

// TestBind checks labels, requested pins, and the ports of the top itself.
func TestBind(t *testing.T) {
	wires, err := Bind(Request{
		Board: find(t, "icebreaker"), Ports: ports(), Logs: true,
		Bind: []Spec{{"up", "button1"}, {"reset", "button0"}, {"trap", "37"}}, Debounce: []string{"up"},
	})
	require.NoError(t, err)
	got := map[string]string{}
	for _, w := range wires {
		got[w.Port.Name] = w.Pin.Name
		require.Equal(t, w.Port.Name == "up", w.Debounce)
		require.Equal(t, w.Port.Name != "up" && w.Port.Name != "led", w.Own)
	}
	require.Equal(t, map[string]string{"led": "led0", "up": "button1", "reset": "button0", "trap": "led1", "log": "uart_tx"}, got)
}

// TestBindMistakes checks that each mistake has its own error with a remedy.
func TestBindMistakes(t *testing.T) {
	frames := append(ports(), Port{Name: "nic", Span: place("up")})
	for _, c := range []struct {
		board    string
		ports    []Port
		bind     []Spec
		debounce []string
		want     string
		hint     string
	}{
		{"hx8k", ports(), []Spec{{"lead", "led0"}}, nil, "error: --bind lead=led0: the program has no port lead; it has led, up, reset, trap, halted", ""},
		{"hx8k", ports(), []Spec{{"led", "led9"}}, nil, "p.sn:2:3: error: --bind led=led9: hx8k has no pin led9; free are led0, led1", ""},
		{"hx8k", ports(), []Spec{{"led", "button1"}}, nil, "p.sn:2:3: error: --bind led=button1: the pin button1 of hx8k is an input; free are led0", ""},
		{"hx8k", ports(), []Spec{{"up", "led3"}}, nil, "p.sn:3:3: error: --bind up=led3: the pin led3 of hx8k is an output; free are uart_rx, button0", ""},
		{"hx8k", ports(), []Spec{{"led", "J3"}}, nil, "p.sn:2:3: error: --bind led=J3: this is the pin of the clock", ""},
		{"hx8k", ports(), []Spec{{"led", "led1"}, {"led", "led2"}}, nil, "error: --bind led=led2: the port led has a pin already", ""},
		{"hx8k", ports(), []Spec{{"led", "led1"}, {"trap", "led1"}}, nil, "error: --bind trap=led1: the pin belongs to the port led already; free are", ""},
		{"hx8k", []Port{{Name: "led", Label: "lamp", Wire: true, Span: place("led")}}, nil, nil, "p.sn:2:3: error: port led has no pin on hx8k", "--bind led=PIN gives it one; free are led0, led1"},
		{"hx8k", ports(), []Spec{{"trap", "led0"}}, nil, "p.sn:2:3: error: port led has no pin on hx8k", "--bind led=PIN gives it one; free are led1"},
		{"hx8k", frames, nil, nil, "p.sn:3:3: error: port nic carries messages, and a pin of hx8k carries a level", "sinter hw writes the core alone"},
		{"hx8k", ports(), nil, []string{"led"}, "error: --debounce led: the program has no input of that name", ""},
	} {
		_, err := Bind(Request{Board: find(t, c.board), Ports: c.ports, Bind: c.bind, Debounce: c.debounce})
		require.ErrorContains(t, err, c.want)
		list := diag.AsList(err)
		if c.hint != "" {
			require.Contains(t, strings.Join(list[0].Hints, "\n"), c.hint)
		}
	}
}

// core replaces a core. It has the ports that a top connects.
func core(t *testing.T) *rtl.Circuit {
	b := rtl.NewBuilder("module") // a keyword
	in := b.Input(rtl.PortLevelIn("up"), 1)
	ready, now := b.Input(rtl.PortLogReady, 1), b.Input(rtl.PortClock, 64)
	held := b.Reg("held", 1, 0)
	b.Set(held, b.Xor(in, ready))
	b.Output(rtl.PortLevelOut("led"), held.Q())
	b.Output(rtl.PortLogValid, held.Q())
	b.Output(rtl.PortLogData, b.Bits(now, 31, 0))
	b.Output(rtl.PortIdle, b.Not(held.Q()))
	b.Output(rtl.PortHalted, b.Bit(now, 0))
	b.Output(rtl.PortTrap, b.Bit(now, 1))
	b.Output(rtl.PortTrapPC, b.Bits(now, 63, 32))
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

// design puts the replacement core onto a board with everything that a top can have.
func design(t *testing.T, name, mhz string) *Design {
	b := find(t, name)
	wires, err := Bind(Request{Board: b, Ports: ports(), Logs: true, Bind: []Spec{{"reset", "button1"}, {"trap", "led1"}}, Debounce: []string{"up"}})
	require.NoError(t, err)
	clock := periph.Hz{}
	if mhz == "30" {
		clock = periph.Hz{Num: 30_000_000, Den: 1}
	}
	d, err := New(b, core(t), wires, clock, 115200)
	require.NoError(t, err)
	return d
}

// TestTops checks that yosys and Icarus read the top of every board without a message.
func TestTops(t *testing.T) {
	yosys, icarus := testkit.Tool(t, "yosys"), testkit.Tool(t, "iverilog")
	for _, name := range board.Names() {
		d := design(t, name, map[string]string{"icebreaker": "30"}[name])
		files, err := d.Files()
		require.NoError(t, err)
		again, err := d.Files()
		require.NoError(t, err)
		require.Equal(t, files, again)
		dir := t.TempDir()
		files["core.v"] = verilog.Write(d.Core, verilog.Options{})
		files["tb.v"] = d.Bench([]Change{{Time: 5, Port: "up", Level: 1}}, 10)
		args := []string{"-g2005", "-Wall", "-Wno-timescale", "-s", "tb", "-o", "tb"}
		script := "read_verilog core.v " + d.Module() + ".v; "
		if d.PLL != nil {
			script += "read_verilog -lib +/ice40/cells_sim.v; "
		}
		for file, text := range files {
			require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644))
		}
		args = append(args, "core.v", d.Module()+".v", "tb.v")
		for tool, a := range map[string][]string{yosys: {"-q", "-p", script + "hierarchy -check -top " + d.Module() + "; proc; check -assert"}, icarus: args} {
			cmd := exec.Command(tool, a...)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s: %s", name, out)
			require.Empty(t, strings.TrimSpace(string(out)), name)
		}
	}
}

// TestConstraints checks the three file formats, with pull resistors and the clock.
func TestConstraints(t *testing.T) {
	for name, want := range map[string][]string{
		"tinyfpga-bx": {"set_io clk B2\n", "set_io led B3\n", "set_io -pullup yes up A2\n", "set_frequency clk 16\n"},
		"ulx3s":       {"LOCATE COMP \"clk\" SITE \"G2\";", "LOCATE COMP \"up\" SITE \"D6\";\nIOBUF PORT \"up\" PULLMODE=UP IO_TYPE=LVCMOS33;", "FREQUENCY PORT \"clk\" 25 MHZ;"},
		"arty-a7":     {"set_property -dict { PACKAGE_PIN H5 IOSTANDARD LVCMOS33 } [get_ports led]", "create_clock -name clk -period 10 [get_ports clk]"},
	} {
		d := design(t, name, "")
		files, err := d.Files()
		require.NoError(t, err)
		text := files[d.Module()+"."+d.Board.Constraints]
		for _, line := range want {
			require.Contains(t, text, line)
		}
		require.Equal(t, len(d.Wires)+1, strings.Count(text, "PACKAGE_PIN")+strings.Count(text, "LOCATE")+strings.Count(text, "set_io"))
	}
}

// TestClockMistakes checks clocks that the board cannot make.
func TestClockMistakes(t *testing.T) {
	_, err := New(find(t, "icebreaker"), core(t), nil, periph.Hz{Num: 40_000_000, Den: 1}, 115200)
	require.ErrorContains(t, err, "--clock: no setting of the PLL makes 40 MHz from 12 MHz; the nearest is 39.75 MHz")
	_, err = New(find(t, "arty-a7"), core(t), nil, periph.Hz{Num: 40_000_000, Den: 1}, 115200)
	require.ErrorContains(t, err, "--clock: the PLL of xc7a35t is not known; without --clock the core has the 100 MHz of the board")
	d, err := New(find(t, "icebreaker"), core(t), nil, periph.Hz{Num: 12_000_000, Den: 1}, 115200)
	require.NoError(t, err)
	require.Nil(t, d.PLL)
	d = design(t, "icebreaker", "")
	d.Baud = 11_000_000
	_, err = d.Files()
	require.ErrorContains(t, err, "a serial line of 11000000 baud needs a clock of at least 44 MHz, got 12 MHz")
}

// TestParseSeen checks that a bench that stops early and a pin without a level are errors.
func TestParseSeen(t *testing.T) {
	d := design(t, "icebreaker", "")
	low := -1
	for i, w := range d.Wires {
		if w.Port.Name == "led" {
			low = i
		}
	}
	line := "PIN " + string(rune('0'+low))
	seen, err := d.ParseSeen(line + " 0 1.500\nEND\n")
	require.NoError(t, err)
	require.Equal(t, []Seen{{1.5, "led", 1}}, seen, "the light is on when its wire is low")
	_, err = d.ParseSeen(line + " x 1.500\nEND\n")
	require.EqualError(t, err, "the pin of led has no level at 1.500 us")
	_, err = d.ParseSeen("VVP error\n")
	require.EqualError(t, err, "the bench did not terminate: VVP error")
}
