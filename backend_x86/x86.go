// Package x86 makes the x86-64 products of a program:
//
//	linux  a static process without a C library: frames from TAP interfaces or
//	       inherited descriptors, a system-call filter for the calls that the program uses
//	pvh    a bootable unikernel (QEMU microvm, Firecracker): serial console, exit
//	       device, virtio-mmio network devices, crash trailer
//	pvh-pci  the same with virtio over PCI and MSI-X (QEMU q35, cloud-hypervisor)
//	uefi   a kernel for a computer, with the program that its firmware starts:
//	       console on serial line and screen, virtio over PCI, e1000
//	mpi    a dynamic program that mpirun starts on several ranks; it distributes
//	       the tasks of the system over the ranks, so each task must be a thread
//	hvt    a guest of our own monitor (package monitor): ring 3, no kernel mode, frames
//	       in shared rings
//
// After ir/pass/tasks, internal/llvmir writes the program as LLVM IR. Below the program lies a
// hardware abstraction layer: the C files in hal/, which the same clang compiles. The start-up
// assembly of the unikernel is module-level assembly of the program's LLVM module.
//
// A process and a unikernel run live, or with a harness (sim/process) that controls time and
// input. The option --script selects the harness for a process, and the word sn.script on the
// command line selects the harness for a unikernel. The protocol is in hal/hal.h and common.c.
// A request consists of four 32-bit words and then the data bytes of the request.
//
//	'L' task site text   a log event      'X' task site   a trap
//	'P' text             more log text    'H'             all tasks have ended
//	'M' task mark        a mark           'Q'             -> status
//	'A' low high         the deadline of the wait that follows
//	'W' mask             -> status, 0 when no input is left
//	'T' dev cap          -> length, 0 when the frame was dropped; then the frame
//	'B' mask room        as 'W', but -> a batch of coming frames (batch.c)
//	'w' mask             a wait in a batch    't' dev cap    a frame taken from it
//	'S' dev frame        a frame sent         'N' dev n      the same, over the wire
//	'O' dev command      a command for a disk -> 0, or not 0 when the world refuses it
//	'D' dev bytes        the disk's answer
//	'Y' dev command      a command for a bus -> length of the bus's answer; then the answer
//	'G' dev              -> level of an input
//	'U' dev level        the new level of an output
//	'C'                  -> clock, two words
//	'E' mask             the run has ended: no input is left
//	'I' low high         instructions executed, before the last request
//
// Sources: System V ABI for x86-64; PVH boot of the Xen project; virtio 1.0; Intel SDM volume
// 3. Start reading at Build.
package x86

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/internal/llvmir"
	"github.com/sinter-lang/sinter/ir"
)

// Product names an output kind of Build.
type Product string

// The products.
const (
	Linux  Product = "linux"
	PVH    Product = "pvh"
	PVHPCI Product = "pvh-pci"
	UEFI   Product = "uefi"
	HVT    Product = "hvt"
	MPI    Product = "mpi"
)

// isProcess reports whether a product is a process of Linux.
func (p Product) isProcess() bool { return p == Linux || p == MPI }

// Boots reports whether a product runs in kernel mode.
func (p Product) Boots() bool { return p == PVH || p == PVHPCI || p == UEFI }

// Image is a finished executable.
type Image struct {
	Product  Product
	LLVM     string // the LLVM IR that the image was made from
	ELF      []byte // with debug information (DWARF)
	Stripped []byte
	Stack    int    // bytes of the unikernel's stack
	EFI      []byte // of product uefi: the program for the firmware, a PE32+ file
	tables   int    // page tables of the unikernel
}

//go:embed hal/*.h hal/*.c hal/*.s hal/*.ld hal/font.txt
var hal embed.FS

// source returns a file of the layer. All these files are embedded.
func source(name string) string {
	data, err := hal.ReadFile("hal/" + name)
	if err != nil {
		panic("x86: " + err.Error())
	}
	return string(data)
}

// The files of the layer. The files of a product are one translation unit, in this order. A
// file calls only functions of this file and of earlier files.
var (
	linuxFiles = []string{"hal.h", "memory.c", "linux_calls.c", "threads.c", "script.c", "batch.c", "linux_pins.c", "linux_serial.c", "linux_capture.c", "linux_udp.c", "linux_devices.c", "linux_bus.c", "linux_random.c", "common.c", "linux_cpu.c", "words.c", "linux_activation.c", "linux.c"}
	pvhFiles   = pvhWith([]string{"serial.c"}, []string{"virtio_mmio.c"}, "find_mmio.c")
	pciFiles   = pvhWith([]string{"serial.c"}, []string{"pages.c", "pci.c", "virtio_pci.c"}, "find_pci.c")
	uefiFiles  = pvhWith([]string{"handover.h", "bare_console.c"}, []string{"pages.c", "bare.c", "pci.c", "virtio_pci.c"}, "find_pci.c", "enter.s")
	mpiFiles   = []string{"hal.h", "mpi.c", "script.c", "common.c", "linux_cpu.c", "mpi_start.c"}
	hvtFiles   = []string{"hal.h", "memory.c", "hvt_calls.c", "script.c", "no_pins.c", "hvt_devices.c", "common.c", "words.c", "hvt.c"}
)

// pvhWith lists the files of a unikernel: a console, a transport for its devices, a file that
// finds the devices (finder), and further files (more).
func pvhWith(console, transport []string, finder string, more ...string) []string {
	cards := []string{"virtio_net.c"}
	if len(more) > 0 {
		cards = append(cards, "e1000.c")
	}
	return slices.Concat(
		[]string{"hal.h", "memory.c", "ports.c", "line.c"}, console,
		[]string{"fault.c", "crash.c", "stubs.s", "clock.c", "script.c", "virtio_queue.c"}, transport, []string{"pvh_serial.c"}, cards,
		[]string{"net.c", "virtio_block.c", "virtio_rng.c", "no_pins.c", finder, "virtio.c", "common.c", "words.c", "pvh.c", "boot.s"}, more,
	)
}

// recipe holds the settings that differ between products.
type recipe struct {
	triple  string
	sources []string // C files, and assembly files that become part of the program's module
	flags   []string // for clang, for C and IR alike, besides the common flags
	link    []string
	base    int // start of the image
}

// commonFlags are the flags of all products. The program is optimised for speed and the layer
// below it for size. Places reads line tables up to DWARF 4.
var commonFlags = []string{
	"-gdwarf-4", "-ffreestanding", "-fno-pic", "-fno-stack-protector", "-fno-asynchronous-unwind-tables",
	"-ffunction-sections", "-fdata-sections", "-fdebug-compilation-dir=.", "-mno-red-zone", "-Wno-override-module",
}

// generalRegs are the flags for the layer and for a program without floats. With these flags an
// interrupt saves only general registers, and the CPU's vector state needs no set-up.
var generalRegs = []string{"-mgeneral-regs-only"}

// floatRegs are the flags for a guest with floats. SSE2 rounds each operation to the format of
// its result, and clang never combines two operations into one (contraction). Interrupts of the
// unikernel run only code of the layer.
var floatRegs = append([]string{"-mno-avx"}, withoutContraction...)

// sseSetup makes the CPU accept SSE instructions. It sets CR4.OSFXSR and OSXMMEXCPT. It sets
// MXCSR to mask all exceptions, to round to nearest even, and to keep subnormals (Intel SDM
// volume 3, 14.1.3).
const sseSetup = `  mov %cr4, %rax
  or $0x600, %rax
  mov %rax, %cr4
  push $0x1f80
  ldmxcsr (%rsp)
  pop %rax
`

// hasFloats reports whether a program needs the CPU's floating point.
func hasFloats(m *ir.Module) bool { return usedOps(m)[ir.OpFloat] }

func recipeOf(p Product) (recipe, error) {
	switch p {
	case Linux:
		return recipe{
			triple: "x86_64-unknown-linux-gnu", sources: linuxFiles,
			link: []string{"-static", "-z", "noexecstack", "-z", "norelro", "-e", "_start"},
		}, nil
	case PVH:
		return pvhRecipe(pvhFiles), nil
	case PVHPCI:
		return pvhRecipe(pciFiles), nil
	case UEFI:
		r := pvhRecipe(uefiFiles)
		r.base, r.link = bareAt, append(r.link, "-e", "uefi_entry")
		return r, nil
	case HVT:
		return recipe{
			triple: "x86_64-unknown-none-elf", sources: hvtFiles, flags: []string{"-fstack-size-section"},
			base: imageAt, link: []string{"-T", hvtScript, "-z", "max-page-size=4096"},
		}, nil
	case MPI:
		return recipe{triple: "x86_64-unknown-linux-gnu", sources: mpiFiles}, nil
	}
	return recipe{}, fmt.Errorf("no x86 product %q; there are linux, pvh, pvh-pci, uefi, hvt and mpi", p)
}

// The linker scripts of images that no kernel loads.
const (
	pvhScript = "pvh.ld"
	hvtScript = "hvt.ld"
)

func pvhRecipe(files []string) recipe {
	return recipe{
		triple: "x86_64-unknown-none-elf", sources: files, base: imageAt,
		flags: []string{"-fstack-size-section"}, link: []string{"-T", pvhScript, "-z", "max-page-size=4096"},
	}
}

// assembly joins the assembly files. The entry comes first because it begins the image.
func (r *recipe) assembly() string {
	var b strings.Builder
	for _, name := range slices.Backward(r.sources) {
		if strings.HasSuffix(name, ".s") {
			b.WriteString(source(name))
		}
	}
	return b.String()
}

// Emit writes the LLVM IR of a product without running any tool.
func Emit(m *ir.Module, p Product) (string, error) { return emit(m, p, hasFloats(m), false) }

// emit is Emit with two more parameters. A guest with vectors enables SSE.
func emit(m *ir.Module, p Product, vectors, watched bool) (string, error) {
	r, err := recipeOf(p)
	if err != nil {
		return "", err
	}
	asm := r.assembly()
	if vectors {
		asm = strings.Replace(asm, "  // the set-up of SSE stands here\n", sseSetup, 1)
	}
	out, err := llvmir.Emit(m, llvmir.Options{Triple: r.triple, Asm: asm, Debug: llvmir.Lines, Vectors: p.isProcess(), Contexts: p.isProcess(), Watched: watched, Compact: p.Boots()})
	if err != nil {
		return "", err
	}
	return out.Text, nil
}

// Options change how an image is made. The zero value is the default.
type Options struct {
	// Plant is C code that runs before the program. Tests plant faults with it.
	Plant string
	// Printed may change the program's LLVM IR. Tests plant mistakes with it.
	Printed func(text string) string
	// Count makes the program report, at the end of the run, the number of executed
	// instructions. QEMU must count the instructions (process.Options.ICount).
	Count bool
	// CPU is the processor that the program is compiled for.
	CPU CPU
	// Layout is a seed that moves a process, or a guest of the monitor, to other addresses. 0
	// means the usual addresses.
	Layout uint64
	// Watched keeps the program's state in memory, where another process can find and read the
	// state.
	Watched bool

	// MPI are the flags of clang for product mpi.
	MPI MPIFlags

	// Words are the start words for product uefi, which has no command line.
	Words []string

	more []feature // features that the program needs in addition: tests add one that no processor has
}

// optimise are the flags for the program. LLVM's scalar evolution builds one expression from
// straight-line arithmetic. The time for this grows with the square of the expression's length.
// The first flag makes this analysis give up after 64 operands. Loops of real programs have
// fewer operands. The second flag lets clang vectorise a loop with sums of floats: vectors
// compute the terms, and scalar code adds the terms in the order of the source.
var optimise = []string{"-mllvm", "-scalar-evolution-huge-expr-threshold=64", "-mllvm", "-force-ordered-reductions"}

// small are the flags for the program of a unikernel: loops that run an unknown number of times
// are not unrolled, and do not begin at a multiple of 16 bytes.
var small = []string{"-mllvm", "-unroll-runtime=false", "-falign-loops=1"}

// level gives clang's flags for the program of a product: a process is optimised for speed, a
// guest for speed and size.
func level(p Product) []string {
	switch {
	case p.isProcess():
		return slices.Concat([]string{"-O3"}, optimise)
	case p.Boots():
		return slices.Concat([]string{"-O2"}, optimise, small)
	}
	return slices.Concat([]string{"-O2"}, optimise)
}

// Build compiles and links a module. The module must have passed the tasks pass.
func Build(ctx context.Context, m *ir.Module, p Product, tools *llvm.Tools) (*Image, error) {
	return Options{}.Build(ctx, m, p, tools)
}

// Build compiles and links a module. The module must have passed the tasks pass.
func (o Options) Build(ctx context.Context, m *ir.Module, p Product, tools *llvm.Tools) (*Image, error) {
	r, err := recipeOf(p)
	if err != nil {
		return nil, err
	}
	cpu, err := o.targetOf(ctx, m, p, tools)
	if err != nil {
		return nil, err
	}
	text, err := emit(m, p, hasFloats(m) || o.CPU != "", o.Watched)
	if err != nil {
		return nil, err
	}
	if o.Printed != nil {
		text = o.Printed(text)
	}
	flags := slices.Clip(append([]string{"--target=" + r.triple}, append(r.flags, commonFlags...)...))
	var program, layer []byte
	err = both(
		func() (err error) {
			program, err = tools.Compile(ctx, llvm.Unit{Name: "program", Lang: "ir", Text: text}, slices.Concat(flags, cpu.flags, level(p))...)
			return err
		},
		func() (err error) {
			below := slices.Concat(generalRegs, []string{"-Oz", "-fomit-frame-pointer"})
			if p == MPI {
				below = append([]string{"-O2"}, o.MPI.Compile...)
			}
			layer, err = tools.Compile(ctx, llvm.Unit{Name: "hal", Lang: "c", Text: o.halText(m, p, r, cpu)}, slices.Concat(flags, below)...)
			return err
		})
	if err != nil {
		return nil, err
	}
	img := &Image{Product: p, LLVM: text}
	if p == MPI {
		return img, img.linkHosted(ctx, tools, o.MPI, map[string][]byte{"program.o": program, "hal.o": layer})
	}
	if p != Linux { // Linux gives a process its stack
		if img.Stack, err = stackSize(m, program, layer); err != nil {
			return nil, err
		}
	}
	if img.tables, err = pageTables(m, r.base, len(program)+len(layer)+img.Stack); err != nil {
		return nil, err
	}
	if o.Layout != 0 && !p.Boots() {
		r.base = int(baseOf(o.Layout))
		if p == Linux {
			r.link = append(slices.Clip(r.link), fmt.Sprintf("--image-base=%#x", r.base))
		}
	}
	files := map[string][]byte{"program.o": program, "hal.o": layer}
	for _, script := range []string{pvhScript, hvtScript} {
		files[script] = []byte(source(script))
	}
	err = img.link(ctx, r, tools, files)
	if err == nil && p == UEFI {
		img.EFI, err = efi(ctx, tools, img.Stripped)
	}
	return img, err
}

// baseOf derives the start address of an image from a seed. The address is one of some 200,000
// pages below 800 MiB.
func baseOf(seed uint64) uint64 {
	const first, pages = 0x200000, 0x30000
	seed *= 0x9e3779b97f4a7c15 // Fibonacci hashing: nearby seeds give distant addresses
	return first + (seed>>32)%pages*page
}

// link makes two executables, with and without debug information.
func (img *Image) link(ctx context.Context, r recipe, tools *llvm.Tools, files map[string][]byte) error {
	args := []string{"--gc-sections", "--build-id=none", "-o", "out", fmt.Sprintf("--defsym=__stack_size=%d", img.Stack), fmt.Sprintf("--defsym=__page_tables=%d", img.tables), fmt.Sprintf("--defsym=__base=%d", r.base), "program.o", "hal.o"}
	args = slices.Clip(append(args, r.link...))
	return both(
		func() (err error) {
			img.ELF, err = tools.Link(ctx, files, "out", args...)
			return err
		},
		func() (err error) {
			plain, err := tools.Link(ctx, files, "out", append(args, "--strip-all")...)
			if err == nil {
				img.Stripped, err = withoutSections(plain)
			}
			return err
		})
}

// MPIFlags are the flags that the compiler of an MPI installation passes to clang: to find
// mpi.h, and to link.
type MPIFlags struct{ Compile, Link []string }

// linkHosted makes the executable of a program that uses a C library and MPI.
func (img *Image) linkHosted(ctx context.Context, tools *llvm.Tools, mpi MPIFlags, files map[string][]byte) error {
	args := slices.Concat([]string{"-no-pie", "-o", "out", "program.o", "hal.o"}, mpi.Link)
	return both(
		func() (err error) {
			img.ELF, err = tools.LinkHosted(ctx, files, "out", args...)
			return err
		},
		func() (err error) {
			img.Stripped, err = tools.LinkHosted(ctx, files, "out", append(slices.Clip(args), "-s")...)
			return err
		})
}

// both runs two functions at the same time. If both fail, it returns the error of the first.
func both(one, other func() error) error {
	done := make(chan error)
	go func() { done <- other() }()
	err := one()
	if second := <-done; err == nil {
		err = second
	}
	return err
}

// halText joins the sources of the layer with the program's configuration. Each line keeps the
// number that it has in its file, for the debug information.
func (o Options) halText(m *ir.Module, p Product, r recipe, cpu target) string {
	return joined(r.sources, func(line string, next int) string {
		switch {
		case strings.HasPrefix(line, "// config.h stands here"):
			own := mpiRings(m, p) + fmt.Sprintf("#define SN_ARGUMENTS %d\n#define SN_BARE %d\n#define SN_LINE %s\n", flag(p == Linux), flag(p == UEFI), strconv.QuoteToASCII(strings.Join(o.Words, " ")))
			return fmt.Sprintf("%s%s#line %d", own, o.config(m)+cpu.needsTable(), next)
		case strings.HasPrefix(line, "// font.h stands here"):
			return font()
		case strings.HasPrefix(line, "  // planted faults stand here"):
			return o.Plant
		}
		return line
	})
}

// joined joins the C files of a list into one text and drops their includes. `instead` may
// replace a line. The arguments of `instead` are the line and the number of the next line.
func joined(files []string, instead func(line string, next int) string) string {
	var b strings.Builder
	for _, name := range files {
		if strings.HasSuffix(name, ".s") {
			continue
		}
		fmt.Fprintf(&b, "#line 1 \"hal/%s\"\n", name)
		for i, line := range strings.Split(source(name), "\n") {
			if strings.HasPrefix(line, "#include \"") {
				line = ""
			} else if instead != nil {
				line = instead(line, i+2)
			}
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	return b.String()
}
