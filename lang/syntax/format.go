package syntax

import (
	"strings"
	"unicode/utf8"

	"github.com/sinter-lang/sinter/internal/diag"
)

// FormatSource parses a file and returns its text in the standard style. If the file has errors,
// the text is empty.
func FormatSource(f *diag.File) (string, diag.List) {
	file, errs := Parse(f)
	if errs.Err() != nil {
		return "", errs
	}
	return Format(file), errs
}

// Format returns the text of a file in the standard style. The file must have been parsed
// without errors.
//
//   - The author's line breaks stay. A run of blank lines becomes one blank line,
//     or none at the inner edges of a bracket. A semicolon stays only if it
//     separates two items on a line.
//   - A line in brackets is indented by two columns more than the line that
//     opens the brackets. If something follows the opening bracket on its line,
//     the lines below align with it.
//   - Comments at the ends of consecutive lines are aligned.
//   - The tokens determine all other space.
//
// Format adds, removes and moves no tokens except semicolons.
func Format(f *File) string {
	p := printer{text: f.Source.Text, open: []bracket{{}}, tight: true}
	for i := range f.tokens {
		p.token(&f.tokens[i])
	}
	p.endLine()
	return join(p.lines)
}

// The largest columns to which the formatter aligns lines below an open bracket, and comments at
// line ends.
const (
	maxAlign        = 40
	maxCommentAlign = 80
)

// line is one line of output: code, followed by a comment.
type line struct {
	code    string
	comment string
}

// bracket is an open bracket, or the top level.
type bracket struct {
	base   int // indent of the line that opens the bracket, and of a line that begins with its closing bracket
	indent int // indent of the lines inside
}

// printer places the tokens on lines.
type printer struct {
	text  string
	lines []line
	open  []bracket
	// The current line.
	code    strings.Builder
	width   int // number of characters
	base    int // indent of this line
	comment string
	// The last printed token, and the separators after it.
	last    *token
	breaks  int
	semi    bool
	tight   bool // last must have no space after it
	pending bool // last opened a bracket; the next token determines the alignment
}

func (p *printer) of(t *token) string { return p.text[t.start:t.end] }

// token prints one token with the space or line break before it.
func (p *printer) token(t *token) {
	text := p.of(t)
	if t.kind == kindSep {
		p.semi = p.semi || text == ";"
		return
	}
	p.breaks = p.breaksBefore(t)
	closing := t.kind == kindPunct && strings.Contains(")]}", text)
	p.settle(closing || t.kind == kindComment)
	p.gap(t, text, closing)
	p.write(t, text, closing)
	p.last, p.semi = t, false
}

func (p *printer) breaksBefore(t *token) int {
	if p.last == nil {
		return 0
	}
	return strings.Count(p.text[p.last.end:t.start], "\n")
}

// settle sets the indent inside a bracket that was just opened. This indent is the column of the
// next token on the same line, unless this column is too far right.
func (p *printer) settle(nothing bool) {
	if !p.pending {
		return
	}
	p.pending = false
	column := p.width
	if p.of(p.last) == "{" {
		column++
	}
	if p.breaks == 0 && !nothing && column <= maxAlign {
		p.open[len(p.open)-1].indent = column
	}
}

// gap prints the line break or space before a token.
func (p *printer) gap(t *token, text string, closing bool) {
	inside := p.opened() || closing
	switch {
	case p.last == nil:
	case p.breaks > 0:
		p.endLine()
		if p.breaks > 1 && !inside {
			p.lines = append(p.lines, line{})
		}
		p.startLine(closing)
	case t.kind == kindComment:
	case p.semi && !inside:
		p.put("; ")
	case p.spaced(t, text):
		p.put(" ")
	}
}

// opened reports whether the last token opened a bracket.
func (p *printer) opened() bool {
	return p.last != nil && p.last.kind == kindPunct && strings.Contains("([{", p.of(p.last))
}

func (p *printer) startLine(closing bool) {
	top := p.open[len(p.open)-1]
	p.base = top.indent
	if closing {
		p.base = top.base
	}
	p.put(strings.Repeat(" ", p.base))
}

func (p *printer) endLine() {
	if p.last != nil {
		p.lines = append(p.lines, line{p.code.String(), p.comment})
	}
	p.code.Reset()
	p.width, p.comment = 0, ""
}

func (p *printer) put(s string) {
	p.code.WriteString(s)
	p.width += utf8.RuneCountInString(s)
}

// glued are the tokens that have no space before them.
var glued = map[string]bool{
	")": true, "]": true, ",": true, ".": true, "..": true, "..=": true, "?": true, ":": true,
}

// gluing are the tokens that have no space after them.
var gluing = map[string]bool{"(": true, "[": true, ".": true, "..": true, "..=": true}

// spaced reports whether a space precedes a token that is not the first token of a line.
func (p *printer) spaced(t *token, text string) bool {
	return !p.tight && t.role != roleSuffix && t.role != roleAngle && !(t.kind == kindPunct && glued[text])
}

// write prints the token itself and tracks brackets.
func (p *printer) write(t *token, text string, closing bool) {
	if t.kind == kindComment && p.last != nil && p.breaks == 0 {
		p.comment = text
		return
	}
	p.put(text)
	p.tight = t.role == rolePrefix || t.role == roleArray || t.role == roleAngle && text == "<" ||
		t.kind == kindPunct && gluing[text]
	switch {
	case closing && len(p.open) > 1:
		p.open = p.open[:len(p.open)-1]
	case t.kind == kindPunct && strings.Contains("([{", text):
		p.open = append(p.open, bracket{p.base, p.base + 2})
		p.pending = true
	}
}

// join makes text from lines. It aligns the comments at the ends of consecutive lines.
func join(lines []line) string {
	var b strings.Builder
	for from := 0; from < len(lines); {
		to, column := group(lines, from)
		for _, l := range lines[from:to] {
			b.WriteString(l.code)
			if l.comment != "" {
				pad := max(column-utf8.RuneCountInString(l.code), 2)
				b.WriteString(strings.Repeat(" ", pad) + l.comment)
			}
			b.WriteByte('\n')
		}
		from = to
	}
	return b.String()
}

// group finds the lines, starting at index `from`, whose comments are aligned with each other. It
// returns the end of this group of lines and the column of the comments. A line without a comment
// is a group by itself, and so is a line that is too long.
func group(lines []line, from int) (to, column int) {
	for to = from; to < len(lines) && lines[to].comment != ""; to++ {
		width := utf8.RuneCountInString(lines[to].code) + 2
		if width > maxCommentAlign {
			break
		}
		column = max(column, width)
	}
	return max(to, from+1), column
}
