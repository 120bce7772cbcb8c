package ir

import (
	"maps"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
)

func (p *parser) function() error {
	start := p.sc.Peek().Span
	f, err := p.funcName()
	if err != nil {
		return err
	}
	if f.Blocks != nil {
		return diag.Errorf("", start, "function @%s is defined twice", f.Name)
	}
	p.at[f] = start
	p.moveLast(f)
	p.f, p.local = f, map[string]*Object{}
	p.values, p.blocks, p.defined = map[int]*Value{}, map[int]*Block{}, map[any]bool{}
	params, err := p.header()
	if err != nil {
		return err
	}
	if err := p.body(params); err != nil {
		return err
	}
	for _, v := range sortedValues(p.values) {
		if !p.defined[v] {
			return diag.Errorf("", p.at[v], "value %s is used and nowhere defined", v)
		}
		f.NextID = max(f.NextID, v.ID)
	}
	return nil
}

// moveLast moves f to the end of the functions. The functions are then in the order of their
// definitions.
func (p *parser) moveLast(f *Func) {
	fs := p.m.Funcs
	for k := range fs {
		if fs[k] == f {
			copy(fs[k:], fs[k+1:])
			fs[len(fs)-1] = f
			return
		}
	}
}

// header reads the text up to `{` and returns the parameters.
func (p *parser) header() ([]*Value, error) {
	if p.sc.Peek().Is("[") {
		if err := p.list("[", "]", func() error {
			o, err := p.object(ParamObj, p.local)
			p.f.Objs = append(p.f.Objs, o)
			return err
		}); err != nil {
			return nil, err
		}
	}
	params, err := p.params()
	if err != nil {
		return nil, err
	}
	if p.sc.Accept("->") {
		if err := p.list("(", ")", func() error {
			t, o, err := p.valueType()
			p.f.Results = append(p.f.Results, Result{t, o})
			return err
		}); err != nil {
			return nil, err
		}
	}
	p.f.NoInline = p.sc.Accept("noinline")
	f := p.f
	if err := p.place(func(s diag.Span) { f.Span = s }); err != nil {
		return nil, err
	}
	if err := p.sc.Expect("{"); err != nil {
		return nil, err
	}
	return params, p.sc.EndLine()
}

// params reads `(v1: tok %a, v2: i32 @file:line.col)`.
func (p *parser) params() (vs []*Value, err error) {
	err = p.list("(", ")", func() error {
		v, err := p.define()
		if err != nil {
			return err
		}
		vs = append(vs, v)
		return p.place(func(s diag.Span) { v.Span = s })
	})
	return vs, err
}

// define reads `v1: i32` or `v1: tok %a`.
func (p *parser) define() (*Value, error) {
	at := p.sc.Peek().Span
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	if p.defined[v] {
		return nil, diag.Errorf("", at, "value %s is defined twice", v)
	}
	p.defined[v] = true
	p.at[v] = at
	if err := p.sc.Expect(":"); err != nil {
		return nil, err
	}
	v.Type, v.Obj, err = p.valueType()
	return v, err
}

func (p *parser) valueType() (Type, *Object, error) {
	if !p.sc.Accept("tok") {
		t, err := p.typ()
		return t, nil, err
	}
	if t := p.sc.Peek(); t.Kind != text.Ident || !strings.HasPrefix(t.Text, "%") {
		return Token, nil, nil
	}
	o, err := p.objName()
	return Token, o, err
}

func (p *parser) objName() (*Object, error) {
	t, err := p.sigil("%", "an object")
	if err != nil {
		return nil, err
	}
	if o := p.local[t.Text[1:]]; o != nil {
		return o, nil
	}
	if o := p.objs[t.Text[1:]]; o != nil {
		return o, nil
	}
	return nil, diag.Errorf("", t.Span, "no object %s is defined before this place", t.Text)
}

// value reads a name such as v12. The definition of the value may come later.
func (p *parser) value() (*Value, error) {
	t := p.sc.Peek()
	n, ok := numbered(t.Text, "v")
	if t.Kind != text.Ident || !ok || n == 0 {
		return nil, p.sc.Errorf("expected a value such as v1, found %s", t)
	}
	p.sc.Next()
	v := p.values[n]
	if v == nil {
		v = &Value{ID: n}
		p.values[n] = v
		p.at[v] = t.Span
	}
	return v, nil
}

// label reads a label such as b3. The block may be defined later.
func (p *parser) label() (*Block, error) {
	t := p.sc.Peek()
	n, ok := numbered(t.Text, "b")
	if t.Kind != text.Ident || !ok || n > maxIndex {
		return nil, p.sc.Errorf("expected a block such as b1, found %s", t)
	}
	p.sc.Next()
	b := p.blocks[n]
	if b == nil {
		b = &Block{ID: n}
		p.blocks[n] = b
		p.at[b] = t.Span
	}
	return b, nil
}

func (p *parser) body(params []*Value) error {
	for p.sc.Accept("local") {
		o, err := p.object(LocalObj, p.local)
		if err != nil {
			return err
		}
		p.f.Locals = append(p.f.Locals, o)
		if err := p.sc.EndLine(); err != nil {
			return err
		}
	}
	for !p.sc.Accept("}") {
		if err := p.block(params); err != nil {
			return err
		}
	}
	if len(p.f.Blocks) == 0 {
		return p.sc.Errorf("function @%s has no block", p.f.Name)
	}
	if len(p.f.Blocks) != len(p.blocks) {
		for _, b := range sortedBlocks(p.blocks) {
			if !p.defined[b] {
				return diag.Errorf("", p.at[b], "block b%d is used and nowhere defined", b.ID)
			}
		}
	}
	return nil
}

func (p *parser) block(params []*Value) error {
	at := p.sc.Peek().Span
	b, err := p.label()
	if err != nil {
		return err
	}
	if p.defined[b] {
		return diag.Errorf("", at, "block b%d is defined twice", b.ID)
	}
	p.defined[b] = true
	p.at[b] = at
	if err := p.blockParams(b, params); err != nil {
		return err
	}
	p.f.Blocks = append(p.f.Blocks, b)
	if err := p.sc.Expect(":"); err != nil {
		return err
	}
	if err := p.sc.EndLine(); err != nil {
		return err
	}
	for {
		if done, err := p.term(b); done || err != nil {
			return err
		}
		if err := p.instr(b); err != nil {
			return err
		}
		if err := p.sc.EndLine(); err != nil {
			return err
		}
	}
}

// blockParams reads the parameters of a block. The entry block repeats the names of the
// function's parameters.
func (p *parser) blockParams(b *Block, params []*Value) (err error) {
	if len(p.f.Blocks) > 0 {
		if p.sc.Peek().Is("(") {
			b.Params, err = p.params()
		}
		p.own(b, b.Params)
		return err
	}
	b.Params = params
	p.own(b, params)
	if len(params) == 0 && !p.sc.Peek().Is("(") {
		return nil
	}
	n, at := 0, p.sc.Peek().Span
	err = p.list("(", ")", func() error {
		v, err := p.value()
		if err == nil && (n >= len(params) || params[n] != v) {
			err = diag.Errorf("", at, "the entry block repeats the parameters of @%s in order", p.f.Name)
		}
		n++
		return err
	})
	if err == nil && n != len(params) {
		err = diag.Errorf("", at, "the entry block repeats the %d parameters of @%s, got %d", len(params), p.f.Name, n)
	}
	return err
}

func (p *parser) own(b *Block, vs []*Value) {
	for _, v := range vs {
		v.In = b
	}
}

// term reads the terminator of a block. It returns false if an instruction comes next.
func (p *parser) term(b *Block) (bool, error) {
	t := p.sc.Peek()
	p.at[&b.Term] = t.Span
	var err error
	switch {
	case p.sc.Accept("jump"):
		err = p.edges(b, 1)
	case p.sc.Accept("br"):
		b.Term.Op = Branch
		if b.Term.Cond, err = p.value(); err == nil {
			if err = p.sc.Expect(","); err == nil {
				err = p.edges(b, 2)
			}
		}
	case p.sc.Accept("ret"):
		b.Term.Op = Return
		b.Term.Args, err = p.valueList()
	default:
		return false, nil
	}
	if err != nil {
		return true, err
	}
	if err := p.place(func(s diag.Span) { b.Term.Span = s }); err != nil {
		return true, err
	}
	return true, p.sc.EndLine()
}

func (p *parser) edges(b *Block, n int) error {
	for k := 0; k < n; k++ {
		if k > 0 {
			if err := p.sc.Expect(","); err != nil {
				return err
			}
		}
		to, err := p.label()
		if err != nil {
			return err
		}
		e := Edge{To: to}
		if p.sc.Peek().Is("(") {
			if err := p.list("(", ")", func() error {
				v, err := p.value()
				e.Args = append(e.Args, v)
				return err
			}); err != nil {
				return err
			}
		}
		b.Term.Succs = append(b.Term.Succs, e)
	}
	return nil
}

func (p *parser) valueList() (vs []*Value, err error) {
	if t := p.sc.Peek(); t.Kind != text.Ident || !strings.HasPrefix(t.Text, "v") {
		return nil, nil
	}
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		vs = append(vs, v)
		if !p.sc.Accept(",") {
			return vs, nil
		}
	}
}

func (p *parser) instr(b *Block) error {
	i := &Instr{Task: -1}
	p.at[i] = p.sc.Peek().Span
	if err := p.results(b, i); err != nil {
		return err
	}
	op, err := p.sc.Ident("an operation")
	if err != nil {
		return err
	}
	if !setOp(i, op.Text) {
		return diag.Errorf("", op.Span, "there is no operation `%s`", op.Text)
	}
	if sel := i.Op.Row().Select; sel != nil {
		if err := sel.parse(p, i); err != nil {
			return err
		}
	}
	if err := p.operands(i); err != nil {
		return err
	}
	if i.Op.Row().Site != NoTable {
		if i.Site, err = p.int("!", 0, maxIndex); err != nil {
			return err
		}
	}
	if i.Op.Row().IO && p.sc.Accept("task") {
		n, err := p.sc.Int("task", 0, maxIndex)
		if err != nil {
			return err
		}
		i.Task = int(n)
	}
	b.Instrs = append(b.Instrs, i)
	return p.place(func(s diag.Span) {
		i.Span = s
		for _, r := range i.Results {
			r.Span = s
		}
	})
}

// results reads `v1: i32, v2: tok =` if the line starts with a value.
func (p *parser) results(b *Block, i *Instr) error {
	if t := p.sc.Peek(); t.Kind != text.Ident || !isNumbered(t.Text, "v") {
		return nil
	}
	for {
		v, err := p.define()
		if err != nil {
			return err
		}
		v.Def, v.In = i, b
		i.Results = append(i.Results, v)
		if !p.sc.Accept(",") {
			return p.sc.Expect("=")
		}
	}
}

func isNumbered(s, prefix string) bool {
	_, ok := numbered(s, prefix)
	return ok
}

// deviceName reads the name of a device.
func (p *parser) deviceName() (int, error) {
	t, err := p.sc.Ident("a device")
	if err != nil {
		return 0, err
	}
	for k := range p.m.Devices {
		if p.m.Devices[k].Name == t.Text {
			return k, nil
		}
	}
	return 0, diag.Errorf("", t.Span, "there is no device `%s`", t.Text)
}

// channelName reads the name of a channel.
func (p *parser) channelName() (int, error) {
	t, err := p.sc.Ident("a channel")
	if err != nil {
		return 0, err
	}
	for k := range p.m.Chans {
		if p.m.Chans[k].Name == t.Text {
			return k, nil
		}
	}
	return 0, diag.Errorf("", t.Span, "there is no channel `%s`", t.Text)
}

// operands reads refs, then values, then the immediate, separated by commas.
func (p *parser) operands(i *Instr) error {
	imm := false
	for first := true; ; first = false {
		t := p.sc.Peek()
		switch {
		case t.Kind == text.Ident && strings.HasPrefix(t.Text, "%") && len(i.Args) == 0 && !imm:
			r, err := p.ref()
			if err != nil {
				return err
			}
			i.Refs = append(i.Refs, r)
		case t.Kind == text.Ident && isNumbered(t.Text, "v") && !imm:
			v, err := p.value()
			if err != nil {
				return err
			}
			i.Args = append(i.Args, v)
		case t.Kind == text.Number && !imm && hasImm(i):
			i.Imm, imm = p.sc.Next().Value, true
		case first && !hasImm(i):
			return nil
		default:
			return p.sc.Errorf("expected an operand of %s, found %s", opcode(i), t)
		}
		if !p.sc.Accept(",") {
			break
		}
	}
	if hasImm(i) && !imm {
		return p.sc.Errorf("%s ends with a number", opcode(i))
	}
	return nil
}

// ref takes %a, %a[8], %a[v1], %a[v1 + 8] or %a[v1 ++ 8].
func (p *parser) ref() (r Ref, err error) {
	if r.Obj, err = p.objName(); err != nil || !p.sc.Accept("[") {
		return r, err
	}
	sign := "+"
	if t := p.sc.Peek(); t.Kind == text.Ident {
		if r.Off, err = p.value(); err != nil || p.sc.Accept("]") {
			return r, err
		}
		if sign = p.sc.Next().Text; sign != "+" && sign != "-" {
			return r, p.sc.Errorf("expected `+` or `-` after %s", r.Off)
		}
		r.NoWrap = sign == "+" && p.sc.Accept("+")
	}
	n, err := p.sc.Int("offset", -maxObject, maxObject)
	if err != nil {
		return r, err
	}
	r.Disp = int(n)
	if sign == "-" {
		r.Disp = -r.Disp
	}
	return r, p.sc.Expect("]")
}

func sortedValues(m map[int]*Value) []*Value {
	return slices.SortedFunc(maps.Values(m), func(a, b *Value) int { return a.ID - b.ID })
}

func sortedBlocks(m map[int]*Block) []*Block {
	return slices.SortedFunc(maps.Values(m), func(a, b *Block) int { return a.ID - b.ID })
}
