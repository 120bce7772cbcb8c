package rtl

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
	"github.com/sinter-lang/sinter/ir/word"
)

// maxNesting bounds the nesting of regions in a text.
const maxNesting = 200

// Parse reads one circuit and verifies it. The grammar has one statement per line:
//
//	circuit   = "circuit" NAME { statement } "end"
//	statement = "mem" NAME width "addr" bits "lanes" n
//	          | "init" MEM { number }
//	          | "input" NAME width
//	          | "reg" NAME width "reset" number
//	          | LABEL width "=" value
//	          | "drive" LABEL "addr" operand [ "enable" operand ]
//	          | effect
//	          | "output" NAME width "=" operand
//	          | "assert" NAME "=" operand  |  "probe" NAME "=" operand
//	value     = "const" number
//	          | "read" MEM ( "async" operand | "sync" ( "old" | "new" | "never" ) )
//	          | OPERATOR { operand } [ low ]          // low bit of a slice
//	effect    = "set" REG operand
//	          | "write" MEM "addr" operand "data" operand [ "lanes" operand ]
//	          | "if" operand "{" { effect } "}" [ "else" "{" { effect } "}" ]
//	operand   = LABEL | width "'" number              // a node, or a constant
//
// LABEL is a name, or % and digits for a node without a name. Nodes are numbered in text order,
// and the labels do not influence the numbers.
func Parse(f *diag.File) (*Circuit, error) {
	p := &parser{
		sc: text.New(f), c: &Circuit{},
		labels: map[string]ID{}, mems: map[string]int{}, consts: map[nodeKey]ID{},
	}
	if err := p.circuit(); err != nil {
		return nil, err
	}
	if err := p.c.Verify(); err != nil {
		return nil, err
	}
	return p.c, nil
}

type parser struct {
	sc     *text.Scanner
	c      *Circuit
	labels map[string]ID
	mems   map[string]int
	consts map[nodeKey]ID // constants that were written as operands
}

func (p *parser) circuit() error {
	p.sc.SkipNewlines()
	if err := p.sc.Expect("circuit"); err != nil {
		return err
	}
	name, err := p.sc.Ident("the name of the circuit")
	if err != nil {
		return err
	}
	p.c.Name = name.Text
	for err == nil {
		if err = p.sc.EndLine(); err != nil {
			return err
		}
		if t := p.sc.Peek(); t.Is("end") && !p.isNode() {
			p.sc.Next()
			break
		}
		err = p.statement()
	}
	if err != nil {
		return err
	}
	p.sc.SkipNewlines()
	if !p.sc.AtEnd() {
		return p.sc.Errorf("expected the end of the text, found %s", p.sc.Peek())
	}
	return nil
}

// isNode looks ahead for `label width =`.
func (p *parser) isNode() bool {
	at := p.sc.Pos()
	defer p.sc.Reset(at)
	label := p.sc.Next()
	width := p.sc.Next()
	return label.Kind == text.Ident && width.Kind == text.Number && p.sc.Peek().Is("=")
}

func (p *parser) statement() error {
	if p.isNode() {
		return p.node()
	}
	t := p.sc.Peek()
	switch t.Text {
	case "mem":
		return p.mem()
	case "init":
		return p.init()
	case "input":
		return p.input()
	case "reg":
		return p.reg()
	case "drive":
		return p.drive()
	case "output", "assert", "probe":
		return p.show(t.Text)
	}
	return p.effect(&p.c.Body, 0)
}

func (p *parser) width() (int, error) {
	t := p.sc.Peek()
	n, err := p.sc.Number("a width", 64)
	if err == nil && n.Value == 0 {
		return 0, diag.Errorf("", t.Span, "a width is in 1..64, got 0")
	}
	return int(n.Value), err
}

// named reads a keyword, a name and a width.
func (p *parser) named() (text.Token, int, error) {
	p.sc.Next()
	name, err := p.sc.Ident("a name")
	if err != nil {
		return name, 0, err
	}
	w, err := p.width()
	return name, w, err
}

// field reads a keyword and a number.
func (p *parser) field(word string, limit uint64) (uint64, error) {
	if err := p.sc.Expect(word); err != nil {
		return 0, err
	}
	t, err := p.sc.Number(word, limit)
	return t.Value, err
}

func (p *parser) mem() error {
	name, w, err := p.named()
	if err != nil {
		return err
	}
	addr, err := p.field("addr", MaxAddrBits)
	if err != nil {
		return err
	}
	lanes, err := p.field("lanes", 64)
	if err != nil {
		return err
	}
	if _, taken := p.mems[name.Text]; taken {
		return diag.Errorf("", name.Span, "the name `%s` is taken", name.Text)
	}
	p.mems[name.Text] = len(p.c.Mems)
	p.c.Mems = append(p.c.Mems, Mem{Name: name.Text, Width: w, AddrBits: int(addr), Lanes: int(lanes), Span: name.Span})
	return nil
}

// memory reads the name of a memory.
func (p *parser) memory() (int, error) {
	name, err := p.sc.Ident("the name of a memory")
	if err != nil {
		return 0, err
	}
	i, ok := p.mems[name.Text]
	if !ok {
		return 0, diag.Errorf("", name.Span, "expected the name of a memory, found `%s`", name.Text)
	}
	return i, nil
}

func (p *parser) init() error {
	p.sc.Next()
	i, err := p.memory()
	if err != nil {
		return err
	}
	m := &p.c.Mems[i]
	for !p.sc.AtLineEnd() {
		v, err := p.sc.Number("initial word", word.Mask(m.Width))
		if err != nil {
			return err
		}
		m.Init = append(m.Init, v.Value)
	}
	return nil
}

// define adds a node under its label.
func (p *parser) define(label text.Token, n Node) error {
	if _, taken := p.labels[label.Text]; taken {
		return diag.Errorf("", label.Span, "the name `%s` is taken", label.Text)
	}
	if label.Text[0] != '%' {
		n.Name = label.Text
	}
	n.Span = label.Span
	p.labels[label.Text] = ID(len(p.c.Nodes))
	p.c.Nodes = append(p.c.Nodes, n)
	return nil
}

func (p *parser) input() error {
	name, w, err := p.named()
	if err != nil {
		return err
	}
	p.c.Inputs = append(p.c.Inputs, ID(len(p.c.Nodes)))
	return p.define(name, Node{Kind: KInput, Width: w})
}

func (p *parser) reg() error {
	name, w, err := p.named()
	if err != nil {
		return err
	}
	reset, err := p.field("reset", word.Mask(w))
	if err != nil {
		return err
	}
	id, i := ID(len(p.c.Nodes)), len(p.c.Regs)
	p.c.Regs = append(p.c.Regs, Reg{Name: name.Text, Width: w, Reset: reset, Node: id, Span: name.Span})
	return p.define(name, Node{Kind: KReg, Width: w, Index: i})
}

func (p *parser) node() error {
	label := p.sc.Next()
	w, err := p.width()
	if err != nil {
		return err
	}
	p.sc.Next() // "="
	name, err := p.sc.Ident("an operator, `const` or `read`")
	if err != nil {
		return err
	}
	switch name.Text {
	case "const":
		v, err := p.sc.Number("constant", word.Mask(w))
		if err != nil {
			return err
		}
		return p.define(label, Node{Kind: KConst, Width: w, Imm: v.Value})
	case "read":
		return p.read(label, w)
	}
	op, ok := word.Lookup(name.Text)
	if !ok {
		return diag.Errorf("", name.Span, "expected an operator, `const` or `read`, found `%s`", name.Text)
	}
	return p.operator(label, w, op)
}

func (p *parser) operator(label text.Token, w int, op word.Op) error {
	n := Node{Kind: KOp, Op: op, Width: w}
	row := word.Table(op)
	for range row.Args {
		a, err := p.operand()
		if err != nil {
			return err
		}
		n.Args = append(n.Args, a)
	}
	if row.Widths == word.Part {
		lo, err := p.sc.Number("low bit", 63)
		if err != nil {
			return err
		}
		n.Imm = lo.Value
	}
	return p.define(label, n)
}

func (p *parser) read(label text.Token, w int) error {
	i, err := p.memory()
	if err != nil {
		return err
	}
	r := Read{Addr: None, Enable: None}
	if p.sc.Accept("async") {
		if r.Addr, err = p.operand(); err != nil {
			return err
		}
	} else {
		if err := p.sc.Expect("sync"); err != nil {
			return err
		}
		r.Sync = true
		if r.Policy, err = p.policy(); err != nil {
			return err
		}
	}
	m := &p.c.Mems[i]
	r.Node = ID(len(p.c.Nodes))
	m.Reads = append(m.Reads, r)
	return p.define(label, Node{Kind: KRead, Width: w, Index: i, Port: len(m.Reads) - 1})
}

func (p *parser) policy() (Policy, error) {
	for _, policy := range []Policy{Old, New, Never} {
		if p.sc.Accept(policy.String()) {
			return policy, nil
		}
	}
	return Old, p.sc.Errorf("expected `old`, `new` or `never`, found %s", p.sc.Peek())
}

// label reads the label of an existing node.
func (p *parser) label() (ID, diag.Span, error) {
	t, err := p.sc.Ident("the name of a value")
	if err != nil {
		return None, t.Span, err
	}
	id, ok := p.labels[t.Text]
	if !ok {
		return None, t.Span, diag.Errorf("", t.Span, "expected a value that comes before, found `%s`", t.Text)
	}
	return id, t.Span, nil
}

// operand reads a label, or makes the node of a constant.
func (p *parser) operand() (ID, error) {
	if p.sc.Peek().Kind != text.Number {
		id, _, err := p.label()
		return id, err
	}
	at := p.sc.Peek().Span
	w, err := p.width()
	if err != nil {
		return None, err
	}
	if err := p.sc.Expect("'"); err != nil {
		return None, err
	}
	v, err := p.sc.Number("constant", word.Mask(w))
	if err != nil {
		return None, err
	}
	k := nodeKey{kind: KConst, width: w, imm: v.Value}
	id, ok := p.consts[k]
	if !ok {
		id = ID(len(p.c.Nodes))
		p.consts[k] = id
		p.c.Nodes = append(p.c.Nodes, Node{Kind: KConst, Width: w, Imm: v.Value, Span: at.To(v.Span)})
	}
	return id, nil
}

// marked reads a keyword and an operand.
func (p *parser) marked(word string) (ID, error) {
	if err := p.sc.Expect(word); err != nil {
		return None, err
	}
	return p.operand()
}

func (p *parser) drive() error {
	p.sc.Next()
	id, at, err := p.label()
	if err != nil {
		return err
	}
	n := p.c.Nodes[id]
	if n.Kind != KRead || !p.c.Mems[n.Index].Reads[n.Port].Sync || p.c.Mems[n.Index].Reads[n.Port].Addr != None {
		return diag.Errorf("", at, "expected a synchronous read without an address")
	}
	addr, err := p.marked("addr")
	if err != nil {
		return err
	}
	enable := None
	if p.sc.Peek().Is("enable") {
		if enable, err = p.marked("enable"); err != nil {
			return err
		}
	}
	r := &p.c.Mems[n.Index].Reads[n.Port]
	r.Addr, r.Enable = addr, enable
	return nil
}

// show parses an output, an assert or a probe.
func (p *parser) show(kind string) error {
	p.sc.Next()
	name, err := p.sc.Ident("a name")
	if err != nil {
		return err
	}
	at, w := p.sc.Peek().Span, 0
	if kind == "output" {
		if w, err = p.width(); err != nil {
			return err
		}
	}
	id, err := p.marked("=")
	if err != nil {
		return err
	}
	switch kind {
	case "output":
		if got := p.c.Nodes[id].Width; got != w {
			return diag.Errorf("", at, "output %s: expected its width to be %d, got %d", name.Text, got, w)
		}
		p.c.Outputs = append(p.c.Outputs, Output{name.Text, id, name.Span})
	case "assert":
		p.c.Asserts = append(p.c.Asserts, Assert{name.Text, id, name.Span})
	default:
		p.c.Probes = append(p.c.Probes, Probe{name.Text, id})
	}
	return nil
}

func (p *parser) effect(list *[]Effect, depth int) error {
	t := p.sc.Next()
	e := Effect{Value: None, Cond: None, Span: t.Span}
	var err error
	switch {
	case depth > maxNesting:
		return diag.Errorf("", t.Span, "expected at most %d nested regions", maxNesting)
	case t.Is("set"):
		err = p.set(&e)
	case t.Is("write"):
		err = p.write(&e)
	case t.Is("if"):
		err = p.region(&e, depth)
	default:
		return diag.Errorf("", t.Span, "expected a statement, found %s", t)
	}
	*list = append(*list, e)
	return err
}

func (p *parser) set(e *Effect) error {
	id, at, err := p.label()
	if err != nil {
		return err
	}
	if p.c.Nodes[id].Kind != KReg {
		return diag.Errorf("", at, "expected a register")
	}
	e.Kind, e.Index = SetReg, p.c.Nodes[id].Index
	e.Value, err = p.operand()
	return err
}

func (p *parser) write(e *Effect) error {
	i, err := p.memory()
	if err != nil {
		return err
	}
	w := Write{Lanes: None}
	if w.Addr, err = p.marked("addr"); err != nil {
		return err
	}
	if w.Data, err = p.marked("data"); err != nil {
		return err
	}
	if p.sc.Peek().Is("lanes") {
		if w.Lanes, err = p.marked("lanes"); err != nil {
			return err
		}
	}
	m := &p.c.Mems[i]
	e.Kind, e.Index, e.Port = WriteMem, i, len(m.Writes)
	m.Writes = append(m.Writes, w)
	return nil
}

func (p *parser) region(e *Effect, depth int) error {
	var err error
	e.Kind = If
	if e.Cond, err = p.operand(); err != nil {
		return err
	}
	if err = p.block(&e.Then, depth); err != nil || !p.sc.Accept("else") {
		return err
	}
	return p.block(&e.Else, depth)
}

func (p *parser) block(list *[]Effect, depth int) error {
	if err := p.sc.Expect("{"); err != nil {
		return err
	}
	for {
		if err := p.sc.EndLine(); err != nil {
			return err
		}
		if p.sc.Accept("}") {
			return nil
		}
		if err := p.effect(list, depth+1); err != nil {
			return err
		}
	}
}
