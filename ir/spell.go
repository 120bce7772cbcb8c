package ir

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/word"
)

// spelling is the text form of the name of an operation family. It is an interface and not a
// function type, because functions would make the initialisation of the row table depend on
// itself.
type spelling interface {
	print(i *Instr) string
	parse(i *Instr, name string) bool // sets the fields of i except Op
}

type (
	bySize  struct{} // a name with a size, such as load4
	byWord  struct{} // the name of an operator in ir/word
	byFloat struct{} // the name of a float operation
)

func (bySize) print(i *Instr) string { return i.Op.String() + strconv.Itoa(i.Size) }

func (bySize) parse(i *Instr, name string) (ok bool) {
	i.Size, ok = numbered(name, i.Op.String())
	return ok && sizeOK(i.Size)
}

func (byWord) print(i *Instr) string { return i.Word.String() }

func (byWord) parse(i *Instr, name string) (ok bool) {
	i.Word, ok = word.Lookup(name)
	return ok
}

func (byFloat) print(i *Instr) string { return i.Float.String() }

func (byFloat) parse(i *Instr, name string) (ok bool) {
	i.Float, ok = LookupFloat(name)
	return ok
}

func sizeOK(n int) bool { return n == 1 || n == 2 || n == 4 || n == 8 }

// opcode is the name of i in the text form.
func opcode(i *Instr) string {
	if i.Op < NumOps && i.Op.Row().Spell != nil {
		return i.Op.Row().Spell.print(i)
	}
	return i.Op.String()
}

// setOp sets the operation of i from its name.
func setOp(i *Instr, name string) bool {
	for op := range NumOps {
		*i = Instr{Op: op, Results: i.Results, Task: i.Task}
		if s := op.Row().Spell; s == nil && op.Row().Name == name || s != nil && s.parse(i, name) {
			return true
		}
	}
	return false
}

// hasImm reports whether the text of i ends with a number.
func hasImm(i *Instr) bool {
	if i.Op == OpWord {
		return i.Word != word.Bad && i.Word < word.NumOps && word.Table(i.Word).Widths == word.Part
	}
	return i.Op < NumOps && i.Op.Row().Imm != NoImm
}

// selector is the text after the name of an operation. It selects the callee, device, channel
// or arms of the operation.
type selector interface {
	print(p *printer, i *Instr) string
	parse(p *parser, i *Instr) error
	wrong(m *Module, i *Instr) string // describes what is wrong, or ""
}

type (
	byCallee  struct{}
	byDevice  []port.Shape // a device that has one of these port shapes
	byChannel struct{}
	byArms    struct{}
)

func (byCallee) print(_ *printer, i *Instr) string {
	if i.Callee == nil {
		return ""
	}
	return " @" + i.Callee.Name
}

func (byCallee) parse(p *parser, i *Instr) (err error) {
	i.Callee, err = p.funcName()
	return err
}

func (byCallee) wrong(_ *Module, i *Instr) string {
	if i.Callee == nil || len(i.Callee.Objs) != len(i.Refs) {
		return fmt.Sprintf("needs a callee and an object for each of its object parameters, got %d", len(i.Refs))
	}
	return ""
}

func (byDevice) print(p *printer, i *Instr) string {
	if i.Dev < 0 || i.Dev >= len(p.m.Devices) {
		return ""
	}
	return " " + p.m.Devices[i.Dev].Name
}

func (byDevice) parse(p *parser, i *Instr) (err error) {
	i.Dev, err = p.deviceName()
	return err
}

func (s byDevice) wrong(m *Module, i *Instr) string {
	if i.Dev < 0 || i.Dev >= len(m.Devices) {
		return lacks("device", true)
	}
	d := &m.Devices[i.Dev]
	var names []string
	for _, shape := range s {
		names = append(names, shape.String())
	}
	what := fmt.Sprintf("is for devices of shape %s, %s has shape %s", strings.Join(names, " or "), d.Name, port.ShapeOf(d.Kind))
	return flag(what, !slices.Contains(s, port.ShapeOf(d.Kind)))
}

func (byChannel) print(p *printer, i *Instr) string {
	if i.Chan < 0 || i.Chan >= len(p.m.Chans) {
		return ""
	}
	return " " + p.m.Chans[i.Chan].Name
}

func (byChannel) parse(p *parser, i *Instr) (err error) {
	i.Chan, err = p.channelName()
	return err
}

func (byChannel) wrong(m *Module, i *Instr) string {
	return lacks("channel", i.Chan < 0 || i.Chan >= len(m.Chans))
}

func (byArms) print(p *printer, i *Instr) string { return p.arms(i) }
func (byArms) parse(p *parser, i *Instr) error   { return p.arms(i) }

func (byArms) wrong(m *Module, i *Instr) string {
	return lacks("device or channel", !armsNamed(m, i))
}

func lacks(what string, yes bool) string {
	return flag("names a "+what+" that the module does not have", yes)
}

// wrong describes what is wrong with the Site of i, or returns "".
func (t Table) wrong(m *Module, i *Instr) string {
	switch t {
	case TrapSites:
		return lacks("trap site", i.Site < 0 || i.Site >= len(m.Traps))
	case LogSites:
		return lacks("log site", i.Site < 0 || i.Site >= len(m.Logs))
	}
	return ""
}

// wrong describes what is wrong with the immediate of i, or returns "".
func (m Immediate) wrong(in *Module, i *Instr) string {
	switch {
	case m == Mark:
		return lacks("mark", i.Imm/2 >= uint64(len(in.Marks)))
	case m == Flag && i.Imm > 1:
		return fmt.Sprintf("asks for 0 or 1, got %d", i.Imm)
	}
	return ""
}
