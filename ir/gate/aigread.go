package gate

import (
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// Limits of an input file. The number of inputs of a binary file has a separate limit, because
// these inputs take no bytes in the file.
const (
	maxVariables = 1 << 22
	maxImplicit  = 1 << 16
)

// Parse reads ASCII or binary AIGER. A file from another tool lacks the symbols that group bits
// into words. Each input, latch and output of such a file becomes a one-bit word. Errors have
// positions.
func Parse(name string, data []byte) (*Graph, error) {
	p := &parser{file: &diag.File{Name: name, Text: string(data)}, g: NewGraph(name, false)}
	p.all()
	if p.err != nil {
		return nil, p.err
	}
	if err := p.g.Verify(); err != nil {
		return nil, diag.Errorf("", p.span(0, 0), "%v", err)
	}
	return p.g, nil
}

type parser struct {
	file *diag.File
	at   int // offset of the next byte
	line int // start of the current line
	err  error

	g       *Graph
	vars    []Lit // literal for each variable of the file; unknown ones are undefined
	next    []uint64
	resets  []uint64
	outs    []uint64
	latches []Lit
	inputs  []Lit
	symbols map[string]string
	mems    map[string]int
}

// undefined marks a variable without a definition.
const undefined = ^Lit(0)

func (p *parser) span(from, to int) diag.Span { return diag.Span{File: p.file, Start: from, End: to} }

// fail records an error at the current line, unless an error is already recorded.
func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = diag.Errorf("", p.span(p.line, max(p.at, p.line)), format, args...)
	}
}

// text returns the next line.
func (p *parser) text() (string, bool) {
	p.line = p.at
	rest := p.file.Text[p.at:]
	if rest == "" || p.err != nil {
		return "", false
	}
	end := strings.IndexByte(rest, '\n')
	if end < 0 {
		p.at = len(p.file.Text)
		return rest, true
	}
	p.at += end + 1
	return strings.TrimSuffix(rest[:end], "\r"), true
}

// numbers reads a line with least to most numbers.
func (p *parser) numbers(what string, least, most int) []uint64 {
	line, ok := p.text()
	if !ok {
		p.fail("expected %s, got the end of the file", what)
		return nil
	}
	return p.numbersOf(line, what, least, most)
}

func (p *parser) numbersOf(line, what string, least, most int) []uint64 {
	fields := strings.Fields(line)
	if len(fields) < least || len(fields) > most {
		p.fail("%s: expected %d to %d numbers, got %d", what, least, most, len(fields))
		return nil
	}
	out := make([]uint64, len(fields))
	for i, f := range fields {
		v, err := strconv.ParseUint(f, 10, 32)
		if err != nil {
			p.fail("%s: expected a number, got %q", what, f)
			return nil
		}
		out[i] = v
	}
	return out
}

func (p *parser) all() {
	head, _ := p.text()
	kind, rest, _ := strings.Cut(head, " ")
	if kind != "aag" && kind != "aig" {
		p.fail("expected `aag` or `aig` and five numbers")
		return
	}
	n := p.numbersOf(rest, "header", 5, 9)
	if p.err != nil || !p.header(n) {
		return
	}
	ni, nl, no, na := int(n[1]), int(n[2]), int(n[3]), int(n[4])
	if kind == "aag" {
		p.ascii(ni, nl, no, na)
	} else {
		p.binary(ni, nl, no, na)
	}
	if p.err == nil {
		p.names()
	}
}

func (p *parser) header(n []uint64) bool {
	for _, extra := range n[5:] {
		if extra != 0 {
			p.fail("properties are not supported, expected five numbers")
			return false
		}
	}
	sum := n[1] + n[2] + n[4]
	if n[0] > maxVariables || n[3] > maxVariables || sum > n[0] {
		p.fail("expected at most %d variables and I + L + A <= M, got M = %d, I + L + A = %d", maxVariables, n[0], sum)
		return false
	}
	if n[0] > uint64(len(p.file.Text))+maxImplicit {
		p.fail("the file is too short for %d variables", n[0])
		return false
	}
	p.vars = make([]Lit, n[0]+1)
	for i := range p.vars {
		p.vars[i] = undefined
	}
	p.vars[0] = False
	return true
}

// define sets the graph literal of a positive literal of the file.
func (p *parser) define(file uint64, l Lit) {
	v := file >> 1
	switch {
	case file&1 == 1 || v == 0 || v >= uint64(len(p.vars)):
		p.fail("expected a positive literal of a variable, got %d", file)
	case p.vars[v] != undefined:
		p.fail("variable %d is defined twice", v)
	default:
		p.vars[v] = l
	}
}

// lit reads a literal, which must be defined.
func (p *parser) lit(file uint64) Lit {
	v := file >> 1
	if v >= uint64(len(p.vars)) || p.vars[v] == undefined {
		p.fail("literal %d is used but not defined before", file)
		return False
	}
	return p.vars[v] ^ Lit(file&1)
}

func (p *parser) input(file uint64) {
	l := p.g.Leaf()
	p.inputs = append(p.inputs, l)
	p.define(file, l)
}

// latch reads the part of a latch line after its literal: next state and reset.
func (p *parser) latch(file uint64, rest []uint64) {
	l := p.g.Leaf()
	p.latches = append(p.latches, l)
	p.define(file, l)
	reset := uint64(0)
	if len(rest) > 1 {
		if reset = rest[1]; reset > 1 {
			p.fail("a latch resets to 0 or 1, got %d", reset)
		}
	}
	p.next, p.resets = append(p.next, rest[0]), append(p.resets, reset)
}

func (p *parser) ascii(ni, nl, no, na int) {
	for i := 0; i < ni && p.err == nil; i++ {
		if n := p.numbers("input", 1, 1); p.err == nil {
			p.input(n[0])
		}
	}
	for i := 0; i < nl && p.err == nil; i++ {
		if n := p.numbers("latch", 2, 3); p.err == nil {
			p.latch(n[0], n[1:])
		}
	}
	p.outputs(no)
	for i := 0; i < na && p.err == nil; i++ {
		if n := p.numbers("and", 3, 3); p.err == nil {
			l := p.g.And(p.lit(n[1]), p.lit(n[2]))
			p.define(n[0], l)
		}
	}
}

func (p *parser) outputs(no int) {
	for i := 0; i < no && p.err == nil; i++ {
		if n := p.numbers("output", 1, 1); p.err == nil {
			p.outs = append(p.outs, n[0])
		}
	}
}

func (p *parser) binary(ni, nl, no, na int) {
	if ni+nl+na != len(p.vars)-1 {
		p.fail("a binary file has M = I + L + A")
		return
	}
	if ni > maxImplicit {
		p.fail("expected at most %d inputs, got %d", maxImplicit, ni)
		return
	}
	for i := range ni {
		p.input(uint64(2 * (i + 1)))
	}
	for i := 0; i < nl && p.err == nil; i++ {
		if n := p.numbers("latch", 1, 2); p.err == nil {
			p.latch(uint64(2*(ni+i+1)), n)
		}
	}
	p.outputs(no)
	for i := 0; i < na && p.err == nil; i++ {
		lhs := uint64(2 * (ni + nl + i + 1))
		p.line = p.at
		a := lhs - p.delta(lhs)
		b := a - p.delta(a)
		if p.err == nil {
			l := p.g.And(p.lit(a), p.lit(b))
			p.define(lhs, l)
		}
	}
}

// delta reads a number of at most limit.
func (p *parser) delta(limit uint64) uint64 {
	var v uint64
	for shift := 0; shift < 35; shift += 7 {
		if p.at >= len(p.file.Text) {
			p.fail("expected an and gate, got the end of the file")
			return 0
		}
		c := p.file.Text[p.at]
		p.at++
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			if v > limit {
				break
			}
			return v
		}
	}
	p.fail("a difference of literals is too large")
	return 0
}

// names reads the symbol table and the comments and builds the shell.
func (p *parser) names() {
	p.symbols, p.mems = map[string]string{}, map[string]int{}
	for {
		line, ok := p.text()
		if !ok || line == "c" {
			break
		}
		key, value, found := strings.Cut(line, " ")
		if !found || !p.isSymbol(key) {
			p.fail("expected a symbol such as `i0 name`, or `c`, got %q", line)
			return
		}
		if p.symbols[key] != "" {
			p.fail("symbol %s is defined twice", key)
		}
		p.symbols[key] = value
	}
	for {
		line, ok := p.text()
		if !ok {
			break
		}
		p.comment(strings.Fields(line))
	}
	if p.err == nil {
		p.shell()
	}
}

// isSymbol reports whether key names an input, a latch or an output.
func (p *parser) isSymbol(key string) bool {
	if len(key) < 2 {
		return false
	}
	counts := map[byte]int{'i': len(p.inputs), 'l': len(p.latches), 'o': len(p.outs)}
	n, err := strconv.Atoi(key[1:])
	return err == nil && n >= 0 && n < counts[key[0]] && strconv.Itoa(n) == key[1:]
}

// comment reads a comment line that declares a memory. It skips the comments of other tools.
func (p *parser) comment(f []string) {
	switch {
	case len(f) == 2 && f[0] == "circuit":
		p.g.Name = f[1]
	case len(f) == 5 && f[0] == "mem":
		p.memory(f)
	case len(f) >= 2 && (f[0] == "read" || f[0] == "write" || f[0] == "init"):
		i, ok := p.mems[f[1]]
		if !ok {
			p.fail("no memory %s is declared", f[1])
			return
		}
		p.memoryLine(&p.g.Mems[i], f)
	}
}

func (p *parser) memory(f []string) {
	n := p.numbersOf(strings.Join(f[2:], " "), "memory", 3, 3)
	if p.err != nil {
		return
	}
	if _, ok := p.mems[f[1]]; ok || n[0] < 1 || n[0] > 64 || n[1] < 1 || n[1] > rtl.MaxAddrBits || n[2] < 1 || n[2] > n[0] {
		p.fail("memory %s: expected a new name, 1 to 64 bits, 1 to %d address bits and lanes that fit", f[1], rtl.MaxAddrBits)
		return
	}
	p.mems[f[1]] = len(p.g.Mems)
	p.g.Mems = append(p.g.Mems, Mem[Lit]{Name: f[1], Width: int(n[0]), AddrBits: int(n[1]), Lanes: int(n[2])})
}

func (p *parser) memoryLine(m *Mem[Lit], f []string) {
	switch f[0] {
	case "write":
		m.Writes = append(m.Writes, Write[Lit]{Enable: undefined})
	case "init":
		for _, word := range f[2:] {
			v, err := strconv.ParseUint(word, 16, 64)
			if err != nil {
				p.fail("memory %s: expected a hexadecimal word, got %q", m.Name, word)
				return
			}
			m.Init = append(m.Init, v)
		}
	case "read":
		r := Read[Lit]{Enable: undefined}
		switch kind := strings.Join(f[2:], " "); kind {
		case "async":
		case "sync old", "sync new", "sync never":
			r.Sync = true
			r.Policy = map[string]rtl.Policy{"sync old": rtl.Old, "sync new": rtl.New, "sync never": rtl.Never}[kind]
		default:
			p.fail("memory %s: expected `async` or `sync` with a policy, got %q", m.Name, kind)
		}
		m.Reads = append(m.Reads, r)
	}
}
