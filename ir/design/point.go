package design

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
)

// Cores are the organisations of a generated core.
func Cores() []string { return []string{"multi", "pipe3"} }

// Verify checks a point:
//
//  1. it has a program, and its core is one of Cores;
//  2. each key is a name other than `core` and `end`;
//  3. no key has the same value twice.
func (p *Point) Verify() error {
	if i, problem := p.check(); problem != "" {
		return diag.Errorf("", diag.Span{}, "point %s, choice %d: %s", p.Program, i, problem)
	}
	return nil
}

// check returns the first problem and the choice that it is about; -1 for the
// core.
func (p *Point) check() (int, string) {
	if !isCore(p.Core) {
		return -1, fmt.Sprintf("expected a core %s, found %q", strings.Join(Cores(), " or "), p.Core)
	}
	seen := map[[2]string]bool{}
	for i, c := range p.Choices {
		id := [2]string{c.Key, c.Value}
		switch {
		case kindOf(c.Key) != text.Ident || c.Key == "core" || c.Key == "end":
			return i, fmt.Sprintf("expected the key to be a name, found %q", c.Key)
		case seen[id]:
			return i, fmt.Sprintf("expected one choice of %s %s, found a second", c.Key, value(c.Value))
		}
		seen[id] = true
	}
	return 0, ""
}

func isCore(name string) bool {
	for _, c := range Cores() {
		if c == name {
			return true
		}
	}
	return false
}

// Choice returns the value of a key, the first if there are several.
func (p *Point) Choice(key string) (string, bool) {
	for _, c := range p.Choices {
		if c.Key == key {
			return c.Value, true
		}
	}
	return "", false
}

// kindOf tells as what a whole text scans.
func kindOf(s string) text.Kind {
	if t := text.New(&diag.File{Text: s}).Next(); t.Text == s {
		return t.Kind
	}
	return text.Bad
}

// value prints a value bare where it scans as one name or number.
func value(s string) string {
	if k := kindOf(s); k == text.Ident || k == text.Number {
		return s
	}
	return strconv.Quote(s)
}

// Print gives the text form of p, which Parse reads. The grammar, newlines
// counting:
//
//	point  = "point" value newline "core" name newline { choice newline } "end"
//	choice = key value [ reason ]
//	value  = name | number | string
func Print(p *Point) string {
	var b strings.Builder
	fmt.Fprintf(&b, "point %s\n  core %s\n", value(p.Program), p.Core)
	for _, c := range p.Choices {
		fmt.Fprintf(&b, "  %s %s", c.Key, value(c.Value))
		if c.Reason != "" {
			b.WriteString(" " + strconv.Quote(c.Reason))
		}
		b.WriteByte('\n')
	}
	b.WriteString("end\n")
	return b.String()
}

// Parse reads a point and verifies it.
func Parse(f *diag.File) (*Point, error) {
	r := &reader{sc: text.New(f)}
	r.sc.SkipNewlines()
	p := &Point{}
	if err := r.head(p); err != nil {
		return nil, err
	}
	for !r.sc.Accept("end") {
		if err := firstErr(func() error { return r.choice(p) }, r.sc.EndLine); err != nil {
			return nil, err
		}
		if i, problem := p.check(); problem != "" {
			return nil, diag.Errorf("", r.spans[max(i, 0)], "%s", problem)
		}
	}
	return p, atEnd(r.sc)
}

type reader struct {
	sc    *text.Scanner
	spans []diag.Span // of the choices
}

// head reads the program and the core.
func (r *reader) head(p *Point) error {
	err := r.sc.Expect("point")
	if err == nil {
		p.Program, err = r.value("the name of the program")
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
	if p.Core = core.Text; !isCore(p.Core) {
		return diag.Errorf("", core.Span, "expected a core %s, found %s", strings.Join(Cores(), " or "), core)
	}
	return r.sc.EndLine()
}

func (r *reader) choice(p *Point) error {
	key, err := r.sc.Ident("a choice or `end`")
	if err != nil {
		return err
	}
	c := Choice{Key: key.Text}
	if c.Value, err = r.value("the value of " + key.Text); err != nil {
		return err
	}
	if r.sc.Peek().Kind == text.String {
		c.Reason = r.sc.Next().Str
	}
	p.Choices = append(p.Choices, c)
	r.spans = append(r.spans, key.Span)
	return nil
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
