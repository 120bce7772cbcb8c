package syntax

import (
	"github.com/sinter-lang/sinter/internal/diag"
)

// The precedence levels, weakest first. `not` binds more weakly than a comparison: `not a == b`
// is `not (a == b)`.
const (
	levelOr = iota + 1
	levelAnd
	levelNot
	levelCompare
	levelBitOr
	levelBitXor
	levelBitAnd
	levelShift
	levelAdd
	levelMul
)

// operator describes a binary operator. For `within` the Op is OpNone.
type operator struct {
	op    Op
	level int
	words int // number of tokens: 2 if two angle brackets form the operator
}

var operators = map[string]operator{
	"or": {OpOr, levelOr, 1}, "and": {OpAnd, levelAnd, 1}, "within": {OpNone, levelCompare, 1},
	"==": {OpEq, levelCompare, 1}, "!=": {OpNe, levelCompare, 1},
	"<": {OpLt, levelCompare, 1}, "<=": {OpLe, levelCompare, 1},
	">": {OpGt, levelCompare, 1}, ">=": {OpGe, levelCompare, 2},
	"|": {OpBitOr, levelBitOr, 1}, "^": {OpBitXor, levelBitXor, 1}, "&": {OpBitAnd, levelBitAnd, 1},
	"<<": {OpShl, levelShift, 1}, ">>": {OpShr, levelShift, 2},
	"+": {OpAdd, levelAdd, 1}, "-": {OpSub, levelAdd, 1},
	"*": {OpMul, levelMul, 1}, "/": {OpDiv, levelMul, 1}, "%": {OpRem, levelMul, 1},
}

var prefixes = map[string]Op{"-": OpNeg, "~": OpBitNot, "not": OpNot}

// operator returns the binary operator at the position of `in`. If no operator is there, the
// returned level is 0. Two adjacent angle brackets form one operator.
func (p *Parser) operator(in stream) operator {
	t := in.Peek()
	if t.Type != kindPunct && t.Type != kindKeyword && t.Type != kindIdent {
		return operator{}
	}
	if t.Value == ">" {
		next := p.ahead(in, 1)
		if next.Pos.Offset == t.Pos.Offset+1 && (next.Value == ">" || next.Value == "=") {
			return operators[">"+next.Value]
		}
	}
	return operators[t.Value]
}

// startsExpr reports whether the next token can begin an expression.
func startsExpr(in stream) bool {
	t := in.Peek()
	switch t.Type {
	case kindIdent, kindInt, kindFloat, kindTime, kindString:
		return true
	case kindKeyword:
		return t.Value == "not" || t.Value == "true" || t.Value == "false" || t.Value == "none"
	case kindPunct:
		return t.Value == "(" || t.Value == "[" || t.Value == "-" || t.Value == "~"
	}
	return false
}

// expr reads an expression.
func (p *Parser) expr(in stream) (Expr, error) {
	x, err := p.climb(in, levelOr)
	if err == nil && isRangeOp(in) {
		return nil, diag.Errorf(LoneRange, p.spanOf(in.Peek()), "a range is not a value").
			Hint("a range stands after in and within, in a slice, and as a type")
	}
	return x, err
}

// climb reads operands and the operators between them. It stops at an operator that binds more
// weakly than `level`.
func (p *Parser) climb(in stream, level int) (Expr, error) {
	first := index(in)
	x, err := p.unary(in, level)
	compared := false
	for n := 0; err == nil; n++ {
		o := p.operator(in)
		if o.level == 0 || o.level < level {
			return x, nil
		}
		if err := p.checkChain(in, n, compared && o.level == levelCompare); err != nil {
			return nil, err
		}
		compared = o.level == levelCompare
		x, err = p.infix(in, first, x, o)
	}
	return nil, err
}

func (p *Parser) checkChain(in stream, n int, compared bool) error {
	if n >= maxChain {
		return diag.Errorf(TooDeep, p.spanOf(in.Peek()), "more than %d operators in a row", maxChain).
			Hint("name a part of it with let")
	}
	if compared {
		return diag.Errorf(ChainedCompare, p.spanOf(in.Peek()), "comparisons cannot follow each other").
			Hint("write `a < b and b < c`, or put one in parentheses")
	}
	return nil
}

// infix reads an operator and its right operand.
func (p *Parser) infix(in stream, first int, left Expr, o operator) (Expr, error) {
	word := index(in)
	if o.words == 2 {
		p.mark(in, rolePrefix)
		in.Next()
	}
	in.Next()
	at := p.since(word, in)
	if o.op == OpNone {
		r, err := p.rangeOf(in)
		return &WithinExpr{p.since(first, in), left, r}, err
	}
	right, err := p.climb(in, o.level+1)
	return &BinaryExpr{p.since(first, in), o.op, at.At, left, right}, err
}

// unary reads prefix operators and their operand.
func (p *Parser) unary(in stream, level int) (Expr, error) {
	if err := p.enter(in); err != nil {
		return nil, err
	}
	defer p.leave()
	first, t := index(in), in.Peek()
	op := prefixes[t.Value]
	if op == OpNone || t.Type == kindString || op == OpNot && level > levelNot {
		return p.suffixed(in)
	}
	in.Next()
	var x Expr
	var err error
	if op == OpNot {
		x, err = p.climb(in, levelNot)
	} else {
		p.raw[p.origin[first]].role = rolePrefix
		x, err = p.unary(in, levelMul)
	}
	return &UnaryExpr{p.since(first, in), op, x}, err
}

// suffixed reads an operand with the calls, indices and members after it.
func (p *Parser) suffixed(in stream) (Expr, error) {
	first := index(in)
	x, err := p.primary(in)
	for n := 0; err == nil; n++ {
		if err = p.checkChain(in, n, false); err != nil {
			break
		}
		switch {
		case is(in, "."):
			x, err = p.member(in, first, x)
		case is(in, "("):
			x, err = p.call(in, first, x)
		case is(in, "["):
			x, err = p.index(in, first, x)
		default:
			return x, nil
		}
	}
	return nil, err
}

// member reads .name. After a dot, a keyword is also a name.
func (p *Parser) member(in stream, first int, x Expr) (Expr, error) {
	in.Next()
	t := in.Peek()
	if t.Type != kindIdent && t.Type != kindKeyword {
		return nil, p.unexpected(t, "a name")
	}
	in.Next()
	return &FieldExpr{p.since(first, in), x, p.ident(*t)}, nil
}

func (p *Parser) call(in stream, first int, f Expr) (Expr, error) {
	p.mark(in, roleSuffix)
	args, err := listed(p, in, ")", p.arg)
	return &CallExpr{p.since(first, in), f, args}, err
}

// arg reads `value` or `name: value`.
func (p *Parser) arg(in stream) (Arg, error) {
	first, t := index(in), in.Peek()
	var name *Ident
	if (t.Type == kindIdent || t.Type == kindKeyword) && p.ahead(in, 1).Value == ":" {
		name = p.optional(*t)
		in.Next()
		in.Next()
	}
	x, err := p.expr(in)
	return Arg{p.since(first, in), name, x}, err
}

// index reads [i] or [a..b]. The bounds a and b may be omitted.
func (p *Parser) index(in stream, first int, x Expr) (Expr, error) {
	p.mark(in, roleSuffix)
	open := p.spanOf(in.Next())
	from := index(in)
	var i Expr
	var err error
	if !isRangeOp(in) {
		if i, err = p.climb(in, levelOr); err != nil {
			return nil, err
		}
	}
	var r *RangeExpr
	if isRangeOp(in) {
		if r, err = p.sliceRange(in, from, i); err != nil {
			return nil, err
		}
	}
	if !take(in, "]") {
		return nil, p.unexpected(in.Peek(), "`]`").Note(open, "the index begins here")
	}
	if r != nil {
		return &SliceExpr{p.since(first, in), x, r}, nil
	}
	return &IndexExpr{p.since(first, in), x, i}, nil
}

func (p *Parser) sliceRange(in stream, from int, lo Expr) (*RangeExpr, error) {
	r := &RangeExpr{Lo: lo, Closed: in.Next().Value == "..="}
	if !is(in, "]") {
		hi, err := p.climb(in, levelOr)
		if err != nil {
			return nil, err
		}
		r.Hi = hi
	}
	r.Place = p.since(from, in)
	return r, nil
}

// primary reads an operand without prefix operators and suffixes.
func (p *Parser) primary(in stream) (Expr, error) {
	t := in.Peek()
	at := Place{p.spanOf(t)}
	switch t.Type {
	case kindInt:
		in.Next()
		return &IntLit{at, t.Value}, nil
	case kindFloat:
		in.Next()
		return &FloatLit{at, t.Value}, nil
	case kindTime:
		in.Next()
		return &TimeLit{at, ticks(t.Value)}, nil
	case kindString:
		return p.text(in)
	case kindIdent:
		return p.named(in)
	}
	switch t.Value {
	case "true", "false":
		in.Next()
		return &BoolLit{at, t.Value == "true"}, nil
	case "none":
		in.Next()
		return &NoneLit{at}, nil
	case "(":
		return p.paren(in)
	case "[":
		return p.array(in)
	}
	e := p.unexpected(t, "an expression")
	if t.Value == "not" {
		e.Hint("put `not` and its operand in parentheses")
	}
	return nil, e
}

func (p *Parser) paren(in stream) (Expr, error) {
	first := index(in)
	open := p.spanOf(in.Next())
	x, err := p.expr(in)
	if err != nil {
		return nil, err
	}
	if !take(in, ")") {
		return nil, p.unexpected(in.Peek(), "`)`").Note(open, "the parenthesis begins here")
	}
	return &ParenExpr{p.since(first, in), x}, nil
}

func (p *Parser) array(in stream) (Expr, error) {
	first := index(in)
	elems, err := listed(p, in, "]", p.expr)
	return &ArrayLit{p.since(first, in), elems}, err
}

var searches = map[string]SearchKind{"first": SearchFirst, "count": SearchCount, "any": SearchAny, "all": SearchAll}

// named reads an operand that begins with a name: a search, a type with arguments, or the
// name itself.
func (p *Parser) named(in stream) (Expr, error) {
	t, next := in.Peek(), p.ahead(in, p.pathLen(in, 0))
	if kind, ok := searches[t.Value]; ok && p.ahead(in, 1).Type == kindIdent && p.ahead(in, 2).Value == "in" {
		return p.search(in, kind)
	}
	if next.Value == "<" && next.Type != kindString && (takesArgs[t.Value] || p.instance(in)) {
		first := index(in)
		typ, err := p.namedType(in)
		return &TypeExprValue{p.since(first, in), typ}, err
	}
	in.Next()
	return &Name{p.ident(*t)}, nil
}

// maxInstance bounds the tokens between the < and > of a call.
const maxInstance = 64

// instance reports whether a call of a generic instance follows, as in f<u8, 4>(x) or pkg.f<T>(x).
// No space is allowed between the name and <, or between > and (. If there is a space, < and > are
// comparisons.
func (p *Parser) instance(in stream) bool {
	k := p.pathLen(in, 0)
	if !p.adjacent(in, k) || p.ahead(in, k).Value != "<" {
		return false
	}
	depth := 0
	for n := k; n < k+maxInstance; n++ {
		t := p.ahead(in, n)
		switch {
		case t.Type == kindString:
			return false
		case t.Value == "<":
			depth++
		case t.Value == ">":
			depth--
		case t.Value == ">>":
			depth -= 2
		case t.Type != kindIdent && t.Type != kindInt && !inTypeArgs[t.Value]:
			return false
		}
		if depth <= 0 {
			return depth == 0 && p.ahead(in, n+1).Value == "(" && p.adjacent(in, n+1)
		}
	}
	return false
}

// inTypeArgs are the tokens that may occur in type arguments besides names and numbers.
var inTypeArgs = map[string]bool{
	",": true, ".": true, "[": true, "]": true, "?": true, "+": true, "-": true, "*": true, "/": true, "%": true,
	"(": true, ")": true, "..": true, "..=": true,
}

// adjacent reports whether no space precedes the k-th token from here.
func (p *Parser) adjacent(in stream, k int) bool {
	return p.spanOf(p.ahead(in, k-1)).End == p.spanOf(p.ahead(in, k)).Start
}

// search reads `first i in a..b where p`.
func (p *Parser) search(in stream, kind SearchKind) (Expr, error) {
	first := index(in)
	in.Next()
	s := &SearchExpr{Kind: kind, Var: p.ident(*in.Next())}
	in.Next()
	var err error
	if s.Range, err = p.rangeOf(in); err != nil {
		return nil, err
	}
	if err = p.need(in, "where"); err != nil {
		return nil, err
	}
	if s.Where, err = p.climb(in, levelOr); err != nil {
		return nil, err
	}
	s.Place = p.since(first, in)
	return s, nil
}

func isRangeOp(in stream) bool { return is(in, "..") || is(in, "..=") }

// rangeOf reads a..b or a..=b.
func (p *Parser) rangeOf(in stream) (*RangeExpr, error) {
	first := index(in)
	lo, err := p.climb(in, levelBitOr)
	if err != nil {
		return nil, err
	}
	return p.rangeFrom(in, first, lo)
}

// rangeFrom reads the rest of a range after its lower bound.
func (p *Parser) rangeFrom(in stream, first int, lo Expr) (*RangeExpr, error) {
	if !isRangeOp(in) {
		return nil, p.unexpected(in.Peek(), "`..` or `..=`")
	}
	closed := in.Next().Value == "..="
	hi, err := p.climb(in, levelBitOr)
	if err != nil {
		return nil, err
	}
	return &RangeExpr{p.since(first, in), lo, hi, closed}, nil
}
