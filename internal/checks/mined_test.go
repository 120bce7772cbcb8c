package checks_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/verify"
)

// mined loads a program whose core has mined lines.
func mined(t *testing.T, path string) *flow.Program {
	p, err := flow.Load(path, flow.Options{Mine: flow.MinedLines})
	require.NoError(t, err)
	return p
}

// TestMinedCRC32 checks that eight rounds of the CRC become one line. On cores of both
// organisations the line is selected and executed, its circuit is proved, and the core
// keeps it. The core has at most a seventh more cells, and the run takes at most a seventh
// of the cycles.
func TestMinedCRC32(t *testing.T) {
	ctx := context.Background()
	p := mined(t, "../../examples/crc32")
	im, err := p.Image(ctx)
	require.NoError(t, err)
	require.Equal(t, 1024, executed(t, im, "mine1"))
	plain, err := flow.Load("../../examples/crc32", flow.Options{})
	require.NoError(t, err)
	require.Less(t, 7*kernelCycles(t, p), kernelCycles(t, plain))
	cells := func(p *flow.Program) int {
		c, err := p.Core(ctx, flow.Pipe3)
		require.NoError(t, err)
		price, err := p.Price(c)
		require.NoError(t, err)
		return price.Cells
	}
	require.Less(t, cells(p), cells(plain)*115/100)
	o := checks.VerifyOptions{Cores: []string{flow.Pipe3}, NoX86: true, Random: 1000, Checks: []string{"trace", "removal", "lockstep", "circuit"}}
	if testkit.Full() {
		o.Cores, o.Checks = flow.Cores(), nil
	}
	report, err := checks.Verify(ctx, p, o)
	require.NoError(t, err)
	require.False(t, report.Different(), "%+v", report.Rows)
	proved := false
	for _, r := range report.Rows {
		proved = proved || r.Check == verify.Circuit && r.Status == verify.Proved
	}
	require.True(t, proved, "%+v", report.Rows)
}

// TestMinedSha256 checks that the functions of the rounds become lines.
func TestMinedSha256(t *testing.T) {
	p := mined(t, "../../examples/sha256")
	cycles := func(p *flow.Program) float64 {
		r, err := p.Run(context.Background(), flow.RunOptions{Level: flow.ISA, Core: flow.Pipe3})
		require.NoError(t, err)
		require.Equal(t, "result d282e9c9", r.Lines[0])
		return r.Figures["instructions.kernel"]
	}
	plain, err := flow.Load("../../examples/sha256", flow.Options{})
	require.NoError(t, err)
	require.Less(t, 1.5*cycles(p), cycles(plain))
	want := runOn(t, plain, flow.Source)
	levels := []string{flow.IR, flow.ISA, flow.Cycle}
	if testkit.Full() {
		levels = append(levels, flow.Gates)
	}
	for _, level := range levels {
		require.Equal(t, want, runOn(t, p, level), level)
	}
}

// TestMinedLinesAsAFile checks that the lines in a file give the same image and the same point,
// byte for byte.
func TestMinedLinesAsAFile(t *testing.T) {
	ctx := context.Background()
	p := mined(t, "../../examples/crc32t")
	r, err := p.MinedReport(nil)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "lines.isa")
	require.NoError(t, os.WriteFile(file, []byte(r.Set), 0o644))
	q := loadWith(t, "../../examples/crc32t", file)
	for _, of := range []func(*flow.Program) string{
		func(p *flow.Program) string {
			im, err := p.Image(ctx)
			require.NoError(t, err)
			return image.Print(im)
		},
		func(p *flow.Program) string {
			c, err := p.Core(ctx, flow.Pipe3)
			require.NoError(t, err)
			return design.Print(c.Point)
		},
	} {
		require.Equal(t, of(p), of(q))
	}
}

// TestMiningBesideLines checks that the user's lines stay, and that mined lines take other
// encodings.
func TestMiningBesideLines(t *testing.T) {
	opts := flow.Options{Mine: 4}
	require.NoError(t, opts.AddLines("testdata/crcbit.isa"))
	p, err := flow.Load("../../examples/crc32", opts)
	require.NoError(t, err)
	im, err := p.Image(context.Background())
	require.NoError(t, err)
	require.NotNil(t, im.Target.Set.Lookup("crcbit"))
	require.NotNil(t, im.Target.Set.Lookup("mine1"))
	require.Less(t, 7*kernelCycles(t, p), 47115.0)
}

// TestMiningInARun checks that mining with the block counts of a run finds the same best line as
// mining with estimated counts.
func TestMiningInARun(t *testing.T) {
	p := mined(t, "../../examples/crc32")
	want, err := p.MinedReport(nil)
	require.NoError(t, err)
	got, err := p.MinedReport(&flow.World{})
	require.NoError(t, err)
	require.Equal(t, "run", got.Weights)
	require.Equal(t, want.Lines[0].Meaning, got.Lines[0].Meaning)
	require.Equal(t, 1024.0, got.Lines[0].Uses[0].Runs)
}

// TestMiningThatIsRefused tries a number out of range, and a program that is loaded in a
// form after mining, such as an image.
func TestMiningThatIsRefused(t *testing.T) {
	for _, v := range []string{"", "0", "-1", "65", "on", "1x"} {
		require.ErrorContains(t, (&flow.Options{}).SetMine(v), "--mine wants auto, off or 1 to 64", v)
	}
	file := filepath.Join(t.TempDir(), "x.img")
	p, err := flow.Load("../../examples/hello", flow.Options{})
	require.NoError(t, err)
	im, err := p.Image(context.Background())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte(image.Print(im)), 0o644))
	_, err = flow.Load(file, flow.Options{Mine: 4})
	require.ErrorContains(t, err, "--mine says how an image is made")
	q, err := flow.Load(file, flow.Options{})
	require.NoError(t, err)
	_, err = q.MinedReport(nil)
	require.ErrorContains(t, err, "operations are mined from a program")
}

// minedC is a C program that computes the CRC of examples/crc32 with the functions of the
// header.
const minedC = `#include "mined.h"
#define LOG (*(volatile uint32_t *)0xfffff818u)
__asm__(".section .init,\"ax\"\n.globl _start\n_start:\n  lui sp, %hi(_stack)\n  addi sp, sp, %lo(_stack)\n"
        "  call main\n  sw zero, -2020(zero)\n1: j 1b\n");
static uint8_t buf[1024];
int main(void) {
  uint32_t s = 1, c = 0xffffffff;
  for (int i = 0; i < 1024; i++) buf[i] = s = mine2(s);
  for (int i = 0; i < 1024; i++) c = mine1(c, buf[i]);
  LOG = ~c;
  return 0;
}
`

// TestMinedHeader checks that gcc assembles the functions of the header to the instructions
// that the lines describe. The C program has the same result as the Sinter program.
func TestMinedHeader(t *testing.T) {
	gcc := testkit.Tool(t, "riscv64-unknown-elf-gcc")
	p := mined(t, "../../examples/crc32")
	r, err := p.MinedReport(nil)
	require.NoError(t, err)
	dir := t.TempDir()
	for name, text := range map[string]string{"mined.h": r.Header, "lines.isa": r.Set, "prog.c": minedC} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	out := filepath.Join(dir, "prog.elf")
	said, err := exec.Command(gcc, "-march=rv32im", "-mabi=ilp32", "-O2", "-Wall", "-Werror", "-nostdlib", "-nostartfiles", "-ffreestanding",
		"-T", "testdata/elf/core.ld", filepath.Join(dir, "prog.c"), "-o", out).CombinedOutput()
	require.NoError(t, err, "%s", said)
	q := loadWith(t, out, filepath.Join(dir, "lines.isa"))
	for _, level := range []string{flow.ISA, flow.Cycle} {
		require.Equal(t, []string{"696138f0"}, runOn(t, q, level), level)
	}
}
