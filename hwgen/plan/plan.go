// Package plan decides the structure of a core. It turns an image into a design point. Each line
// of the point's text is one choice with its reason, which a report prints.
//
//	p, err := plan.Make(im, plan.Options{Core: design.Pipe3})
//	fmt.Print(design.Print(p))
//
//	point filter
//	  core pipe3
//	  keep sltiu I 011 0010011 rd = zext32(rs1 ltu imm) "2 in the image, first at filter.sn:97.3"
//	  shifts constant "3 constant shifts"
//	  amounts slli 8 16 24 "all in the image"
//	  text 9 "308 words of text"
//	  regs 16 "the highest register in the image is x15"
//	  store go "first at filter.sn:111.3"
//	end
//
// The only input is the image (ir/image). Package plan reads the instructions that the text
// contains, and not the instructions that the target allowed. All later steps depend only on the
// point. hwgen/core reads the fields of the point and no instruction set, so an edited point
// gives the core that the point describes.
//
// The package uses circuits only for prices. Start reading at Make.
package plan

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/word"
)

// Choices for the implementation of shifts by constants.
const (
	ShiftAuto     = ""                   // constant while there are few amounts, else barrel
	ShiftConstant = design.ShiftConstant // a select among the amounts of the image
	ShiftBarrel   = design.ShiftBarrel   // one shifter for every amount
)

// Options are the user's choices, which an image does not contain.
type Options struct {
	Core   string // one of design.Cores
	Shifts string // ShiftAuto, ShiftConstant, ShiftBarrel
	// Full makes a core that is not specialised. The full core has RV32I plus the other
	// instructions of the image, 32 registers, a 32-bit program counter, 32-bit addresses, and
	// a barrel shifter. Specialised cores are compared with the full core.
	Full bool
	// Whole makes a full core that runs any image for the target and the devices. Such a core
	// has all lines of the set, all port registers, and memories of at least 16 KiB.
	Whole bool
}

// wholeBits is the minimum number of address bits of each memory of a whole core.
const wholeBits = 12

// manyAmounts is a bound: with at least this number of shift amounts, Make tries the barrel shifter
// first.
const manyAmounts = 10

// Make chooses the design point for an image.
func Make(im *image.Image, o Options) (*design.Point, error) {
	if _, err := im.OneContext(); err != nil {
		return nil, err
	}
	c, err := image.ContractOf(im)
	if err != nil {
		return nil, err
	}
	o.Full = o.Full || o.Whole
	p := &point{Point: &design.Point{Program: im.Name, Core: o.Core}, im: im, c: c, o: o}
	p.instructions()
	p.shifts()
	p.sizes()
	p.ports()
	if err := p.Verify(); err != nil {
		return nil, err
	}
	return p.Point, Fits(p.Point, im)
}

// Fits checks that an image fits the memories and ports of a point. The removal check
// (verify/removal) covers the instructions that the text needs.
func Fits(p *design.Point, im *image.Image) error {
	fault := func(field, format string, args ...any) error {
		return diag.Errorf("", diag.Span{}, "design point %s: %s: %s", p.Program, field, fmt.Sprintf(format, args...))
	}
	switch {
	case len(im.Text) > 1<<p.Text.N:
		return fault("text", "%d address bits do not hold the %d words of the image %s", p.Text.N, len(im.Text), im.Name)
	case p.Data.N > 0 && int(im.DataEnd) > p.DataBytes():
		return fault("data", "%d address bits do not hold the %d bytes of the image %s", p.Data.N, im.DataEnd, im.Name)
	}
	for _, d := range im.Devices {
		if !slices.ContainsFunc(p.Devices, func(e design.Device) bool {
			return e.Name == d.Name && e.Index == d.Index && e.Rx == d.Rx && e.Tx == d.Tx && e.Bits == levelBits(&d) && e.Stream == isStream(&d)
		}) {
			return fault("device "+d.Name, "the image %s has this device as number %d, and the point has no such device with the same directions", im.Name, d.Index)
		}
	}
	return nil
}

// point is a design point under construction.
type point struct {
	*design.Point
	im *image.Image
	c  *image.Contract
	o  Options
}

// notSpecialised is the reason that a full core gives for its choices.
const notSpecialised = "not specialised"

func number(n int, reason string, args ...any) design.Number {
	return design.Number{N: n, Reason: fmt.Sprintf(reason, args...)}
}

// instructions keeps the lines of the image, in the order of the set.
func (p *point) instructions() {
	keep := func(in *isa.Inst, reason string, args ...any) {
		p.Lines = append(p.Lines, design.Line{Inst: in, Reason: fmt.Sprintf(reason, args...)})
	}
	if all := isa.RV32I(); p.o.Full {
		if p.o.Whole {
			all = p.im.Target.Set
		}
		for _, in := range all.Insts {
			keep(in, notSpecialised)
		}
	}
	for _, u := range p.c.Ops {
		if p.Line(u.Name) == nil {
			keep(p.im.Target.Set.Lookup(u.Name), "%d in the image, first at %s", u.Count, u.At)
		}
	}
	n := len(p.im.Text)
	if traps := func(l design.Line) bool { return l.Inst.Meaning.Trap }; n < 1<<design.BitsFor(n) && !slices.ContainsFunc(p.Lines, traps) {
		keep(p.trapLine(), "words outside of the image trap")
	}
}

// trapLine is a line that stops the machine. The line comes from the target, or else from the
// base set.
func (p *point) trapLine() *isa.Inst {
	lines := slices.Concat(p.im.Target.Set.Insts, isa.RV32I().Insts)
	return lines[slices.IndexFunc(lines, func(in *isa.Inst) bool { return in.Meaning.Trap })]
}

// shifts chooses between a select of constant amounts and a barrel shifter.
func (p *point) shifts() {
	choose := func(how, reason string, args ...any) {
		p.Shifts = design.Shifts{How: how, Reason: fmt.Sprintf(reason, args...)}
	}
	total := 0
	for _, l := range p.Lines {
		total += len(p.amounts(l.Inst))
	}
	switch byRegister := p.byRegister(); {
	case p.o.Full:
		choose(design.ShiftBarrel, notSpecialised)
	case byRegister != "":
		choose(design.ShiftBarrel, "the amount of %s is in a register", byRegister)
	case total == 0:
		choose(design.ShiftNone, "no shift in the image")
	case p.o.Shifts == ShiftBarrel, p.o.Shifts == ShiftAuto && total >= manyAmounts:
		choose(design.ShiftBarrel, "%d constant shifts", total)
	default:
		choose(design.ShiftConstant, "%d constant shifts", total)
		for i, l := range p.Lines {
			if list := p.amounts(l.Inst); len(list) > 0 {
				p.Lines[i].Amounts, p.Lines[i].Why = list, "all in the image"
			}
		}
	}
}

// byRegister names a line that shifts by a register amount, or "" if there is none.
func (p *point) byRegister() string {
	for _, u := range p.c.Ops {
		if u.RegShift != "" {
			return u.Name
		}
	}
	return ""
}

// amounts lists the shift amounts of a line that shifts by its immediate. The list has all
// amounts that the image uses in the direction of this line, in ascending order.
func (p *point) amounts(in *isa.Inst) []int {
	direction := constantShift(in)
	var out []int
	for _, s := range p.c.Shifts {
		if s.Direction == direction {
			out = append(out, s.Amount)
		}
	}
	return out
}

// sizes chooses the number of registers and the widths of program counter and memories.
func (p *point) sizes() {
	text, data := design.BitsFor(len(p.im.Text)), 0
	if p.c.DataBytes > 0 || p.o.Full {
		data = design.BitsFor((p.c.DataBytes + 3) / 4)
	}
	if p.o.Whole {
		text, data = max(text, wholeBits), max(data, wholeBits)
	}
	p.Text = number(text, "%d words of text", len(p.im.Text))
	p.Data = number(data, "%d bytes of data", p.c.DataBytes)
	if p.o.Full {
		p.Regs, p.PC = number(32, notSpecialised), number(30, notSpecialised)
	} else {
		high := 1
		for _, r := range p.c.Regs {
			high = max(high, r.Reg)
		}
		p.Regs = number(high+1, "the highest register in the image is x%d", high)
		p.PC = number(design.BitsFor(len(p.im.Text)+1), "the text and the address after it")
	}
	switch {
	case !slices.ContainsFunc(p.im.Devices, func(d image.Device) bool { return levelBits(&d) == 0 && !isStream(&d) }):
	case p.o.Full:
		p.Pointer, p.Length = number(30, notSpecialised), number(32, notSpecialised)
	default:
		p.Pointer, p.Length = number(data, "buffers are in data memory"), number(data+2, "buffers are in data memory")
	}
}

// levelBits is the width of a device of shape level, 0 for other devices.
func levelBits(d *image.Device) int {
	if k := port.Find(d.Kind); k != nil {
		return k.Bits
	}
	return 0
}

// isStream reports whether a device transfers single bytes.
func isStream(d *image.Device) bool { return port.ShapeOf(d.Kind) == port.Stream }

// ports keeps the image's port registers, with their directions, and its devices.
func (p *point) ports() {
	for _, r := range port.Registers() {
		q := p.always(r)
		for _, u := range p.c.Ports {
			use := design.Use{Has: true, Reason: "first at " + u.At}
			switch {
			case u.Name != r.Name:
			case u.Read && r.Load:
				q.Load = use
			case !u.Read && r.Store:
				q.Store = use
			}
		}
		if q.Load.Has || q.Store.Has {
			p.Ports = append(p.Ports, q)
		}
	}
	for _, d := range p.im.Devices {
		p.Devices = append(p.Devices, design.Device{Name: d.Name, Index: d.Index, Rx: d.Rx, Tx: d.Tx, Bits: levelBits(&d), Stream: isStream(&d), Reason: "a binding of the system"})
	}
}

// always returns the directions of a port register that a whole core has even if the image does
// not use them. Other cores have only the directions that the image uses.
func (p *point) always(r port.Row) design.Port {
	_, level := r.Reg.Level()
	moves := r.Reg == port.Addr || r.Reg == port.Len || r.Reg == port.Go
	if !p.o.Whole || level || moves && len(p.im.Devices) == 0 {
		return design.Port{Reg: r.Reg}
	}
	use := func(has bool) (u design.Use) {
		if has {
			u = design.Use{Has: true, Reason: notSpecialised}
		}
		return u
	}
	return design.Port{Reg: r.Reg, Load: use(r.Load), Store: use(r.Store)}
}

// constantShift is the direction in which a line shifts by its immediate, with the name that
// contracts use. The result is "" for other lines.
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
