package syntax

import (
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
)

// ticks returns the microseconds of a duration that the lexer accepted.
func ticks(text string) int64 {
	digits := strings.TrimRight(text, "ums")
	v, _, _ := number(digits)
	return int64(v * timeUnits[text[len(digits):]])
}

// text reads a string token and splits it into parts.
func (p *Parser) text(in stream) (*StringLit, error) {
	t := in.Next()
	s := &StringLit{Place: Place{p.spanOf(t)}}
	r := stringReader{p: p, pos: t.Pos.Offset + 1, end: t.Pos.Offset + len(t.Value) - 1}
	for r.pos < r.end {
		if p.file.Text[r.pos] == '{' {
			r.interpolation(s)
		} else {
			r.literal(s)
		}
	}
	return s, nil
}

// stringReader splits the inside of a string into parts. It reports errors itself and does not
// return them, because the parser has already accepted the string token.
type stringReader struct {
	p        *Parser
	pos, end int
}

func (r *stringReader) span(start, end int) diag.Span {
	return diag.Span{File: r.p.file, Start: start, End: end}
}

// literal reads bytes and escapes up to the next {.
func (r *stringReader) literal(s *StringLit) {
	start, text := r.pos, r.p.file.Text
	var b strings.Builder
	for r.pos < r.end && text[r.pos] != '{' {
		switch text[r.pos] {
		case '\\':
			r.escape(&b)
			continue
		case '}':
			r.p.report(diag.Errorf(BadInterpolate, r.span(r.pos, r.pos+1), "a `}` without a `{` before it").
				Hint(`a brace that is meant as text is written \}`))
		default:
			b.WriteByte(text[r.pos])
		}
		r.pos++
	}
	s.Parts = append(s.Parts, StringPart{Place: Place{r.span(start, r.pos)}, Bytes: b.String()})
}

// escapes gives the byte of each one-letter escape.
var escapes = map[byte]byte{
	'n': '\n', 't': '\t', 'r': '\r', '0': 0, '\\': '\\', '"': '"', '{': '{', '}': '}',
}

func (r *stringReader) escape(b *strings.Builder) {
	start, rest := r.pos, r.p.file.Text[r.pos+1:r.end]
	r.pos += 2
	if rest != "" {
		if c, ok := escapes[rest[0]]; ok {
			b.WriteByte(c)
			return
		}
	}
	if len(rest) >= 3 && rest[0] == 'x' && digitValue(rest[1]) < 16 && digitValue(rest[2]) < 16 {
		b.WriteByte(byte(digitValue(rest[1])<<4 | digitValue(rest[2])))
		r.pos += 2
		return
	}
	r.pos = min(r.pos, r.end)
	r.p.report(diag.Errorf(BadEscape, r.span(start, r.pos), "expected an escape after `\\`").
		Hint(`the escapes are \n \t \r \0 \\ \" \{ \} and \x with two hexadecimal digits`))
}

// interpolation reads {x} or {x:format}.
func (r *stringReader) interpolation(s *StringLit) {
	start := r.pos
	length := strings.IndexByte(r.p.file.Text[start:r.end], '}')
	if length < 0 {
		r.p.report(diag.Errorf(BadInterpolate, r.span(start, start+1), "expected a `}` for this `{` before the end of the string").
			Hint(`a brace that is meant as text is written \{`))
		r.pos = r.end
		return
	}
	r.pos = start + length + 1
	part := StringPart{Place: Place{r.span(start, r.pos)}}
	if err := r.p.inside(&part, start+1, r.pos-1); err == nil {
		s.Parts = append(s.Parts, part)
	}
}

// inside parses the expression and the format between two offsets into part. During this time, the
// parser uses only the tokens between these offsets.
func (p *Parser) inside(part *StringPart, start, end int) error {
	raw, words, origin, depth, unclosed := p.raw, p.words, p.origin, p.depth, p.unclosed
	defer func() { p.raw, p.words, p.origin, p.depth, p.unclosed = raw, words, origin, depth, unclosed }()
	in := p.load(scan(p.file, start, end, p.report))
	err := p.interpolated(part, in)
	if err == nil {
		return nil
	}
	if e := p.explain(err, ""); !p.atBad(e) {
		if in.Peek().Type == kindEOF && e.Code == Unexpected {
			e = diag.Errorf(BadInterpolate, part.Span(), "expected an expression such as {x} or {x:hex}")
		}
		p.report(e)
	}
	return err
}

func (p *Parser) interpolated(part *StringPart, in stream) error {
	var err error
	if part.X, err = p.expr(in); err != nil {
		return err
	}
	if take(in, ":") {
		if part.Format, err = p.name(in); err != nil {
			return err
		}
	}
	if t := in.Peek(); t.Type != kindEOF {
		return p.unexpected(t, "`}` or `:`")
	}
	return nil
}
