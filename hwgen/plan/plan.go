package plan

import (
	"fmt"
	"strconv"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/word"
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
	c, err := image.ContractOf(im)
	if err != nil {
		return nil, err
	}
	p := &point{Point: design.Point{Program: im.Name, Core: o.Core}, im: im, c: c, o: o}
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
	c  *image.Contract
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
	for _, u := range p.c.Ops {
		if p.o.Full && isa.RV32I().Lookup(u.Name) != nil {
			continue
		}
		p.add("keep", u.Name, "%d in the image, first at %s", u.Count, u.At)
	}
}

// shifts chooses between a select of constant amounts and a barrel shifter.
func (p *point) shifts() {
	rows, total := p.amounts()
	switch byRegister := p.byRegister(); {
	case p.o.Full:
		p.add("shifts", ShiftBarrel, "not specialised")
	case byRegister != "":
		p.add("shifts", ShiftBarrel, "the amount of %s is in a register", byRegister)
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

// byRegister names a line that shifts by a register, "" if there is none.
func (p *point) byRegister() string {
	for _, u := range p.c.Ops {
		if u.RegShift != "" {
			return u.Name
		}
	}
	return ""
}

// amounts lists the shifts by constants as rows "slli 2 8", and counts them.
func (p *point) amounts() (rows []string, total int) {
	for _, u := range p.c.Ops {
		direction := constantShift(p.im.Target.Set.Lookup(u.Name))
		row := u.Name
		for _, s := range p.c.Shifts {
			if s.Direction == direction {
				row += " " + strconv.Itoa(s.Amount)
				total++
			}
		}
		if row != u.Name {
			rows = append(rows, row)
		}
	}
	return rows, total
}

// sizes chooses registers, program counter and memories.
func (p *point) sizes() {
	text, data := bitsFor(len(p.im.Text)), 0
	if p.c.DataBytes > 0 || p.o.Full {
		data = bitsFor((p.c.DataBytes + 3) / 4)
	}
	p.number("text", text, "%d words of text", len(p.im.Text))
	p.number("data", data, "%d bytes of data", p.c.DataBytes)
	if p.o.Full {
		p.number("regs", 32, "not specialised")
		p.number("pc", 30, "not specialised")
	} else {
		high := 1
		for _, r := range p.c.Regs {
			high = max(high, r.Reg)
		}
		p.number("regs", high+1, "the highest register in the image is x%d", high)
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

// ports keeps the port registers, by direction, and the devices of the image.
func (p *point) ports() {
	for _, r := range port.Registers() {
		for _, u := range p.c.Ports {
			switch {
			case u.Name != r.Name:
			case u.Read && r.Load:
				p.add("load", r.Name, "first at %s", u.At)
			case !u.Read && r.Store:
				p.add("store", r.Name, "first at %s", u.At)
			}
		}
	}
	for _, d := range p.im.Devices {
		p.add("device", d.Name, "a binding of the system")
	}
}

// constantShift is the direction in which a line shifts by its immediate, as a
// contract calls it; "" for other lines.
func constantShift(in *isa.Inst) string {
	e := in.Meaning.Rd
	if e == nil || len(e.Args) != 2 || e.Args[1].Leaf != "imm" {
		return ""
	}
	switch e.Op {
	case word.Shl:
		return "left"
	case word.Shru:
		return "right"
	case word.Shrs:
		return "arith"
	}
	return ""
}
