package flow

import (
	"context"
	"errors"
	"fmt"
	"os/exec"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/monitor"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/gates"
	"github.com/sinter-lang/sinter/sim/process"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/world"
)

func onModule(make func() (*ir.Module, error), w *world.World) (sim.Machine, error) {
	m, err := make()
	if err != nil {
		return nil, err
	}
	return program.New(m, w)
}

// gatesMachine makes the gates of a core with several lanes. Each lane is a run.
func gatesMachine(c *Core, engine string, lanes ...gates.Lane) (*gates.Machine, error) {
	n, err := c.Netlist()
	if err != nil {
		return nil, err
	}
	compiled, err := gates.Compile(n, engine)
	if err != nil {
		return nil, err
	}
	return gates.NewMachine(compiled, lanes...)
}

// process starts a product for x86-64 as a machine.
func (p *Program) process(ctx context.Context, level string, w *world.World) (sim.Machine, error) {
	return p.sampled(ctx, level, w, nil)
}

// sampled is the same as process, but can also take samples: if `samples` is not nil, it
// records where a Linux process spends its time.
func (p *Program) sampled(ctx context.Context, level string, w *world.World, samples *process.Samples) (sim.Machine, error) {
	product := map[string]x86.Product{Native: x86.Linux, Unikernel: x86.PVH, Monitor: x86.HVT}[level]
	qemu := ""
	if level == Unikernel {
		path, err := exec.LookPath("qemu-system-x86_64")
		if err != nil {
			return nil, &MissingTool{"qemu-system-x86_64", "qemu-system-x86"}
		}
		qemu = path
	}
	img, err := p.X86(ctx, product)
	if err != nil {
		return nil, err
	}
	m, err := p.ForX86()
	if err != nil {
		return nil, err
	}
	prog := guest(m, img)
	for _, d := range p.Tree.System.Devices {
		prog.Disks = append(prog.Disks, isDisk(&d))
		prog.Buses = append(prog.Buses, port.Exchanges(d.Kind))
		prog.Sources = append(prog.Sources, isSource(&d))
		prog.Levels = append(prog.Levels, port.Find(d.Kind).Bytes())
		prog.Streams = append(prog.Streams, port.ShapeOf(d.Kind) == port.Stream)
	}
	prog.Words = p.words
	prog.Ports = make([][]int, len(p.Tree.System.Devices))
	for _, s := range p.Tree.System.Sockets {
		prog.Ports[s.Device] = append(prog.Ports[s.Device], s.Port)
	}
	switch level {
	case Unikernel:
		return process.NewUnikernel(ctx, prog, w, process.Options{QEMU: qemu})
	case Monitor:
		return process.NewMonitor(ctx, prog, w, process.Options{})
	}
	return process.NewNative(ctx, prog, w, process.Options{Samples: samples})
}

// guest is the data about a module that the harness of a process needs.
func guest(m *ir.Module, img *x86.Image) process.Program {
	p := process.Program{Name: m.Name, ELF: img.ELF, Where: x86.Places(img.ELF), Marks: m.Marks}
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

// NotHere reports whether err means that a machine cannot run on this computer. why names the
// missing outside tool or /dev/kvm.
func NotHere(err error) (why string, ok bool) {
	var tool *MissingTool
	var clang *llvm.Missing
	if errors.As(err, &tool) || errors.As(err, &clang) || errors.Is(err, monitor.ErrNoKVM) {
		return err.Error(), true
	}
	return "", false
}

// MissingTool names an outside tool that is missing, and the package that installs it.
type MissingTool struct{ Tool, Package string }

// Error gives one line.
func (m *MissingTool) Error() string {
	return fmt.Sprintf("%s not found: apt-get install %s", m.Tool, m.Package)
}
