package main

import (
	"context"
	"fmt"
	"os/exec"
	"slices"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/process"
	"github.com/sinter-lang/sinter/sim/world"
)

// products takes the sizes of the x86-64 products. It counts the instructions that a unikernel
// executes before its program begins.
func products(ctx context.Context, examples []*example, f *figures) error {
	tools, err := llvm.Find(exec.LookPath)
	if err != nil {
		f.missing("x86-64 products: %v", err)
		return nil
	}
	for _, e := range examples {
		for _, product := range []x86.Product{x86.Linux, x86.PVH} {
			img, err := e.X86(ctx, product)
			if err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
			f.count(fmt.Sprintf("%s_bytes.%s", product, e.name), len(img.Stripped))
		}
	}
	return bootCounts(ctx, examples, tools, f)
}

// bootProgram is the program whose boot is counted: the smallest program.
const bootProgram = "hello"

// sayCount makes a guest log the time-stamp counter before its program begins. In QEMU
// this counter counts instructions exactly.
const sayCount = "sn_log_begin(0, 0); sn_log_u(tsc()); sn_log_end();"

func bootCounts(ctx context.Context, examples []*example, tools *llvm.Tools, f *figures) error {
	i := slices.IndexFunc(examples, func(e *example) bool { return e.name == bootProgram })
	if i < 0 {
		return nil
	}
	qemu, err := exec.LookPath("qemu-system-x86_64")
	if err != nil {
		f.missing("instructions of a boot: qemu-system-x86_64 is not installed (apt-get install qemu-system-x86)")
		return nil
	}
	m, err := examples[i].ForX86()
	if err != nil {
		return err
	}
	_, tr, err := boot(ctx, m, x86.Options{Count: true, Plant: sayCount}, tools, qemu)
	if err != nil {
		return err
	}
	var n int
	if len(tr.Events) == 0 {
		return fmt.Errorf("the guest said nothing")
	}
	if _, err := fmt.Sscan(tr.Events[0].Text, &n); err != nil {
		return fmt.Errorf("the guest said %q, expected a number", tr.Events[0].Text)
	}
	f.count("boot_instructions."+bootProgram, n)
	machine, _, err := boot(ctx, m, x86.Options{Count: true}, tools, qemu)
	if err != nil {
		return err
	}
	f.count("guest_instructions."+bootProgram, int(machine.Instructions()))
	return nil
}

// boot runs a module without devices as a guest and counts its instructions.
func boot(ctx context.Context, m *ir.Module, o x86.Options, tools *llvm.Tools, qemu string) (*process.Machine, *trace.Trace, error) {
	img, err := o.Build(ctx, m, x86.PVH, tools)
	if err != nil {
		return nil, nil, err
	}
	guest := process.Program{Name: m.Name, ELF: img.ELF, Where: x86.Places(img.ELF), Marks: m.Marks}
	for _, t := range m.Tasks {
		guest.Tasks = append(guest.Tasks, t.Name)
	}
	machine, err := process.NewUnikernel(ctx, guest, world.New(nil), process.Options{QEMU: qemu, ICount: true})
	if err != nil {
		return nil, nil, err
	}
	defer machine.Close()
	tr, err := sim.Run(machine, 1<<20)
	return machine, tr, err
}
