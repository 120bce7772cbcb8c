package word

import (
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/text"
)

// maxDepth bounds the nesting of a parsed expression.
const maxDepth = 200

// ParseExpr reads one expression and leaves the rest of the text. The function `leaf` returns the
// width of a name, or false for an unknown name. The grammar is:
//
//	expr    = postfix { infix postfix }     // one operator per chain; chains of
//	                                        // + and - mixed, or of one of * and or xor
//	postfix = primary { "[" high ":" low "]" | "[" bit "]" }
//	primary = name                          // a leaf
//	        | operator "(" expr { "," expr } ")"
//	        | ("zext" | "sext") width "(" expr ")"
//	        | width "'" number              // a constant
//	        | number                        // a constant as wide as its partner
//	        | "(" expr ")"
//
// A number without a width takes the width of the other operand, or of the other arm of a mux.
// A shift amount takes the width of the shifted operand.
func ParseExpr(sc *text.Scanner, leaf func(name string) (width int, ok bool)) (*Expr, error) {
	p := &parser{sc: sc, leaf: leaf}
	x, err := p.expr(0)
	if err != nil {
		return nil, err
	}
	if x.bare {
		return nil, p.noWidth(x)
	}
	return x.e, nil
}

type parser struct {
	sc   *text.Scanner
	leaf func(string) (int, bool)
}

// operand is a parsed expression. If bare is set, it is a number without a width so far. Its
// value is then in e.Imm.
type operand struct {
	e    *Expr
	bare bool
	span diag.Span
}

func (p *parser) noWidth(x operand) error {
	return diag.Errorf("", x.span, "expected a constant with a width here, such as `8'%d`", x.e.Imm)
}

// expr parses a chain of infix applications.
func (p *parser) expr(depth int) (operand, error) {
	if depth > maxDepth {
		return operand{}, p.sc.Errorf("expected an expression of at most %d levels", maxDepth)
	}
	x, err := p.postfix(depth)
	last := Bad
	for err == nil {
		t := p.sc.Peek()
		op, ok := infix(t)
		if !ok {
			break
		}
		if last != Bad && !chains(last, op) {
			return operand{}, diag.Errorf("", t.Span, "expected parentheses: `%s` and `%s` have no order", Table(last).Infix, t.Text)
		}
		p.sc.Next()
		last = op
		var y operand
		if y, err = p.postfix(depth); err == nil {
			x, err = p.apply(op, x.span.To(y.span), []operand{x, y})
		}
	}
	return x, err
}

// infix returns the infix operator that a token denotes.
func infix(t text.Token) (Op, bool) {
	if t.Kind != text.Ident && t.Kind != text.Punct {
		return Bad, false
	}
	for op := Bad + 1; op < NumOps; op++ {
		if table[op].Infix != "" && table[op].Infix == t.Text {
			return op, true
		}
	}
	return Bad, false
}

// chains reports whether `a first b second c` is allowed without parentheses.
func chains(first, second Op) bool {
	additive := func(op Op) bool { return op == Add || op == Sub }
	if additive(first) && additive(second) {
		return true
	}
	switch first {
	case Mul, And, Or, Xor:
		return first == second
	}
	return false
}

// postfix parses a primary and the slices after it.
func (p *parser) postfix(depth int) (operand, error) {
	x, err := p.primary(depth)
	for err == nil && p.sc.Peek().Is("[") {
		if x.bare {
			return operand{}, p.noWidth(x)
		}
		x, err = p.slice(x)
	}
	return x, err
}

func (p *parser) slice(x operand) (operand, error) {
	p.sc.Next()
	hi, err := p.sc.Number("high bit", 63)
	if err != nil {
		return operand{}, err
	}
	lo := hi
	if p.sc.Accept(":") {
		if lo, err = p.sc.Number("low bit", 63); err != nil {
			return operand{}, err
		}
	}
	end := p.sc.Peek().Span
	if err := p.sc.Expect("]"); err != nil {
		return operand{}, err
	}
	if lo.Value > hi.Value || hi.Value >= uint64(x.e.Width) {
		return operand{}, diag.Errorf("", hi.Span.To(lo.Span), "expected bits within %d:0, got %d:%d", x.e.Width-1, hi.Value, lo.Value)
	}
	e := &Expr{Op: Slice, Width: int(hi.Value-lo.Value) + 1, Args: []*Expr{x.e}, Imm: lo.Value}
	return operand{e: e, span: x.span.To(end)}, nil
}

func (p *parser) primary(depth int) (operand, error) {
	t := p.sc.Peek()
	switch {
	case t.Kind == text.Number:
		return p.number()
	case t.Is("("):
		p.sc.Next()
		x, err := p.expr(depth + 1)
		if err != nil {
			return x, err
		}
		return x, p.sc.Expect(")")
	case t.Kind == text.Ident:
		p.sc.Next()
		if p.sc.Peek().Is("(") {
			return p.call(t, depth)
		}
		return p.leafOf(t)
	}
	return operand{}, p.sc.Errorf("expected an expression, found %s", t)
}

func (p *parser) leafOf(t text.Token) (operand, error) {
	w, ok := p.leaf(t.Text)
	if !ok {
		return operand{}, diag.Errorf("", t.Span, "expected the name of an operand, found `%s`", t.Text)
	}
	return operand{e: &Expr{Width: w, Leaf: t.Text}, span: t.Span}, nil
}

// number parses `width'value` or a bare value.
func (p *parser) number() (operand, error) {
	t := p.sc.Next()
	if !p.sc.Peek().Is("'") {
		return operand{e: &Expr{Imm: t.Value}, bare: true, span: t.Span}, nil
	}
	if t.Value < 1 || t.Value > 64 {
		return operand{}, diag.Errorf("", t.Span, "a width is in 1..64, got %d", t.Value)
	}
	p.sc.Next()
	w := int(t.Value)
	v, err := p.sc.Number("value of "+t.Text+" bits", Mask(w))
	if err != nil {
		return operand{}, err
	}
	return operand{e: &Expr{Width: w, Imm: v.Value}, span: t.Span.To(v.Span)}, nil
}

// call parses the arguments of the named operator.
func (p *parser) call(name text.Token, depth int) (operand, error) {
	op, w, ok := callee(name.Text)
	if !ok {
		return operand{}, diag.Errorf("", name.Span, "expected an operator, found `%s`", name.Text)
	}
	p.sc.Next()
	var args []operand
	for {
		x, err := p.expr(depth + 1)
		if err != nil {
			return x, err
		}
		args = append(args, x)
		if !p.sc.Accept(",") {
			break
		}
	}
	span := name.Span.To(p.sc.Peek().Span)
	if err := p.sc.Expect(")"); err != nil {
		return operand{}, err
	}
	if want := Table(op).Args; len(args) != want {
		return operand{}, diag.Errorf("", span, "%s takes %d operands, got %d", Table(op).Name, want, len(args))
	}
	return p.applyWidth(op, w, span, args)
}

// callee splits the name of a call into the operator and, for an extension, the width.
func callee(name string) (Op, int, bool) {
	for _, op := range []Op{Zext, Sext} {
		if digits, ok := strings.CutPrefix(name, table[op].Name); ok {
			w, err := strconv.Atoi(digits)
			return op, w, err == nil && strconv.Itoa(w) == digits
		}
	}
	op, ok := Lookup(name)
	return op, 0, ok && op != Slice
}

// apply applies an operator whose result width follows from its operands.
func (p *parser) apply(op Op, span diag.Span, args []operand) (operand, error) {
	return p.applyWidth(op, 0, span, args)
}

func (p *parser) applyWidth(op Op, w int, span diag.Span, args []operand) (operand, error) {
	if err := p.settle(op, args); err != nil {
		return operand{}, err
	}
	es, aw := make([]*Expr, len(args)), make([]int, len(args))
	for i, a := range args {
		es[i], aw[i] = a.e, a.e.Width
	}
	if w == 0 {
		w = ResultWidth(op, aw)
	}
	if err := Check(op, w, aw, 0); err != nil {
		return operand{}, diag.Errorf("", span, "%s", err.Error())
	}
	return operand{e: &Expr{Op: op, Width: w, Args: es}, span: span}, nil
}

// settle gives each number without a width the width of its partner operand.
func (p *parser) settle(op Op, args []operand) error {
	for i := range args {
		if !args[i].bare {
			continue
		}
		j := partner(Table(op).Widths, i, len(args))
		if j < 0 || args[j].bare {
			return p.noWidth(args[i])
		}
		w := args[j].e.Width
		if v := args[i].e.Imm; v > Mask(w) {
			return diag.Errorf("", args[i].span, "expected a number of %d bits, got %d", w, v)
		}
		args[i].e, args[i].bare = &Expr{Width: w, Imm: args[i].e.Imm}, false
	}
	return nil
}

// partner is the operand that has the same width as operand i, or -1.
func partner(rule Widths, i, n int) int {
	switch rule {
	case Same, Compare:
		if n == 2 {
			return 1 - i
		}
	case Shift:
		if i == 1 {
			return 0
		}
	case Select:
		if i > 0 {
			return 3 - i
		}
	}
	return -1
}
