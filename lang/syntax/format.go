package syntax

import (
	"strings"
	"unicode/utf8"

	"github.com/sinter-lang/sinter/internal/diag"
)

// FormatSource parses a file and returns it in the standard style. If there are errors, it
// returns no text.
func FormatSource(f *diag.File) (string, diag.List) {
	file, errs := Parse(f)
	if errs.Err() != nil {
		return "", errs
	}
	return Format(file), errs
}

// Format returns a file that was parsed without errors in the standard style:
//
//   - Line breaks are the author's; of blank lines one is kept, none just
//     inside a bracket. A semicolon stays only between two things on a line.
//   - A line in brackets is indented by two columns more than the line that
//     opens them; if something follows the opening bracket on its line, the
//     lines below align with that.
//   - Comments at line ends that follow each other are aligned.
//   - All other space follows from the tokens.
//
// No token other than semicolons is added, removed or moved.
func Format(f *File) string {
	p := printer{text: f.Source.Text, open: []bracket{{}}, tight: true}
	for i := range f.tokens {
		p.token(&f.tokens[i])
	}
	p.endLine()
	return join(p.lines)
}

// The largest columns for alignment: lines below an open bracket, and comments at line
// ends.
const (
	maxAlign        = 40
	maxCommentAlign = 80
)

// line is a line of output: code, followed by a comment.
type line struct {
	code    string
	comment string
}

// bracket is an open bracket, or the top level.
type bracket struct {
	base   int // indent of the line that opens the bracket, and of a line that begins with the closing bracket
	indent int // indent of the lines in it
}

// printer lays tokens out.
type printer struct {
	text  string
	lines []line
	open  []bracket
	// The current line.
	code    strings.Builder
	width   int // in runes
	base    int // its indent
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

// settle decides the indent inside a bracket that was just opened. It is the column of the
// next token on that line, if that column is not too far right.
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

// spaced reports whether a space goes before a token on its line.
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

// join makes the text of lines. Comments at the ends of neighbouring lines are aligned.
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

// group finds the run of lines, starting at index from, with aligned comments. It returns
// the end of the run and the column of the comments. A line without a comment is a separate
// run, and so is a line that is too long.
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
