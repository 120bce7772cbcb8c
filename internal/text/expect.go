package text

import (
	"math"
	"strconv"

	"github.com/sinter-lang/sinter/internal/diag"
)

// Errorf makes an error at the next token.
func (s *Scanner) Errorf(format string, args ...any) *diag.Error {
	return diag.Errorf("", s.Peek().Span, format, args...)
}

// wanted makes the error "expected WHAT, found ...".
func (s *Scanner) wanted(what string) error {
	return s.Errorf("expected %s, found %s", what, s.Peek())
}

// Expect takes the next token, which must be the punctuation or the name want.
func (s *Scanner) Expect(want string) error {
	if !s.Accept(want) {
		return s.wanted("`" + want + "`")
	}
	return nil
}

// Ident takes a name. what describes it in errors.
func (s *Scanner) Ident(what string) (Token, error) { return s.kind(Ident, what) }

// Quoted takes a string. The token's Str is the content.
func (s *Scanner) Quoted(what string) (Token, error) { return s.kind(String, what) }

// Number takes a number of at most limit.
func (s *Scanner) Number(what string, limit uint64) (Token, error) {
	t := s.Peek()
	if t.Kind == Number && t.Value > limit {
		return t, s.Errorf("%s is at most %d, got %s", what, limit, t.Text)
	}
	return s.kind(Number, what)
}

func (s *Scanner) kind(k Kind, what string) (Token, error) {
	if t := s.Peek(); t.Kind != k {
		return t, s.wanted(what)
	}
	return s.Next(), nil
}

// Int takes a number in lo..hi, which may have a minus sign.
func (s *Scanner) Int(what string, lo, hi int64) (int64, error) {
	start := s.Peek().Span
	negative := lo < 0 && s.Accept("-")
	t, err := s.kind(Number, what)
	if err != nil {
		return 0, err
	}
	v, fits := int64(t.Value), t.Value <= math.MaxInt64
	if negative {
		v, fits = -v, t.Value <= 1<<63
	}
	if !fits || v < lo || v > hi {
		return 0, diag.Errorf("", start.To(t.Span), "%s is in %d..%d, got %s", what, lo, hi, s.file.Text[start.Start:t.Span.End])
	}
	return v, nil
}

// Bits takes exactly n binary digits, such as the fixed fields of an instruction's encoding.
func (s *Scanner) Bits(what string, n int) (uint32, error) {
	t := s.Peek()
	v, err := strconv.ParseUint(t.Text, 2, n)
	if t.Kind != Number || len(t.Text) != n || err != nil {
		return 0, s.wanted(what + " of " + strconv.Itoa(n) + " binary digits")
	}
	s.Next()
	return uint32(v), nil
}

// Word takes a sequence of letters, digits and `_`, even if it is a number or another kind
// of token. An example is bytes in hexadecimal.
func (s *Scanner) Word(what string) (Token, error) {
	start := s.Peek().Span.Start
	end := start
	for end < len(s.file.Text) && isWord(s.file.Text[end]) {
		end++
	}
	if end == start {
		return s.Peek(), s.wanted(what)
	}
	s.Reset(end)
	return s.token(Ident, start, end), nil
}

// Line takes the text up to the end of the line or a comment, without surrounding white
// space. The text may be empty.
func (s *Scanner) Line() Token {
	start := s.Peek().Span.Start
	end := start
	for !s.AtLineEnd() {
		end = s.Next().Span.End
	}
	return s.token(Ident, start, end)
}

// EndLine takes the end of the line and the empty lines that follow.
func (s *Scanner) EndLine() error {
	if !s.AtLineEnd() {
		return s.wanted("the end of the line")
	}
	s.SkipNewlines()
	return nil
}

// Name takes an identifier or a string. In both cases Str is the name. Name reads the output of
// QuoteName.
func (s *Scanner) Name(what string) (Token, error) {
	t := s.Peek()
	switch t.Kind {
	case Ident:
		t.Str = t.Text
	case String:
	default:
		return t, s.wanted(what)
	}
	s.Next()
	return t, nil
}

// QuoteName prints a name without quotes if it scans as one identifier and is not in taken.
// `taken` lists the words that have another meaning at that position. Otherwise QuoteName
// prints a string.
func QuoteName(name string, taken ...string) string {
	t := New(&diag.File{Text: name}).Next()
	if t.Kind != Ident || t.Text != name {
		return strconv.Quote(name)
	}
	for _, word := range taken {
		if word == name {
			return strconv.Quote(name)
		}
	}
	return name
}
