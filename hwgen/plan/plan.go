package plan

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
)

// How shifts by constants are done.
const (
	ShiftAuto     = ""         // constant while there are few amounts, else barrel
	ShiftConstant = "constant" // a select among the amounts of the image
	ShiftBarrel   = "barrel"   // one shifter for every amount
)

// Options are wishes that an image does not tell.
type Options struct {
	Core   string // Multi or Pipe3
	Shifts string // ShiftAuto, ShiftConstant, ShiftBarrel
	// Full asks for the core that is not specialised: RV32I and what else the
	// image holds, 32 registers, 32-bit program counter and addresses, a barrel
	// shifter. It is the measure that a specialised core is compared with.
	Full bool
}

// manyAmounts is the number of constant shifts from which a barrel is tried first.
const manyAmounts = 10

// Make decides the design point for an image.
func Make(im *image.Image, o Options) (*design.Point, error) {
	f, err := scan(im)
	if err != nil {
		return nil, err
	}
	p := &point{Point: design.Point{Program: im.Name, Core: o.Core}, im: im, f: f, o: o}
	p.instructions()
	p.shifts()
	p.sizes()
	p.ports()
	if err := p.Verify(); err != nil {
		return nil, err
	}
	_, err = Decode(im, &p.Point)
	return &p.Point, err
}

// point is a design point under construction.
type point struct {
	design.Point
	im *image.Image
	f  *facts
	o  Options
}

func (p *point) add(key, value, reason string, args ...any) {
	p.Choices = append(p.Choices, design.Choice{Key: key, Value: value, Reason: fmt.Sprintf(reason, args...)})
}

func (p *point) number(key string, n int, reason string, args ...any) {
	p.add(key, strconv.Itoa(n), reason, args...)
}

// instructions keeps the lines of the image, in the order of the set.
func (p *point) instructions() {
	if p.o.Full {
		for _, in := range isa.RV32I().Insts {
			p.add("keep", in.Name, "not specialised")
		}
	}
	for _, in := range p.f.kept {
		if p.o.Full && isa.RV32I().Lookup(in.Name) != nil {
			continue
		}
		u := p.f.uses[in.Name]
		p.add("keep", in.Name, "%d in the image, first at %s", u.count, u.first)
	}
}

// shifts chooses between a select of constant amounts and a barrel shifter.
func (p *point) shifts() {
	var rows []string
	total := 0
	for _, in := range p.f.kept {
		if amounts := p.f.amounts[in.Name]; len(amounts) > 0 {
			rows = append(rows, in.Name+" "+join(amounts))
			total += len(amounts)
		}
	}
	switch {
	case p.o.Full:
		p.add("shifts", ShiftBarrel, "not specialised")
	case p.f.variable != "":
		p.add("shifts", ShiftBarrel, "the amount of %s is in a register", p.f.variable)
	case total == 0:
		p.add("shifts", "none", "no shift in the image")
	case p.o.Shifts == ShiftBarrel, p.o.Shifts == ShiftAuto && total >= manyAmounts:
		p.add("shifts", ShiftBarrel, "%d constant shifts", total)
	default:
		p.add("shifts", ShiftConstant, "%d constant shifts", total)
		for _, r := range rows {
			p.add("amounts", r, "all in the image")
		}
	}
}

func join(amounts []int) string {
	words := make([]string, len(amounts))
	for i, n := range amounts {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, " ")
}

// sizes chooses registers, program counter and memories.
func (p *point) sizes() {
	text, data := bitsFor(len(p.im.Text)), 0
	if p.f.memory || p.o.Full || len(p.im.Devices) > 0 {
		data = bitsFor(int(p.im.DataEnd+3) / 4)
	}
	p.number("text", text, "%d words of text", len(p.im.Text))
	p.number("data", data, "%d bytes of data", p.im.DataEnd)
	if p.o.Full {
		p.number("regs", 32, "not specialised")
		p.number("pc", 30, "not specialised")
	} else {
		p.number("regs", p.f.regs, "the highest register in the image is x%d", p.f.regs-1)
		p.number("pc", bitsFor(len(p.im.Text)+1), "the text and the address behind it")
	}
	switch {
	case len(p.im.Devices) == 0:
	case p.o.Full:
		p.number("pointer", 30, "not specialised")
		p.number("length", 32, "not specialised")
	default:
		p.number("pointer", data, "buffers are in data memory")
		p.number("length", data+2, "buffers are in data memory")
	}
}

func (p *point) ports() {
	for _, port := range ports() {
		if u, ok := p.f.ports[port.Addr]; ok {
			p.add("port", port.Name, "%d in the image, first at %s", u.count, u.first)
		}
	}
	for _, d := range p.im.Devices {
		p.add("device", d.Name, "a binding of the system")
	}
}

// seen counts the places that need a thing.
type seen struct {
	count int
	first string
}

// facts are what the words of an image hold.
type facts struct {
	kept     []*isa.Inst // in the order of the set
	uses     map[string]seen
	amounts  map[string][]int // of shifts by a constant, ascending
	variable string           // a line that shifts by a register, "" if none
	regs     int
	memory   bool // some access may reach data memory
	ports    map[uint32]seen
}

// scan decodes every word of text.
func scan(im *image.Image) (*facts, error) {
	f := &facts{uses: map[string]seen{}, amounts: map[string][]int{}, regs: 2, ports: map[uint32]seen{}}
	if im.Target == nil || im.Target.Set == nil {
		return nil, diag.Errorf("", diag.Span{}, "image %s: expected a target with an instruction set", im.Name)
	}
	dec := isa.NewDecoder(im.Target.Set)
	for i, w := range im.Text {
		in, ops, ok := dec.Decode(w)
		if !ok {
			return nil, diag.Errorf("", diag.Span{}, "image %s: text word %d, %#08x, is no instruction of %s", im.Name, i, w, im.Target.Set.Name)
		}
		f.instruction(in, ops, place(im, i))
	}
	for _, in := range im.Target.Set.Insts {
		if f.uses[in.Name].count > 0 {
			f.kept = append(f.kept, in)
		}
		sort.Ints(f.amounts[in.Name])
	}
	return f, nil
}

// place names the source of a text word.
func place(im *image.Image, i int) string {
	if i < len(im.Spans) && !im.Spans[i].IsZero() {
		return im.Spans[i].String()
	}
	return fmt.Sprintf("text %#x", design.TextBase+4*i)
}

// instruction notes one word.
func (f *facts) instruction(in *isa.Inst, ops isa.Ops, at string) {
	f.uses[in.Name] = f.uses[in.Name].again(at)
	for _, r := range []uint8{ops.Rd, ops.Rs1, ops.Rs2, ops.Rs3} {
		f.regs = max(f.regs, int(r)+1)
	}
	if isConstantShift(in) {
		f.amount(in.Name, int(ops.Imm))
	} else if isShift(in) && f.variable == "" {
		f.variable = in.Name
	}
	if in.Meaning.Load == nil && in.Meaning.Store == nil {
		return
	}
	if ops.Rs1 == 0 && ops.Imm < 0 {
		f.ports[uint32(ops.Imm)] = f.ports[uint32(ops.Imm)].again(at)
	} else {
		f.memory = true
	}
}

func (f *facts) amount(name string, n int) {
	for _, m := range f.amounts[name] {
		if m == n {
			return
		}
	}
	f.amounts[name] = append(f.amounts[name], n)
}

func (s seen) again(at string) seen {
	if s.count == 0 {
		s.first = at
	}
	s.count++
	return s
}
