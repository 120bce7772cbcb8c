package flow

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/medium"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
)

// ArtefactOptions are the options for an artefact.
type ArtefactOptions struct {
	Product string // product for an .elf or .ll: linux, pvh, pvh-pci, uefi or hvt
	Strip   bool
	Core    string
	Stage   string // stage of a .sir: first, x86 or low
}

// maker makes one kind of artefact.
type maker func(p *Program, ctx context.Context, o ArtefactOptions) ([]byte, error)

// makers maps a file extension to the function that makes the file. The rows are in the order
// of the flow, for the message that lists the extensions.
var makers = []struct {
	ext  string
	form Form // the latest form of a loaded program from which the file can be made
	make maker
}{
	{".sir", FromIR, (*Program).sir},
	{".elf", FromIR, (*Program).elf},
	{".ll", FromIR, (*Program).ll},
	{".efi", FromIR, (*Program).efi},
	{".raw", FromIR, (*Program).bootMedium},
	{".s", FromImage, (*Program).assembly},
	{".img", FromImage, (*Program).img},
	{".isa", FromImage, (*Program).isa},
	{".design", FromImage, (*Program).design},
	{".rtl", FromCircuit, onCore(func(c *Core) (string, error) { return c.Circuit.String(), nil })},
	{".v", FromCircuit, onCore(func(c *Core) (string, error) { return verilog.Write(c.Circuit, verilog.Options{}), nil })},
	{".aag", FromCircuit, onCore((*Core).aag)},
	{".aig", FromCircuit, onCore((*Core).aig)},
}

// executable reports whether an artefact with this name is an executable. Executables usually
// have no extension.
func executable(name string) bool {
	ext := filepath.Ext(name)
	return ext == "" || ext == ".elf"
}

// Artefact makes the artefact that the extension of a file name asks for.
func (p *Program) Artefact(ctx context.Context, name string, o ArtefactOptions) ([]byte, error) {
	ext := filepath.Ext(name)
	if executable(name) {
		ext = ".elf"
	}
	var known []string
	for _, m := range makers {
		if m.ext == ext {
			if p.Tree.System == nil {
				return nil, UserErrorf("%s declares no system: there is nothing to build", p.Name)
			}
			if m.form < p.Form {
				return nil, UserErrorf("-o %s: %s is %s; no %s can be made from it", name, p.Path, p.Form, ext)
			}
			return m.make(p, ctx, o)
		}
		known = append(known, m.ext)
	}
	return nil, UserErrorf("-o %s: no artefact has the extension %q; there are %s", name, ext, strings.Join(known, " "))
}

func (p *Program) sir(_ context.Context, o ArtefactOptions) ([]byte, error) {
	stage := map[string]func() (*ir.Module, error){"first": p.First, "x86": p.ForX86, "low": p.Low}[o.Stage]
	m, err := stage()
	if err != nil {
		return nil, err
	}
	return []byte(ir.Print(m)), nil
}

func (p *Program) elf(ctx context.Context, o ArtefactOptions) ([]byte, error) {
	if p.bare != nil {
		return nil, UserErrorf("--net and --word are given when a product is started, as in `%s`; -D net.host=10.0.0.2 builds a value in", p.words[0])
	}
	if err := p.servable(x86.Product(o.Product)); err != nil {
		return nil, err
	}
	img, err := p.X86(ctx, x86.Product(o.Product))
	if err != nil {
		return nil, err
	}
	if o.Strip {
		return img.Stripped, nil
	}
	return img.ELF, nil
}

// efi makes the application that a UEFI firmware starts.
func (p *Program) efi(ctx context.Context, o ArtefactOptions) ([]byte, error) {
	if o.Product != string(x86.UEFI) && o.Product != string(x86.Linux) {
		return nil, UserErrorf("--product %s: a UEFI firmware starts images of product uefi only", o.Product)
	}
	if err := p.servable(x86.UEFI); err != nil {
		return nil, err
	}
	img, err := p.X86(ctx, x86.UEFI)
	if err != nil {
		return nil, err
	}
	return img.EFI, nil
}

// bootMedium makes a disk image that contains the application for the firmware.
func (p *Program) bootMedium(ctx context.Context, o ArtefactOptions) ([]byte, error) {
	application, err := p.efi(ctx, o)
	if err != nil {
		return nil, err
	}
	return medium.Image(application), nil
}

// servable reports a port that the product's machine cannot serve. For example, a QEMU machine
// has no engine for datagrams.
func (p *Program) servable(product x86.Product) error {
	if !product.Boots() || p.Tree == nil || p.Tree.System == nil {
		return nil
	}
	for _, d := range p.Tree.System.Devices {
		if k := port.Find(d.Kind); k != nil && k.Key == port.Label && k.Shape == port.Message {
			return diag.Errorf("", d.Span, "`%s` is a port of %ss, which needs an engine outside; a machine for product %s has none", d.Name, k.Unit, product).
				Hint("a socket over a network device is a `%s` too: `net.udp(net.eth(0), 7)`", k.Type)
		}
	}
	return nil
}

func (p *Program) ll(_ context.Context, o ArtefactOptions) ([]byte, error) {
	m, err := p.forProduct(x86.Product(o.Product))
	if err != nil {
		return nil, err
	}
	text, err := x86.Emit(m, x86.Product(o.Product))
	return []byte(text), err
}

// assembly lists the core's program, one instruction per line, with source positions.
func (p *Program) assembly(ctx context.Context, _ ArtefactOptions) ([]byte, error) {
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for i, w := range im.Text {
		at := ""
		if i < len(im.Spans) && !im.Spans[i].IsZero() {
			at = "# " + im.Spans[i].String()
		}
		fmt.Fprintf(&b, "%08x: %08x  %-28s %s\n", image.PC(i), w, isa.Disassemble(im.Target.Set, w), at)
	}
	return b.Bytes(), nil
}

func (p *Program) img(ctx context.Context, _ ArtefactOptions) ([]byte, error) {
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	return []byte(image.Print(im)), nil
}

// isa prints the lines that the image contains.
func (p *Program) isa(ctx context.Context, _ ArtefactOptions) ([]byte, error) {
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, w := range im.Text {
		if in, _, ok := isa.Decode(im.Target.Set, w); ok {
			used[in.Name] = true
		}
	}
	return []byte(isa.Print(im.Target.Set.Subset(p.Name, func(in *isa.Inst) bool { return used[in.Name] }))), nil
}

func (p *Program) design(ctx context.Context, o ArtefactOptions) ([]byte, error) {
	c, err := p.Core(ctx, o.Core)
	if err != nil {
		return nil, err
	}
	return []byte(design.Print(c.Point)), nil
}

// onCore makes an artefact of a generated core.
func onCore(f func(*Core) (string, error)) maker {
	return func(p *Program, ctx context.Context, o ArtefactOptions) ([]byte, error) {
		c, err := p.Core(ctx, o.Core)
		if err != nil {
			return nil, err
		}
		text, err := f(c)
		return []byte(text), err
	}
}

func (c *Core) aag() (string, error) {
	g, err := c.built()
	if err != nil {
		return "", err
	}
	return gate.Print(g), nil
}

func (c *Core) aig() (string, error) {
	g, err := c.built()
	if err != nil {
		return "", err
	}
	return string(gate.PrintBinary(g)), nil
}

// built returns the gates of a core, without the parts for simulators and checks. These
// gates describe the same circuit as the written Verilog.
func (c *Core) built() (*gate.Graph, error) { return gate.Build(plan.Built(c.Circuit), gate.Options{}) }

// Price is the cost of the core by our own mapper, without the parts for simulators and checks.
func (c *Core) Price() (gate.Price, error) { return plan.Price(c.Circuit) }
