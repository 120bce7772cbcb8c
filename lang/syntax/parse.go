package syntax

import (
	"errors"
	"io"
	"sort"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/sinter-lang/sinter/internal/diag"
)

// A Parser reads files. A Parser builds its rules only once, on first use. One Parser for many
// files is therefore faster than a Parser for each file. A Parser is not safe for concurrent use.
type Parser struct {
	rules rules
	file  *diag.File
	// raw holds the tokens that are being parsed, and words holds the tokens that the rules
	// see. origin maps each word to its index in raw.
	raw    []token
	words  []lexer.Token
	origin []int32
	diags  diag.List
	depth  int
	elses  int // number of consecutive else if before the position
	// unclosed is the index of the word at which a missing } was reported, or -1.
	unclosed int
}

// stream is a position in the words.
type stream = *lexer.PeekingLexer

// NewParser returns a parser that has not built its rules yet.
func NewParser() *Parser {
	p := &Parser{}
	p.makeRules()
	return p
}

// Parse reads a file with a new Parser. Even if the file has errors, Parse returns the parts that
// it could parse.
func Parse(f *diag.File) (*File, diag.List) { return NewParser().Parse(f) }

// Parse reads a file. Even if the file has errors, Parse returns the parts that it could parse.
func (p *Parser) Parse(f *diag.File) (*File, diag.List) {
	p.file, p.diags, p.depth, p.elses, p.unclosed = f, nil, 0, 0, -1
	file := &File{Source: f, tokens: scan(f, 0, len(f.Text), p.report)}
	for from := 0; from < len(file.tokens); {
		to := p.segment(file.tokens, from)
		file.Decls = append(file.Decls, p.decls(p.load(file.tokens[from:to]))...)
		from = to
	}
	if p.full() {
		p.diags.Add(diag.Errorf(TooMany, diag.Span{}, "more than %d errors, the rest of %s was not looked at", maxErrors, f.Name))
	}
	return file, p.diags.Sorted()
}

// Forget drops the tokens, which only Format needs. The tokens take as much memory as the tree.
func (f *File) Forget() { f.tokens = nil }

func (p *Parser) report(e *diag.Error) {
	if !p.full() {
		p.diags.Add(e)
	}
}

func (p *Parser) full() bool { return len(p.diags) >= maxErrors }

// segment returns the end of a group of tokens that are parsed together. The group starts at index
// `from` and ends before the next declaration in the first column. An error in a group, such as a
// missing brace, therefore does not affect the declarations after the group.
func (p *Parser) segment(tokens []token, from int) int {
	for i := from + 1; i < len(tokens); i++ {
		t := &tokens[i]
		if t.kind == kindKeyword && p.file.Text[t.start-1] == '\n' &&
			reserved[p.file.Text[t.start:t.end]] == wordDecl && !p.before(tokens[i+1:], ":") {
			return i
		}
	}
	return len(tokens)
}

func (p *Parser) before(tokens []token, text string) bool {
	return len(tokens) > 0 && p.file.Text[tokens[0].start:tokens[0].end] == text
}

// load sets the tokens to parse, and returns a stream at their start.
func (p *Parser) load(tokens []token) stream {
	f := &feed{text: p.file.Text, tokens: tokens, last: kindSep, origin: make([]int32, 0, len(tokens)+1)}
	p.raw, p.unclosed = tokens, -1
	in, err := lexer.Upgrade(f)
	if err != nil {
		panic("syntax: a slice of tokens failed: " + err.Error())
	}
	p.origin = f.origin
	p.words = in.Range(0, lexer.RawCursor(len(f.origin)))
	return in
}

// feed passes the tokens to participle as words. It drops comments, and combines consecutive
// separators to one word.
type feed struct {
	text   string
	tokens []token
	next   int
	last   kind
	origin []int32
}

// Next implements lexer.Lexer.
func (f *feed) Next() (lexer.Token, error) {
	for ; f.next < len(f.tokens); f.next++ {
		t := &f.tokens[f.next]
		if t.kind == kindComment || t.kind == kindSep && f.last == kindSep {
			continue
		}
		f.last = t.kind
		f.origin = append(f.origin, int32(f.next))
		f.next++
		return lexer.Token{Type: t.kind, Value: f.text[t.start:t.end], Pos: lexer.Position{Offset: t.start}}, nil
	}
	f.origin = append(f.origin, int32(len(f.tokens)))
	return lexer.EOFToken(lexer.Position{Offset: f.end()}), nil
}

// end is the position of the end token, which follows the last token that is not a separator.
func (f *feed) end() int {
	for i := len(f.tokens) - 1; i >= 0; i-- {
		if f.tokens[i].kind != kindSep {
			return f.tokens[i].end
		}
	}
	return 0
}

// definition tells participle's rules the names of the token kinds.
type definition struct{}

// Symbols implements lexer.Definition.
func (definition) Symbols() map[string]lexer.TokenType { return symbols }

// Lex implements lexer.Definition. It reports no errors: a wrong text becomes a token of kind Bad.
func (definition) Lex(name string, r io.Reader) (lexer.Lexer, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	file := &diag.File{Name: name, Text: string(text)}
	tokens := scan(file, 0, len(text), func(*diag.Error) {})
	return &feed{text: file.Text, tokens: tokens, last: kindSep}, nil
}

// ---- Looking at words

// index is the number of words before the stream's position.
func index(in stream) int { return int(in.RawCursor()) }

// ahead returns the k-th word from the position. Word 0 is the next word.
func (p *Parser) ahead(in stream, k int) *lexer.Token {
	return &p.words[min(index(in)+k, len(p.words)-1)]
}

// is reports whether the next word is this keyword or operator.
func is(in stream, text string) bool {
	t := in.Peek()
	return t.Value == text && t.Type != kindString
}

// take consumes the next word if it is this keyword or operator.
func take(in stream, text string) bool {
	if !is(in, text) {
		return false
	}
	in.Next()
	return true
}

// need consumes a keyword or operator, or returns an error if the keyword or operator is missing.
func (p *Parser) need(in stream, text string) error {
	if take(in, text) {
		return nil
	}
	return p.unexpected(in.Peek(), "`"+text+"`")
}

// name consumes a name.
func (p *Parser) name(in stream) (Ident, error) {
	t := in.Peek()
	if t.Type != kindIdent {
		return Ident{}, p.unexpected(t, "a name")
	}
	in.Next()
	return p.ident(*t), nil
}

func skipSep(in stream) {
	for in.Peek().Type == kindSep {
		in.Next()
	}
}

// mark sets the role of the next word for the formatter.
func (p *Parser) mark(in stream, r role) {
	if i := p.origin[index(in)]; int(i) < len(p.raw) {
		p.raw[i].role = r
	}
}

// ---- Places

func (p *Parser) spanOf(t *lexer.Token) diag.Span {
	return diag.Span{File: p.file, Start: t.Pos.Offset, End: t.Pos.Offset + len(t.Value)}
}

func (p *Parser) ident(t lexer.Token) Ident {
	return Ident{Place{p.spanOf(&t)}, t.Value}
}

// since returns the source range from the word at index first to the current position.
func (p *Parser) since(first int, in stream) Place {
	last := max(index(in)-1, first)
	return Place{p.spanOf(&p.words[first]).To(p.spanOf(&p.words[last]))}
}

// ---- Errors

// found describes a word for an error message.
func found(t *lexer.Token) string {
	switch {
	case t.Type == kindEOF:
		return "the end of the file"
	case t.Type == kindSep && t.Value != ";":
		return "the end of the line"
	case t.Type == kindString:
		return "a string"
	}
	return "`" + shorten(t.Value) + "`"
}

// unexpected makes the error for a word that was not expected. `want` describes the expected part.
func (p *Parser) unexpected(t *lexer.Token, want string) *diag.Error {
	habit := p.habit(t, want)
	if want == "a name" && t.Type == kindKeyword {
		if habit == "" {
			habit = "`" + t.Value + "_` is free"
		}
		return diag.Errorf(KeywordAsName, p.spanOf(t), "expected a name, found the keyword `%s`", t.Value).Hint("%s", habit)
	}
	e := diag.Errorf(Unexpected, p.spanOf(t), "expected %s, found %s", want, found(t))
	if t.Type == kindSep && t.Value != ";" {
		e.Span.End = e.Span.Start
	}
	switch {
	case want == "`{`" && t.Value == "=":
		e.Hint("`==` compares, `=` assigns")
	case want == "`{`" && t.Type == kindSep:
		e.Hint("the `{` stands on the same line")
	case want == "`max`":
		e.Hint("a loop states its bound: `while c max 100 { }`")
	case habit != "":
		e.Hint("%s", habit)
	}
	return e
}

// explain turns the failure of a rule into a diagnostic. The message of participle contains the
// expected part of the rule, in grammar notation. The diagnostic names the first element of this
// part. If the message contains no such part, the diagnostic names the first element of the whole
// rule.
func (p *Parser) explain(err error, rule string) *diag.Error {
	var known *diag.Error
	if errors.As(err, &known) {
		return known
	}
	var miss *participle.UnexpectedTokenError
	if !errors.As(err, &miss) {
		panic("syntax: a rule failed without a token: " + err.Error())
	}
	_, want, ok := strings.Cut(miss.Message(), " (expected ")
	if !ok {
		_, want, _ = strings.Cut(rule, " = ")
	}
	return p.unexpected(&miss.Unexpected, wanted(want))
}

// wanted describes the first element of participle's notation in words.
func wanted(want string) string {
	want = strings.TrimLeft(want, "(")
	if strings.HasPrefix(want, `"`) {
		word, _, _ := strings.Cut(want[1:], `"`)
		return alternatives("`"+word+"`", want[len(word)+2:])
	}
	end := strings.IndexFunc(want[min(1, len(want)):], func(r rune) bool { return r > 'z' || !isLetter(byte(r)) })
	name := strings.Trim(want[:end+1], "<>")
	if words, ok := expected[name]; ok {
		return words
	}
	return name
}

// alternatives adds to first the other literals of a choice such as "a" | "b".
func alternatives(first, rest string) string {
	for strings.HasPrefix(rest, ` | "`) {
		word, more, _ := strings.Cut(rest[4:], `"`)
		first, rest = first+" or `"+word+"`", more
	}
	return first
}

// fail records an error and moves the stream to the word where the error occurred.
func (p *Parser) fail(in stream, err error) {
	e := p.explain(err, "")
	if !p.atBad(e) {
		p.report(e)
	}
	if p.full() {
		p.skipTo(in, len(p.words)-1)
		return
	}
	p.skipTo(in, min(p.firstAt(e.Span.Start), len(p.words)-1))
}

// atBad reports whether the error is about a token that the lexer has already reported.
func (p *Parser) atBad(e *diag.Error) bool {
	i := p.firstAt(e.Span.Start)
	return e.Code == Unexpected && i < len(p.words) && p.words[i].Type == kindBad
}

// firstAt is the index of the first word at or after an offset of the text.
func (p *Parser) firstAt(offset int) int {
	return sort.Search(len(p.words), func(i int) bool { return p.words[i].Pos.Offset >= offset })
}

func (p *Parser) skipTo(in stream, word int) {
	for index(in) < word {
		in.Next()
	}
}

// enter adds one level of nesting, and leave removes it.
func (p *Parser) enter(in stream) error {
	if p.depth >= maxDepth {
		return diag.Errorf(TooDeep, p.spanOf(in.Peek()), "more than %d levels of nesting", maxDepth).
			Hint("name a part of it with let, or make it a function")
	}
	p.depth++
	return nil
}

func (p *Parser) leave() { p.depth-- }
