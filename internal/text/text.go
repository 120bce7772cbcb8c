// Package text is the scanner of all text forms: program IR, word expressions, circuits,
// instruction sets, design points, traces.
//
// The scanner splits a text into tokens with their spans:
//
//		%2 8 = add count 8'255   // comment
//		Ident(%2) Number(8) Punct(=) Ident(add) Ident(count) Number(8) Punct(') Number(255) Newline
//
//	  - An identifier starts with a letter, `_`, `$`, `%` or `@` and goes on with
//	    letters, digits, `_`, `$`, and dots that are followed by one of these.
//	    A `%` or `@` before any other character is punctuation.
//	  - A number is decimal, `0x` or `0b`, up to 64 bits; `_` may separate
//	    digits. Text keeps its spelling, for fields where leading zeros count.
//	  - A string is in double quotes on one line, with the escapes of Go.
//	  - `//` and `#` start a comment that goes to the end of the line.
//	  - Anything else is one character of punctuation, or one of
//	    `->` `=>` `..` `==` `!=` `<=` `>=` `<<` `>>`.
//
// A newline is a token, unless NewlinesOff has made newlines plain white space. Any other
// text becomes a Bad token, for which parsers report an error with a position. The scanner
// never panics, and Next makes progress until EOF.
//
// A parser is a sequence of expectations:
//
//	sc := text.New(file)
//	if err := sc.Expect("point"); err != nil { return err }
//	name, err := sc.Ident("name of the point")
//	...
//	err = sc.EndLine()
//
// The package does not depend on the forms. Start reading at Scanner.
package text

import "github.com/sinter-lang/sinter/internal/diag"

// Kind is the kind of a token.
type Kind uint8

// The kinds of tokens.
const (
	EOF Kind = iota
	Newline
	Ident
	Number
	String
	Punct
	Bad // Str is the error message
)

// String names the kind for error messages.
func (k Kind) String() string {
	switch k {
	case EOF:
		return "end of text"
	case Newline:
		return "end of line"
	case Ident:
		return "name"
	case Number:
		return "number"
	case String:
		return "string"
	case Punct:
		return "punctuation"
	}
	return "unreadable text"
}

// Token is one token. Text is its spelling.
type Token struct {
	Kind  Kind
	Text  string
	Value uint64 // value of a Number
	Str   string // content of a String, error message of a Bad
	Span  diag.Span
}

// Is reports whether t is the punctuation or the name s.
func (t Token) Is(s string) bool {
	return (t.Kind == Punct || t.Kind == Ident) && t.Text == s
}

// String describes t for error messages.
func (t Token) String() string {
	switch t.Kind {
	case EOF, Newline:
		return t.Kind.String()
	case Bad:
		return t.Str
	}
	return "`" + t.Text + "`"
}

// Scanner reads the tokens of one file, with one token of lookahead.
type Scanner struct {
	file       *diag.File
	pos        int // where the search for the next token begins
	noNewlines bool
	ahead      Token // valid if hasAhead; after is then the position after it
	after      int
	hasAhead   bool
}

// New returns a scanner at the start of f. Newlines are tokens.
func New(f *diag.File) *Scanner { return &Scanner{file: f} }

// NewlinesOff turns newlines into plain white space (true) or into tokens (false), from the
// next token on.
func (s *Scanner) NewlinesOff(off bool) {
	s.noNewlines = off
	s.hasAhead = false
}

// File returns the scanned file.
func (s *Scanner) File() *diag.File { return s.file }

// Peek returns the next token without taking it.
func (s *Scanner) Peek() Token {
	if !s.hasAhead {
		s.ahead, s.after = s.scan(s.pos)
		s.hasAhead = true
	}
	return s.ahead
}

// Next takes and returns the next token. At the end it always returns EOF.
func (s *Scanner) Next() Token {
	t := s.Peek()
	s.pos, s.hasAhead = s.after, false
	return t
}

// Pos returns the position of the next token, for a later Reset.
func (s *Scanner) Pos() int { return s.pos }

// Reset goes back to a position that Pos returned.
func (s *Scanner) Reset(pos int) { s.pos, s.hasAhead = pos, false }

// Accept takes the next token if it is the punctuation or the name want.
func (s *Scanner) Accept(want string) bool {
	if !s.Peek().Is(want) {
		return false
	}
	s.Next()
	return true
}

// SkipNewlines takes all newlines that follow.
func (s *Scanner) SkipNewlines() {
	for s.Peek().Kind == Newline {
		s.Next()
	}
}

// AtEnd reports whether no token is left.
func (s *Scanner) AtEnd() bool { return s.Peek().Kind == EOF }

// AtLineEnd reports whether the line, or the text, has no further token.
func (s *Scanner) AtLineEnd() bool {
	k := s.Peek().Kind
	return k == Newline || k == EOF
}
