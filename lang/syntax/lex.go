package syntax

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sinter-lang/sinter/internal/diag"
)

// scanner makes the tokens of file.Text[pos:end], including comments and all separators.
type scanner struct {
	file     *diag.File
	text     string // file.Text up to the end of the part to scan
	pos      int
	line     int    // start of the current line
	lineFrom int    // number of tokens before the current line
	brackets []byte // the open brackets ( [ {
	tokens   []token
	report   func(*diag.Error)
}

// scan returns the tokens of a part of a file, without a final end token.
func scan(f *diag.File, start, end int, report func(*diag.Error)) []token {
	s := &scanner{file: f, text: f.Text[:end], pos: start, report: report}
	s.tokens = make([]token, 0, min((end-start)/4, maxTokens)+8)
	if start == 0 && strings.HasPrefix(s.text, byteOrderMark) {
		s.pos = len(byteOrderMark)
	}
	for s.pos < len(s.text) {
		s.one()
		s.bounded()
	}
	return s.tokens
}

// byteOrderMark is a mark that some editors write at the start of a file. The scanner ignores it.
const byteOrderMark = "\xef\xbb\xbf"

// bounded stops the scan of a text that exceeds the limits of a program. A scan of the rest would
// only cost time and memory.
func (s *scanner) bounded() {
	what, code := "", TooMany
	switch {
	case len(s.brackets) > maxBrackets:
		what, code = fmt.Sprintf("more than %d open brackets", maxBrackets), TooDeep
	case len(s.tokens) > maxTokens:
		what = fmt.Sprintf("more than %d words and signs in one file", maxTokens)
	default:
		return
	}
	s.errorf(code, s.pos-1, s.pos, "%s; the rest of the text was not looked at", what)
	s.pos, s.brackets = len(s.text), nil
}

// one scans one token, or skips blanks.
func (s *scanner) one() {
	start, c := s.pos, s.text[s.pos]
	switch {
	case c == ' ' || c == '\t' || c == '\r':
		s.pos++
	case c == '\n' || c == ';':
		s.pos++
		s.separator(start)
	case isLetter(c):
		s.pos = s.while(s.pos, isWordByte)
		s.word(start)
	case isDigit(c):
		s.number()
	case c == '"':
		s.str()
	case strings.HasPrefix(s.text[s.pos:], "//"):
		s.comment()
	default:
		s.punct()
	}
}

func isDigit(c byte) bool    { return c >= '0' && c <= '9' }
func isLetter(c byte) bool   { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }
func isWordByte(c byte) bool { return isLetter(c) || isDigit(c) }

// while skips accepted bytes, starting at `from`, and returns the position after them.
func (s *scanner) while(from int, accept func(byte) bool) int {
	for from < len(s.text) && accept(s.text[from]) {
		from++
	}
	return from
}

func (s *scanner) add(k kind, start int) {
	s.tokens = append(s.tokens, token{kind: k, start: start, end: s.pos})
}

func (s *scanner) errorf(code diag.Code, start, end int, format string, args ...any) *diag.Error {
	e := diag.Errorf(code, diag.Span{File: s.file, Start: start, End: end}, format, args...)
	s.report(e)
	return e
}

// separator adds a separator token for a line end or semicolon. Inside ( or [, it drops a line end
// but keeps a semicolon, which the parser reports as an error.
func (s *scanner) separator(start int) {
	newline := s.text[start] == '\n'
	if n := len(s.brackets); !newline || n == 0 || s.brackets[n-1] == '{' {
		s.add(kindSep, start)
	}
	if newline {
		s.line, s.lineFrom = s.pos, len(s.tokens)
	}
}

// comment scans a comment up to the line end, without trailing blanks.
func (s *scanner) comment() {
	start := s.pos
	line := s.text[start:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	trimmed := strings.TrimRight(line, " \t\r")
	s.pos = start + len(trimmed)
	s.add(kindComment, start)
	s.pos = start + len(line)
}

// word adds a name or keyword. If a line starts with a word that begins a declaration or
// statement, the scanner treats all open ( and [ before this word as closed.
func (s *scanner) word(start int) {
	class, ok := reserved[s.text[start:s.pos]]
	if !ok {
		s.add(kindIdent, start)
		return
	}
	if class != wordOther && len(s.brackets) > 0 {
		s.resume(start, class)
	}
	s.add(kindKeyword, start)
}

func (s *scanner) resume(start int, class wordClass) {
	if s.lineFrom != len(s.tokens) || s.next() == ':' || s.next() == ',' {
		return
	}
	before := len(s.brackets)
	if class == wordDecl && s.line == start {
		s.brackets = s.brackets[:0]
	}
	s.dropRound()
	if len(s.brackets) != before {
		s.tokens = append(s.tokens, token{kind: kindSep, start: s.line - 1, end: s.line})
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// next returns the next nonblank byte, or 0.
func (s *scanner) next() byte {
	if i := s.while(s.pos, isBlank); i < len(s.text) {
		return s.text[i]
	}
	return 0
}

// dropRound closes the open ( and [ above the innermost {.
func (s *scanner) dropRound() {
	for n := len(s.brackets); n > 0 && s.brackets[n-1] != '{'; n-- {
		s.brackets = s.brackets[:n-1]
	}
}

// puncts are the operators of more than one byte, longest first. ">>" and ">=" are missing because
// the end of "chan<fix<8, 8>>" is two closing angle brackets. In expressions, the parser joins two
// adjacent tokens to such an operator.
var puncts = []string{"..=", "..", "->", "==", "!=", "<=", "<<"}

// foreign are operators of other languages, each with a hint for the Sinter form.
var foreign = []struct{ text, hint string }{
	{"&&", "write `and`"},
	{"||", "write `or`"},
	{"++", "write `x = x + 1`"},
	{"+=", "write `x = x + e`"},
	{"-=", "write `x = x - e`"},
	{"*=", "write `x = x * e`"},
	{"/=", "write `x = x / e`"},
	{"%=", "write `x = x % e`"},
	{"&=", "write `x = x & e`"},
	{"|=", "write `x = x | e`"},
	{"^=", "write `x = x ^ e`"},
	{"=>", "an arm is written `case pattern { }`"},
	{"::", "members are written with `.`"},
	{"/*", "comments start with // and end with the line"},
	{"**", "there is no power; multiply, or write `1 << n` for a power of two"},
	{"!", "write `not`"},
}

const singles = "()[]{}<>=+-*/%&|^~.,:?@"

// seconds are the bytes that can be the second byte of an operator.
const seconds = "=.><&|+*:"

func (s *scanner) punct() {
	start, rest := s.pos, s.text[s.pos:]
	if rest[0] == '!' || len(rest) > 1 && strings.IndexByte(seconds, rest[1]) >= 0 {
		if s.long(rest) {
			return
		}
	}
	if strings.IndexByte(singles, rest[0]) < 0 {
		s.badCharacter()
		return
	}
	s.pos++
	s.add(kindPunct, start)
	s.bracket(rest[0])
}

// long scans an operator of more than one byte, including operators of other languages.
func (s *scanner) long(rest string) bool {
	start := s.pos
	for _, p := range puncts {
		if strings.HasPrefix(rest, p) {
			s.pos += len(p)
			s.add(kindPunct, start)
			return true
		}
	}
	for _, f := range foreign {
		if strings.HasPrefix(rest, f.text) {
			s.pos += len(f.text)
			s.errorf(ForeignOperator, start, s.pos, "there is no `%s` in Sinter", f.text).Hint("%s", f.hint)
			s.add(kindBad, start)
			return true
		}
	}
	return false
}

// bracket updates the stack of open brackets. A } also closes any ( and [ that are still open
// inside the braces.
func (s *scanner) bracket(c byte) {
	switch c {
	case '(', '[', '{':
		s.brackets = append(s.brackets, c)
	case '}':
		s.dropRound()
		s.pop('{')
	case ')':
		s.pop('(')
	case ']':
		s.pop('[')
	}
}

func (s *scanner) pop(open byte) {
	if n := len(s.brackets); n > 0 && s.brackets[n-1] == open {
		s.brackets = s.brackets[:n-1]
	}
}

// badCharacter reports a run of bytes that start no token as one error.
func (s *scanner) badCharacter() {
	start := s.pos
	r, size := utf8.DecodeRuneInString(s.text[start:])
	s.pos = s.while(start+size, func(c byte) bool { return c >= utf8.RuneSelf || c < ' ' && c != '\n' && c != '\r' && c != '\t' })
	what := strconv.QuoteRune(r)
	if r == utf8.RuneError {
		what = "a byte that is not UTF-8"
	}
	switch r {
	case '#':
		s.pos = s.while(start, func(c byte) bool { return c != '\n' })
		s.errorf(BadCharacter, start, start+1, "no token starts with %s", what).Hint("a comment starts with //")
	case '\'':
		s.pos += 1 + strings.IndexByte(s.text[s.pos:min(s.pos+8, len(s.text))], '\'')
		e := s.errorf(BadCharacter, start, s.pos, "no token starts with a single quote")
		if s.pos-start == 3 {
			e.Hint("a character is its number, %#02x; strings are written with double quotes", s.text[start+1])
		} else {
			e.Hint("strings are written with double quotes")
		}
	default:
		s.errorf(BadCharacter, start, s.pos, "no token starts with %s", what)
	}
	s.add(kindBad, start)
}

// str scans a string up to its closing quote. The parser later reads the inside of the string.
func (s *scanner) str() {
	start := s.pos
	for i := start + 1; i < len(s.text) && s.text[i] != '\n'; i++ {
		if s.text[i] == '"' {
			s.pos = i + 1
			s.add(kindString, start)
			return
		}
		if c := s.text[i]; c < ' ' && c != '\t' || c == 0x7f {
			s.errorf(BadCharacter, i, i+1, "a string holds no raw control character, here %#02x", c).Hint("write it as \\x%02x", c)
		}
		if s.text[i] == '\\' && i+1 < len(s.text) && s.text[i+1] != '\n' {
			i++
		}
	}
	s.pos = s.while(start, func(c byte) bool { return c != '\n' })
	s.errorf(OpenString, start, s.pos, "the string is not closed on its line").
		Labelf("starts here").Hint("a line end inside a string is written \\n")
	s.add(kindBad, start)
}

// timeUnits gives the ticks (microseconds) of each unit.
var timeUnits = map[string]uint64{"us": 1, "ms": 1000, "s": 1000000}

// number scans 12, 0xff, 0b1010, 1_000, 1.5e-3, 20ms.
func (s *scanner) number() {
	start := s.pos
	s.pos = s.while(start, isWordByte)
	if s.fraction() {
		s.float(start)
		return
	}
	text := s.text[start:s.pos]
	digits, k := text, kindInt
	if i := strings.IndexFunc(text, func(r rune) bool { return r != '_' && !isDigit(byte(r)) }); i > 0 && timeUnits[text[i:]] != 0 {
		digits, k = text[:i], kindTime
	}
	v, code, why := number(digits)
	if code == "" && k == kindTime && v > uint64(1<<63-1)/timeUnits[text[len(digits):]] {
		code, why = BigNumber, "the duration does not fit 63 bits of microseconds"
	}
	if code != "" {
		s.errorf(code, start, s.pos, "%s", why)
		k = kindBad
	}
	s.add(k, start)
}

// fraction reports whether a fraction follows the digits just read: yes in 1.5, but not in 1..5
// or 0x1.field.
func (s *scanner) fraction() bool {
	return s.pos+1 < len(s.text) && s.text[s.pos] == '.' && isDigit(s.text[s.pos+1])
}

func (s *scanner) float(start int) {
	s.pos = s.while(s.pos+1, isWordByte)
	if last := s.text[s.pos-1]; (last == 'e' || last == 'E') && s.pos < len(s.text) &&
		strings.IndexByte("+-", s.text[s.pos]) >= 0 {
		s.pos = s.while(s.pos+1, isWordByte)
	}
	text := s.text[start:s.pos]
	if _, err := strconv.ParseFloat(text, 64); err != nil || Fraction(text) == nil {
		e := s.errorf(BadNumber, start, s.pos, "expected a fraction such as 1.5 or 2.0e-3, found `%s`", shorten(text))
		if errors.Is(err, strconv.ErrRange) {
			e.Hint("the largest is about 1.8e308")
		}
		s.add(kindBad, start)
		return
	}
	s.add(kindFloat, start)
}

// shorten truncates source text so that it fits in a message.
func shorten(text string) string {
	if len(text) > 40 {
		return text[:37] + "..."
	}
	return text
}
