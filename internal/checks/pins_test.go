package checks

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/top"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// loadExample loads an example with settings.
func loadExample(t *testing.T, name string, defines ...string) *flow.Program {
	var o flow.Options
	for _, d := range defines {
		require.NoError(t, o.Set(d))
	}
	p, err := flow.Load("../../examples/"+name, o)
	require.NoError(t, err)
	return p
}

// TestPinsOfBlinky simulates the whole top in Icarus, with the board's clock and with a clock
// from the PLL.
func TestPinsOfBlinky(t *testing.T) {
	testkit.Tool(t, "iverilog")
	p := loadExample(t, "blinky", "half=1ms")
	for _, o := range []flow.FPGAOptions{
		{Board: "icebreaker", Core: flow.Pipe3, Baud: 115200},
		{Board: "hx8k", Core: flow.Multi, Clock: "30", Baud: 115200},
	} {
		r, err := SimulatePins(context.Background(), p, o, flow.World{Until: "9500us"})
		require.NoError(t, err)
		require.Empty(t, r.Difference, o.Board)
		require.Equal(t, 9, r.Changes)
		t.Logf("%s: latest %.1f us", o.Board, r.LatestUs)
	}
	_, err := SimulatePins(context.Background(), p, flow.FPGAOptions{Board: "hx8k", Core: flow.Multi, Baud: 115200}, flow.World{})
	require.ErrorContains(t, err, "--until says when it is over")
}

// presses is a recording of two presses that bounce, and of both buttons held down.
const presses = `$timescale 1 us $end
$var wire 1 ! button0 $end
$var wire 1 " button1 $end
$enddefinitions $end
#0
0!
0"
#500
1!
#900
0!
#1100
1!
#9000
0!
#9300
1!
#9350
0!
#16000
1!
#24000
0!
#31000
1"
#31200
0"
#31250
1"
`

// TestPinsOfButtons plays a recorded dump at the input pins and checks the lights at the output
// pins.
func TestPinsOfButtons(t *testing.T) {
	testkit.Tool(t, "iverilog")
	p := loadExample(t, "buttons", "hold=5ms")
	dump := filepath.Join(t.TempDir(), "presses.vcd")
	require.NoError(t, os.WriteFile(dump, []byte(presses), 0o644))
	w := flow.World{Levels: []string{"up=" + dump, "down=" + dump}, Until: "40ms"}
	o := flow.FPGAOptions{Board: slow(t), Core: flow.Pipe3, Baud: 9600}
	// The inputs of the bench follow the binding. If reset is bound, the core includes the circuit
	// of its restart.
	o.Bind = []string{"up=button1", "down=button0", "reset=button2"}
	r, err := SimulatePins(context.Background(), p, o, w)
	require.NoError(t, err)
	require.Empty(t, r.Difference)
	require.Equal(t, 5, r.Changes)
	t.Logf("latest %.1f us", r.LatestUs)
}

// TestPinsOfPid feeds the recorded tachometer of a fan to the input pin, and checks the
// controller's pulses at the output pin.
func TestPinsOfPid(t *testing.T) {
	testkit.Tool(t, "iverilog")
	if !testkit.Full() {
		t.Skip("75 ms of a board are simulated with SINTER_FULL=1")
	}
	p := loadExample(t, "pid")
	w := flow.World{Levels: []string{"tach=../../examples/pid/fan.vcd"}, Until: "75ms"}
	r, err := SimulatePins(context.Background(), p, flow.FPGAOptions{Board: slow(t), Core: flow.Pipe3, Baud: 9600}, w)
	require.NoError(t, err)
	require.Empty(t, r.Difference)
	require.Equal(t, 54, r.Changes)
}

// slow writes a board with a slow clock, on which a simulation is short.
func slow(t *testing.T) string { return slower(t, "icebreaker") }

// slower returns the file of a board with a clock of 2 MHz instead of 12 MHz.
func slower(t *testing.T, name string) string {
	path := filepath.Join(t.TempDir(), "slow.board")
	text, err := os.ReadFile("../../hwgen/board/boards/" + name + ".board")
	require.NoError(t, err)
	require.Contains(t, string(text), "hz 12000000")
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), "hz 12000000", "hz 2000000", 1)), 0o644))
	return path
}

// TestResetAtThePins presses the reset button in the middle of a run. The light goes out, and
// the next press counts from zero again.
func TestResetAtThePins(t *testing.T) {
	testkit.Tool(t, "iverilog")
	ctx := context.Background()
	p := loadExample(t, "buttons")
	o := flow.FPGAOptions{Board: slow(t), Core: flow.Pipe3, Baud: 9600, Bind: []string{"reset=button0", "up=button1"}}
	o.Bind = append(o.Bind, "down=button2")
	d, files, err := p.BoardTexts(ctx, o)
	require.NoError(t, err)
	files["tb.v"] = d.Bench([]top.Change{
		{Time: 1000, Port: "up", Level: 1},
		{Time: 7000, Port: "reset", Level: 1},
		{Time: 7100, Port: "up", Level: 0},
		{Time: 7200, Port: "reset", Level: 0},
		{Time: 9000, Port: "up", Level: 1},
	}, 15_000)
	said, err := runIcarus(ctx, files)
	require.NoError(t, err)
	seen, err := d.ParseSeen(said)
	require.NoError(t, err)
	want := []top.Seen{{Micros: 6000, Port: "one", Level: 1}, {Micros: 7000, Port: "one", Level: 0}, {Micros: 14000, Port: "one", Level: 1}}
	got := seen[:0]
	for _, s := range seen {
		if s.Port != top.PortLog {
			got = append(got, s)
		}
	}
	require.Len(t, got, len(want), "%v", got)
	for i, w := range want {
		require.Equal(t, w.Port, got[i].Port)
		require.Equal(t, w.Level, got[i].Level)
		require.InDelta(t, w.Micros, got[i].Micros, 700)
	}
}

// TestLogOfHello checks that the decoded signal at the pin of the log equals the reference's
// log. A reader that starts late still gets whole lines.
func TestLogOfHello(t *testing.T) {
	testkit.Tool(t, "iverilog")
	const baud = 1_000_000
	ctx := context.Background()
	p := loadExample(t, "hello")
	run, err := p.Run(ctx, flow.RunOptions{Level: flow.Source})
	require.NoError(t, err)
	require.NotEmpty(t, run.Lines)
	d, files, err := p.BoardTexts(ctx, flow.FPGAOptions{Board: "icebreaker", Core: flow.Pipe3, Baud: baud})
	require.NoError(t, err)
	files["tb.v"] = d.Bench(nil, 3000)
	said, err := runIcarus(ctx, files)
	require.NoError(t, err)
	pins, err := d.ParseSeen(said)
	require.NoError(t, err)
	bytes := serial(t, pins, baud)
	var lines []string
	n, err := p.Decode(ctx, strings.NewReader(string(bytes)), func(l string) { lines = append(lines, l) })
	require.NoError(t, err)
	require.Equal(t, run.Lines, lines)
	require.Zero(t, n.Skipped)
	lines = nil
	n, err = p.Decode(ctx, strings.NewReader(string(bytes[3:])), func(l string) { lines = append(lines, l) })
	require.NoError(t, err)
	require.Equal(t, append([]string(nil), run.Lines[1:]...), lines)
	require.NotZero(t, n.Skipped)
}

// serial reads the bytes of a line from its changes.
func serial(t *testing.T, pins []top.Seen, baud float64) []byte {
	at := func(us float64) uint64 {
		level := uint64(1)
		for _, s := range pins {
			if s.Micros <= us && s.Port == top.PortLog {
				level = s.Level
			}
		}
		return level
	}
	var out []byte
	bit, busy := 1e6/baud, -1.0
	for _, s := range pins {
		if s.Port != top.PortLog || s.Level == 1 || s.Micros < busy {
			continue
		}
		v := byte(0)
		for i := range 8 {
			v |= byte(at(s.Micros+bit*(1.5+float64(i)))) << i
		}
		busy = s.Micros + 9.5*bit
		require.Equal(t, uint64(1), at(busy), "stop bit")
		out = append(out, v)
	}
	return out
}

type seen struct {
	at    float64
	level uint64
}

func changes(list []seen) []top.Seen {
	var out []top.Seen
	for _, s := range list {
		out = append(out, top.Seen{Micros: s.at, Port: "led", Level: s.level})
	}
	return out
}

// TestPinsDiffer checks that the comparison finds a wrong level, a wrong time, an additional
// change and a missing change.
func TestPinsDiffer(t *testing.T) {
	want := []seen{{1000, 1}, {2000, 0}}
	for text, got := range map[string][]seen{
		"": {{1020, 1}, {2020, 0}},
		"led: change 1 is to 0 at 2500.0 us, the reference says to 0 at 2000 us": {{1000, 1}, {2500, 0}},
		"led: change 0 is to 0 at 1000.0 us, the reference says to 1 at 1000 us": {{1000, 0}, {2000, 0}},
		"led: change 1, to 0 at 2000 us, is missing":                             {{1000, 1}},
		"led: a change to 1 at 3000.0 us that the reference does not have":       {{1000, 1}, {2000, 0}, {3000, 1}},
	} {
		require.Equal(t, text, (&Pins{most: 100}).port("led", changes(want), changes(got)))
	}
}
