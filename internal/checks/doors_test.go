package checks_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/image"
)

// write puts a text into a folder of the test.
func write(t *testing.T, dir, name, text string) string {
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

// artefacts makes files of a program.
func artefacts(t *testing.T, p *flow.Program, paths ...string) {
	for _, path := range paths {
		data, err := p.Artefact(context.Background(), path, flow.ArtefactOptions{Core: flow.Pipe3})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, data, 0o644))
	}
}

func loaded(t *testing.T, path string) *flow.Program {
	p, err := flow.Load(path, flow.Options{})
	require.NoError(t, err)
	return p
}

// runOn returns the lines of a run.
func runOn(t *testing.T, p *flow.Program, level string) []string {
	r, err := p.Run(context.Background(), flow.RunOptions{Level: level, Core: flow.Pipe3, World: flow.World{Limit: 1 << 22}})
	require.NoError(t, err)
	require.EqualValues(t, "ended", r.Status)
	return r.Lines
}

// TestAnImageRuns checks that an image runs on its machines, and on no other machine.
func TestAnImageRuns(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hello.img")
	artefacts(t, loaded(t, "../../examples/hello"), file)
	p := loaded(t, file)
	for _, level := range []string{flow.ISA, flow.Cycle, flow.Gates} {
		require.Equal(t, []string{"hello, world"}, runOn(t, p, level), level)
	}
	for _, level := range []string{flow.Source, flow.IR, flow.Native} {
		_, err := p.Run(context.Background(), flow.RunOptions{Level: level, Core: flow.Pipe3})
		require.ErrorContains(t, err, "hello.img is an image: it runs on isa, cycle, gates")
	}
	_, err := p.Artefact(context.Background(), "x.sir", flow.ArtefactOptions{Stage: "low"})
	require.ErrorContains(t, err, "is an image; no .sir can be made from it")
	_, err = flow.Load(file, flow.Options{Regs: 8})
	require.ErrorContains(t, err, "--regs says how an image is made")
}

// TestContextsAndChannelsReachTheImage checks that contexts and channels are written to the
// image and read back. An image whose contexts or channels contradict each other is
// refused, and the error names the wrong field.
func TestContextsAndChannelsReachTheImage(t *testing.T) {
	p := loaded(t, "../../examples/pipeline")
	im, err := p.Image(context.Background())
	require.NoError(t, err)
	low, err := p.Low()
	require.NoError(t, err)
	require.NotEmpty(t, low.Chans)
	require.Len(t, im.Channels, len(low.Chans))
	for k, c := range im.Channels {
		want := low.Chans[k]
		require.Equal(t, []any{want.Name, want.Writer, want.Reader, want.Cap}, []any{c.Name, c.Writer, c.Reader, c.Cap})
	}
	require.Equal(t, []image.Context{{Name: low.Main().Name, Entry: image.PC(0)}}, im.Contexts)

	text, dir, n := image.Print(im), t.TempDir(), 0
	line := fmt.Sprintf("context %s 0x100000", low.Main().Name)
	for _, c := range []struct{ with, want string }{
		{strings.Replace(line, "0x100000", "0x104", 1), "entry 0x104 is not a word of the text"},
		{strings.Replace(line, "0x100000", "0x100004", 1), "a core enters at 0x100000, the image at 0x100004"},
		{line + "\n  " + line, "expected unique names"},
		{line + "\n  context other 0x100004", "a core has one context, the image has 2"},
		{line + "\n  channel wrong 0 99 1", "reader of channel wrong: expected one of"},
	} {
		require.Contains(t, text, line)
		n++
		file := write(t, dir, fmt.Sprintf("x%d.img", n), strings.Replace(text, line, c.with, 1))
		p, err := flow.Load(file, flow.Options{})
		if err == nil {
			_, err = checks.Verify(context.Background(), p, checks.VerifyOptions{Cores: []string{flow.Multi}, Checks: []string{"trace"}})
		}
		require.ErrorContains(t, err, c.want)
	}
}

// TestACircuitRuns checks that the image beside a circuit gives the meaning of the words that
// the circuit shows. The image must belong to the circuit.
func TestACircuitRuns(t *testing.T) {
	dir := t.TempDir()
	circuit, side := filepath.Join(dir, "hello.rtl"), filepath.Join(dir, "hello.img")
	artefacts(t, loaded(t, "../../examples/hello"), circuit, side)
	for _, level := range []string{flow.Cycle, flow.Gates} {
		require.Equal(t, []string{"hello, world"}, runOn(t, loaded(t, circuit), level), level)
	}
	require.NoError(t, os.Remove(side))
	for _, level := range []string{flow.Cycle, flow.Gates} {
		require.Equal(t, []string{"00000000"}, runOn(t, loaded(t, circuit), level), "without the image words are numbers")
	}
	artefacts(t, loaded(t, "testdata/andn.sn"), side)
	_, err := flow.Load(circuit, flow.Options{})
	require.ErrorContains(t, err, "is not the program of")
	require.ErrorContains(t, err, "word 0 of text is")
	_, err = flow.Load(write(t, dir, "x.rtl", "circuit x\n  input a 1\n  output b = a\nend\n"), flow.Options{})
	require.Error(t, err)
	_, err = checks.Verify(context.Background(), func() *flow.Program { os.Remove(side); return loaded(t, circuit) }(), checks.VerifyOptions{})
	require.ErrorContains(t, err, "is a circuit: there is nothing above it")
}

// hardware writes the hardware of a program and reads the files back.
func hardware(t *testing.T, p *flow.Program, kind string) map[string]string {
	dir := t.TempDir()
	h, err := p.Hardware(context.Background(), flow.HardwareOptions{Dir: dir, Core: kind})
	require.NoError(t, err)
	files := map[string]string{}
	for _, path := range h.Files {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		files[filepath.Base(path)] = string(text)
	}
	return files
}

// TestADesignPointMakesTheSameCoreAgain checks the design point that was written with the
// hardware. With this point, the program or its image gives every file again, byte for byte.
func TestADesignPointMakesTheSameCoreAgain(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	for _, kind := range flow.Cores() {
		first := loadWith(t, "testdata/andn.sn", "testdata/andn.isa")
		files := hardware(t, first, kind)
		point := write(t, dir, "mix.design", files["mix.design"])
		img := filepath.Join(dir, "mix.img")
		artefacts(t, first, img)
		for _, p := range []*flow.Program{loadWith(t, "testdata/andn.sn", "testdata/andn.isa"), loaded(t, img)} {
			got, err := checks.UseDesign(ctx, p, point)
			require.NoError(t, err)
			require.Equal(t, kind, got)
			require.Equal(t, files, hardware(t, p, got))
		}
		// Without the added line the text of the program is longer, and does not fit the point.
		_, err := checks.UseDesign(ctx, loaded(t, "testdata/andn.sn"), point)
		require.Error(t, err)
		require.Regexp(t, `mix\.design does not fit testdata/andn\.sn: word|text: \d address bits do not hold the \d+ words`, err.Error())
		bad := write(t, dir, "bad.design", strings.Replace(files["mix.design"], "regs ", "regs 9", 1))
		_, err = checks.UseDesign(ctx, first, bad)
		require.ErrorContains(t, err, "the number of regs is in 2..32")
	}
}

// TestAWholeCoreRunsAnyImage gives the design point of one program's whole core to other
// programs.
func TestAWholeCoreRunsAnyImage(t *testing.T) {
	ctx := context.Background()
	p := loaded(t, "../../examples/hello")
	require.NoError(t, p.UseWhole(ctx, flow.Pipe3))
	c, err := p.Core(ctx, flow.Pipe3)
	require.NoError(t, err)
	target, err := p.Target()
	require.NoError(t, err)
	require.Len(t, c.Point.Lines, len(target.Set.Insts))
	require.Equal(t, []string{"hello, world"}, runOn(t, p, flow.Cycle))
	for path, lines := range map[string][]string{"../../examples/crc32": {"result 696138f0"}, "../../examples/sort": {"result 6f719f60", "result 0"}} {
		q := loaded(t, path)
		require.NoError(t, q.UsePoint(ctx, c.Point))
		require.Equal(t, lines, runOn(t, q, flow.Cycle), path)
	}
}

// compile makes an executable of the test program.
func compile(t *testing.T, script string, flags ...string) string {
	gcc := testkit.Tool(t, "riscv64-unknown-elf-gcc")
	out := filepath.Join(t.TempDir(), "prog.elf")
	args := append([]string{"-mabi=ilp32", "-O2", "-nostdlib", "-nostartfiles", "-ffreestanding", "-T", "testdata/elf/" + script, "testdata/elf/prog.c", "-o", out}, flags...)
	said, err := exec.Command(gcc, args...).CombinedOutput()
	require.NoError(t, err, "%s", said)
	return out
}

// TestAnELFRuns runs a program from another compiler for the memory map of a core. A model in
// Go gives the expected words.
func TestAnELFRuns(t *testing.T) {
	p := loaded(t, compile(t, "core.ld", "-march=rv32im"))
	want := modelOfProg()
	for _, level := range []string{flow.ISA, flow.Cycle} {
		require.Equal(t, want, runOn(t, p, level), level)
	}
}

// modelOfProg is testdata/elf/prog.c in Go.
func modelOfProg() []string {
	seeds, x, c := [4]uint32{3, 1, 4, 1}, uint32(3), ^uint32(0)
	for i := range 64 {
		x = x*1664525 + seeds[i&3] + x/7
		for k := range 4 {
			c ^= x >> (8 * k) & 0xff
			for range 8 {
				c = c>>1 ^ 0xedb88320&-(c&1)
			}
		}
	}
	return []string{fmt.Sprintf("%08x", ^c), fmt.Sprintf("%08x", x%1000)}
}

// TestELFsThatAreRefused checks that the error names the expected and the actual contents.
func TestELFsThatAreRefused(t *testing.T) {
	const expects = "a core runs RV32 code of one text segment at 0x100000, with its data and constants from 0x0 below that, and port registers from 0xfffff800"
	for _, c := range []struct{ path, want string }{
		{compile(t, "flat.ld", "-march=rv32im", "-Wl,--no-warn-rwx-segments"), "expected the entry at 0x100000, found 0x0"},
		{compile(t, "core.ld", "-march=rv32imc"), "found a file with compressed ones"},
		{compile(t, "core.ld", "-march=rv64im", "-mabi=lp64"), "expected a 32-bit little-endian RISC-V file, found ELFCLASS64 ELFDATA2LSB EM_RISCV"},
	} {
		_, err := flow.Load(c.path, flow.Options{})
		require.ErrorContains(t, err, c.want)
		require.Contains(t, diag.Render(err), expects)
	}
}
