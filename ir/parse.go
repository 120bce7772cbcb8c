package ir

import (
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
	"github.com/sinter-lang/sinter/ir/trace"
)

// Limits of the text form. These limits bound the work that a hostile text can cause.
const (
	maxObject = 1 << 28 // size of an object in bytes
	maxIndex  = 1 << 20 // number of devices, channels, sites, blocks
	maxValue  = 1 << 30 // largest value ID
)

// Parse reads the text form of a module and verifies it. A position `@file:line.col` becomes a
// span in a placeholder file. Such a file has the same lines and columns, but only blanks.
func Parse(file *diag.File) (*Module, error) {
	p := &parser{
		sc: text.New(file), m: &Module{}, funcs: map[string]*Func{}, objs: map[string]*Object{},
		at: map[any]diag.Span{}, positions: newPositions(),
	}
	if err := p.module(); err != nil {
		return nil, err
	}
	p.positions.resolve()
	if err := verify(p.m, func(x any) diag.Span { return p.at[x] }); err != nil {
		return nil, err
	}
	return p.m, nil
}

// MustParse is Parse for texts that are part of the program or of a test. It panics on an
// error.
func MustParse(name, src string) *Module {
	m, err := Parse(&diag.File{Name: name, Text: src})
	if err != nil {
		panic(err)
	}
	return m
}

type parser struct {
	sc        *text.Scanner
	m         *Module
	funcs     map[string]*Func
	objs      map[string]*Object
	at        map[any]diag.Span // position of the first use of each name or definition
	positions *positions

	// State of the current function.
	f       *Func
	local   map[string]*Object
	values  map[int]*Value
	blocks  map[int]*Block
	defined map[any]bool
}

func (p *parser) module() error {
	p.sc.SkipNewlines()
	if err := p.sc.Expect("module"); err != nil {
		return err
	}
	name, err := p.sc.Ident("name of the module")
	if err != nil {
		return err
	}
	p.m.Name = name.Text
	if err := p.sc.EndLine(); err != nil {
		return err
	}
	for !p.sc.AtEnd() {
		if err := p.item(); err != nil {
			return err
		}
		if err := p.sc.EndLine(); err != nil {
			return err
		}
	}
	for _, t := range p.m.Funcs {
		if t.Blocks == nil {
			return diag.Errorf("", p.at[t], "function @%s is used and nowhere defined", t.Name)
		}
	}
	return nil
}

func (p *parser) item() error {
	word, err := p.sc.Ident("an item such as `func`")
	if err != nil {
		return err
	}
	switch word.Text {
	case "device":
		return p.device()
	case "chan":
		return p.channel()
	case "mark":
		return p.mark()
	case "trap":
		return p.trap()
	case "log":
		return p.log()
	case "const", "state":
		o, err := p.object(map[string]ObjKind{"const": ConstObj, "state": StateObj}[word.Text], p.objs)
		p.m.Objects = append(p.m.Objects, o)
		return err
	case "task":
		return p.task()
	case "main":
		f, err := p.funcName()
		p.m.Contexts = append(p.m.Contexts, Context{f})
		return err
	case "func":
		return p.function()
	}
	return diag.Errorf("", word.Span, "expected device, chan, mark, trap, log, const, state, task, main or func, found `%s`", word.Text)
}

// index reads the next number of a table, which counts from 0.
func (p *parser) index(what string, n int) error {
	t, err := p.sc.Number("number of the "+what, maxIndex)
	if err == nil && t.Value != uint64(n) {
		err = diag.Errorf("", t.Span, "the next %s has number %d, got %d", what, n, t.Value)
	}
	return err
}

// int reads `word n`.
func (p *parser) int(word string, lo, hi int64) (int, error) {
	if err := p.sc.Expect(word); err != nil {
		return 0, err
	}
	n, err := p.sc.Int(word, lo, hi)
	return int(n), err
}

func (p *parser) device() (err error) {
	if err := p.index("device", len(p.m.Devices)); err != nil {
		return err
	}
	name, err := p.sc.Ident("name of the device")
	if err != nil {
		return err
	}
	kind, err := p.sc.Ident("kind of the device")
	if err != nil {
		return err
	}
	d := Device{Name: name.Text, Kind: kind.Text}
	if d.Task, err = p.int("task", 0, maxIndex); err != nil {
		return err
	}
	d.Rx = p.sc.Accept("rx")
	d.Tx = p.sc.Accept("tx")
	p.m.Devices = append(p.m.Devices, d)
	return nil
}

func (p *parser) channel() (err error) {
	if err := p.index("channel", len(p.m.Chans)); err != nil {
		return err
	}
	name, err := p.sc.Ident("name of the channel")
	if err != nil {
		return err
	}
	c := Chan{Name: name.Text}
	if c.Cap, err = p.int("cap", 0, maxIndex); err != nil {
		return err
	}
	if err = p.list("(", ")", func() error {
		t, err := p.typ()
		c.Words = append(c.Words, t)
		return err
	}); err != nil {
		return err
	}
	if err = p.list("[", "]", func() error {
		n, err := p.sc.Int("size", 0, maxObject)
		c.Objs = append(c.Objs, int(n))
		return err
	}); err != nil {
		return err
	}
	if c.Writer, err = p.int("writer", 0, maxIndex); err != nil {
		return err
	}
	if c.Reader, err = p.int("reader", 0, maxIndex); err != nil {
		return err
	}
	if p.sc.Accept("as") {
		for p.sc.Peek().Kind == text.Ident && !strings.HasPrefix(p.sc.Peek().Text, "@") {
			a, err := p.argType()
			if err != nil {
				return err
			}
			from, err := p.chanLeaf()
			if err != nil {
				return err
			}
			c.Args, c.From = append(c.Args, a), append(c.From, from)
		}
	}
	p.m.Chans = append(p.m.Chans, c)
	at := len(p.m.Chans) - 1
	return p.place(func(s diag.Span) { p.m.Chans[at].Span = s })
}

// chanLeaf reads the position of a part of an element that events show.
func (p *parser) chanLeaf() (from ChanLeaf, err error) {
	if !p.sc.Peek().Is("in") {
		return ChanLeaf{Obj: -1}, nil
	}
	if from.Obj, err = p.int("in", 0, maxIndex); err != nil {
		return from, err
	}
	if from.Off, err = p.int("at", 0, maxObject); err != nil {
		return from, err
	}
	if p.sc.Peek().Is("size") {
		from.Size, err = p.int("size", 1, 4)
	} else if p.sc.Peek().Is("skip") {
		from.Skip, err = p.int("skip", 1, maxObject)
	}
	return from, err
}

// list reads the text `open`, items separated by commas, and the text `shut`.
func (p *parser) list(open, shut string, item func() error) error {
	if err := p.sc.Expect(open); err != nil {
		return err
	}
	for !p.sc.Accept(shut) {
		if err := item(); err != nil {
			return err
		}
		if !p.sc.Accept(",") && !p.sc.Peek().Is(shut) {
			return p.sc.Expect(shut)
		}
	}
	return nil
}

func (p *parser) mark() error {
	if err := p.index("mark", len(p.m.Marks)); err != nil {
		return err
	}
	name, err := p.sc.Quoted("name of the mark")
	p.m.Marks = append(p.m.Marks, name.Str)
	return err
}

func (p *parser) trap() error {
	if err := p.index("trap", len(p.m.Traps)); err != nil {
		return err
	}
	code, err := p.sc.Ident("code of the trap")
	if err != nil {
		return err
	}
	p.m.Traps = append(p.m.Traps, TrapSite{ID: len(p.m.Traps), Code: code.Text})
	at := len(p.m.Traps) - 1
	return p.place(func(s diag.Span) { p.m.Traps[at].Span = s })
}

func (p *parser) log() error {
	if err := p.index("log", len(p.m.Logs)); err != nil {
		return err
	}
	s := trace.Site{ID: len(p.m.Logs)}
	for {
		part, err := p.sc.Quoted("a piece of text")
		if err != nil {
			return err
		}
		s.Parts = append(s.Parts, part.Str)
		if p.sc.AtLineEnd() {
			p.m.Logs = append(p.m.Logs, s)
			return nil
		}
		a, err := p.argType()
		if err != nil {
			return err
		}
		s.Args = append(s.Args, a)
	}
}

func (p *parser) argType() (a trace.ArgType, err error) {
	kind, err := p.sc.Ident("kind of an argument")
	if err != nil {
		return a, err
	}
	a.Kind = kind.Text
	a.Width, err = p.int(":", 0, maxObject)
	return a, err
}

func (p *parser) task() error {
	if err := p.index("task", len(p.m.Tasks)); err != nil {
		return err
	}
	name, err := p.sc.Ident("name of the task")
	if err != nil {
		return err
	}
	f, err := p.funcName()
	if err != nil {
		return err
	}
	p.m.Tasks = append(p.m.Tasks, Task{Name: name.Text, Func: f, Service: p.sc.Accept("service"), Thread: p.sc.Accept("thread")})
	if p.sc.Accept("waits") {
		err = p.waits(len(p.m.Tasks) - 1)
	}
	return err
}

// waits reads the source positions where a task waits.
func (p *parser) waits(task int) error {
	for {
		at := p.sc.Peek()
		if at.Kind != text.Ident && !at.Is("@") || !strings.HasPrefix(at.Text, "@") {
			return nil
		}
		if err := p.place(func(s diag.Span) { p.m.Tasks[task].Waits = append(p.m.Tasks[task].Waits, s) }); err != nil {
			return err
		}
	}
}

// object reads `%name size align n [= $bytes] [ro] [place]` and adds the object to `scope`.
func (p *parser) object(kind ObjKind, scope map[string]*Object) (*Object, error) {
	o := &Object{Kind: kind}
	name, err := p.sigil("%", "an object")
	if err != nil {
		return o, err
	}
	o.Name = name.Text[1:]
	p.at[o] = name.Span
	if scope[o.Name] != nil || p.objs[o.Name] != nil {
		return o, diag.Errorf("", name.Span, "object %s is defined twice", name.Text)
	}
	scope[o.Name] = o
	size, err := p.sc.Int("size", 0, maxObject)
	if err != nil {
		return o, err
	}
	o.Size = int(size)
	if o.Align, err = p.int("align", 1, 4); err != nil {
		return o, err
	}
	if p.sc.Accept("=") {
		t, err := p.sigil("$", "bytes in hexadecimal")
		if err != nil {
			return o, err
		}
		if o.Init, err = hex.DecodeString(t.Text[1:]); err != nil {
			return o, diag.Errorf("", t.Span, "expected pairs of hexadecimal digits")
		}
	}
	o.ReadOnly = p.sc.Accept("ro")
	if kind == StateObj && p.sc.Peek().Is("slots") {
		if o.Slot, err = p.int("slots", 1, maxObject); err != nil {
			return o, err
		}
	}
	o.Boot = kind == ConstObj && p.sc.Accept("boot")
	for o.Boot && p.sc.Accept("word") {
		w, err := p.word()
		if err != nil {
			return o, err
		}
		o.Words = append(o.Words, w)
	}
	return o, p.place(func(s diag.Span) { o.Span = s })
}

// word reads a word of the start, without its first token.
func (p *parser) word() (w Word, err error) {
	name, err := p.sc.Quoted("name of the word")
	if err != nil {
		return w, err
	}
	kind, err := p.sc.Ident("kind of the word")
	if err != nil {
		return w, err
	}
	w.Name, w.Kind = name.Str, kind.Text
	for _, bound := range []*uint64{&w.Lo, &w.Hi} {
		t, err := p.sc.Number("bound of the word", 1<<64-1)
		if err != nil {
			return w, err
		}
		*bound = t.Value
	}
	if w.At, err = p.int("at", 0, maxObject); err != nil {
		return w, err
	}
	w.Size, err = p.int("size", 1, maxObject)
	return w, err
}

// sigil reads an identifier that starts with the character `mark`.
func (p *parser) sigil(mark, what string) (text.Token, error) {
	t := p.sc.Peek()
	if t.Kind != text.Ident || !strings.HasPrefix(t.Text, mark) || len(t.Text) < 2 {
		return t, p.sc.Errorf("expected %s `%s...`, found %s", what, mark, t)
	}
	return p.sc.Next(), nil
}

// funcName reads @name. The definition of the function may come later.
func (p *parser) funcName() (*Func, error) {
	t, err := p.sigil("@", "a function")
	if err != nil {
		return nil, err
	}
	name := t.Text[1:]
	f := p.funcs[name]
	if f == nil {
		f = &Func{Name: name}
		p.funcs[name] = f
		p.m.Funcs = append(p.m.Funcs, f)
		p.at[f] = t.Span
	}
	return f, nil
}

// typ reads a type i1 to i64.
func (p *parser) typ() (Type, error) {
	t, err := p.sc.Ident("a type")
	if err != nil {
		return 0, err
	}
	if n, ok := numbered(t.Text, "i"); ok && n >= 1 && n <= 64 {
		return Type(n), nil
	}
	return 0, diag.Errorf("", t.Span, "expected a type i1 to i64, found `%s`", t.Text)
}

// numbered splits a name such as v12 into its prefix and number.
func numbered(s, prefix string) (int, bool) {
	digits, ok := strings.CutPrefix(s, prefix)
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n >= 0 && n <= maxValue && strconv.Itoa(n) == digits
}

// place reads an optional source position `@file:line.col`.
func (p *parser) place(set func(diag.Span)) error {
	t := p.sc.Peek()
	name := ""
	switch {
	case t.Kind == text.Ident && strings.HasPrefix(t.Text, "@") && len(t.Text) > 1:
		p.sc.Next()
		name = t.Text[1:]
	case t.Is("@"):
		p.sc.Next()
		q, err := p.sc.Quoted("name of a file")
		if err != nil {
			return err
		}
		name = q.Str
	default:
		return nil
	}
	if err := p.sc.Expect(":"); err != nil {
		return err
	}
	line, err := p.sc.Int("line", 1, maxLine)
	if err != nil {
		return err
	}
	if err := p.sc.Expect("."); err != nil {
		return err
	}
	col, err := p.sc.Int("column", 1, maxCol)
	if err != nil {
		return err
	}
	return p.positions.add(set, name, int(line), int(col), t.Span)
}
