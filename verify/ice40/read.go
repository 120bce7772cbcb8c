// Package ice40 reads the text of a netlist of iCE40 cells as formulas, and compares the
// netlist with the circuit from which it was made.
//
//	rep, err := ice40.Prove(circuit, text, names)
//	rep.Status()   // Proved, Different, Undecided
//
// The text uses only the part of Verilog that a netlist needs: ports, wires, their bits, lists
// of bits, and instances with named pins. The cells are defined in cells.go and blocks.go,
// after Lattice, "iCE40 Technology Library". These definitions share nothing with hwgen/ice40,
// which writes such files. A simulation with the models of yosys confirms the definitions.
// Start reading at Prove.
package ice40

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/verify/yosys"
)

// Netlist is a module of cells. Module has no block RAMs until Memory adds them.
type Netlist struct {
	yosys.Module
	Cells  map[string]int // number of cells of each kind
	blocks []*block
	driven map[yosys.Bit]bool
	same   map[yosys.Bit]yosys.Bit // for each assigned bit: the bit that it is assigned from
	bits   yosys.Bit               // number of bits
}

// Read reads a text that contains one module.
func Read(text string) (*Netlist, error) {
	n := &Netlist{Cells: map[string]int{}, driven: map[yosys.Bit]bool{}, same: map[yosys.Bit]yosys.Bit{}, bits: yosys.One + 1}
	n.Mems, n.Nets = map[string]*yosys.Mem{}, map[string][]yosys.Bit{}
	p := &parser{n: n, tokens: tokensOf(text)}
	p.module()
	if p.err != nil {
		return nil, p.err
	}
	return n, n.resolve()
}

// fresh makes a new bit.
func (n *Netlist) fresh() yosys.Bit {
	n.bits++
	return n.bits - 1
}

// drive marks bits as driven. A bit may have only one driver.
func (n *Netlist) drive(bits []yosys.Bit) error {
	for _, b := range bits {
		if b <= yosys.One || n.driven[b] {
			return fmt.Errorf("a constant or a bit with a driver is driven: %s", n.NameOf(b))
		}
		n.driven[b] = true
	}
	return nil
}

// resolve replaces assigned bits by the bits that they are assigned from.
func (n *Netlist) resolve() error {
	var err error
	of := func(b yosys.Bit) yosys.Bit {
		for range len(n.same) + 1 {
			to, ok := n.same[b]
			if !ok {
				return b
			}
			b = to
		}
		err = fmt.Errorf("%s is assigned from itself", n.NameOf(b))
		return b
	}
	all := func(bits []yosys.Bit) {
		for i, b := range bits {
			bits[i] = of(b)
		}
	}
	for i := range n.Gates {
		all(n.Gates[i].A)
		all(n.Gates[i].B)
		all(n.Gates[i].S)
	}
	for i := range n.Regs {
		r := &n.Regs[i]
		r.Clock, r.D, r.Q = of(r.Clock), of(r.D), of(r.Q)
	}
	for i := range n.Ports {
		all(n.Ports[i].Bits)
	}
	for _, bits := range n.Nets {
		all(bits)
	}
	for _, b := range n.blocks {
		for _, bits := range b.pins {
			all(bits)
		}
	}
	return err
}

// tokensOf splits a text into words, numbers and symbols, and drops comments.
func tokensOf(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "//")
		for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
			i := strings.IndexFunc(line, func(r rune) bool { return !word(r) })
			switch {
			case i < 0:
				i = len(line)
			case i == 0:
				i = 1
			}
			out = append(out, line[:i])
			line = line[i:]
		}
	}
	return out
}

// word reports whether a rune belongs to a name or a number.
func word(r rune) bool {
	return r == '_' || r == '\'' || r == '$' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

type parser struct {
	n      *Netlist
	tokens []string
	at     int
	err    error
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("netlist, token %d: "+format, append([]any{p.at}, args...)...)
	}
	p.at = len(p.tokens)
}

func (p *parser) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *parser) next() string {
	t := p.peek()
	if t == "" {
		p.fail("the text ends early")
	}
	p.at++
	return t
}

func (p *parser) want(tokens ...string) {
	for _, t := range tokens {
		if got := p.next(); got != t {
			p.fail("expected %q, got %q", t, got)
		}
	}
}

// accept consumes the next token if it is t.
func (p *parser) accept(t string) bool {
	if p.peek() != t {
		return false
	}
	p.at++
	return true
}

func (p *parser) number() int {
	v, err := strconv.Atoi(p.next())
	if err != nil || v < 0 || v > 1<<16 {
		p.fail("expected a small number")
		return 0
	}
	return v
}

func (p *parser) module() {
	p.want("module")
	p.next()
	if p.accept("#") { // a parameter that names the folder of a test bench; it is not used here
		for p.want("("); !p.accept(")") && p.err == nil; {
			p.next()
		}
	}
	p.want("(")
	for p.err == nil {
		way := p.next()
		p.want("wire")
		name, bits := p.declared()
		if way != "input" && way != "output" {
			p.fail("expected input or output, got %q", way)
		}
		if way == "input" {
			p.check(p.n.drive(bits))
		}
		p.n.Ports = append(p.n.Ports, yosys.Port{Name: name, Input: way == "input", Bits: append([]yosys.Bit(nil), bits...)})
		if p.accept(")") {
			break
		}
		p.want(",")
	}
	p.want(";")
	for p.err == nil && !p.accept("endmodule") {
		p.item()
	}
	if p.err == nil && p.peek() != "" {
		p.fail("expected one module, got %q after it", p.peek())
	}
}

func (p *parser) check(err error) {
	if err != nil {
		p.fail("%v", err)
	}
}

// declared reads a range and a name, and makes the bits.
func (p *parser) declared() (string, []yosys.Bit) {
	width := 1
	if p.accept("[") {
		width += p.number()
		p.want(":", "0", "]")
	}
	name := p.next()
	if p.n.Nets[name] != nil {
		p.fail("%s is declared twice", name)
	}
	for range width {
		p.n.Nets[name] = append(p.n.Nets[name], p.n.fresh())
	}
	return name, p.n.Nets[name]
}

func (p *parser) item() {
	switch kind := p.next(); kind {
	case "wire":
		p.declared()
		p.want(";")
	case "assign":
		to := p.bits()
		p.want("=")
		from := p.bits()
		p.want(";")
		if len(to) != len(from) {
			p.fail("%d bits are assigned to %d", len(from), len(to))
			return
		}
		p.check(p.n.drive(to))
		for i, b := range to {
			p.n.same[b] = from[i]
		}
	default:
		p.instance(kind)
	}
}

// bits reads a net, a bit of a net, a constant or a list of these. The result has the lowest
// bit first.
func (p *parser) bits() []yosys.Bit {
	if !p.accept("{") {
		return p.operand()
	}
	var out []yosys.Bit
	for p.err == nil {
		out = append(p.operand(), out...)
		if p.accept("}") {
			break
		}
		p.want(",")
	}
	return out
}

func (p *parser) operand() []yosys.Bit {
	name := p.next()
	if width, digits, ok := strings.Cut(name, "'"); ok {
		return p.constant(width, digits)
	}
	bits := p.n.Nets[name]
	if bits == nil {
		p.fail("there is no net %q", name)
		return nil
	}
	if !p.accept("[") {
		return append([]yosys.Bit(nil), bits...)
	}
	i := p.number()
	p.want("]")
	if i >= len(bits) {
		p.fail("%s has %d bits", name, len(bits))
		return nil
	}
	return []yosys.Bit{bits[i]}
}

// constant returns the bits of a number such as 11'b0.
func (p *parser) constant(width, digits string) []yosys.Bit {
	w, err := strconv.Atoi(width)
	set, wrong := literal(digits)
	if err != nil || wrong || w < 1 || w > 256 || len(set) > w {
		p.fail("%s'%s is not a number of at most 256 bits", width, digits)
		return nil
	}
	out := make([]yosys.Bit, w)
	for i, one := range set {
		if one {
			out[i] = yosys.One
		}
	}
	return out
}

// literal reads a base and digits. It returns the bits, lowest first, up to the highest 1.
func literal(s string) (bits []bool, wrong bool) {
	each := map[byte]int{'b': 1, 'h': 4}
	if len(s) < 2 || each[s[0]] == 0 {
		return nil, true
	}
	for i := len(s) - 1; i > 0; i-- {
		v, err := strconv.ParseUint(s[i:i+1], 1<<each[s[0]], 8)
		if err != nil {
			return nil, true
		}
		for k := range each[s[0]] {
			bits = append(bits, v>>k&1 == 1)
		}
	}
	for len(bits) > 0 && !bits[len(bits)-1] {
		bits = bits[:len(bits)-1]
	}
	return bits, false
}

// instance reads a cell with its parameters and pins.
func (p *parser) instance(kind string) {
	params, pins := map[string][]bool{}, map[string][]yosys.Bit{}
	if p.accept("#") {
		p.list(func(name string) {
			v := p.next()
			if _, digits, ok := strings.Cut(v, "'"); ok {
				set, wrong := literal(digits)
				if wrong {
					p.fail("%s is not a number", v)
				}
				params[name] = set
				return
			}
			n, err := strconv.ParseUint(v, 10, 16)
			p.check(err)
			params[name], _ = literal("b" + strconv.FormatUint(n, 2))
		})
	}
	p.next() // the name of the instance
	p.list(func(name string) {
		if pins[name] != nil {
			p.fail("pin %s is connected twice", name)
		}
		pins[name] = p.bits()
	})
	p.want(";")
	if p.err == nil {
		p.n.Cells[kind]++
		p.check(p.n.cell(kind, params, pins))
	}
}

// list reads (.NAME(...), ...).
func (p *parser) list(value func(name string)) {
	p.want("(")
	for p.err == nil {
		p.want(".")
		name := p.next()
		p.want("(")
		value(name)
		p.want(")")
		if p.accept(")") {
			return
		}
		p.want(",")
	}
}
