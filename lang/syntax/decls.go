package syntax

import (
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
)

// decls reads a whole file.
func (p *Parser) decls(in stream) []Decl {
	var list []Decl
	for {
		skipSep(in)
		if in.Peek().Type == kindEOF {
			return list
		}
		first := index(in)
		d, err := p.decl(in)
		if err == nil {
			list = append(list, d)
			err = p.lineEnd(in)
		}
		if err != nil {
			p.fail(in, err)
			p.toNextDecl(in, first)
		}
	}
}

// decl reads a declaration. The first word determines the kind of the declaration.
func (p *Parser) decl(in stream) (Decl, error) {
	t := in.Peek()
	word := t.Value
	if word == "const" && p.ahead(in, 1).Value == "assert" {
		word = "assert"
	} else if !p.startsDecl(in, 0) {
		return nil, p.notADecl(in)
	}
	return p.rules.decls[word](in)
}

// startsDecl reports whether the k-th token from here begins a declaration.
func (p *Parser) startsDecl(in stream, k int) bool {
	t := p.ahead(in, k)
	next := p.ahead(in, k+1).Value
	if t.Type == kindKeyword {
		return reserved[t.Value] == wordDecl && next != ":"
	}
	return t.Type == kindIdent && t.Value == "budget" && next == "{"
}

func (p *Parser) notADecl(in stream) error {
	t := in.Peek()
	if _, ok := p.rules.stmts[t.Value]; ok && t.Type == kindKeyword {
		return diag.Errorf(Misplaced, p.spanOf(t), "a statement stands in the body of a fn, task or test, found `%s`", t.Value)
	}
	e := p.unexpected(t, "a declaration")
	if p.habit(t, "a declaration") == "" {
		e.Hint("a file holds use, const, config, type, struct, enum, layout, fn, task, system, budget, test")
	}
	return e
}

// lineEnd checks that the line ends after the item that was just read.
func (p *Parser) lineEnd(in stream) error {
	switch t := in.Peek(); {
	case t.Type == kindSep || t.Type == kindEOF || is(in, "}"):
		return nil
	default:
		return p.unexpected(t, "the end of the line")
	}
}

// toNextDecl skips the rest of a failed declaration. It stops at a word that can begin a
// declaration, if this word starts a line outside of braces.
func (p *Parser) toNextDecl(in stream, first int) {
	if index(in) == first {
		in.Next()
	}
	depth, fresh := 0, p.words[index(in)-1].Type == kindSep
	for in.Peek().Type != kindEOF {
		if depth <= 0 && fresh && p.startsDecl(in, 0) {
			return
		}
		depth += nesting(in.Peek().Value)
		fresh = in.Next().Type == kindSep
	}
}

// toNextItem skips the rest of a failed line inside braces, including any nested braces. A
// semicolon between round or square brackets does not end the line.
func (p *Parser) toNextItem(in stream, first int) {
	if index(in) == first && !is(in, "}") {
		in.Next()
	}
	round := 0
	for _, t := range p.words[first:index(in)] {
		round += rounding(t.Value)
	}
	for depth := 0; in.Peek().Type != kindEOF; in.Next() {
		t := in.Peek()
		if depth == 0 && (t.Type == kindSep && (round <= 0 || t.Value != ";") || is(in, "}")) {
			return
		}
		depth += nesting(t.Value)
		round += rounding(t.Value)
	}
}

func rounding(text string) int {
	switch text {
	case "(", "[":
		return 1
	case ")", "]":
		return -1
	}
	return 0
}

func nesting(text string) int {
	switch text {
	case "{":
		return 1
	case "}":
		return -1
	}
	return 0
}

// braced reads { items }, one per line or separated by semicolons. After an item with an error,
// braced continues with the next item.
func braced[N any](p *Parser, in stream, read reader[N]) ([]N, error) {
	if err := p.enter(in); err != nil {
		return nil, err
	}
	defer p.leave()
	open := in.Next()
	var list []N
	for {
		skipSep(in)
		if take(in, "}") {
			return list, nil
		}
		if in.Peek().Type == kindEOF {
			p.unclosedBrace(in, p.spanOf(open))
			return list, nil
		}
		first, depth := index(in), p.depth
		n, err := read(in)
		if err == nil {
			list = append(list, n)
			err = p.lineEnd(in)
		}
		if err != nil {
			p.depth = depth
			p.fail(in, err)
			p.toNextItem(in, first)
		}
	}
}

// unclosedBrace reports the innermost brace that is open at the end of a file or declaration. The
// open braces around it are not reported.
func (p *Parser) unclosedBrace(in stream, open diag.Span) {
	if p.unclosed == index(in) {
		return
	}
	p.unclosed = index(in)
	what := "the end of the file"
	if rest := strings.TrimLeft(p.file.Text[in.Peek().Pos.Offset:], " \t\r\n;"); rest != "" {
		what = "the next declaration"
	}
	p.report(diag.Errorf(Unclosed, open, "expected a `}` for this `{` before %s", what).Labelf("opened here"))
}

// listed reads comma-separated items up to a closing bracket. It also consumes the opening
// bracket. A comma before the closing bracket is allowed.
func listed[N any](p *Parser, in stream, closing string, read reader[N]) ([]N, error) {
	open := p.spanOf(in.Next())
	var list []N
	for !is(in, closing) {
		n, err := read(in)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
		if !take(in, ",") && !is(in, closing) {
			return nil, p.unexpected(in.Peek(), "`,` or `"+closing+"`").Note(open, "the list begins here")
		}
	}
	if closing == ">" {
		p.mark(in, roleAngle)
	}
	in.Next()
	return list, nil
}

func (p *Parser) fields(in stream) (fields, error) { return braced(p, in, p.rules.field) }

func (p *Parser) variants(in stream) (variants, error) { return braced(p, in, p.rules.variant) }

func (p *Parser) layoutFields(in stream) (layoutFields, error) {
	return braced(p, in, p.rules.layoutField)
}

func (p *Parser) exprs(in stream) (exprs, error) { return braced(p, in, p.expr) }

func (p *Parser) items(in stream) (items, error) { return braced(p, in, p.item) }

// item reads one line of a system.
func (p *Parser) item(in stream) (SystemItem, error) {
	t := in.Peek()
	read, ok := p.rules.items[t.Value]
	if ok && (t.Type == kindKeyword || p.ahead(in, 1).Type == kindIdent) {
		return read(in)
	}
	if t.Type != kindIdent {
		return nil, p.unexpected(t, "`name = device`, `chan`, `run` or `for`")
	}
	return p.rules.bind(in)
}

func (p *Parser) generics(in stream) (generics, error) {
	p.mark(in, roleAngle)
	return listed(p, in, ">", p.rules.generic)
}

func (p *Parser) params(in stream) (params, error) {
	p.mark(in, roleSuffix)
	return listed(p, in, ")", p.rules.param)
}

func (p *Parser) payload(in stream) (payloadNode, error) {
	p.mark(in, roleSuffix)
	return listed(p, in, ")", p.rules.field)
}

// startsSeal distinguishes `seal crc32` from a constant named seal.
func (p *Parser) startsSeal(in stream) bool {
	return is(in, "seal") && p.ahead(in, 1).Type == kindIdent && p.ahead(in, 1).Value != "when"
}

func (p *Parser) seal(in stream) (*Seal, error) {
	first := index(in)
	in.Next()
	all := is(in, "all") && p.ahead(in, 1).Type == kindIdent && p.ahead(in, 1).Value != "when"
	if all {
		in.Next()
	}
	name, err := p.name(in)
	return &Seal{p.since(first, in), all, name}, err
}

func (p *Parser) hints(in stream) (hintNodes, error) {
	var list hintNodes
	for is(in, "@") {
		first := index(in)
		p.mark(in, rolePrefix)
		in.Next()
		name, err := p.name(in)
		if err != nil {
			return nil, err
		}
		var args []Expr
		if is(in, "(") {
			p.mark(in, roleSuffix)
			if args, err = listed(p, in, ")", p.expr); err != nil {
				return nil, err
			}
		}
		list = append(list, Hint{p.since(first, in), name, args})
	}
	return list, nil
}

// bracketed reads the [count] of a channel.
func (p *Parser) bracketed(in stream) (bracketsNode, error) {
	p.mark(in, roleSuffix)
	in.Next()
	x, err := p.expr(in)
	if err == nil {
		err = p.need(in, "]")
	}
	return bracketsNode{x}, err
}
