package syntax

// takesArgs are the types whose < > may occur in an expression. After any other name, a `<` in
// an expression is a comparison.
var takesArgs = map[string]bool{"fix": true, "bytes": true, "map": true}

// startsType reports whether the next word can begin a type.
func startsType(in stream) bool {
	t := in.Peek()
	switch t.Type {
	case kindIdent, kindInt:
		return true
	}
	return is(in, "[") || is(in, "(") || is(in, "-") || is(in, "in")
}

// typeExpr reads a type.
func (p *Parser) typeExpr(in stream) (TypeExpr, error) {
	if err := p.enter(in); err != nil {
		return nil, err
	}
	defer p.leave()
	first := index(in)
	t, err := p.plainType(in)
	for n := 0; err == nil && is(in, "?"); n++ {
		if err = p.checkChain(in, n, false); err == nil {
			in.Next()
			t = &OptionType{p.since(first, in), t}
		}
	}
	return t, err
}

// plainType reads a type without a trailing `?`.
func (p *Parser) plainType(in stream) (TypeExpr, error) {
	t := in.Peek()
	switch {
	case is(in, "["):
		return p.arrayType(in)
	case is(in, "in"), is(in, "out") && p.ahead(in, 1).Value == "chan":
		return p.chanEnd(in)
	case is(in, "("):
		return p.parenType(in)
	case t.Type == kindInt || is(in, "-") || t.Type == kindIdent && startsBound[p.ahead(in, p.pathLen(in, 0)).Value]:
		return p.rangeType(in)
	case t.Type == kindIdent:
		return p.namedType(in)
	}
	return nil, p.unexpected(t, "a type")
}

// startsBound are operators that may follow a name. A name before such an operator begins the
// bound of a range, and is not a type.
var startsBound = map[string]bool{"..": true, "..=": true, "+": true, "-": true, "*": true, "/": true, "%": true}

// pathLen returns the number of words in the name that starts at the k-th word: 1 for a, 3 for
// a.b.
func (p *Parser) pathLen(in stream, k int) int {
	if p.ahead(in, k+1).Value == "." && p.ahead(in, k+2).Type == kindIdent {
		return k + 3
	}
	return k + 1
}

func (p *Parser) arrayType(in stream) (TypeExpr, error) {
	first := index(in)
	in.Next()
	var length Expr
	var err error
	if !is(in, "]") {
		if length, err = p.expr(in); err != nil {
			return nil, err
		}
	}
	p.mark(in, roleArray)
	if err = p.need(in, "]"); err != nil {
		return nil, err
	}
	elem, err := p.typeExpr(in)
	if err != nil {
		return nil, err
	}
	if length == nil {
		return &SliceType{p.since(first, in), elem}, nil
	}
	return &ArrayType{p.since(first, in), length, elem}, nil
}

// chanEnd reads in chan<T> or out chan<T>.
func (p *Parser) chanEnd(in stream) (TypeExpr, error) {
	first := index(in)
	out := in.Next().Value == "out"
	if err := p.need(in, "chan"); err != nil {
		return nil, err
	}
	if err := p.angle(in, "<"); err != nil {
		return nil, err
	}
	elem, err := p.typeExpr(in)
	if err == nil {
		err = p.angle(in, ">")
	}
	return &ChanEndType{p.since(first, in), out, elem}, err
}

// angle consumes the < or > of type arguments.
func (p *Parser) angle(in stream, text string) error {
	if is(in, text) {
		p.mark(in, roleAngle)
	}
	return p.need(in, text)
}

func (p *Parser) parenType(in stream) (TypeExpr, error) {
	in.Next()
	t, err := p.typeExpr(in)
	if err == nil {
		err = p.need(in, ")")
	}
	return t, err
}

func (p *Parser) rangeType(in stream) (TypeExpr, error) {
	r, err := p.rangeOf(in)
	if err != nil {
		return nil, err
	}
	return &RangeType{r.Place, r}, nil
}

// namedType reads u8, net.Eth, fix<16, 16> or bytes<N>.
func (p *Parser) namedType(in stream) (TypeExpr, error) {
	first := index(in)
	n := &NamedType{Name: p.ident(*in.Next())}
	if is(in, ".") {
		in.Next()
		member, err := p.name(in)
		if err != nil {
			return nil, err
		}
		pkg := n.Name
		n.Package, n.Name = &pkg, member
	}
	if is(in, "<") {
		if n.Package == nil && n.Name.Name == "bytes" {
			return p.bytesType(in, first)
		}
		p.mark(in, roleAngle)
		args, err := listed(p, in, ">", p.typeArg)
		if err != nil {
			return nil, err
		}
		n.Args = args
	}
	n.Place = p.since(first, in)
	return n, nil
}

// bytesType reads <N>, <..N> or <*..N> after bytes.
func (p *Parser) bytesType(in stream, first int) (TypeExpr, error) {
	p.mark(in, roleAngle)
	in.Next()
	b := &BytesType{}
	switch {
	case is(in, "*"):
		b.Kind = BytesRest
		p.mark(in, rolePrefix)
		in.Next()
		if err := p.need(in, ".."); err != nil {
			return nil, err
		}
	case take(in, ".."):
		b.Kind = BytesPrefix
	}
	var err error
	if b.Size, err = p.climb(in, levelAdd); err == nil {
		err = p.angle(in, ">")
	}
	b.Place = p.since(first, in)
	return b, err
}

// typeArg reads an argument between < and >: a type, or a constant expression
// without comparisons and shifts, or a plain name that may be either.
func (p *Parser) typeArg(in stream) (TypeArg, error) {
	first, t := index(in), in.Peek()
	n := p.pathLen(in, 0)
	switch after := p.ahead(in, n).Value; {
	case is(in, "["), p.maybeOption(in), is(in, "in"), is(in, "out") && p.ahead(in, 1).Value == "chan",
		t.Type == kindIdent && (after == "<" || after == "?"):
		typ, err := p.typeExpr(in)
		return TypeArg{p.since(first, in), typ, nil}, err
	case t.Type == kindIdent && (after == "," || after == ">"):
		typ, err := p.namedType(in)
		return TypeArg{p.since(first, in), typ, valueOf(typ)}, err
	}
	x, err := p.climb(in, levelAdd)
	if err == nil && isRangeOp(in) {
		r, err := p.rangeFrom(in, first, x)
		at := p.since(first, in)
		return TypeArg{at, &RangeType{at, r}, nil}, err
	}
	return TypeArg{p.since(first, in), nil, x}, err
}

// maybeOption reports whether a `?` follows the closing parenthesis. An expression never has this
// form.
func (p *Parser) maybeOption(in stream) bool {
	if !is(in, "(") {
		return false
	}
	depth := 0
	for n := range maxInstance {
		switch p.ahead(in, n).Value {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth == 0 {
			return p.ahead(in, n+1).Value == "?"
		}
	}
	return false
}

// valueOf converts a type that is a plain name to an expression.
func valueOf(t TypeExpr) Expr {
	n, ok := t.(*NamedType)
	switch {
	case !ok:
		return nil
	case n.Package == nil:
		return &Name{n.Name}
	}
	return &FieldExpr{n.Place, &Name{*n.Package}, n.Name}
}
