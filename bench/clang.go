package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/sim/iss"
)

//go:embed testdata/kernels
var sources embed.FS

// clangName is the compiler with whose code the code of our own generator is compared.
const clangName = "clang-19"

// clangFlags compile and link a kernel.
var clangFlags = []string{
	"--target=riscv32-unknown-elf", "-march=rv32im", "-mabi=ilp32", "-O2", "-ffreestanding", "-nostdlib",
	"-fuse-ld=lld", "-ffunction-sections", "-Wl,--gc-sections", "-Wl,-T,link.ld", "-o", "kernel.elf", "crt0.S", "rt.c",
}

// kernelNames lists the kernels in C. The caller compares their result words with ours.
func kernelNames() []string {
	var names []string
	for _, k := range kernelResults() {
		names = append(names, k.name)
	}
	return names
}

type kernel struct {
	name    string
	results []uint32
}

func kernelResults() []kernel {
	return []kernel{
		{"crc32", []uint32{0x696138f0}},
		{"crc32t", []uint32{0x696138f0}},
		{"sha256", []uint32{0xd282e9c9, 0x7b74f8fc, 0x63dbda17, 0x8fe65a36, 0x4f5e6e45, 0xd02c9c92, 0x8898c629, 0x97772fa3}},
		{"matmul", []uint32{0xb34985b9}},
		{"firewall", []uint32{0x001a0407, 0x91486878}},
		{"sort", []uint32{0x6f719f60, 0}},
		{"fir", []uint32{0xc4c01672}},
	}
}

// kernels compares the instruction counts of our own code generator with clang's counts, for
// the kernels that exist in both languages.
func kernels(ctx context.Context, examples []*example, f *figures) error {
	clang, err := exec.LookPath(clangName)
	if err != nil {
		f.missing("instructions beside clang: %s is not installed (apt-get install clang-19 lld-19)", clangName)
		return nil
	}
	var all []float64
	for _, k := range kernelResults() {
		i := slices.IndexFunc(examples, func(e *example) bool { return e.name == k.name })
		if i < 0 {
			continue
		}
		count, err := k.run(ctx, clang)
		if err != nil {
			return fmt.Errorf("%s in C: %w", k.name, err)
		}
		f.count("clang_instructions."+k.name, count)
		quotient := f.Counts["instructions."+k.name] / float64(count)
		f.ratio("cg.instructions."+k.name, quotient)
		all = append(all, quotient)
	}
	if len(all) == len(kernelResults()) {
		f.ratio("cg.instructions", geometricMean(all))
	}
	return nil
}

// run compiles a kernel, runs it and counts the instructions between its marks.
func (k kernel) run(ctx context.Context, clang string) (int, error) {
	m, err := k.measure(ctx, clang)
	return m.instructions, err
}

// compile links a kernel without the functions that are never called.
func (k kernel) compile(ctx context.Context, clang string, more ...string) (*image.Raw, error) {
	dir, err := os.MkdirTemp("", "sinter-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"crt0.S", "rt.c", "kernel.h", "input.h", "link.ld", k.name + ".c"} {
		text, err := onCore(name)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return nil, err
		}
	}
	cmd := exec.CommandContext(ctx, clang, slices.Concat(clangFlags, more, []string{k.name + ".c"})...)
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %s", clangName, strings.TrimSpace(string(said)))
	}
	elf, err := os.ReadFile(filepath.Join(dir, "kernel.elf"))
	if err != nil {
		return nil, err
	}
	return image.ReadRaw(k.name, elf)
}

// onCore reads a kernel's C file in the form for a core.
func onCore(file string) ([]byte, error) {
	text, err := sources.ReadFile("testdata/kernels/" + file)
	if errors.Is(err, fs.ErrNotExist) {
		return pairs.ReadFile("c/" + file)
	}
	return text, err
}

// A kernel stores to these addresses, which are above its memory (testdata/kernels/kernel.h).
const (
	memory     = 0x10000
	resultWord = memory
	markWord   = memory + 4
	endWord    = memory + 8
	maxSteps   = 1 << 24
)

// execute runs an executable on the instruction table, and counts the instructions of the
// whole run or between the marks. The memory of the simulated machine is twice the kernel's
// memory. So the three words above the kernel's memory exist, and stores to these words are
// recorded. The count does not include the stores that report the marks.
func execute(raw *image.Raw, whole bool) (results []uint32, count int, err error) {
	mem := make([]byte, 2*memory)
	copy(mem, raw.Data)
	s, err := iss.NewStepper(isa.RV32IM(), 32, mem, nil)
	if err != nil {
		return nil, 0, err
	}
	s.SetPC(design.TextBase)
	running := whole
	for range maxSteps {
		i := (s.PC() - design.TextBase) / 4
		if int(i) >= len(raw.Text) {
			return nil, 0, fmt.Errorf("pc %#x is outside of the text", s.PC())
		}
		r, ok, err := s.Step(raw.Text[i])
		if err != nil || !ok {
			return nil, 0, fmt.Errorf("pc %#x: the instruction does not execute: %v", s.PC(), err)
		}
		switch {
		case r.Mask == 0 || !isStore(raw.Text[i]) || r.Addr < memory:
		case r.Addr == resultWord:
			results = append(results, r.Data)
		case r.Addr == markWord:
			running = r.Data == 1
			continue
		case r.Addr == endWord:
			return results, count, nil
		}
		if running {
			count++
		}
	}
	return nil, 0, fmt.Errorf("no end after %d instructions", maxSteps)
}

// isStore recognises the stores of RV32I by their major opcode.
func isStore(insn uint32) bool { return insn&0x7f == 0x23 }
