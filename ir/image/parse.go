package image

import (
	"encoding/hex"
	"strconv"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/trace"
)

// Parse reads an image and verifies it. In this grammar, newlines are significant:
//
//	image  = "image" name newline { item newline } "end"
//	item   = target                                  // see ir/design
//	       | "context" name entry
//	       | "task" name
//	       | "channel" name writer reader capacity { "word" bits } { "object" bytes }
//	       | "device" name kind task [ "rx" ] [ "tx" ]
//	       | "mark" name task
//	       | "log" id string { kind width string }
//	       | "symbol" name address size
//	       | "data" length end | "bytes" address hex-digits
//	       | "source" name contents
//	       | "text" newline { word newline } "end"
//	word   = label ":" | instruction [ "trap" task site code ]
//	         [ "@" source start end ] [ "%" value ]
//
// The target must come before the text. Without a context, the image gets the context main at the
// first word. In handwritten images, a branch may name a label. Print writes distances instead.
func Parse(f *diag.File) (*Image, error) { return ParseFor(nil, f) }

// ParseFor is like Parse, but the text may omit the target. The target is then t.
func ParseFor(t *design.Target, f *diag.File) (*Image, error) {
	p := &parser{sc: text.New(f), im: &Image{Target: t}}
	if err := p.image(); err != nil {
		return nil, err
	}
	if len(p.im.Contexts) == 0 {
		p.im.Contexts = []Context{{"main", design.TextBase}}
	}
	v := verifier{im: p.im, places: p.words}
	if err := v.verify(); err != nil {
		return nil, p.placed(err)
	}
	return p.im, nil
}

type parser struct {
	sc    *text.Scanner
	im    *Image
	files []*diag.File
	words []diag.Span // positions of the lines of text
	head  diag.Span
}

// placed adds a position to an error that has no position in this file. The added position is the
// first line of the image.
func (p *parser) placed(err error) error {
	list := diag.AsList(err)
	for _, e := range list {
		if e.Span.IsZero() || e.Span.File != p.head.File {
			e.Span = p.head
		}
	}
	return list.Err()
}

func (p *parser) image() error {
	p.sc.SkipNewlines()
	p.head = p.sc.Peek().Span
	if err := p.sc.Expect("image"); err != nil {
		return err
	}
	name, err := p.sc.Name("the name of the image")
	if err != nil {
		return err
	}
	p.im.Name = name.Str
	if err := p.sc.EndLine(); err != nil {
		return err
	}
	for !p.sc.Accept("end") {
		if err := p.item(); err != nil {
			return err
		}
		if err := p.sc.EndLine(); err != nil {
			return err
		}
	}
	if err := p.sc.EndLine(); err != nil {
		return err
	}
	if !p.sc.AtEnd() {
		return p.sc.Errorf("expected nothing after `end`, found %s", p.sc.Peek())
	}
	return nil
}

func (p *parser) item() error {
	t := p.sc.Peek()
	if t.Is("target") {
		var err error
		p.im.Target, err = design.ReadTarget(p.sc)
		return err
	}
	items := map[string]func() error{
		"context": p.context, "task": p.task, "channel": p.channel, "device": p.device, "mark": p.mark, "log": p.log, "symbol": p.symbol,
		"data": p.data, "bytes": p.bytes, "source": p.source, "text": p.text,
	}
	read, ok := items[t.Text]
	if !ok || t.Kind != text.Ident {
		return p.sc.Errorf("expected target, context, task, channel, device, mark, log, symbol, data, bytes, source, text or `end`, found %s", t)
	}
	p.sc.Next()
	return read()
}

func (p *parser) name(what string, to *string) error {
	t, err := p.sc.Name(what)
	*to = t.Str
	return err
}

func (p *parser) num(what string, limit int64, to *int) error {
	v, err := p.sc.Int(what, 0, limit)
	*to = int(v)
	return err
}

func (p *parser) addr(what string, limit uint64, to *uint32) error {
	t, err := p.sc.Number(what, limit)
	*to = uint32(t.Value)
	return err
}

func (p *parser) task() error {
	p.im.Tasks = append(p.im.Tasks, "")
	return p.name("the name of a task", &p.im.Tasks[len(p.im.Tasks)-1])
}

func (p *parser) context() error {
	var c Context
	if err := p.name("the name of a context", &c.Name); err != nil {
		return err
	}
	err := p.addr("the entry", 1<<32-1, &c.Entry)
	p.im.Contexts = append(p.im.Contexts, c)
	return err
}

func (p *parser) channel() error {
	var c Channel
	if err := p.name("the name of a channel", &c.Name); err != nil {
		return err
	}
	for _, part := range []struct {
		what  string
		limit int64
		to    *int
	}{
		{"the task that writes", 1<<16 - 1, &c.Writer},
		{"the task that reads", 1<<16 - 1, &c.Reader},
		{"the capacity", 1<<31 - 1, &c.Cap},
	} {
		if err := p.num(part.what, part.limit, part.to); err != nil {
			return err
		}
	}
	if err := p.list("word", "the bits of a word", &c.Words); err != nil {
		return err
	}
	err := p.list("object", "the bytes of an object", &c.Objects)
	p.im.Channels = append(p.im.Channels, c)
	return err
}

// list reads { word number }.
func (p *parser) list(word, what string, to *[]int) error {
	for p.sc.Accept(word) {
		n := 0
		if err := p.num(what, 1<<31-1, &n); err != nil {
			return err
		}
		*to = append(*to, n)
	}
	return nil
}

func (p *parser) device() error {
	d := Device{Index: len(p.im.Devices)}
	if err := p.name("the name of a device", &d.Name); err != nil {
		return err
	}
	if err := p.name("the kind of a device", &d.Kind); err != nil {
		return err
	}
	if err := p.num("the task", 1<<16-1, &d.Task); err != nil {
		return err
	}
	d.Rx = p.sc.Accept("rx")
	d.Tx = p.sc.Accept("tx")
	p.im.Devices = append(p.im.Devices, d)
	return nil
}

func (p *parser) mark() error {
	var m Mark
	if err := p.name("the name of a mark", &m.Name); err != nil {
		return err
	}
	err := p.num("the task", 1<<16-1, &m.Task)
	p.im.Marks = append(p.im.Marks, m)
	return err
}

func (p *parser) log() error {
	var s trace.Site
	if err := p.num("the log site", 1<<16-1, &s.ID); err != nil {
		return err
	}
	for {
		part, err := p.sc.Quoted("a part of the log's text in quotes")
		if err != nil {
			return err
		}
		s.Parts = append(s.Parts, part.Str)
		if p.sc.AtLineEnd() {
			p.im.Logs = append(p.im.Logs, s)
			return nil
		}
		var a trace.ArgType
		if err := p.name("the kind of an argument", &a.Kind); err != nil {
			return err
		}
		if err := p.num("the width of an argument", 1<<31-1, &a.Width); err != nil {
			return err
		}
		s.Args = append(s.Args, a)
	}
}

func (p *parser) symbol() error {
	var s Symbol
	if err := p.name("the name of a symbol", &s.Name); err != nil {
		return err
	}
	if err := p.addr("the address", 1<<32-1, &s.Addr); err != nil {
		return err
	}
	err := p.addr("the size", 1<<32-1, &s.Size)
	p.im.Symbols = append(p.im.Symbols, s)
	return err
}

// data reads the lengths of the initial data and of the memory.
func (p *parser) data() error {
	n, err := p.sc.Number("the length of the data", design.TextBase)
	if err != nil {
		return err
	}
	p.im.Data = nil
	if n.Value > 0 {
		p.im.Data = make([]byte, n.Value)
	}
	return p.addr("the length of data memory", design.TextBase, &p.im.DataEnd)
}

func (p *parser) bytes() error {
	at, err := p.sc.Number("the address", design.TextBase)
	if err != nil {
		return err
	}
	t, err := p.sc.Word("bytes in hexadecimal")
	if err != nil {
		return err
	}
	data, err := hex.DecodeString(t.Text)
	if err != nil {
		return diag.Errorf("", t.Span, "expected bytes in hexadecimal, found `%s`", t.Text)
	}
	if at.Value+uint64(len(data)) > uint64(len(p.im.Data)) {
		return diag.Errorf("", t.Span, "expected bytes within the %d bytes of data", len(p.im.Data))
	}
	copy(p.im.Data[at.Value:], data)
	return nil
}

func (p *parser) source() error {
	f := &diag.File{}
	if err := p.name("the name of a source", &f.Name); err != nil {
		return err
	}
	t, err := p.sc.Quoted("the text of a source in quotes")
	f.Text = t.Str
	p.files = append(p.files, f)
	return err
}

// text reads the instructions: the labels first, then the words.
func (p *parser) text() error {
	if p.im.Target == nil {
		return p.sc.Errorf("expected the target before the text")
	}
	if err := p.sc.EndLine(); err != nil {
		return err
	}
	at := p.sc.Pos()
	labels, err := p.labels()
	if err != nil {
		return err
	}
	p.sc.Reset(at)
	for !p.sc.Accept("end") {
		if p.isLabel() {
			if err := p.sc.EndLine(); err != nil {
				return err
			}
			continue
		}
		if err := p.word(labels); err != nil {
			return err
		}
		if err := p.sc.EndLine(); err != nil {
			return err
		}
	}
	return nil
}

// isLabel reads `name :` and reports whether the text has this form.
func (p *parser) isLabel() bool {
	at := p.sc.Pos()
	if p.sc.Next().Kind == text.Ident && p.sc.Accept(":") {
		return true
	}
	p.sc.Reset(at)
	return false
}

// labels finds the addresses of all labels in a first pass over the text.
func (p *parser) labels() (map[string]uint32, error) {
	labels := map[string]uint32{}
	for n := 0; !p.sc.Peek().Is("end"); {
		name := p.sc.Peek()
		switch {
		case name.Kind == text.EOF:
			return nil, p.sc.Errorf("expected the `end` of the text, found %s", name)
		case !p.isLabel():
			n++
			p.sc.Line()
		default:
			if _, twice := labels[name.Text]; twice {
				return nil, diag.Errorf("", name.Span, "expected one label `%s`, found a second", name.Text)
			}
			labels[name.Text] = PC(n)
		}
		p.sc.SkipNewlines()
	}
	return labels, nil
}

// word reads an instruction and its annotations.
func (p *parser) word(labels map[string]uint32) error {
	im, pc := p.im, PC(len(p.im.Text))
	start := p.sc.Peek().Span
	w, err := isa.AssembleAt(im.Target.Set, p.sc, func(name string) (int32, bool) {
		to, ok := labels[name]
		return int32(to - pc), ok
	})
	if err != nil {
		return err
	}
	im.Text, im.Spans, im.Values = append(im.Text, w), append(im.Spans, diag.Span{}), append(im.Values, 0)
	p.words = append(p.words, start)
	if p.sc.Accept("trap") {
		if err := p.trap(pc); err != nil {
			return err
		}
	}
	if t := p.sc.Peek(); t.Kind == text.Ident && t.Text[0] == '@' {
		if err := p.span(&im.Spans[len(im.Spans)-1]); err != nil {
			return err
		}
	}
	if t := p.sc.Peek(); t.Kind == text.Ident && t.Text[0] == '%' {
		v, err := strconv.ParseUint(t.Text[1:], 10, 31)
		if err != nil || v == 0 {
			return p.sc.Errorf("expected the number of a value such as %%17, found %s", t)
		}
		p.sc.Next()
		im.Values[len(im.Values)-1] = int(v)
	}
	return nil
}

func (p *parser) trap(pc uint32) error {
	t := Trap{PC: pc}
	if err := p.num("the task", 1<<16-1, &t.Task); err != nil {
		return err
	}
	if err := p.num("the trap site", 1<<31-1, &t.Site); err != nil {
		return err
	}
	err := p.name("the trap code", &t.Code)
	p.im.Traps = append(p.im.Traps, t)
	return err
}

// span reads `@source start end`.
func (p *parser) span(to *diag.Span) error {
	t := p.sc.Peek()
	i, err := strconv.ParseUint(t.Text[1:], 10, 31)
	if err != nil || int(i) >= len(p.files) {
		return p.sc.Errorf("expected one of the %d sources such as @0, found %s", len(p.files), t)
	}
	p.sc.Next()
	to.File = p.files[i]
	limit := int64(len(to.File.Text))
	if err := p.num("the start of the span", limit, &to.Start); err != nil {
		return err
	}
	return p.num("the end of the span", limit, &to.End)
}
