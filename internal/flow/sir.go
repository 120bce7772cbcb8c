package flow

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/lower"
	"github.com/sinter-lang/sinter/lang/tree"
)

// loadIR reads a program in the text form of its IR. The program has no source, so its
// reference is the machine ir. The other machines treat the program like one that was lowered
// from source.
func loadIR(f *diag.File, opts Options) (*Program, error) {
	if len(opts.Settings) > 0 {
		return nil, UserErrorf("%s has no config: -D is for sources", f.Name)
	}
	if len(opts.Addresses) > 0 {
		return nil, UserErrorf("%s has its addresses: --net is for sources", f.Name)
	}
	if len(opts.Words) > 0 {
		return nil, UserErrorf("%s has its configs: --word is for sources", f.Name)
	}
	m, err := ir.Parse(f)
	if err != nil {
		return nil, err
	}
	if err := knownKinds(m, f); err != nil {
		return nil, err
	}
	if err := bounded(m, f); err != nil {
		return nil, err
	}
	if len(m.Tasks) == 0 {
		return nil, diag.Errorf("", diag.Span{File: f}, "module %s has no task: there is nothing to run", m.Name)
	}
	return &Program{Name: m.Name, Form: FromIR, Files: []*diag.File{f}, Tree: declared(m), opts: opts}, nil
}

// knownKinds refuses devices that no machine has.
func knownKinds(m *ir.Module, f *diag.File) error {
	for _, d := range m.Devices {
		if port.Find(d.Kind) == nil {
			return diag.Errorf("", diag.Span{File: f}, "device %s has the kind `%s`, which no machine has", d.Name, d.Kind)
		}
	}
	return nil
}

// maxMemory is the largest memory of a program that is loaded as IR.
const maxMemory = 256 << 20

// bounded refuses a program whose objects and channels are too large for any machine.
func bounded(m *ir.Module, f *diag.File) error {
	total := 0
	for _, o := range m.Objects {
		total += o.Size
	}
	for _, fn := range m.Funcs {
		for _, o := range fn.Locals {
			total += o.Size
		}
	}
	for _, c := range m.Chans {
		element := 8 * len(c.Words)
		for _, n := range c.Objs {
			element += n
		}
		total += max(c.Cap, 1) * element
	}
	if total > maxMemory {
		return diag.Errorf("", diag.Span{File: f}, "module %s wants %d bytes of memory; a program may have %d", m.Name, total, maxMemory)
	}
	return nil
}

// declared returns the declarations of a module as a tree without code.
func declared(m *ir.Module) *tree.Program {
	t := &tree.Program{Name: m.Name, System: &tree.System{Name: m.Name}, Marks: m.Marks}
	for _, d := range m.Devices {
		t.System.Devices = append(t.System.Devices, tree.DeviceDef{Name: d.Name, Kind: d.Kind, Run: d.Task, Rx: d.Rx, Tx: d.Tx})
	}
	for _, c := range m.Chans {
		t.System.Chans = append(t.System.Chans, tree.ChanDef{Name: c.Name, Span: c.Span})
	}
	for _, r := range m.Tasks {
		t.System.Runs = append(t.System.Runs, tree.Run{Name: r.Name, Task: &tree.Func{Name: r.Name}})
	}
	for _, s := range m.Traps {
		t.Traps = append(t.Traps, tree.TrapSite{ID: s.ID, Code: s.Code, Span: s.Span})
	}
	return t
}

// Reference is the machine with which all others are compared: source, or ir if the program has
// no source.
func (p *Program) Reference() string {
	if p.Form == FromIR {
		return IR
	}
	return Source
}

// lowered makes the program IR again, because passes change their module.
func (p *Program) lowered() (*ir.Module, error) {
	if p.Form == FromIR {
		return ir.Parse(p.Files[0])
	}
	return lower.Lower(p.Tree)
}
