package flow

import (
	"context"
	"errors"
	"os/exec"
	"slices"

	riscv "github.com/sinter-lang/sinter/backend_riscv"
	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/hwgen/core"
	"github.com/sinter-lang/sinter/hwgen/mine"
	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/iss"
)

// once is an artefact that is made at most once.
type once[T any] struct {
	made  bool
	value T
	err   error
}

func (o *once[T]) get(make func() (T, error)) (T, error) {
	if !o.made {
		o.value, o.err = make()
		o.made = true
	}
	return o.value, o.err
}

// set sets the artefact.
func (o *once[T]) set(value T) { o.made, o.value = true, value }

// stages keeps the artefacts of a program.
type stages struct {
	circuit                *Core     // of a program that was loaded as a circuit
	ports                  *sim.Core // meaning of the circuit's ports
	first, forX86, forCore once[*ir.Module]
	forThreads             once[*ir.Module]
	products               []pass.Product // of forCore
	target                 once[*design.Target]
	mined                  once[*mine.Result]
	plain, image           once[*image.Image]
	tools                  once[*llvm.Tools]
	cores                  map[string]*once[*Core]
	x86                    map[x86.Product]*once[*x86.Image]
}

// Core is a generated core.
type Core struct {
	Kind    string
	Point   *design.Point
	Circuit *rtl.Circuit
	graph   once[*gate.Graph]
	netlist once[*gate.Netlist]
}

// First is the lowered program IR, before any pass.
func (p *Program) First() (*ir.Module, error) {
	return p.first.get(p.lowered)
}

// ForX86 is the program IR after the passes for x86-64: words up to 64 bits, one Main.
func (p *Program) ForX86() (*ir.Module, error) {
	return p.forX86.get(func() (*ir.Module, error) { return p.run("x86-64", pass.Env{}) })
}

// ForThreads is the program IR after the passes for x86-64. Each task that can be a thread has
// a separate context.
func (p *Program) ForThreads() (*ir.Module, error) {
	return p.forThreads.get(func() (*ir.Module, error) { return p.run("threads on x86-64", pass.Env{Threads: true}) })
}

// forProduct is the program IR from which a product is made.
func (p *Program) forProduct(product x86.Product) (*ir.Module, error) {
	if product == x86.MPI {
		return p.ForThreads()
	}
	if product != x86.Linux {
		return p.ForX86()
	}
	m, err := p.First()
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(m.Tasks, func(t ir.Task) bool { return t.Thread }) {
		return p.ForThreads()
	}
	return p.ForX86()
}

// Low is the program IR after the passes for a core. It has words of 1 and 32 bits, the
// operators of the target, and one Main.
func (p *Program) Low() (*ir.Module, error) {
	return p.forCore.get(func() (*ir.Module, error) {
		t, err := p.Target()
		if err != nil {
			return nil, err
		}
		m, err := p.run("a core", CoreEnv(t))
		if err == nil {
			p.products = pass.Products(m)
		}
		return m, err
	})
}

// CoreEnv is the data about a core's target that the passes need.
func CoreEnv(t *design.Target) pass.Env {
	return pass.Env{XLen: 32, Has: computes(t), Soft: softFloat}
}

// computes returns a function that reports whether a target has an instruction for an operator.
// Every set has comparisons, shifts and additions.
func computes(t *design.Target) func(word.Op) bool {
	return func(op word.Op) bool {
		switch op {
		case word.Mul, word.Divu, word.Remu, word.Divs, word.Rems:
			return t.Set.Computes(op)
		}
		return true
	}
}

// Target is the instruction set and the registers that the core's back end may use. The default
// is RV32I with multiplication and without division. If the settings do not fix the number of
// registers, Target has the smallest number that is tried. The image has the number that is
// then chosen.
func (p *Program) Target() (*design.Target, error) {
	return p.target.get(func() (*design.Target, error) {
		if p.opts.Target != nil {
			return p.opts.Target, nil
		}
		regs := p.opts.Regs
		if regs == 0 {
			regs = fewRegs
		}
		if err := checkRegs(regs); err != nil {
			return nil, err
		}
		base := baseSet()
		if p.opts.Soft {
			base = isa.RV32I()
		}
		set, err := p.opts.withLines(base)
		if err != nil {
			return nil, err
		}
		return design.NewTarget(set.Name, set, regs), nil
	})
}

func checkRegs(regs int) error {
	if regs < 5 || regs > 32 {
		return UserErrorf("--regs wants 5 to 32, got %d", regs)
	}
	return nil
}

// baseSet is RV32I with word multiplication.
func baseSet() *isa.Set {
	base := isa.RV32I()
	return isa.RV32IM().Subset("rv32i_zmmul", func(in *isa.Inst) bool { return base.Lookup(in.Name) != nil || in.Computes(word.Mul) })
}

// Image is the linked program of a generated core.
func (p *Program) Image(ctx context.Context) (*image.Image, error) {
	return p.image.get(func() (*image.Image, error) {
		im, err := p.plainImage(ctx)
		if err == nil && p.opts.lines() > 0 {
			im, err = p.withMined(ctx, im)
		}
		if err != nil {
			return nil, err
		}
		return im, p.imageBudget(im)
	})
}

// plainImage is the linked program without mined lines.
func (p *Program) plainImage(ctx context.Context) (*image.Image, error) {
	return p.plain.get(func() (*image.Image, error) {
		t, err := p.coreTarget()
		if err != nil {
			return nil, err
		}
		return p.imageFor(ctx, t)
	})
}

// imageFor is the image for a target, with the number of registers that serves the goal best.
func (p *Program) imageFor(ctx context.Context, t *design.Target) (*image.Image, error) {
	m, err := p.Low()
	if err != nil {
		return nil, err
	}
	return p.chosen(ctx, func(ctx context.Context, t *design.Target) (*image.Image, error) { return p.compile(ctx, m, t) }, t)
}

// compile makes the image with the code generator that the options name.
func (p *Program) compile(ctx context.Context, m *ir.Module, t *design.Target) (*image.Image, error) {
	if p.opts.Backend != "llvm" {
		return riscv.Compile(m, t)
	}
	tools, err := p.llvm()
	if err != nil {
		return nil, err
	}
	im, err := riscv.CompileLLVM(ctx, m, t, tools)
	if f := new(*llvm.Failure); errors.As(err, f) && t.Regs < llvmRegs {
		(*f).Forget()
		return nil, UserErrorf("--with llvm wants %d registers or more, got --regs %d: its calls pass arguments in x10 to x17; the code generator cg takes 5 or more", llvmRegs, t.Regs)
	}
	return im, err
}

// llvmRegs is the number of registers with which clang can compile every program.
const llvmRegs = 16

func (p *Program) llvm() (*llvm.Tools, error) {
	return p.tools.get(func() (*llvm.Tools, error) { return llvm.Find(exec.LookPath) })
}

// X86 is a product for x86-64. It needs clang and lld.
func (p *Program) X86(ctx context.Context, product x86.Product) (*x86.Image, error) {
	if p.bare != nil {
		return p.bare.X86(ctx, product)
	}
	if p.x86 == nil {
		p.x86 = map[x86.Product]*once[*x86.Image]{}
	}
	if p.x86[product] == nil {
		p.x86[product] = &once[*x86.Image]{}
	}
	return p.x86[product].get(func() (*x86.Image, error) {
		m, err := p.forProduct(product)
		if err != nil {
			return nil, err
		}
		tools, err := p.llvm()
		if err != nil {
			return nil, err
		}
		mpi, err := p.mpiFlags(ctx, product)
		if err != nil {
			return nil, err
		}
		img, err := x86.Options{MPI: mpi, CPU: x86.CPU(p.opts.CPU), Layout: p.opts.Layout, Printed: p.opts.Printed, Watched: p.opts.Watched, Words: p.bootWords(product)}.Build(ctx, m, product, tools)
		if err != nil {
			return nil, err
		}
		return img, p.withinBudget(tree.BudgetImage, "the file for "+string(product), len(img.Stripped), "bytes", nil)
	})
}

// bootWords are the start words that an image contains itself, because a UEFI computer starts
// an image without a command line.
func (p *Program) bootWords(product x86.Product) []string {
	if product != x86.UEFI {
		return nil
	}
	return p.words
}

// PortsOf is the meaning of the ports of the program's cores.
func (p *Program) PortsOf(ctx context.Context) (*sim.Core, error) {
	if p.ports != nil {
		return p.ports, nil
	}
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	return iss.CoreOf(im), nil
}

// Core is the generated core of an organisation.
func (p *Program) Core(ctx context.Context, kind string) (*Core, error) {
	if p.circuit != nil {
		return p.circuit, nil
	}
	if p.cores == nil {
		p.cores = map[string]*once[*Core]{}
	}
	if p.cores[kind] == nil {
		p.cores[kind] = &once[*Core]{}
	}
	return p.cores[kind].get(func() (*Core, error) {
		im, err := p.Image(ctx)
		if err != nil {
			return nil, err
		}
		return makeCore(im, plan.Options{Core: kind})
	})
}

// TracedCore makes the core of an organisation (multi or pipe3) with a trace port, the RISC-V Formal
// Interface.
func (p *Program) TracedCore(ctx context.Context, kind string) (*Core, error) {
	c, err := p.Core(ctx, kind)
	if err != nil {
		return nil, err
	}
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	traced, err := core.Traced(im, c.Point)
	if err != nil {
		return nil, err
	}
	return &Core{Kind: c.Kind, Point: c.Point, Circuit: traced}, nil
}

// FullCore is the core of the same organisation without specialisation. It shows how much
// specialisation saves.
func (p *Program) FullCore(ctx context.Context, kind string) (*Core, error) {
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	return makeCore(im, plan.Options{Core: kind, Full: true})
}

// UseWhole gives the program a core of an organisation that is not specialised. Such a core
// runs any image for the target and the devices.
func (p *Program) UseWhole(ctx context.Context, kind string) error {
	im, err := p.Image(ctx)
	if err != nil {
		return err
	}
	c, err := makeCore(im, plan.Options{Core: kind, Whole: true})
	if err == nil {
		p.use(c)
	}
	return err
}

// UsePoint makes the core of a design point the program's core. The core has the point's
// organisation.
func (p *Program) UsePoint(ctx context.Context, point *design.Point) error {
	im, err := p.Image(ctx)
	if err != nil {
		return err
	}
	c, err := core.Generate(im, point)
	if err == nil {
		p.use(&Core{Kind: point.Core, Point: point, Circuit: c})
	}
	return err
}

// use stores a core as the program's core of its organisation.
func (p *Program) use(c *Core) {
	if p.cores == nil {
		p.cores = map[string]*once[*Core]{}
	}
	p.cores[c.Kind] = &once[*Core]{}
	p.cores[c.Kind].set(c)
}

func makeCore(im *image.Image, o plan.Options) (*Core, error) {
	point, c, err := core.Choose(im, o)
	if err != nil {
		return nil, err
	}
	return &Core{Kind: o.Core, Point: point, Circuit: c}, nil
}

// Graph is the core as an and-inverter graph.
func (c *Core) Graph() (*gate.Graph, error) {
	return c.graph.get(func() (*gate.Graph, error) { return gate.Build(c.Circuit, gate.Options{}) })
}

// Netlist is the core as look-up tables and carry cells.
func (c *Core) Netlist() (*gate.Netlist, error) {
	return c.netlist.get(func() (*gate.Netlist, error) {
		g, err := c.Graph()
		if err != nil {
			return nil, err
		}
		return gate.Map(g)
	})
}
