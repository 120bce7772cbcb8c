package types

import (
	"math/big"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/interval"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/facts"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// matcher is the state while the arms of a match are checked.
type matcher struct {
	b       *body
	typ     *tree.Type
	taken   []taken // the cases covered by the arms so far
	covered interval.Num
}

// taken is a covered case with its source position.
type taken struct {
	interval.Set
	at diag.Span
}

func (b *body) match(n *syntax.MatchStmt) tree.Stmt {
	x := b.expr(n.Value, nil)
	if x != nil && !x.Type().IsNumber() && x.Type().Kind != tree.Bool && x.Type().Kind != tree.Enum {
		e := b.c.errorf(codes.BadPattern, n.Value.Span(), "match works on enums, numbers and bools, not on %s", describe(x.Type()))
		if x.Type().Kind == tree.Option {
			e.Hint("use `if let x = ... { } else { }`")
		}
		x = nil
	}
	s := &tree.Match{Stmt0: tree.Stmt0{At: n.Span()}, Value: x}
	m := &matcher{b: b}
	if x != nil {
		m.typ = x.Type()
	}
	before := b.facts
	var after *facts.Known
	for _, a := range n.Arms {
		b.facts = before.Clone()
		if arm, ok := m.arm(a, x); ok {
			s.Arms = append(s.Arms, arm)
		} else {
			s.Value = nil
		}
		after = facts.Join(after, b.facts)
	}
	b.facts = before.Clone()
	if n.Else != nil {
		s.Else = b.block(n.Else)
		after = facts.Join(after, b.facts)
		if s.Value != nil && m.complete() {
			b.c.hold(diag.Warningf(codes.UnreachableArm, n.Else.Span(), "this `else` is never taken: the arms cover all of %s", describe(m.typ)).
				Hint("remove it, then the match is checked to stay complete"))
		}
	} else if s.Value != nil {
		m.exhaustive(n)
	}
	b.facts = after
	if s.Value == nil {
		b.facts = facts.Join(after, before)
		return nil
	}
	return s
}

// arm checks one arm. If the matched value has an error, the type of the patterns is unknown, and
// arm checks only the body.
func (m *matcher) arm(n syntax.MatchArm, x tree.Expr) (tree.Arm, bool) {
	b := m.b
	arm := tree.Arm{Span: n.Span()}
	b.push()
	defer b.pop()
	ok := m.typ != nil
	for _, p := range n.Patterns {
		if m.typ == nil {
			m.poison(p)
			continue
		}
		if !m.pattern(p, &arm, len(n.Patterns) == 1) {
			m.poison(p)
			ok = false
		}
	}
	if ok && len(arm.Cases) == 1 {
		m.learn(x, arm.Cases[0])
	}
	arm.Body = b.block(n.Body)
	return arm, ok
}

func (m *matcher) poison(p syntax.Pattern) {
	if n, ok := p.(*syntax.NamePattern); ok {
		for _, name := range n.Binds {
			m.b.poison(name)
		}
	}
}

// learn adds the fact that the matched local has a value of the case.
func (m *matcher) learn(x tree.Expr, k tree.Case) {
	m.b.facts.LearnIn(x, interval.Set{Lo: facts.Cell(k.Lo, m.typ), Hi: facts.Cell(k.Hi, m.typ)})
}

func (m *matcher) pattern(p syntax.Pattern, arm *tree.Arm, alone bool) bool {
	switch p := p.(type) {
	case *syntax.NamePattern:
		if m.typ.Kind == tree.Enum {
			return m.variant(p, arm, alone)
		}
		if p.HasArgs {
			m.b.c.errorf(codes.BadPattern, p.Span(), "only variants of an enum carry values, this is %s", describe(m.typ))
			return false
		}
		x := m.b.expr(&syntax.Name{Ident: p.Name}, m.typ)
		return m.constant(x, x, p.Span(), arm)
	case *syntax.ValuePattern:
		if r, ok := p.Value.(*syntax.RangeExpr); ok {
			return m.interval(r, arm)
		}
		x := m.b.expr(p.Value, m.typ)
		return m.constant(x, x, p.Span(), arm)
	}
	return false
}

func (m *matcher) interval(r *syntax.RangeExpr, arm *tree.Arm) bool {
	lo, hi := m.b.rangeBounds(r)
	if lo == nil || hi == nil {
		return false
	}
	if !r.Closed {
		hi = m.b.exact(tree.Sub, widen(hi), number(big.NewInt(1), hi.Span()), hi.Span())
	}
	return m.constant(lo, hi, r.Span(), arm)
}

// constant adds the case lo..=hi.
func (m *matcher) constant(lo, hi tree.Expr, at diag.Span, arm *tree.Arm) bool {
	b := m.b
	lo, hi = b.convert(lo, m.typ, at), b.convert(hi, m.typ, at)
	if lo == nil || hi == nil {
		return false
	}
	l, okL := lo.(*tree.Const)
	h, okH := hi.(*tree.Const)
	if !okL || !okH {
		b.c.errorf(codes.NotConstant, at, "a pattern is known at compile time")
		return false
	}
	s := interval.Set{Lo: facts.Cell(l.Cell, m.typ), Hi: facts.Cell(h.Cell, m.typ)}
	if s.Empty() {
		b.c.errorf(codes.BadPattern, at, "the range %s..=%s has no member", s.Lo, s.Hi)
		return false
	}
	return m.take(s, at, arm, tree.Case{Lo: l.Cell, Hi: h.Cell})
}

// take adds a case that overlaps no earlier case.
func (m *matcher) take(s interval.Set, at diag.Span, arm *tree.Arm, k tree.Case) bool {
	if len(m.taken) == maxMembers {
		m.b.c.errorf(codes.TooLarge, at, "a match has at most %d patterns", maxMembers)
		return false
	}
	for _, t := range m.taken {
		if !s.Meet(t.Set).Empty() {
			m.b.c.errorf(codes.UnreachableArm, at, "an earlier pattern fits this already").Note(t.at, "this one")
			return false
		}
	}
	m.taken = append(m.taken, taken{s, at})
	m.covered = m.covered.Add(members(s))
	arm.Cases = append(arm.Cases, k)
	return true
}

// variant adds the case of an enum's variant and names its payload.
func (m *matcher) variant(p *syntax.NamePattern, arm *tree.Arm, alone bool) bool {
	b, e := m.b, m.typ.Enum
	i := variantIndex(e, p.Name.Name)
	if i < 0 {
		b.noMember(m.typ, p.Name, variantNames(e))
		return false
	}
	v := e.Variants[i]
	b.c.opts.Record.Use(p.Name.Span(), v.Span)
	if p.HasArgs && !alone {
		b.c.errorf(codes.BadPattern, p.Span(), "several patterns in one arm cannot name values")
		return false
	}
	if p.HasArgs && len(p.Binds) != len(v.Payload) {
		b.c.errorf(codes.BadPattern, p.Span(), "`%s` carries %d values, %d are named", v.Name, len(v.Payload), len(p.Binds)).
			Note(v.Span, "declared here")
		return false
	}
	for k, name := range p.Binds {
		arm.Binds = append(arm.Binds, b.declareLocal(name, v.Payload[k].Type, tree.LetLocal))
	}
	return m.take(interval.Make(int64(i), int64(i)), p.Span(), arm, tree.Case{Lo: uint64(i), Hi: uint64(i)})
}

// exhaustive reports values that no arm fits.
func (m *matcher) exhaustive(n *syntax.MatchStmt) {
	if m.complete() {
		return
	}
	e := m.b.c.errorf(codes.NotExhaustive, wordSpan(n.Span(), "match"), "this match does not cover all of %s", describe(m.typ))
	if m.typ.Kind == tree.Enum {
		e.Labelf("missing: %s", strings.Join(m.missing(), ", "))
	}
	e.Hint("add the missing arms or an `else { }`")
}

// complete reports whether the arms cover all values.
func (m *matcher) complete() bool {
	all := spanOfMatch(m.typ)
	return m.covered == members(all)
}

// members is the number of members of an interval.
func members(s interval.Set) interval.Num { return s.Hi.Sub(s.Lo).Add(interval.Int(1)) }

func spanOfMatch(t *tree.Type) interval.Set {
	switch t.Kind {
	case tree.Enum:
		return interval.Make(0, int64(len(t.Enum.Variants)-1))
	case tree.Bool:
		return interval.Make(0, 1)
	}
	return facts.All(t)
}

func (m *matcher) missing() []string {
	var names []string
	for i, v := range m.typ.Enum.Variants {
		found := false
		for _, t := range m.taken {
			found = found || t.Has(interval.Int(int64(i)))
		}
		if !found {
			names = append(names, v.Name)
		}
	}
	return names
}
