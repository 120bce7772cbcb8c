package build

import (
	"context"
	"fmt"
	"os/exec"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/gates"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/process"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/source"
	"github.com/sinter-lang/sinter/sim/world"
)

// The machines, from the reference down.
const (
	Source    = "source"
	IR        = "ir"
	Native    = "native"
	Unikernel = "unikernel"
	ISA       = "isa"
	Cycle     = "cycle"
	Gates     = "gates"

	lowIR = "ir low" // the program IR after the passes for a core
	x86IR = "ir x86" // and after those for x86-64
)

// stepLimits bound a run of each machine, so that a program that never waits
// ends with status limit. A step of source and ir is a slice of work, one of isa
// an instruction or a batch, one of cycle and gates a clock cycle.
var stepLimits = map[string]uint64{
	Source: 1 << 26, IR: 1 << 26, lowIR: 1 << 26, x86IR: 1 << 26, Native: 1 << 26, Unikernel: 1 << 24, ISA: 1 << 33, Cycle: 1 << 32, Gates: 1 << 28,
}

// machine makes the machine of a level for the program.
func (p *Program) machine(ctx context.Context, level, core string, w *world.World, seed int64) (sim.Machine, error) {
	switch level {
	case Source:
		return source.New(p.Tree, w)
	case IR:
		return onModule(p.First, w)
	case lowIR:
		return onModule(p.Low, w)
	case x86IR:
		return onModule(p.ForX86, w)
	case Native, Unikernel:
		return p.process(ctx, level, w)
	case ISA:
		im, err := p.Image(ctx)
		if err != nil {
			return nil, err
		}
		return iss.New(im, w)
	}
	c, err := p.Core(ctx, core)
	if err != nil {
		return nil, err
	}
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	if level == Cycle {
		meters := p.meters(im)
		return cycle.NewMachine(c.Circuit, iss.CoreOf(im), w, cycle.Options{Seed: seed, Retire: len(meters) > 0, Meters: meters})
	}
	return gatesMachine(c, im, w, seed)
}

func onModule(make func() (*ir.Module, error), w *world.World) (sim.Machine, error) {
	m, err := make()
	if err != nil {
		return nil, err
	}
	return program.New(m, w)
}

func gatesMachine(c *Core, im *image.Image, w *world.World, seed int64) (sim.Machine, error) {
	n, err := c.Netlist()
	if err != nil {
		return nil, err
	}
	compiled, err := gates.Compile(n)
	if err != nil {
		return nil, err
	}
	return gates.NewMachine(compiled, gates.Lane{Core: iss.CoreOf(im), World: w, Seed: seed})
}

// process starts a product for x86-64 as a machine.
func (p *Program) process(ctx context.Context, level string, w *world.World) (sim.Machine, error) {
	product := x86.Linux
	if level == Unikernel {
		product = x86.PVH
	}
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
		prog.Disks = append(prog.Disks, d.Kind == "disk")
	}
	prog.Ports = make([][]int, len(p.Tree.System.Devices))
	for _, s := range p.Tree.System.Sockets {
		prog.Ports[s.Device] = append(prog.Ports[s.Device], s.Port)
	}
	if level == Unikernel {
		return process.NewUnikernel(ctx, prog, w, process.Options{QEMU: qemu})
	}
	return process.NewNative(ctx, prog, w, process.Options{})
}

// guest is what the harness of a process must know of its module.
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

// MissingTool says which outside tool is not there and what installs it.
type MissingTool struct{ Tool, Package string }

// Error gives one line.
func (m *MissingTool) Error() string {
	return fmt.Sprintf("%s not found: apt-get install %s", m.Tool, m.Package)
}
