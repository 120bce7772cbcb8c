package design

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
)

// Choice is one choice of a point in readable form. Print and the report show it in this form.
type Choice struct {
	Key    string
	Value  string
	Reason string
	Line   string `json:",omitempty"` // for `keep`: the instruction line in the text form of ir/isa
}

// Choices lists the choices of p in the order of Print.
func (p *Point) Choices() []Choice {
	var out []Choice
	add := func(key, value, reason string) { out = append(out, Choice{Key: key, Value: value, Reason: reason}) }
	for _, l := range p.Lines {
		out = append(out, Choice{Key: "keep", Value: l.Inst.Name, Reason: l.Reason, Line: l.Inst.String()})
	}
	add("shifts", p.Shifts.How, p.Shifts.Reason)
	for _, l := range p.Lines {
		if l.Amounts != nil {
			add("amounts", l.Inst.Name+" "+joined(l.Amounts), l.Why)
		}
	}
	for _, n := range p.numbers() {
		if n.always || *n.to != (Number{}) {
			add(n.key, strconv.Itoa(n.to.N), n.to.Reason)
		}
	}
	for _, q := range p.Ports {
		if q.Load.Has {
			add("load", q.Reg.String(), q.Load.Reason)
		}
		if q.Store.Has {
			add("store", q.Reg.String(), q.Store.Reason)
		}
	}
	for _, d := range p.Devices {
		add("device", d.value(), d.Reason)
	}
	return out
}

func joined(list []int) string { return strings.Trim(fmt.Sprint(list), "[]") }

// value prints a device: `eth0 0 rx tx`, `led 1 tx level 1`, `line 2 rx tx stream`.
func (d *Device) value() string {
	v := fmt.Sprintf("%s %d", text.QuoteName(d.Name), d.Index)
	if d.Rx {
		v += " rx"
	}
	if d.Tx {
		v += " tx"
	}
	if d.Bits > 0 {
		v += fmt.Sprintf(" level %d", d.Bits)
	}
	if d.Stream {
		v += " stream"
	}
	return v
}

// numberRow is a numeric choice with its allowed range.
type numberRow struct {
	key    string
	to     *Number
	lo, hi int
	always bool // the number is printed even if it is 0
}

// numbers lists the numeric choices in the order of Print.
func (p *Point) numbers() []numberRow {
	return []numberRow{
		{"text", &p.Text, 1, 18, true},
		{"data", &p.Data, 0, 20, true},
		{"regs", &p.Regs, 2, 32, true},
		{"pc", &p.PC, 1, 30, true},
		{"pointer", &p.Pointer, 0, 30, false},
		{"length", &p.Length, 0, 32, false},
	}
}

// Print returns the text form of p, which Parse reads. In this grammar, newlines are
// significant:
//
//	point  = "point" value newline "core" name newline { choice newline } "end"
//	choice = "keep" line [ reason ]                     // line: ir/isa
//	       | "shifts" ( "none" | "constant" | "barrel" ) [ reason ]
//	       | "amounts" name number { number } [ reason ]
//	       | ( "text" | "data" | "regs" | "pc" | "pointer" | "length" ) number [ reason ]
//	       | ( "load" | "store" ) register [ reason ]
//	       | "device" name index [ "rx" ] [ "tx" ] [ reason ]
//	value  = name | number | string
//	reason = string
func Print(p *Point) string {
	var b strings.Builder
	fmt.Fprintf(&b, "point %s\n  core %s\n", value(p.Program), p.Core)
	for _, c := range p.Choices() {
		row := c.Key + " " + c.Value
		if c.Line != "" {
			row = c.Key + " " + c.Line
		}
		if c.Reason != "" {
			row += " " + strconv.Quote(c.Reason)
		}
		b.WriteString("  " + row + "\n")
	}
	b.WriteString("end\n")
	return b.String()
}

// value prints a text, without quotes if it scans as a single name or number.
func value(s string) string {
	if t := text.New(&diag.File{Text: s}).Next(); t.Text == s && (t.Kind == text.Ident || t.Kind == text.Number) {
		return s
	}
	return strconv.Quote(s)
}

// Parse reads a point and verifies it.
func Parse(f *diag.File) (*Point, error) {
	r := &reader{sc: text.New(f), p: &Point{}, spans: map[string]diag.Span{}}
	r.sc.SkipNewlines()
	if err := r.head(); err != nil {
		return nil, err
	}
	for !r.sc.Accept("end") {
		if err := firstErr(r.choice, r.sc.EndLine); err != nil {
			return nil, err
		}
	}
	if err := atEnd(r.sc); err != nil {
		return nil, err
	}
	if field, problem := r.p.check(); problem != "" {
		at, ok := r.spans[field]
		if !ok { // the choice is absent
			at = r.spans["point"]
		}
		return nil, diag.Errorf("", at, "%s: %s", field, problem)
	}
	return r.p, nil
}

type reader struct {
	sc    *text.Scanner
	p     *Point
	spans map[string]diag.Span // position of each choice, by its name in check
}

// head reads the program name and the core.
func (r *reader) head() error {
	r.spans["point"] = r.sc.Peek().Span
	err := r.sc.Expect("point")
	if err == nil {
		r.p.Program, err = r.value("the name of the program")
	}
	if err == nil {
		err = firstErr(r.sc.EndLine, func() error { return r.sc.Expect("core") })
	}
	if err != nil {
		return err
	}
	core, err := r.sc.Ident("a core")
	if err != nil {
		return err
	}
	r.p.Core, r.spans["core"] = core.Text, core.Span
	return r.sc.EndLine()
}

// choice reads one choice.
func (r *reader) choice() error {
	key := r.sc.Peek()
	rows := map[string]func(text.Token) error{
		"keep": r.keep, "shifts": r.shifts, "amounts": r.amounts, "load": r.port, "store": r.port, "device": r.device,
	}
	for _, n := range r.p.numbers() {
		rows[n.key] = func(key text.Token) error { return r.number(key, n) }
	}
	read, ok := rows[key.Text]
	if !ok || key.Kind != text.Ident {
		return r.sc.Errorf("expected keep, shifts, amounts, text, data, regs, pc, pointer, length, load, store, device or `end`, found %s", key)
	}
	r.sc.Next()
	return read(key)
}

// once records the position of a choice, and reports a repeated choice.
func (r *reader) once(field string, at diag.Span) error {
	if first, twice := r.spans[field]; twice {
		return diag.Errorf("", at, "expected one choice of %s, found a second", field).Note(first, "the first is here")
	}
	r.spans[field] = at
	return nil
}

// reason reads the optional string at the end of a choice.
func (r *reader) reason(to *string) error {
	if r.sc.Peek().Kind == text.String {
		*to = r.sc.Next().Str
	}
	return nil
}

func (r *reader) keep(key text.Token) error {
	in, err := isa.ReadLine(r.sc)
	if err != nil {
		return err
	}
	r.p.Lines = append(r.p.Lines, Line{Inst: in})
	return firstErr(
		func() error { return r.once("keep "+in.Name, key.Span) },
		func() error { return r.reason(&r.p.Lines[len(r.p.Lines)-1].Reason) })
}

func (r *reader) shifts(key text.Token) error {
	how, err := r.sc.Ident("how shifts are done")
	if err != nil {
		return err
	}
	r.p.Shifts.How = how.Text
	return firstErr(func() error { return r.once("shifts", key.Span) }, func() error { return r.reason(&r.p.Shifts.Reason) })
}

func (r *reader) amounts(key text.Token) error {
	name, err := r.sc.Ident("a kept line")
	if err != nil {
		return err
	}
	l := r.p.Line(name.Text)
	if l == nil {
		return diag.Errorf("", name.Span, "expected a line that is kept above, found %s", name)
	}
	if err := r.once("amounts "+name.Text, key.Span); err != nil {
		return err
	}
	l.Amounts = []int{}
	for len(l.Amounts) == 0 || r.sc.Peek().Kind == text.Number {
		n, err := r.sc.Int("a shift amount", 0, 31)
		if err != nil {
			return err
		}
		l.Amounts = append(l.Amounts, int(n))
	}
	return r.reason(&l.Why)
}

func (r *reader) number(key text.Token, n numberRow) error {
	v, err := r.sc.Int("the number of "+n.key, int64(n.lo), int64(n.hi))
	if err != nil {
		return err
	}
	n.to.N = int(v)
	return firstErr(func() error { return r.once(n.key, key.Span) }, func() error { return r.reason(&n.to.Reason) })
}

func (r *reader) port(key text.Token) error {
	name, err := r.sc.Ident("a port register")
	if err != nil {
		return err
	}
	if err := r.once(key.Text+" "+name.Text, key.Span); err != nil {
		return err
	}
	row, ok := port.Named(name.Text)
	if !ok {
		return diag.Errorf("", name.Span, "expected a port register, found %s", name)
	}
	use := r.p.use(row.Reg, key.Text == "load")
	use.Has = true
	return r.reason(&use.Reason)
}

// use finds a direction of a port register, and adds it if it is missing.
func (p *Point) use(reg port.Reg, load bool) *Use {
	i := 0
	for i < len(p.Ports) && p.Ports[i].Reg != reg {
		i++
	}
	if i == len(p.Ports) {
		p.Ports = append(p.Ports, Port{Reg: reg})
	}
	if load {
		return &p.Ports[i].Load
	}
	return &p.Ports[i].Store
}

func (r *reader) device(key text.Token) error {
	name, err := r.sc.Name("the name of a device")
	if err != nil {
		return err
	}
	index, err := r.sc.Int("the number of the device", 0, 31)
	if err != nil {
		return err
	}
	d := Device{Name: name.Str, Index: int(index)}
	d.Rx = r.sc.Accept("rx")
	d.Tx = r.sc.Accept("tx")
	if r.sc.Accept("level") {
		bits, err := r.sc.Int("the bits of the level", 1, 32)
		if err != nil {
			return err
		}
		d.Bits = int(bits)
	}
	d.Stream = r.sc.Accept("stream")
	if err := r.once("device "+d.Name, key.Span); err != nil {
		return err
	}
	err = r.reason(&d.Reason)
	r.p.Devices = append(r.p.Devices, d)
	return err
}

func (r *reader) value(what string) (string, error) {
	switch t := r.sc.Peek(); t.Kind {
	case text.Ident, text.Number:
		return r.sc.Next().Text, nil
	case text.String:
		return r.sc.Next().Str, nil
	default:
		return "", r.sc.Errorf("expected %s, found %s", what, t)
	}
}
