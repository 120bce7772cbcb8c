package x86_test

import (
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/process"
	"github.com/sinter-lang/sinter/sim/world"
)

// TestFigures checks the sizes and instruction counts of two small programs. The counts are
// exact, because QEMU executes one instruction per nanosecond.
func TestFigures(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, c := range []struct{ name, text string }{{"hello", hello}, {"echo", echo}} {
		m := parse(t, c.text)
		for _, p := range products() {
			img := build(t, m, p)
			fmt.Fprintf(&b, "%s %s: %d bytes, stack %d\n", c.name, p, len(img.Stripped), img.Stack)
			require.LessOrEqual(t, len(img.Stripped), 4096*2)
			if c.name == "hello" {
				require.LessOrEqual(t, len(img.Stripped), 4096)
			}
		}
		w := world.New(&world.Script{Devices: []string{"eth0"}, Inputs: []world.Input{{Data: make([]byte, 60)}, {Data: make([]byte, 60)}}})
		machine, _ := count(t, m, w)
		fmt.Fprintf(&b, "%s pvh: %d instructions\n", c.name, machine.Instructions())
	}
	if findTools(t).Version == 19 { // another compiler makes different code
		testkit.Golden(t, "testdata/figures.txt", b.String())
	}
}

func count(t *testing.T, m *ir.Module, w *world.World) (*process.Machine, *trace.Trace) {
	t.Helper()
	return boot(t, m, x86.Options{Count: true}, w)
}

// boot runs a module in QEMU, and QEMU counts instructions.
func boot(t *testing.T, m *ir.Module, o x86.Options, w *world.World) (*process.Machine, *trace.Trace) {
	t.Helper()
	machine, tr, err := tryBoot(t, m, o, w)
	require.NoError(t, err)
	return machine, tr
}

func tryBoot(t *testing.T, m *ir.Module, o x86.Options, w *world.World) (*process.Machine, *trace.Trace, error) {
	t.Helper()
	img := buildWith(t, m, x86.PVH, o)
	qemu := testkit.Tool(t, "qemu-system-x86_64")
	machine, err := process.NewUnikernel(context.Background(), guest(m, img), w, process.Options{QEMU: qemu, ICount: true})
	require.NoError(t, err)
	tr, err := sim.Run(machine, 1e6)
	return machine, tr, err
}

func buildWith(t *testing.T, m *ir.Module, p x86.Product, o x86.Options) *x86.Image {
	t.Helper()
	img, err := o.Build(context.Background(), m, p, findTools(t))
	require.NoError(t, err)
	return img
}

// TestEntryToMain counts all instructions before the program, including QEMU's firmware.
func TestEntryToMain(t *testing.T) {
	_, tr := boot(t, parse(t, hello), x86.Options{Count: true, Plant: "sn_log_begin(0, 0); sn_log_u(tsc()); sn_log_end();"}, world.New(nil))
	var n int
	_, err := fmt.Sscan(tr.Events[0].Text, &n)
	require.NoError(t, err)
	require.Less(t, n, 20000)
	require.Greater(t, n, 1000)
}

// TestSegments checks that text is not writable, that data is not executable, and that the
// files contain no padding.
func TestSegments(t *testing.T) {
	for _, p := range products() {
		f, err := elf.NewFile(bytes.NewReader(build(t, parse(t, echo), p).Stripped))
		require.NoError(t, err)
		exec, write := 0, 0
		for _, s := range f.Progs {
			if s.Type == elf.PT_GNU_STACK {
				require.Zero(t, s.Flags&elf.PF_X)
			}
			if s.Type != elf.PT_LOAD {
				continue
			}
			require.NotEqual(t, elf.PF_W|elf.PF_X, s.Flags&(elf.PF_W|elf.PF_X), "%s %v", p, s.ProgHeader)
			exec += int(s.Flags & elf.PF_X)
			write += int(s.Flags&elf.PF_W) / 2
		}
		require.Equal(t, []int{1, 1}, []int{exec, write}, "%s", p)
	}
}

const twice = `module twice
log 0 "a " bytes:8 ""
log 1 "b " i:12 ""
state %text 12 align 4 = $0500000041095c22ff
task 0 first @main
task 1 second @main
main @main

func @main(v1: tok, v2: tok %text) -> (tok, tok %text) {
b0(v1, v2):
  v3: tok = log %text, v1, v2 !0 task 0
  v4: i12 = const 4095
  v5: tok = log v4, v3 !1 task 1
  v6: tok = halt v5
  ret v6, v2
}
`

// TestLivePrintsOnTheConsole checks that each line names its task if there are several tasks.
func TestLivePrintsOnTheConsole(t *testing.T) {
	m := parse(t, twice)
	want := "first: a A\\t\\\\\\\"\\xff\nsecond: b -1\n"
	for _, p := range products() {
		out, code := live(t, build(t, m, p))
		require.Equal(t, want, out, "%s", p)
		require.Equal(t, 0, code, "%s", p)
	}
	tr := interpret(t, m)
	require.Equal(t, want, fmt.Sprintf("first: %s\nsecond: %s\n", tr.Events[0].Text, tr.Events[1].Text))
}

// live runs an image without a harness.
func live(t *testing.T, img *x86.Image, args ...string) (string, int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image")
	require.NoError(t, os.WriteFile(path, img.Stripped, 0o755))
	argv := append([]string{path}, args...)
	if img.Product == x86.PVH {
		argv = process.QEMUArgs(process.Options{QEMU: testkit.Tool(t, "qemu-system-x86_64")}, path, "")
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	out, _ := cmd.Output()
	code := cmd.ProcessState.ExitCode()
	if img.Product == x86.PVH {
		require.Equal(t, 1, code&1)
		code = (code - 1) / 2
	}
	return string(out), code
}

const failing = `module failing
trap 0 index @f.sn:3.4
task 0 main @main
main @main

func @main(v1: tok) -> (tok) {
b0(v1):
  v2: i1 = const 0
  v3: tok = check v2, v1 !0 task 0
  v4: tok = halt v3
  ret v4
}
`

const waiting = `module waiting
task 0 main @main
main @main

func @main(v1: tok) -> (tok) {
b0(v1):
  v2: i32 = const 0
  v3: i32, v4: tok = wait v2, v1
  ret v4
}
`

func TestLiveEnds(t *testing.T) {
	for _, p := range products() {
		out, code := live(t, build(t, parse(t, failing), p))
		require.Equal(t, "trap in task main: index at f.sn:3.4\n", out)
		require.Equal(t, 4, code)
		out, code = live(t, build(t, parse(t, waiting), p))
		require.Equal(t, "", out)
		require.Equal(t, 5, code)
	}
	_, code := live(t, build(t, parse(t, echo), x86.Linux))
	require.Equal(t, 1, code, "a device that is not given")
	_, code = live(t, build(t, parse(t, echo), x86.Linux), "eth1=fd:0")
	require.Equal(t, 1, code, "a device that does not exist")
}

const wild = `module wild
state %far 64 align 4
task 0 main @main
main @main

func @main(v1: tok, v2: tok %far) -> (tok, tok %far) {
b0(v1, v2):
  v3: i32, v4: tok = status v1
  v5: i32 = const 1073741824
  v6: i32 = add v3, v5
  v7: i32 = load4 %far[v6], v2   @wild.sn:12.3
  v8: tok %far = store4 %far, v7, v2
  v9: i32, v10: tok = wait v7, v4
  ret v10, v8
}
`

// TestCrash checks that the report of every CPU exception has a file and a line.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, plant string
		vector      uint64
		where       string
	}{
		{"null", "*(volatile u32 *)8 = 1;", 14, `^hal/pvh\.c:\d+$`},
		{"division", `__asm__ volatile("xor %%ecx, %%ecx; div %%ecx" ::: "eax", "ecx", "edx");`, 0, `^hal/pvh\.c:\d+$`},
		{"overflow of the stack", `for (;;) __asm__ volatile("push %%rax" ::: "memory");`, 14, `^hal/pvh\.c:\d+$`},
		{"text is written", "*(volatile u8 *)(u64)pvh_start = 0xc3;", 14, `^hal/pvh\.c:\d+$`},
		{"data is executed", "static u8 code[1] = {0xc3}; ((void (*)(void))code)();", 14, `^-$`},
		{"general protection", "*(volatile u32 *)(1ull << 63) = 1;", 13, `^hal/pvh\.c:\d+$`},
		{"the table of interrupts is written", "*(volatile u8 *)idt = 0;", 14, `^hal/pvh\.c:\d+$`},
		{"full: the table of segments is written", "*(volatile u8 *)gdt = 0;", 14, `^hal/pvh\.c:\d+$`},
		{"full: the task segment is written", "*(volatile u8 *)&tss = 0;", 14, `^hal/pvh\.c:\d+$`},
		{"the last page table is written", "*(volatile u64 *)(__tables_end - 8) = 0;", 14, `^hal/pvh\.c:\d+$`},
		{"full: the first page table is written", "*(volatile u64 *)__tables_start = 0;", 14, `^hal/pvh\.c:\d+$`},
		{"overflow of the stack of interrupts", "*(volatile u8 *)(__interrupt_stack_top - 4097) = 0;", 14, `^hal/pvh\.c:\d+$`},
		{"program", "", 14, `^wild\.sn:12$`},
	} {
		if strings.HasPrefix(c.name, "full: ") && !testkit.Full() {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			_, _, err := tryBoot(t, parse(t, wild), x86.Options{Plant: c.plant}, world.New(nil))
			var crash *process.Crash
			require.ErrorAs(t, err, &crash)
			require.Equal(t, c.vector, crash.Vector)
			require.Regexp(t, regexp.MustCompile(c.where), crash.Where)
		})
	}
}

// TestHardening checks that the CPU's protections are on and that old interrupt controllers are
// masked if there are any. It also checks that a spurious interrupt is handled.
func TestHardening(t *testing.T) {
	t.Parallel()
	const plant = `{
  u64 x;
  __asm__ volatile("mov %%cr4, %0" : "=r"(x));
  if ((x & (1 << 20 | 1 << 21 | 1 << 11)) != (1 << 20 | 1 << 21 | 1 << 11)) hal_exit(20);
  __asm__ volatile("mov %%cr0, %0" : "=r"(x));
  if (!(x & 1 << 16)) hal_exit(21);
  if (inb(0x21) != 0xff || inb(0xa1) != 0xff) hal_exit(22);
  __asm__ volatile("int $47; sti; nop; cli");
}`
	path := filepath.Join(t.TempDir(), "image")
	require.NoError(t, os.WriteFile(path, buildWith(t, parse(t, hello), x86.PVH, x86.Options{Plant: plant}).Stripped, 0o755))
	line := strings.Join(process.QEMUArgs(process.Options{QEMU: testkit.Tool(t, "qemu-system-x86_64")}, path, ""), " ")
	argv := strings.Fields(strings.Replace(line, "pic=off,pit=off", "pic=on,pit=on", 1) + " -cpu max")
	out, err := exec.Command(argv[0], argv[1:]...).Output()
	require.EqualError(t, err, "exit status 1", "%s", out)
	require.Equal(t, "hello 42\n", string(out))
}

// TestDeterministic checks that the same program gives the same bytes, and that these bytes do
// not contain the name of the build directory.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	for _, p := range products() {
		first, again := build(t, parse(t, echo), p), build(t, parse(t, echo), p)
		require.Equal(t, first.ELF, again.ELF)
		require.Equal(t, first.Stripped, again.Stripped)
		require.NotContains(t, string(first.ELF), os.TempDir()+"/")
	}
}
