package ice40_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/ice40"
	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/equiv"
	cells "github.com/sinter-lang/sinter/verify/ice40"
)

// every is a circuit with each kind of cell: tables, sums, a comparison, registers that reset
// to 0s and 1s, with and without an enable, and memories in all shapes of a block. One memory
// has two read ports. Some memories have lanes.
func every(t *testing.T) *rtl.Circuit {
	b := rtl.NewBuilder("every")
	in, at, go1, lanes := b.Input("in", 16), b.Input("at", 11), b.Input("go", 1), b.Input("lanes", 2)
	acc, n := b.Reg("acc", 16, 0xa5), b.Reg("n", 8, 0)
	b.Set(n, b.Add(n.Q(), b.Const(8, 1)))
	b.If(go1, func() { b.Set(acc, b.Add(b.Xor(acc.Q(), in), b.Zext(n.Q(), 16))) })
	b.Output("less", b.Ltu(acc.Q(), in))
	b.Output("acc_out", acc.Q())
	for i, bits := range []int{4, 8, 9, 10, 11} {
		var init []uint64
		for a := range 1 << bits {
			init = append(init, uint64(a*40503+i)&0xffff)
		}
		parts := 1 + i%2
		m := b.Mem(fmt.Sprintf("m%d", i), 16, bits, parts, init[:len(init)-3])
		here := b.Bits(at, bits-1, 0)
		b.Output(fmt.Sprintf("q%d", i), b.Name(fmt.Sprintf("word%d", i), b.ReadSync(m, here, rtl.None, rtl.Old)))
		if i == 0 { // a memory that is never written, with a second read port
			b.Output("other", b.Name("second", b.ReadSync(m, b.Bits(in, bits-1, 0), b.Or(go1, b.EqConst(n.Q(), 0)), rtl.Old)))
			continue
		}
		b.If(go1, func() { b.WriteMem(m, here, acc.Q(), b.Bits(lanes, parts-1, 0)) })
	}
	m := b.Mem("two", 5, 3, 1, nil)
	for i := range 2 {
		b.Output(fmt.Sprintf("two%d", i), b.Name(fmt.Sprintf("copy%d", i), b.ReadSync(m, b.Bits(in, 3*i+2, 3*i), rtl.None, rtl.Old)))
	}
	b.If(go1, func() { b.WriteMem(m, b.Bits(at, 2, 0), b.Bits(acc.Q(), 4, 0), rtl.None) })
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

func text(t *testing.T, c *rtl.Circuit) string {
	d, err := ice40.Map(c)
	require.NoError(t, err)
	return d.Verilog([]string{"a comment"})
}

// prove checks that a text is equivalent to a circuit.
func prove(c *rtl.Circuit, text string) (equiv.Status, string) {
	own := verilog.NamesOf(c)
	n := &equiv.Names{Ports: own.Ports, Regs: own.Regs, Mems: own.Mems, Reads: map[blast.Place]string{}}
	for mem, ports := range own.Reads {
		for j, name := range ports {
			n.Reads[blast.Place{Kind: blast.ReadData, Name: mem, Port: j}] = name
		}
	}
	rep, err := cells.Prove(own.Circuit, text, n)
	if err != nil { // the state differs, or the text is not a netlist
		return equiv.Different, err.Error()
	}
	return rep.Status(), rep.String()
}

func TestNetlistsAreTheirCircuits(t *testing.T) {
	c := every(t)
	status, said := prove(c, text(t, c))
	require.Equal(t, equiv.Proved, status, said)
	require.Equal(t, text(t, c), text(t, c))
	for seed := range int64(20) {
		c := rtltest.Make(rtltest.Config{Seed: seed, Size: 40, MaxWidth: 8, NoMems: true})
		status, said := prove(c, text(t, c))
		require.Equal(t, equiv.Proved, status, "seed %d: %s", seed, said)
	}
}

// TestFlipsInNetlistsAreNoticed changes one place of each kind.
func TestFlipsInNetlistsAreNoticed(t *testing.T) {
	c := every(t)
	good := text(t, c)
	for _, flip := range []struct{ name, find, replace string }{
		{"a bit of a table", `(LUT_INIT\(16'h)0`, "${1}1"},
		{"an operand of a carry", `(SB_CARRY .* \.I[01]\(acc\[)3\]`, "${1}4]"},
		{"a carry that skips one", `(SB_CARRY .*_CO_4\), .*\.CI\(.*_CO_)3\)`, "${1}2)"},
		{"the next value of a flip-flop", `(SB_DFFSR .*\.D\().*?\)`, "${1}go)"},
		{"an enable", `\.E\(.*?\)`, ".E(1'b1)"},
		{"a reset to 1", `SB_DFFESS (.*)\.S\(`, "SB_DFFESR ${1}.R("},
		{"a mode", `READ_MODE\(1\), \.WRITE_MODE\(1\)`, "READ_MODE(2), .WRITE_MODE(2)"},
		{"a word of a block", `(INIT_7\(256'h....)(.)`, "${1}_"},
		{"an address", `(\.RADDR\(\{1'b0, 1'b0, 1'b0, )at\[7\]`, "${1}at[6]"},
		{"an address of a write", `(\.WADDR\(\{1'b0, 1'b0, 1'b0, )at\[7\]`, "${1}at[6]"},
		{"a mask", `(\.MASK\(\{)[^1,]+,`, "${1}1'b1,"},
		{"what is written", `(\.WDATA\(\{.*)acc\[2\]`, "${1}acc[3]"},
		{"a write during reset", `\.WCLKE\(\w+\)`, ".WCLKE(go)"},
		{"a read enable", `\.RCLKE\([a-z]\w*\)`, ".RCLKE(1'b1)"},
		{"a pin of data", `assign word2\[0\] = (\w+)\[0\]`, "assign word2[0] = ${1}[1]"},
		{"an output", `assign less = \{.*\}`, "assign less = {go}"},
		{"a second driver", `assign less = `, "assign go = {reset};\nassign less = "},
	} {
		at := regexp.MustCompile(flip.find).FindStringSubmatchIndex(good)
		require.NotNil(t, at, flip.name)
		put := string(regexp.MustCompile(flip.find).ExpandString(nil, flip.replace, good, at))
		if strings.HasSuffix(put, "_") { // a digit that differs from the present one
			digit := good[at[4]:at[5]]
			put = strings.TrimSuffix(put, "_") + map[bool]string{true: "1", false: "0"}[digit == "0"]
		}
		changed := good[:at[0]] + put + good[at[1]:]
		require.NotEqual(t, good, changed, flip.name)
		status, said := prove(c, changed)
		require.Equal(t, equiv.Different, status, "%s: %s", flip.name, said)
	}
}

// TestCopiesAreCompared checks that the blocks of one memory must have equal contents.
func TestCopiesAreCompared(t *testing.T) {
	c := every(t)
	good := text(t, c)
	at := strings.Index(good, "copy1_SB_RAM40_4K_0 (")
	require.Positive(t, at)
	for _, flip := range [][3]string{{"acc[1]", "acc[2]", "not written alike at bit 1"}, {".WADDR({", ".WADDR({1'b0, ", "WADDR of SB_RAM40_4K has 12 bits"}, {"RADDR({1'b0", "RADDR({go", "other than 3 bits"}} {
		changed := good[:at] + strings.Replace(good[at:], flip[0], flip[1], 1)
		_, said := prove(c, changed)
		require.Contains(t, said, flip[2])
	}
}

func TestMemoriesThatBlocksCannotBe(t *testing.T) {
	for want, mem := range map[string]func(b *rtl.Builder, at rtl.ID){
		"is read without a clock": func(b *rtl.Builder, at rtl.ID) {
			b.Output("q", b.ReadAsync(b.Mem("m", 8, 4, 1, nil), b.Bits(at, 3, 0)))
		},
		"in the cycle that writes it":        func(b *rtl.Builder, at rtl.ID) { written(b, at, 4, rtl.New, 1) },
		"has 2 write ports":                  func(b *rtl.Builder, at rtl.ID) { written(b, at, 4, rtl.Old, 2) },
		"has 4096 words, but the largest pa": func(b *rtl.Builder, at rtl.ID) { written(b, at, 12, rtl.Old, 1) },
	} {
		b := rtl.NewBuilder("bad")
		mem(b, b.Input("at", 12))
		c, err := b.Build()
		require.NoError(t, err)
		_, err = ice40.Map(c)
		require.ErrorContains(t, err, want)
	}
}

func written(b *rtl.Builder, at rtl.ID, bits int, policy rtl.Policy, ports int) {
	m := b.Mem("m", 8, bits, 1, nil)
	here := b.Bits(at, bits-1, 0)
	b.Output("q", b.ReadSync(m, here, rtl.None, policy))
	for range ports {
		b.WriteMem(m, here, b.Bits(at, 7, 0), rtl.None)
	}
}

// TestModelsOfYosysAgree runs the netlist in Icarus on random inputs, with yosys's models of
// the cells. The test compares the outputs of each cycle with the outputs of sim/cycle.
func TestModelsOfYosysAgree(t *testing.T) {
	iverilog, vvp := testkit.Tool(t, "iverilog"), testkit.Tool(t, "vvp")
	yosys, err := filepath.EvalSymlinks(testkit.Tool(t, "yosys"))
	require.NoError(t, err)
	models := filepath.Join(filepath.Dir(filepath.Dir(yosys)), "share", "yosys", "ice40", "cells_sim.v")
	c, dir := every(t), t.TempDir()
	bench, want := replay(t, c)
	for name, content := range map[string]string{"dut.v": text(t, c), "tb.v": bench} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	}
	for _, args := range [][]string{{iverilog, "-g2005", "-DNO_ICE40_DEFAULT_ASSIGNMENTS", "-o", "tb", "dut.v", "tb.v", models}, {vvp, "-N", "tb"}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		if args[0] == vvp {
			require.True(t, want == string(out), "the models compute something else")
		}
	}
}

// replay returns a test bench that drives random inputs and prints the outputs in each cycle.
// It also returns the outputs of sim/cycle for the same inputs. The addresses have few
// different values, so that the bench reads words that it has written.
func replay(t *testing.T, c *rtl.Circuit) (bench, want string) {
	e, err := cycle.New(c)
	require.NoError(t, err)
	e.Reset(true)
	e.Step()
	e.Step()
	e.Reset(false)
	seed := uint64(1)
	return rtltest.Replay(c, e, 200, func(n *rtl.Node) uint64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		v := seed >> 33 & word.Mask(n.Width)
		if n.Name == "at" {
			v &= 0x703
		}
		return v
	})
}
