package syntax

import "github.com/sinter-lang/sinter/internal/diag"

// block reads { statements }.
func (p *Parser) block(in stream) (*Block, error) {
	first := index(in)
	list, err := braced(p, in, p.stmt)
	return &Block{p.since(first, in), list}, err
}

// stmt reads a statement. A first word such as `if` determines the kind of the statement. Without
// such a word, the statement is an assignment or a call.
func (p *Parser) stmt(in stream) (Stmt, error) {
	t := in.Peek()
	read, ok := p.rules.stmts[t.Value]
	switch {
	case ok && (t.Type == kindKeyword || p.isWordStmt(in)):
		return read(in)
	case is(in, "else"):
		return nil, diag.Errorf(ElseOnOwnLine, p.spanOf(t), "expected a statement, found `else`").
			Hint("else stands on the line of the brace before it: `} else {`")
	case t.Type == kindKeyword && reserved[t.Value] == wordDecl:
		return nil, diag.Errorf(Misplaced, p.spanOf(t), "a declaration stands outside of bodies, found `%s`", t.Value)
	case !startsExpr(in):
		return nil, p.unexpected(t, "a statement")
	}
	return p.simple(in)
}

// isWordStmt distinguishes `start echo(s)` from a call or assignment that begins with the name
// start. In a start statement, a name or string follows the word `start`.
func (p *Parser) isWordStmt(in stream) bool {
	next := p.ahead(in, 1)
	return in.Peek().Type == kindIdent && (next.Type == kindIdent || next.Type == kindString)
}

// simple reads `place = value`, or a call with an optional else.
func (p *Parser) simple(in stream) (Stmt, error) {
	first := index(in)
	x, err := p.expr(in)
	if err != nil {
		return nil, err
	}
	if !take(in, "=") {
		if _, call := x.(*CallExpr); !call && p.lineEnd(in) == nil {
			p.report(diag.Errorf(NoEffect, x.Span(), "expected a call or an assignment, found a value that is not used"))
		}
		if !take(in, "else") {
			return &ExprStmt{p.since(first, in), x, nil}, nil
		}
		if !is(in, "{") {
			return nil, p.unexpected(in.Peek(), "`{` after else")
		}
		other, err := p.block(in)
		return &ExprStmt{p.since(first, in), x, other}, err
	}
	p.checkPlace(x)
	if !startsExpr(in) {
		return nil, p.unexpected(in.Peek(), "an expression")
	}
	value, err := p.expr(in)
	return &AssignStmt{p.since(first, in), x, value}, err
}

// checkPlace reports a left side that is not a variable or part of one.
func (p *Parser) checkPlace(x Expr) {
	for base := x; ; {
		switch b := base.(type) {
		case *Name:
			return
		case *IndexExpr:
			base = b.X
		case *FieldExpr:
			base = b.X
		default:
			p.report(diag.Errorf(NotAPlace, x.Span(), "expected a variable, a field or an element on the left of `=`"))
			return
		}
	}
}

func (p *Parser) checkVar(g *varRule) {
	if g.Type != nil || g.Value != nil {
		return
	}
	p.report(diag.Errorf(NoTypeNoValue, p.spanOf(&g.Name), "`%s` has neither a type nor a value", g.Name.Value).
		Hint("write `%s %s: u32` or `%s %s = 0`", g.Word.Value, g.Name.Value, g.Word.Value, g.Name.Value))
}

// elseBranch reads the branch after else: a block or another if.
func (p *Parser) elseBranch(in stream) (elseNode, error) {
	if is(in, "{") {
		b, err := p.block(in)
		return elseNode{b}, err
	}
	if p.elses >= maxElse {
		return elseNode{}, diag.Errorf(TooDeep, p.spanOf(in.Peek()), "more than %d times else if after each other", maxElse).
			Hint("a match over the value says it in less")
	}
	p.elses++
	defer func() { p.elses-- }()
	s, err := p.rules.stmts["if"](in)
	return elseNode{s}, err
}

// cases reads all arms of a match.
func (p *Parser) cases(in stream) (cases, error) {
	var c cases
	_, err := braced(p, in, func(in stream) (struct{}, error) { return struct{}{}, p.arm(in, &c) })
	return c, err
}

// arm reads one arm of a match into c. An else must be the last arm.
func (p *Parser) arm(in stream, c *cases) error {
	t := in.Peek()
	switch {
	case c.last != nil:
		return p.unexpected(t, "`}` after the else of a match")
	case is(in, "case"):
		a, err := p.rules.matchArm(in)
		if err == nil {
			c.arms = append(c.arms, a)
		}
		return err
	case is(in, "else"):
		b, err := p.rules.caseElse(in)
		c.last = b
		return err
	}
	return p.unexpected(t, "`case`, `else` or `}`")
}

// arms reads the arms of a select.
func (p *Parser) arms(in stream) (arms, error) {
	return braced(p, in, func(in stream) (SelectArm, error) {
		if !is(in, "on") {
			return SelectArm{}, p.unexpected(in.Peek(), "`on` or `}`")
		}
		return p.rules.selectArm(in)
	})
}

// armCall checks the call that an arm waits for, and returns its kind.
func (p *Parser) armCall(g *armRule) (*CallExpr, ArmKind) {
	call, ok := g.Call.(*CallExpr)
	if ok {
		switch f := call.Fun.(type) {
		case *FieldExpr:
			return call, ArmRecv
		case *Name:
			kind := timerArms[f.Name]
			if kind != ArmRecv && g.Let.Value == "" {
				return call, kind
			}
		}
	} else {
		call = &CallExpr{Place: Place{g.Call.Span()}, Fun: g.Call}
	}
	p.report(diag.Errorf(BadArm, g.Call.Span(), "expected a receive such as `c.recv()`, or `every(d)` or `after(d)`").
		Hint("`let` goes with a receive only"))
	return call, ArmRecv
}

var timerArms = map[string]ArmKind{"every": ArmEvery, "after": ArmAfter}

// callOf returns an expression that must be a call.
func (p *Parser) callOf(x Expr, after string) *CallExpr {
	if call, ok := x.(*CallExpr); ok {
		return call
	}
	p.report(diag.Errorf(NotACall, x.Span(), "expected a task with its arguments after `%s`", after).
		Hint("write `%s task(argument)`", after))
	return &CallExpr{Place: Place{x.Span()}, Fun: x}
}

// pattern reads the pattern of a match arm.
func (p *Parser) pattern(in stream) (Pattern, error) {
	first, t := index(in), in.Peek()
	if is(in, "none") || t.Type == kindIdent && isPatternEnd(p.ahead(in, 1).Value) {
		return p.namePattern(in)
	}
	x, err := p.climb(in, levelBitOr)
	if err != nil {
		return nil, err
	}
	if isRangeOp(in) {
		x, err = p.rangeFrom(in, first, x)
	}
	return &ValuePattern{p.since(first, in), x}, err
}

func isPatternEnd(text string) bool { return text == "," || text == "{" || text == "(" }

func (p *Parser) namePattern(in stream) (Pattern, error) {
	first := index(in)
	n := &NamePattern{Name: p.ident(*in.Next())}
	if is(in, "(") {
		p.mark(in, roleSuffix)
		binds, err := listed(p, in, ")", p.name)
		if err != nil {
			return nil, err
		}
		n.HasArgs, n.Binds = true, binds
	}
	n.Place = p.since(first, in)
	return n, nil
}
