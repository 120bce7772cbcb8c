package checks_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
	"github.com/sinter-lang/sinter/verify"
)

// loadWith loads a program whose core has the lines of a file.
func loadWith(t *testing.T, path, lines string) *flow.Program {
	opts := flow.Options{}
	require.NoError(t, opts.AddLines(lines))
	p, err := flow.Load(path, opts)
	require.NoError(t, err)
	return p
}

// executed counts how often a program executes a line of its image.
func executed(t *testing.T, im *image.Image, line string) int {
	m, err := iss.New(im, world.New(nil))
	require.NoError(t, err)
	n := 0
	m.Retire(func(r *sim.Retire) {
		if in, _, ok := isa.Decode(im.Target.Set, r.Insn); ok && in.Name == line {
			n++
		}
	})
	_, err = sim.Run(m, 1<<20)
	require.NoError(t, err)
	return n
}

// TestAnAddedLineGoesEverywhere adds a line that no base set has. The line is selected and
// executed: on the instruction table, in the circuit and in its gates. It is proved, compared
// in lock-step, kept by removal, and written. No Go code mentions it.
func TestAnAddedLineGoesEverywhere(t *testing.T) {
	ctx := context.Background()
	p := loadWith(t, "testdata/andn.sn", "testdata/andn.isa")
	im, err := p.Image(ctx)
	require.NoError(t, err)
	require.Equal(t, 64, executed(t, im, "andn"))
	o := checks.VerifyOptions{Cores: flow.Cores(), NoX86: true, Random: 2000, Checks: []string{"trace", "net", "removal", "lockstep", "proof"}}
	if testkit.Full() {
		o.Checks = nil
	}
	report, err := checks.Verify(ctx, p, o)
	require.NoError(t, err)
	seen := map[verify.Check]int{}
	for _, r := range report.Rows {
		require.Contains(t, []verify.Status{verify.Equal, verify.Tested, verify.Proved}, r.Status, "%+v", r)
		seen[r.Check]++
	}
	for _, c := range []verify.Check{verify.Trace, verify.Removal, verify.Lockstep, verify.Proof} {
		require.GreaterOrEqual(t, seen[c], 2, "%s", c)
	}
	c, err := p.Core(ctx, flow.Pipe3)
	require.NoError(t, err)
	require.NotNil(t, c.Point.Line("andn"), "the core keeps it")
}

// TestSelectionFindsALargerLine checks that one round of a CRC becomes one line. Without the
// line the round takes five instructions.
func TestSelectionFindsALargerLine(t *testing.T) {
	ctx := context.Background()
	p := loadWith(t, "../../examples/crc32", "testdata/crcbit.isa")
	im, err := p.Image(ctx)
	require.NoError(t, err)
	require.Equal(t, 8*1024, executed(t, im, "crcbit"))
	plain, err := flow.Load("../../examples/crc32", flow.Options{})
	require.NoError(t, err)
	require.Less(t, 3*kernelCycles(t, p), kernelCycles(t, plain))
}

// kernelCycles are the cycles between the marks of a program that logs the CRC.
func kernelCycles(t *testing.T, p *flow.Program) float64 {
	r, err := p.Run(context.Background(), flow.RunOptions{Level: flow.Cycle, Core: flow.Pipe3})
	require.NoError(t, err)
	require.Equal(t, []string{"result 696138f0"}, r.Lines)
	return r.Figures["cycles.kernel"]
}

// unrolled matches the eight rounds for a byte in the image of crc32, and the branch after
// them.
var unrolled = regexp.MustCompile(`(?m)^    xor (x\d+), (x\d+), (x\d+)\b.*\n(?:    (?:andi|sub|and|srli|xor) .*\n){39}    xor (x\d+),.*\n(    addi .*\n    bltu .*, \.)-(\d+)`)

// TestTheByteStepOfCRC32 replaces eight rounds of the CRC in the text of the image with one
// line. The core for the new image needs at most a fifth of the cycles.
func TestTheByteStepOfCRC32(t *testing.T) {
	ctx := context.Background()
	plain, err := flow.Load("../../examples/crc32", flow.Options{})
	require.NoError(t, err)
	step := loadWith(t, "../../examples/crc32", "testdata/crcstep.isa")
	im, err := step.Image(ctx)
	require.NoError(t, err)
	text := image.Print(im)
	found := unrolled.FindStringSubmatchIndex(text)
	require.NotNil(t, found, "the rounds of crc32 look otherwise now:\n%s", text)
	part := func(k int) string { return text[found[2*k]:found[2*k+1]] }
	back, err := strconv.Atoi(part(6))
	require.NoError(t, err)
	text = text[:found[0]] + fmt.Sprintf("    crcstep %s, %s, %s\n%s-%d", part(4), part(2), part(3), part(5), back-4*40) + text[found[1]:]
	file := filepath.Join(t.TempDir(), "crc32.img")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	edited, err := flow.Load(file, flow.Options{})
	require.NoError(t, err)
	before, after := kernelCycles(t, plain), kernelCycles(t, edited)
	t.Logf("%.0f cycles, %.0f with the byte step: %.1f times fewer", before, after, before/after)
	require.GreaterOrEqual(t, before, 5*after)
	report, err := checks.Verify(ctx, edited, checks.VerifyOptions{Cores: []string{flow.Pipe3}, Random: 2000, Checks: []string{"trace", "removal", "lockstep"}})
	require.NoError(t, err)
	require.False(t, report.Different(), "%+v", report.Rows)
	require.Equal(t, verify.NotRun, report.Rows[0].Status)
	require.Contains(t, report.Rows[0].Detail, "begins at the image")
}

// TestLinesThatAreRefused checks that each mistake is reported with its position.
func TestLinesThatAreRefused(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"x R 0000000 111 0110011 rd = rs1", "x.isa:2:1: error: `x` and `and` share encodings"},
		{"mul R 0000000 001 0001011 rd = rs1", "x.isa:2:1: error: expected one line per name, found a second `mul`"},
		{"x R 0000000 000 0001011 rd = rs4", "x.isa:2:30: error: expected the name of an operand, found `rs4`"},
		{"x Q 0000000 000 0001011 rd = rs1", "x.isa:2:3: error: expected a format R, I, S, B, U, J, Sh, R4 or Sys, found `Q`"},
		{"x R 0000000 000 0001010 rd = rs1", "x.isa:2:1: error: `x`: expected an opcode that ends with 11"},
		{"x R 0000000 000 0001011 rd = rs1[7:0]", "x.isa:2:30: error: `rd` has 32 bits, got an expression of 8"},
		{"x S 000 0001011 rd = rs1", "x.isa:2:1: error: `x`: expected a format with rd"},
	} {
		file := filepath.Join(t.TempDir(), "x.isa")
		require.NoError(t, os.WriteFile(file, []byte("isa x\n"+c.line+"\nend\n"), 0o644))
		err := (&flow.Options{}).AddLines(file)
		require.ErrorContains(t, err, strings.TrimPrefix(c.want, "x.isa"), c.line)
	}
}

// TestPartsThatUnitsCompute checks parts of lines that cannot use the shared unit of their
// operator. The unit for and, or and xor outputs 0 unless its output is the whole result of
// the line. The unit for sums complements operand b for a difference, but the line also
// needs b without complement.
func TestPartsThatUnitsCompute(t *testing.T) {
	ctx := context.Background()
	p := loadWith(t, "testdata/units.sn", "testdata/units.isa")
	im, err := p.Image(ctx)
	require.NoError(t, err)
	for _, line := range []string{"orsl", "andx", "subsl", "one"} {
		require.Positive(t, executed(t, im, line), line)
	}
	o := checks.VerifyOptions{Cores: []string{flow.Pipe3}, NoX86: true, Random: 2000, Checks: []string{"trace", "lockstep", "circuit"}}
	report, err := checks.Verify(ctx, p, o)
	require.NoError(t, err)
	require.False(t, report.Different(), "%+v", report.Rows)
}
