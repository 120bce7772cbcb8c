package riscv

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/internal/llvmir"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// CompileLLVM makes the image of m for a target with clang and lld. It is a second code
// generator for comparison with the first one, cg. Input and image format are the same, but
// LLVM selects the instructions.
//
// LLVM knows extensions, which are families of instructions. It does not know single lines. If
// the target has only part of a family, LLVM may use a line that the target lacks. CompileLLVM
// then returns an error. The stack has a fixed size: a first link shows the sizes of the
// frames, and a second link reserves room for the deepest path of calls.
func CompileLLVM(ctx context.Context, m *ir.Module, t *design.Target, tools *llvm.Tools) (*image.Image, error) {
	if tools.Version != 0 && tools.Version < llvm.MinRISCV {
		return nil, fmt.Errorf("clang %d is too old for RISC-V: %d or later is needed", tools.Version, llvm.MinRISCV)
	}
	b := &llvmBuild{ctx: ctx, m: m, t: t, tools: tools}
	if err := b.compile(); err != nil {
		return nil, err
	}
	elf, err := b.link(0)
	if err != nil {
		return nil, err
	}
	first, err := readLinked(m.Name, elf)
	if err != nil {
		return nil, err
	}
	if depth := first.stackDepth(isa.NewDecoder(t.Set)); depth > 0 {
		if elf, err = b.link(depth); err != nil {
			return nil, err
		}
		if first, err = readLinked(m.Name, elf); err != nil {
			return nil, err
		}
	}
	img := first.image(m, t, b.places)
	return img, img.Verify()
}

// llvmBuild is one build with clang and lld.
type llvmBuild struct {
	ctx    context.Context
	m      *ir.Module
	t      *design.Target
	tools  *llvm.Tools
	places []llvmir.Place
	files  map[string][]byte
}

// compile makes the object files of the program and of the functions that it calls.
func (b *llvmBuild) compile() error {
	out, err := llvmir.Emit(b.m, llvmir.Options{
		Triple: "riscv32-unknown-elf", Asm: startAsm(b.m), Debug: llvmir.Values, Narrow: true, LogWords: true, Bytewise: true,
		Support: portSupport(), Trap: func(task, site int) string { return "j " + trapSymbol(trapSite{site, max(task, 0)}) },
	})
	if err != nil {
		return err
	}
	b.places = out.Places
	flags := llvmFlags(b.t)
	b.files = map[string][]byte{"core.ld": []byte(coreScript)}
	units := []llvm.Unit{{Name: "program", Lang: "ir", Text: out.Text}}
	if usesBulk(b.m) {
		units = append(units, llvm.Unit{Name: "bulk", Lang: "c", Text: bulkSource})
	}
	for _, u := range units {
		if b.files[u.Name+".o"], err = b.tools.Compile(b.ctx, u, flags...); err != nil {
			return err
		}
	}
	return nil
}

// link makes the executable with a stack of the given size in bytes.
func (b *llvmBuild) link(stack uint32) ([]byte, error) {
	args := []string{"--gc-sections", "--build-id=none", "--no-rosegment", "--relax-gp", "-T", "core.ld", "-o", "out", fmt.Sprintf("--defsym=__stack_size=%d", stack), "program.o"}
	if _, has := b.files["bulk.o"]; has {
		args = append(args, "bulk.o")
	}
	return b.tools.Link(b.ctx, b.files, "out", args...)
}

// llvmFlags are the clang flags for the instructions and registers of a target.
func llvmFlags(t *design.Target) []string {
	arch, abi := archOf(t)
	flags := []string{
		"--target=riscv32-unknown-elf", "-march=" + arch, "-mabi=" + abi, "-O2", "-ffreestanding", "-fno-builtin",
		"-fno-pic", "-fno-asynchronous-unwind-tables", "-fstack-size-section", "-ffunction-sections", "-fdata-sections",
		"-Wno-override-module",
	}
	last := 31
	if abi == "ilp32e" {
		last = 15
	}
	for r := last; r >= t.Regs; r-- {
		flags = append(flags, fmt.Sprintf("-ffixed-x%d", r))
	}
	return flags
}

// archOf names the extensions whose lines the target has.
func archOf(t *design.Target) (arch, abi string) {
	arch, abi = "rv32i", "ilp32"
	if t.Regs <= 16 {
		arch, abi = "rv32e", "ilp32e"
	}
	switch {
	case t.Set.Computes(word.Divs):
		arch += "m"
	case t.Set.Computes(word.Mul):
		arch += "_zmmul"
	}
	return arch, abi
}

func usesBulk(m *ir.Module) bool {
	used := false
	for _, f := range reachable(m.Main()) {
		eachInstr(f, func(_ int, i *ir.Instr) { used = used || i.Op == ir.OpCopy || i.Op == ir.OpMove || i.Op == ir.OpClear })
	}
	return used
}

// checks returns the checks of a program, sorted by site and task. If several tasks can run a
// check, the list contains the check once for each task.
func checks(m *ir.Module) []image.Trap {
	seen := map[trapSite]bool{}
	var out []image.Trap
	for _, f := range reachable(m.Main()) {
		eachInstr(f, func(_ int, i *ir.Instr) {
			at := trapSite{i.Site, max(i.Task, 0)}
			if i.Op == ir.OpCheck && !seen[at] {
				seen[at] = true
				out = append(out, image.Trap{Task: at.task, Site: at.site, Code: m.Traps[at.site].Code})
			}
		})
	}
	slices.SortFunc(out, func(a, b image.Trap) int { return cmp.Or(a.Site-b.Site, a.Task-b.Task) })
	return out
}

func trapSymbol(at trapSite) string { return fmt.Sprintf("sn_trap.%d.%d", at.site, at.task) }

// startAsm is the entry code of the core. It also contains one trapping instruction for each
// check site. A failed check jumps to the instruction of its site.
func startAsm(m *ir.Module) string {
	var b strings.Builder
	b.WriteString(`.section .text.start,"ax",@progbits
.globl _start
_start: .option push
.option norelax
addi gp, x0, 0x7fc
.option pop
lui sp, %hi(__stack_top)
addi sp, sp, %lo(__stack_top)
jal sn_main
1: j 1b
`)
	for _, c := range checks(m) {
		name := trapSymbol(trapSite{c.Site, c.Task})
		fmt.Fprintf(&b, ".section .text.%s,\"ax\",@progbits\n.globl %s\n%s: ebreak\n", name, name, name)
	}
	b.WriteString(".text")
	return b.String()
}
