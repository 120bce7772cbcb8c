package syntax

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// habit describes a construct from another language, with a hint that shows the Sinter form. The
// fields `before`, `found` and `after` are patterns. They must fit the unexpected word and the
// words before and after it. An empty pattern fits every word, NAME fits every name, NUMBER every
// number and LINE the end of a line. In the hint, $0 stands for the unexpected word, $< for the
// word before it and $> for the word after it.
type habit struct {
	before, found, after string
	want                 string // a prefix of the description of the expected part
	hint                 string
}

// habits are tried in order. The first habit that fits gives the hint.
var habits = []habit{
	{before: "for", found: "(", hint: "a loop counts through a range: `for i in 0..n { }`"},
	{before: "NAME", found: ":", after: "=", hint: "a value gets its name with `let $< = ...`"},
	{found: ":", after: "LINE", want: "`{`", hint: "a body stands in braces"},
	{before: ")", found: ":", want: "`{`", hint: "the type of a result follows an arrow: `-> $>`"},
	{found: ":", after: "NUMBER", want: "`]`", hint: "a part of an array is written `a[0..n]`"},
	{before: "do", found: "{", hint: "a loop is `loop { }`, `while c max n { }` or `for i in 0..n { }`"},
	{before: "NAME", found: "{", after: "NAME", want: "the end of the line", hint: "a struct is made like a call: `$<($>: ...)`"},
	{found: "?", after: "LINE", want: "the end of the line", hint: "an option is taken apart with `let x = e else { }`"},
	{found: "?", want: "the end of the line", hint: "there is no `c ? a : b`; write `if c { x = a } else { x = b }` with a `var x`"},
	{found: "if", want: "an expression", hint: "an if has no value; set a `var` in its branches"},
	{found: "match", want: "an expression", hint: "a match has no value; set a `var` in its arms"},
	{found: ",", want: "the end of the line", hint: "one stands on each line, without commas"},
	{found: "elif", hint: "write `} else if c {`"},
	{found: "elsif", hint: "write `} else if c {`"},
	{found: "elseif", hint: "write `} else if c {`"},
	{before: "mut", found: "NAME", hint: "what changes is declared with `var $0`"},
	{found: "inout", after: "NAME", hint: "`inout` stands before the type: `$>: inout T`"},
	{before: "NAME", found: "NAME", want: "`:`", hint: "a name, a colon, a type: `x: u32`"},
	{found: "as", hint: "a conversion is written like a call: `$>(x)`"},
	{before: "NAME", found: "{", want: "`..` or", hint: "a loop counts: `for k in 0..$<.len { }`, with `$<[k]` in it"},
	{found: "max", want: "`{`", hint: "only a `while` has a `max`; a `for` ends by itself"},
	{found: "LINE", want: "`cap`", hint: "a channel states how many values it holds: `cap 1`"},
	{found: ";", want: "`,` or `]`", hint: "an array of zeros is declared without a value: `var v: [4]u32`"},
	{before: "run", found: "LINE", hint: "write `run task(argument)`"},
	{found: "LINE", want: "`=`", hint: "only a `var` or `state` needs no value; it begins with zeros"},
	{found: "&", want: "an expression", hint: "there are no addresses; a parameter that changes is `inout`"},
	{found: "*", want: "an expression", hint: "there are no addresses; a parameter that changes is `inout`"},
	{found: "else", want: "the end of the line", before: "}", hint: "else follows the `}` of an if; in a match it stands on a line of its own"},
	{found: "import", hint: "write `use $>`"},
	{found: "include", hint: "write `use` and the name of a package"},
	{found: "from", want: "a declaration", hint: "write `use $>`"},
	{found: "function", hint: "a function is written `fn $>(x: u32) -> u32 { }`"},
	{found: "func", hint: "a function is written `fn $>(x: u32) -> u32 { }`"},
	{found: "def", hint: "a function is written `fn $>(x: u32) -> u32 { }`"},
	{found: "fun", hint: "a function is written `fn $>(x: u32) -> u32 { }`"},
	{found: "void", hint: "a function is written `fn $>(x: u32) { }`"},
	{found: "pub", want: "a declaration", hint: "all declarations of a program see each other; leave `pub` out"},
	{found: "class", want: "a declaration", hint: "there are `struct`, `enum` and `layout`; functions stand outside of them"},
	{found: "process", want: "a declaration", hint: "what runs is a `task $>() { }`, and a `system` runs it"},
	{before: "switch", found: "NAME", hint: "write `match $0 { case 1 { } else { } }`"},
	{before: "NAME", found: "NAME", want: "the end of the line", hint: "a variable is declared with `let $0: T = ...` or `var $0: T`"},
}

// habit returns the hint for an unexpected word, or "".
func (p *Parser) habit(t *lexer.Token, want string) string {
	i := p.wordAt(t.Pos.Offset)
	if i < 0 {
		return ""
	}
	word := func(k int) *lexer.Token { return &p.words[min(max(k, 0), len(p.words)-1)] }
	before, after := word(i-1), word(i+1)
	if i == 0 {
		before = &lexer.Token{Type: kindSep}
	}
	for _, h := range habits {
		if strings.HasPrefix(want, h.want) && fits(h.before, before) && fits(h.found, t) && fits(h.after, after) {
			return strings.NewReplacer("$<", before.Value, "$0", t.Value, "$>", after.Value).Replace(h.hint)
		}
	}
	return ""
}

// wordAt is the index of the word at an offset of the text, or -1.
func (p *Parser) wordAt(offset int) int {
	i := p.firstAt(offset)
	if i < len(p.words) && p.words[i].Pos.Offset == offset {
		return i
	}
	return -1
}

// fits reports whether a word matches a pattern of a habit.
func fits(pattern string, t *lexer.Token) bool {
	switch pattern {
	case "":
		return true
	case "NAME":
		return t.Type == kindIdent
	case "NUMBER":
		return t.Type == kindInt
	case "LINE":
		return t.Type == kindEOF || t.Type == kindSep && t.Value != ";"
	}
	return t.Value == pattern && t.Type != kindString
}
