package explore

import (
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
)

// A space file uses a part of TOML: tables, arrays of tables, dotted keys, strings, whole
// numbers, booleans, arrays and inline tables. Each value keeps its source position for error
// messages.

// kind is the kind of a value in a space file.
type kind uint8

const (
	scalar kind = iota // string, number or boolean, kept as text
	array
	inline
)

// value is the right side of a key.
type value struct {
	kind    kind
	text    string
	list    []value
	entries []entry // of an inline table
	at      diag.Span
}

// entry is a key and its value.
type entry struct {
	key string // dotted parts joined
	at  diag.Span
	val value
}

// section is a header and the entries up to the next header.
type section struct {
	name    string
	array   bool // [[name]]
	at      diag.Span
	entries []entry
}

// reader reads a space file.
type reader struct {
	f   *diag.File
	pos int
}

// maxNested bounds how deep arrays and inline tables may nest.
const maxNested = 8

// readSections splits a space file. The first section has no name.
func readSections(f *diag.File) ([]section, error) {
	r := &reader{f: f}
	out := []section{{at: r.span(0, 0)}}
	for {
		r.skip(true)
		if r.pos == len(f.Text) {
			return out, nil
		}
		if r.peek() == '[' {
			s, err := r.header()
			if err != nil {
				return nil, err
			}
			out = append(out, s)
			continue
		}
		last := &out[len(out)-1]
		e, err := r.entry(0)
		if err == nil {
			err = r.unique(last.entries, e)
		}
		if err == nil {
			err = r.endLine()
		}
		if err != nil {
			return nil, err
		}
		last.entries = append(last.entries, e)
	}
}

func (r *reader) span(from, to int) diag.Span { return diag.Span{File: r.f, Start: from, End: to} }

// fail is an error at the reader's position.
func (r *reader) fail(format string, args ...any) error {
	return mistake(r.span(r.pos, min(r.pos+1, len(r.f.Text))), format, args...)
}

// unique refuses a repeated key.
func (r *reader) unique(before []entry, e entry) error {
	for _, b := range before {
		if b.key == e.key {
			return mistake(e.at, "%s is given twice", e.key).Note(b.at, "first here")
		}
	}
	return nil
}

func (r *reader) peek() byte {
	if r.pos < len(r.f.Text) {
		return r.f.Text[r.pos]
	}
	return 0
}

// skip passes white space and comments. With newlines it also passes line ends.
func (r *reader) skip(newlines bool) {
	for r.pos < len(r.f.Text) {
		switch c := r.f.Text[r.pos]; {
		case c == ' ', c == '\t', c == '\r', c == '\n' && newlines:
			r.pos++
		case c == '#':
			for r.pos < len(r.f.Text) && r.f.Text[r.pos] != '\n' {
				r.pos++
			}
		default:
			return
		}
	}
}

func (r *reader) endLine() error {
	r.skip(false)
	if r.pos < len(r.f.Text) && r.peek() != '\n' {
		return r.fail("expected the end of the line")
	}
	return nil
}

// accept passes a text if it comes next.
func (r *reader) accept(text string) bool {
	if strings.HasPrefix(r.f.Text[r.pos:], text) {
		r.pos += len(text)
		return true
	}
	return false
}

// header reads [name] or [[name]].
func (r *reader) header() (section, error) {
	start, open, shut := r.pos, "[", "]"
	if strings.HasPrefix(r.f.Text[r.pos:], "[[") {
		open, shut = "[[", "]]"
	}
	r.accept(open)
	name, err := r.key()
	if err != nil {
		return section{}, err
	}
	if !r.accept(shut) {
		return section{}, r.fail("expected `%s`", shut)
	}
	return section{name: name, array: open == "[[", at: r.span(start, r.pos)}, r.endLine()
}

// key reads names with dots between them.
func (r *reader) key() (string, error) {
	var parts []string
	for {
		r.skip(false)
		start := r.pos
		for r.pos < len(r.f.Text) && isBare(r.f.Text[r.pos]) {
			r.pos++
		}
		if r.pos == start {
			return "", r.fail("expected a name of letters, digits, `_` and `-`")
		}
		parts = append(parts, r.f.Text[start:r.pos])
		r.skip(false)
		if !r.accept(".") {
			return strings.Join(parts, "."), nil
		}
	}
}

func isBare(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// entry reads key = value.
func (r *reader) entry(depth int) (entry, error) {
	start := r.pos
	key, err := r.key()
	if err != nil {
		return entry{}, err
	}
	at := r.span(start, start+len(strings.TrimRight(r.f.Text[start:r.pos], " \t")))
	if !r.accept("=") {
		return entry{}, r.fail("expected `=` after %s", key)
	}
	r.skip(false)
	v, err := r.value(depth)
	return entry{key, at, v}, err
}

func (r *reader) value(depth int) (value, error) {
	if depth > maxNested {
		return value{}, r.fail("more than %d arrays and tables in each other", maxNested)
	}
	start := r.pos
	v, err := value{}, error(nil)
	switch c := r.peek(); {
	case c == '[':
		v, err = r.array(depth)
	case c == '{':
		v, err = r.inline(depth)
	case c == '"' || c == '\'':
		v.text, err = r.quoted(c)
	default:
		for r.pos < len(r.f.Text) && (isBare(r.peek()) || r.peek() == '+') {
			r.pos++
		}
		if v.text = r.f.Text[start:r.pos]; v.text == "" {
			return v, r.fail("expected a string, a number, true, false, an array or a table")
		}
		if !isWord(v.text) {
			r.pos = start
			return v, mistake(r.span(start, start+len(v.text)), "%s is not a number; a text stands in quotes", v.text)
		}
	}
	v.at = r.span(start, r.pos)
	return v, err
}

// isWord reports whether a text without quotes is a whole number or a boolean.
func isWord(s string) bool {
	if s == "true" || s == "false" {
		return true
	}
	digits := strings.TrimLeft(s, "+-")
	return len(s)-len(digits) <= 1 && digits != "" && strings.Trim(digits, "0123456789_") == "" && digits[0] != '_'
}

// quoted reads a string of one line.
func (r *reader) quoted(quote byte) (string, error) {
	var b strings.Builder
	for r.pos++; ; r.pos++ {
		switch c := r.peek(); {
		case c == 0 || c == '\n':
			return "", r.fail("a string is not closed on its line")
		case c == quote:
			r.pos++
			return b.String(), nil
		case c == '\\' && quote == '"':
			r.pos++
			if e := r.peek(); e != '"' && e != '\\' {
				return "", r.fail("the escapes of a string are `\\\"` and `\\\\`")
			}
			b.WriteByte(r.peek())
		default:
			b.WriteByte(c)
		}
	}
}

func (r *reader) array(depth int) (value, error) {
	v := value{kind: array}
	r.accept("[")
	for {
		r.skip(true)
		if r.accept("]") {
			return v, nil
		}
		e, err := r.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.list = append(v.list, e)
		r.skip(true)
		if !r.accept(",") && r.peek() != ']' {
			return v, r.fail("expected `,` or `]` in an array")
		}
	}
}

func (r *reader) inline(depth int) (value, error) {
	v := value{kind: inline}
	r.accept("{")
	for {
		r.skip(false)
		if r.accept("}") {
			return v, nil
		}
		e, err := r.entry(depth + 1)
		if err == nil {
			err = r.unique(v.entries, e)
		}
		if err != nil {
			return v, err
		}
		v.entries = append(v.entries, e)
		r.skip(false)
		if !r.accept(",") && r.peek() != '}' {
			return v, r.fail("expected `,` or `}` in a table")
		}
	}
}
