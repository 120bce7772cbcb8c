package refine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/core"
	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/verify/equiv"
	"github.com/sinter-lang/sinter/verify/refine"
)

// program has an instruction of each kind.
const program = `image small
task main
log 0 ""
mark m 0
data 64 64
text
again:
  addi x5, x0, 12
  sub x6, x5, x7
  slt x7, x6, x5
  sll x7, x7, x5
  srai x6, x6, 3
  mul x6, x6, x7
  lui x5, 4096
  sb x6, 8(x5)
  lh x7, 2(x5)
  lbu x6, 1(x5)
  sw x6, -2024(x0)
  sw x5, -2028(x0)
  lw x5, 0(x6)
  jal x1, again
  jalr x0, 0(x1)
  bltu x7, x6, again
  ebreak trap 0 0 assert
  sw x0, -2020(x0)
end
end
`

// made generates a core for the program.
func made(t *testing.T, kind string) (*rtl.Circuit, *design.Point, []string) {
	t.Helper()
	c, p := generated(t, program, kind)
	return c, p, invariants(t, c)
}

// generated is the core of an image.
func generated(t *testing.T, text, kind string) (*rtl.Circuit, *design.Point) {
	t.Helper()
	im, err := image.ParseFor(design.NewTarget("rv32im", isa.RV32IM(), 32), &diag.File{Name: "small.img", Text: text})
	require.NoError(t, err)
	p, err := plan.Make(im, plan.Options{Core: kind})
	require.NoError(t, err)
	c, err := core.Generate(im, p)
	require.NoError(t, err)
	return c, p
}

func invariants(t *testing.T, c *rtl.Circuit) []string {
	t.Helper()
	rep, err := equiv.Invariants(c, 2, equiv.Options{})
	require.NoError(t, err)
	var names []string
	for _, item := range rep.Items {
		if item.Status == equiv.Proved {
			names = append(names, item.Name[len("assert "):])
		}
	}
	return names
}

// kinds lists the organisations to prove. A full test proves every width of the digits.
func kinds() []string {
	if testkit.Full() {
		return design.AllCores()
	}
	return append(design.Cores(), design.Serial4)
}

func TestCoresExecuteTheirLines(t *testing.T) {
	for _, kind := range kinds() {
		c, p, hold := made(t, kind)
		require.Subset(t, hold, []string{"legal", "x0", "order"})
		rep, err := refine.Check(c, p, hold, refine.Options{})
		require.NoError(t, err)
		require.Nil(t, rep.First(equiv.Different), "%+v", rep.First(equiv.Different))
		require.Nil(t, rep.First(equiv.Undecided), "%+v", rep.First(equiv.Undecided))
		require.Greater(t, rep.Lines, 15)
		require.Greater(t, len(rep.Items), 10*rep.Lines)
	}
}

// stuck makes a named node or register constant.
func stuck(t *testing.T, c *rtl.Circuit, name string, value uint64) *rtl.Circuit {
	t.Helper()
	d := *c
	d.Nodes = append([]rtl.Node(nil), c.Nodes...)
	for id, n := range c.Nodes {
		if n.Name == name {
			d.Nodes[id] = rtl.Node{Kind: rtl.KConst, Width: n.Width, Imm: value & word.Mask(n.Width), Span: n.Span}
			return &d
		}
	}
	t.Fatalf("no node %s", name)
	return nil
}

// TestFaultsAreNoticed makes one node of a core constant. The proof must then find a difference.
// The proof assumes only the invariants that are proved for the faulty core.
func TestFaultsAreNoticed(t *testing.T) {
	for _, f := range []struct {
		kind, node string
		value      uint64
	}{
		{design.Pipe3, "advance", 1},    // nothing holds
		{design.Pipe3, "x.forward1", 0}, // nothing is forwarded
		{design.Pipe3, "x.forward2", 1}, // all is forwarded
		{design.Pipe3, "x.second", 1},   // loads do not wait
		{design.Pipe3, "x.subtract", 0}, // differences are sums
		{design.Pipe3, "x.signed", 1},   // order comparisons are signed
		{design.Pipe3, "x.writes", 1},   // all write
		{design.Pipe3, "x.imm", 4},      // every instruction has the same immediate
		{design.Pipe3, "result", 7},
		{design.Multi, "x.rd", 5},
		{design.Multi, "x.early", 0},
		{design.Multi, "x.imm_operand", 1},
		{design.Multi, "done", 1},
		{design.Multi, "sum", 1},
		{design.Serial1, "carry", 0},    // nothing is carried
		{design.Serial4, "x.posts", 0},  // nothing is written
		{design.Serial4, "x.signed", 1}, // order comparisons are signed
		{design.Serial4, "x.fill", 0},   // shifts go round
		{design.Serial4, "result", 7},
		{design.Serial4, "final", 1}, // instructions end at once
	} {
		c, p, _ := made(t, f.kind)
		bad := stuck(t, c, f.node, f.value)
		rep, err := refine.Check(bad, p, invariants(t, bad), refine.Options{Stop: true})
		require.NoError(t, err)
		require.NotNil(t, rep.First(equiv.Different), "%s: %s stuck at %d", f.kind, f.node, f.value)
	}
}

// framed is a program that receives from one of two devices and sends to the other.
const framed = `image framed
task main
device a eth 0 rx tx
device b eth 0 rx tx
data 64 64
text
again:
  sw x0, -2040(x0)
  addi x5, x0, 40
  sw x5, -2036(x0)
  addi x5, x0, 2
  sw x5, -2032(x0)
  lw x6, -2036(x0)
  sw x6, -2036(x0)
  addi x5, x0, 4
  sw x5, -2040(x0)
  addi x5, x0, 1
  sw x5, -2032(x0)
  lw x7, 8(x0)
  sw x7, 12(x0)
  jal x0, again
end
end
`

// TestFramesAreFollowed checks that the proof has claims about each cycle of the frame engine,
// in both directions, and that all these claims are proved. A mistake in the engine must make a
// claim fail.
func TestFramesAreFollowed(t *testing.T) {
	for _, kind := range kinds() {
		c, p := generated(t, framed, kind)
		hold := invariants(t, c)
		rep, err := refine.Check(c, p, hold, refine.Options{})
		require.NoError(t, err)
		require.Nil(t, rep.First(equiv.Different), "%+v", rep.First(equiv.Different))
		require.Nil(t, rep.First(equiv.Undecided), "%+v", rep.First(equiv.Undecided))
		claims := 0
		for _, item := range rep.Items {
			if strings.Contains(item.Name, "sw go: engine: ") {
				claims++
			}
		}
		require.Greater(t, claims, 15)
		if kind != design.Pipe3 { // these parts are equal in all organisations
			continue
		}
		for _, name := range []string{"frame.addr", "frame.left", "frame.length", "frame.busy"} {
			bad := stuck(t, c, name, 8)
			if name == "frame.busy" {
				bad = stuck(t, c, name, 1)
			}
			rep, err := refine.Check(bad, p, hold, refine.Options{})
			require.NoError(t, err)
			require.True(t, slices.ContainsFunc(rep.Items, func(i refine.Item) bool {
				return i.Status == equiv.Different && strings.Contains(i.Name, "engine: ")
			}), "%s: %s", kind, name)
		}
	}
}

// waiting is a program that waits for a pin, a frame and a deadline.
const waiting = `image waiting
task main
device up gpio_in 0 rx
device led gpio_out 0 tx
device nic eth 0 rx
data 64 64
text
again:
  lw x5, -2016(x0)
  sw x5, -2008(x0)
  lw x5, -2012(x0)
  sw x5, -2004(x0)
  lw x6, -2048(x0)
  lui x6, 0x80000
  sw x6, -2044(x0)
  lw x6, -2044(x0)
  lw x7, LEVEL0(x0)
  sw x7, LEVEL1(x0)
  jal x0, again
end
end
`

// TestWaitsAreFollowed checks that the proof has claims about masks, the deadline and pins, and
// that all these claims are proved. A mistake in one of these parts must make such a claim
// fail.
func TestWaitsAreFollowed(t *testing.T) {
	place := func(d int) string { return fmt.Sprint(int32(port.LevelOf(d).Addr())) }
	text := strings.NewReplacer("LEVEL0", place(0), "LEVEL1", place(1)).Replace(waiting)
	for _, kind := range kinds() {
		c, p := generated(t, text, kind)
		hold := invariants(t, c)
		rep, err := refine.Check(c, p, hold, refine.Options{})
		require.NoError(t, err)
		require.Nil(t, rep.First(equiv.Different), "%+v", rep.First(equiv.Different))
		require.Nil(t, rep.First(equiv.Undecided), "%+v", rep.First(equiv.Undecided))
		if kind != design.Multi { // these parts are equal in all organisations
			continue
		}
		for _, name := range []string{"wait.mask", "wait.timer", "due.low", "due.high", "up.sampled", "up.known", "led.level"} {
			rep, err := refine.Check(stuck(t, c, name, 1), p, hold, refine.Options{})
			require.NoError(t, err)
			require.True(t, slices.ContainsFunc(rep.Items, func(i refine.Item) bool {
				return i.Status == equiv.Different && strings.Contains(i.Name, "wait: ")
			}), "%s: %s", kind, name)
		}
	}
}

func TestNoProbesNoProof(t *testing.T) {
	c, p, hold := made(t, design.Multi)
	d := *c
	d.Probes = nil
	_, err := refine.Check(&d, p, hold, refine.Options{})
	require.ErrorContains(t, err, "has no probe decode_valid")
}
