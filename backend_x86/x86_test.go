package x86_test

import (
	"context"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/process"
	"github.com/sinter-lang/sinter/sim/world"
)

const hello = `module hello
log 0 "hello " u:32 ""
task 0 greet @main
main @main

func @main(v1: tok) -> (tok) {
b0(v1):
  v2: i32 = const 42
  v3: tok = log v2, v1 !0 task 0
  v4: tok = halt v3
  ret v4
}
`

const echo = `module echo
device 0 eth0 eth task 0 rx tx
trap 0 assert
task 0 echo @main
main @main

func @main(v1: tok) -> (tok) {
  local %buf 68 align 4
b0(v1):
  v2: tok %buf = local %buf
  jump b1(v1, v2)
b1(v3: tok, v4: tok %buf):
  v5: i32 = const 1
  v6: i32, v7: tok = wait v5, v3
  v8: i1, v9: tok, v10: tok %buf = take eth0 %buf, v7, v4, 64
  br v8, b2(v9, v10), b1(v9, v10)
b2(v11: tok, v12: tok %buf):
  v13: i8 = load1 %buf[4], v12
  v14: i8 = const 9
  v15: i1 = ne v13, v14
  v16: tok = check v15, v11 !0 task 0
  v17: tok = send eth0 %buf, v16, v12
  jump b1(v17, v12)
}
`

func parse(t *testing.T, text string) *ir.Module {
	t.Helper()
	m, err := ir.Parse(&diag.File{Name: "t.sir", Text: text})
	require.NoError(t, err)
	require.NoError(t, ir.Verify(m))
	return m
}

func findTools(t *testing.T) *llvm.Tools {
	t.Helper()
	testkit.Tool(t, "clang-19", "clang")
	tools, err := llvm.Find(exec.LookPath)
	require.NoError(t, err)
	return tools
}

func build(t *testing.T, m *ir.Module, p x86.Product) *x86.Image {
	t.Helper()
	return buildWith(t, m, p, x86.Options{})
}

func guest(m *ir.Module, img *x86.Image) process.Program {
	p := process.Program{Name: m.Name, ELF: img.ELF, Marks: m.Marks, Where: x86.Places(img.ELF)}
	for _, t := range m.Tasks {
		p.Tasks = append(p.Tasks, t.Name)
	}
	for _, d := range m.Devices {
		p.Devices, p.Owners = append(p.Devices, d.Name), append(p.Owners, d.Task)
	}
	for _, t := range m.Traps {
		p.Traps = append(p.Traps, t.Code)
	}
	return p
}

// run returns the trace of a module on a product.
func run(t *testing.T, m *ir.Module, p x86.Product, w *world.World) *trace.Trace {
	t.Helper()
	img := build(t, m, p)
	var machine *process.Machine
	var err error
	if p.Boots() {
		qemu := testkit.Tool(t, "qemu-system-x86_64")
		machine, err = process.NewUnikernel(context.Background(), guest(m, img), w, process.Options{QEMU: qemu, Chipset: chipset(p)})
	} else {
		machine, err = process.NewNative(context.Background(), guest(m, img), w, process.Options{})
	}
	require.NoError(t, err)
	defer machine.Close()
	tr, err := sim.Run(machine, 1e6)
	require.NoError(t, err, machine.Command)
	return tr
}

// chipset is the chipset on which a product boots.
func chipset(p x86.Product) process.Chipset {
	if p == x86.PVHPCI {
		return process.Q35
	}
	return process.Microvm
}

func products() []x86.Product { return []x86.Product{x86.Linux, x86.PVH} }

func TestHello(t *testing.T) {
	for _, p := range products() {
		t.Run(string(p), func(t *testing.T) {
			tr := run(t, parse(t, hello), p, world.New(nil))
			require.Equal(t, trace.Ended, tr.Status)
			require.Equal(t, []trace.Event{{Kind: trace.Log, Task: "greet", Text: "hello 42"}}, tr.Events)
		})
	}
}

func TestEchoUntilTrap(t *testing.T) {
	inputs := []world.Input{
		{Time: 0, Data: []byte{1, 2, 3}},
		{Time: 5, Data: make([]byte, 65)}, // longer than the buffer
		{Time: 9, Data: make([]byte, 64)},
		{Time: 12, Data: []byte{9}},
	}
	for _, p := range products() {
		t.Run(string(p), func(t *testing.T) {
			w := world.New(&world.Script{Devices: []string{"eth0"}, Inputs: inputs})
			tr := run(t, parse(t, echo), p, w)
			require.Equal(t, trace.Trapped, tr.Status)
			require.Equal(t, []trace.Event{
				{Kind: trace.In, Task: "echo", Port: "eth0", Data: inputs[0].Data},
				{Kind: trace.Out, Task: "echo", Port: "eth0", Data: inputs[0].Data, Time: 0},
				{Kind: trace.In, Task: "echo", Port: "eth0", Data: inputs[2].Data},
				{Kind: trace.Out, Task: "echo", Port: "eth0", Data: inputs[2].Data, Time: 9},
				{Kind: trace.In, Task: "echo", Port: "eth0", Data: inputs[3].Data},
				{Kind: trace.Trap, Task: "echo", Code: "assert"},
			}, tr.Events)
			require.Equal(t, 1, w.Oversize(0))
		})
	}
}
