package design

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
)

// Verify checks a point. The error names the choice that breaks one of these rules:
//
//  1. its core is one of AllCores;
//  2. it keeps at least one line; the lines are valid and have different encodings;
//  3. only a line with a 5-bit amount has amounts, in 0..31 and ascending;
//     amounts exist exactly when shifts are constant;
//  4. numbers are in their ranges; the program counter reaches all of the text;
//  5. a port register exists in its direction, and a kept line that moves a
//     word reaches it;
//  6. devices differ in name and number;
//  7. a core that moves frames has a device, a data memory, a pointer that
//     reaches all of it, and a length.
func (p *Point) Verify() error {
	if field, problem := p.check(); problem != "" {
		return diag.Errorf("", diag.Span{}, "design point %s: %s: %s", p.Program, field, problem)
	}
	return nil
}

// check returns the first problem, and the choice that has this problem.
func (p *Point) check() (field, problem string) {
	for _, check := range []func() (string, string){p.checkCore, p.checkLines, p.checkShifts, p.checkNumbers, p.checkPorts, p.checkDevices, p.checkFrames} {
		if field, problem := check(); problem != "" {
			return field, problem
		}
	}
	return "", ""
}

func (p *Point) checkCore() (field, problem string) {
	if !slices.Contains(AllCores(), p.Core) {
		return "core", fmt.Sprintf("expected %s, found %q", diag.AnyOf(AllCores()), p.Core)
	}
	return "", ""
}

func (p *Point) checkLines() (field, problem string) {
	if len(p.Lines) == 0 {
		return "keep", "expected at least one line"
	}
	set := &isa.Set{Name: p.Program}
	for _, l := range p.Lines {
		if l.Inst == nil {
			return "keep", "expected an instruction"
		}
		set.Insts = append(set.Insts, l.Inst)
	}
	list := diag.AsList(set.Verify())
	if len(list) == 0 {
		return "", ""
	}
	for _, in := range set.Insts {
		if in.Span == list[0].Span {
			return "keep " + in.Name, list[0].Message
		}
	}
	return "keep", list[0].Message
}

func (p *Point) checkShifts() (field, problem string) {
	some := false
	for _, l := range p.Lines {
		if l.Amounts == nil {
			continue
		}
		some = true
		field := "amounts " + l.Inst.Name
		switch {
		case l.Inst.Format != isa.Sh:
			return field, fmt.Sprintf("expected a line with a shift amount, format Sh, this one has format %s", l.Inst.Format)
		case len(l.Amounts) == 0:
			return field, "expected at least one amount"
		case !slices.IsSorted(l.Amounts) || l.Amounts[0] < 0 || l.Amounts[len(l.Amounts)-1] > 31:
			return field, fmt.Sprintf("expected ascending amounts in 0..31, found %s", joined(l.Amounts))
		case len(slices.Compact(slices.Clone(l.Amounts))) < len(l.Amounts):
			return field, fmt.Sprintf("expected each amount once, found %s", joined(l.Amounts))
		}
	}
	switch how := p.Shifts.How; {
	case how != ShiftNone && how != ShiftConstant && how != ShiftBarrel:
		return "shifts", fmt.Sprintf("expected none, constant or barrel, found %q", how)
	case how == ShiftConstant && !some:
		return "shifts", "constant, but no line has amounts"
	case how != ShiftConstant && some:
		return "shifts", fmt.Sprintf("%s, but a line has amounts", how)
	}
	return "", ""
}

func (p *Point) checkNumbers() (field, problem string) {
	for _, n := range p.numbers() {
		if n.to.N < n.lo || n.to.N > n.hi {
			return n.key, fmt.Sprintf("expected %d to %d, got %d", n.lo, n.hi, n.to.N)
		}
	}
	if p.PC.N < p.Text.N {
		return "pc", fmt.Sprintf("%d bits do not reach the text, which has %d address bits", p.PC.N, p.Text.N)
	}
	return "", ""
}

func (p *Point) checkPorts() (field, problem string) {
	loads, stores := false, false
	for _, l := range p.Lines {
		loads = loads || movesWord(l.Inst.Meaning.Load)
		stores = stores || movesWord(l.Inst.Meaning.Store)
	}
	seen := map[port.Reg]bool{}
	for _, q := range p.Ports {
		if port.At(q.Reg.Addr()) != q.Reg {
			return "load or store", fmt.Sprintf("expected a port register, got number %d", int(q.Reg))
		}
		name := q.Reg.String()
		r, _ := port.Named(name)
		field := "store " + name
		if q.Load.Has {
			field = "load " + name
		}
		switch {
		case seen[q.Reg]:
			return field, "expected one choice of the register, found a second"
		case q.Load.Has && !r.Load:
			return field, "the register is only written"
		case q.Load.Has && !loads:
			return field, "no kept line loads a word"
		case q.Store.Has && !r.Store:
			return "store " + name, "the register is only read"
		case q.Store.Has && !stores:
			return "store " + name, "no kept line stores a word"
		}
		seen[q.Reg] = true
	}
	return "", ""
}

func (p *Point) checkDevices() (field, problem string) {
	for i, d := range p.Devices {
		field := "device " + d.Name
		if d.Name == "" || d.Index < 0 || d.Index > 31 {
			return field, fmt.Sprintf("expected a name and a number in 0..31, got %d", d.Index)
		}
		if d.Bits < 0 || d.Bits > 32 || d.Bits > 0 && d.Rx && d.Tx {
			return field, "a level has 1 to 32 bits and one direction"
		}
		if d.Bits > 0 && d.Stream {
			return field, "a device is a level or a stream, not both"
		}
		for _, e := range p.Devices[:i] {
			switch {
			case e.Name == d.Name:
				return field, "expected one device of that name, found a second"
			case e.Index == d.Index:
				return field, fmt.Sprintf("number %d is that of %s", d.Index, e.Name)
			}
		}
	}
	return "", ""
}

func (p *Point) checkFrames() (field, problem string) {
	switch {
	case !p.Uses(port.Go):
	case !slices.ContainsFunc(p.Devices, Device.Frames):
		return "store " + port.Go.String(), "there is no device to move frames"
	case p.Data.N == 0:
		return "data", "0, but frames need a data memory"
	case p.Pointer.N < p.Data.N:
		return "pointer", fmt.Sprintf("%d bits do not reach the data, which has %d address bits", p.Pointer.N, p.Data.N)
	case p.Length.N < 3:
		return "length", fmt.Sprintf("frames need 3 bits or more, got %d", p.Length.N)
	}
	return "", ""
}
