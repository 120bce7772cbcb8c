package diag

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxShown is the number of diagnostics that Render prints. Render only counts the rest, so
// that one mistake does not fill the screen.
const maxShown = 10

// maxExcerpt is the longest printed source line, in runes. A longer line is cut around the
// caret.
const maxExcerpt = 120

// Render formats the diagnostics of err for a reader: excerpt, caret, label, notes and
// hints. The result ends with a newline unless err is nil.
func Render(err error) string {
	list := AsList(err).Sorted()
	var b strings.Builder
	for i, e := range list {
		if i == maxShown {
			fmt.Fprintf(&b, "and %d more\n", len(list)-maxShown)
			break
		}
		renderOne(&b, e)
	}
	return b.String()
}

func renderOne(b *strings.Builder, e *Error) {
	word := "error"
	if e.Severity == SevWarning {
		word = "warning"
	}
	if e.Code != "" {
		word += "[" + string(e.Code) + "]"
	}
	fmt.Fprintf(b, "%s: %s\n", word, e.Message)
	excerpt(b, e.Span, e.Label)
	for _, n := range e.Notes {
		fmt.Fprintf(b, "   = note: %s\n", n.Text)
		excerpt(b, n.Span, "")
	}
	for _, h := range e.Hints {
		fmt.Fprintf(b, "   = hint: %s\n", h)
	}
}

// excerpt draws the line of a span with carets under it. For a span of several lines, the
// carets reach the end of the first line.
func excerpt(b *strings.Builder, s Span, label string) {
	if s.IsZero() {
		return
	}
	line, col := s.Position()
	fmt.Fprintf(b, "  --> %s:%d:%d\n", s.File.Name, line, col)
	start := min(max(s.Start, 0), len(s.File.Text))
	from := strings.LastIndexByte(s.File.Text[:start], '\n') + 1
	text := s.File.Text[from:]
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		text = text[:i]
	}
	width := min(max(s.End-start, 1), max(len(text)-(start-from), 1))
	before, marked := clean(text[:start-from]), clean(text[start-from:min(start-from+width, len(text))])
	rest := clean(text[min(start-from+width, len(text)):])
	before, marked, rest = cut(before, marked, rest)
	gutter := fmt.Sprint(line)
	pad := strings.Repeat(" ", len(gutter))
	carets := strings.Repeat("^", max(utf8.RuneCountInString(marked), 1))
	if label != "" {
		carets += " " + label
	}
	fmt.Fprintf(b, "%s |\n%s | %s%s%s\n%s | %s%s\n", pad, gutter, before, marked, rest, pad,
		strings.Repeat(" ", utf8.RuneCountInString(before)), carets)
}

// clean makes a piece of source printable, with one column per rune. Tabs become spaces.
// Other control bytes and broken UTF-8 become a replacement mark.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < ' ' || r == 0x7f || r == utf8.RuneError:
			return '\uFFFD'
		}
		return r
	}, s)
}

// cut shortens a long line around its marked part.
func cut(before, marked, rest string) (string, string, string) {
	b, m, r := []rune(before), []rune(marked), []rune(rest)
	if len(b)+len(m)+len(r) <= maxExcerpt {
		return before, marked, rest
	}
	if len(m) > maxExcerpt/2 {
		m = append(m[:maxExcerpt/2-1:maxExcerpt/2-1], '…')
	}
	if keep := maxExcerpt / 4; len(b) > keep {
		b = append([]rune{'…'}, b[len(b)-keep+1:]...)
	}
	if keep := maxExcerpt / 4; len(r) > keep {
		r = append(r[:keep-1:keep-1], '…')
	}
	return string(b), string(m), string(r)
}
