package text

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sinter-lang/sinter/internal/diag"
)

// pairs are the punctuation tokens of two characters.
const pairs = "-> => .. == != <= >= << >>"

// scan reads the first token at or after pos. It returns the token and the position after it.
func (s *Scanner) scan(pos int) (Token, int) {
	src := s.file.Text
	pos = s.skipSpace(pos)
	if pos >= len(src) {
		return s.token(EOF, len(src), len(src)), len(src)
	}
	switch c := src[pos]; {
	case c == '\n':
		return s.token(Newline, pos, pos+1), pos + 1
	case c == '"':
		return s.scanString(pos)
	case isDigit(c):
		return s.scanNumber(pos)
	case isLetter(c), (c == '%' || c == '@') && pos+1 < len(src) && isWord(src[pos+1]):
		end := identEnd(src, pos+1)
		return s.token(Ident, pos, end), end
	case c < ' ' || c >= 0x7f:
		return s.scanBad(pos)
	}
	end := pos + 1
	if end < len(src) && src[end] != ' ' && strings.Contains(pairs, src[pos:end+1]) {
		end++
	}
	return s.token(Punct, pos, end), end
}

func (s *Scanner) token(k Kind, start, end int) Token {
	return Token{Kind: k, Text: s.file.Text[start:end], Span: diag.Span{File: s.file, Start: start, End: end}}
}

func (s *Scanner) bad(start, end int, complaint string) (Token, int) {
	t := s.token(Bad, start, end)
	t.Str = complaint
	return t, end
}

// skipSpace returns the first position at or after pos that is neither white space nor a
// comment. A comment ends before its newline.
func (s *Scanner) skipSpace(pos int) int {
	src := s.file.Text
	for pos < len(src) {
		switch c := src[pos]; {
		case c == ' ', c == '\t', c == '\r', c == '\n' && s.noNewlines:
			pos++
		case c == '#', c == '/' && pos+1 < len(src) && src[pos+1] == '/':
			pos = lineEnd(src, pos)
		default:
			return pos
		}
	}
	return pos
}

// scanString reads a quoted string, which must end on its line.
func (s *Scanner) scanString(pos int) (Token, int) {
	src := s.file.Text
	stop := lineEnd(src, pos)
	for i := pos + 1; i < stop; i++ {
		switch src[i] {
		case '\\':
			i++
		case '"':
			t := s.token(String, pos, i+1)
			str, err := strconv.Unquote(t.Text)
			if err != nil {
				return s.bad(pos, i+1, "a string with an unknown escape")
			}
			t.Str = str
			return t, i + 1
		}
	}
	return s.bad(pos, stop, "a string without its closing quote")
}

// scanNumber reads a number together with the letters that touch it, so that `12ab` is one
// error and not two tokens.
func (s *Scanner) scanNumber(pos int) (Token, int) {
	src := s.file.Text
	end := pos
	for end < len(src) && isWord(src[end]) {
		end++
	}
	t := s.token(Number, pos, end)
	digits, base := strings.ReplaceAll(t.Text, "_", ""), 10
	if len(digits) > 2 && digits[0] == '0' {
		switch digits[1] {
		case 'x':
			digits, base = digits[2:], 16
		case 'b':
			digits, base = digits[2:], 2
		}
	}
	v, err := strconv.ParseUint(digits, base, 64)
	switch {
	case err == nil:
		t.Value = v
		return t, end
	case v == math.MaxUint64:
		return s.bad(pos, end, "a number of more than 64 bits")
	}
	return s.bad(pos, end, "`"+t.Text+"`, which is neither a number nor a name")
}

// scanBad takes one character that cannot begin a token.
func (s *Scanner) scanBad(pos int) (Token, int) {
	r, n := utf8.DecodeRuneInString(s.file.Text[pos:])
	if r == utf8.RuneError && n <= 1 {
		return s.bad(pos, pos+1, "a byte that is not UTF-8 text")
	}
	return s.bad(pos, pos+n, "the character "+strconv.QuoteRune(r))
}

func lineEnd(src string, pos int) int {
	if i := strings.IndexByte(src[pos:], '\n'); i >= 0 {
		return pos + i
	}
	return len(src)
}

// identEnd returns the end of the identifier that contains the character before pos.
func identEnd(src string, pos int) int {
	for pos < len(src) {
		inner := src[pos] == '.' && pos+1 < len(src) && isWord(src[pos+1])
		if !inner && !isWord(src[pos]) {
			break
		}
		pos++
	}
	return pos
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c == '$' }
func isWord(c byte) bool   { return isLetter(c) || isDigit(c) }
