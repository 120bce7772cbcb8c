package types

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// hintPlace is the construct that a hint is attached to.
type hintPlace uint8

const (
	atFunc hintPlace = 1 << iota
	atVariable
	atLoop
	atSystem
)

// hintRule states where a hint is allowed and whether it takes a number.
type hintRule struct {
	at    hintPlace
	count bool
	where string
}

// hintRules are the hints of the language. A hint never changes the meaning of a program.
var hintRules = map[string]hintRule{
	"bank":     {atVariable, true, "a `var` or `state`"},
	"inline":   {atFunc, false, "a function"},
	"parallel": {atSystem, false, "a system"},
	"unroll":   {atLoop, true, "a loop"},
	"vector":   {atLoop, false, "a loop"},
}

// maxHint bounds the number of a hint.
const maxHint = 1 << 16

// hints checks the hints of one construct. The result maps the name of a hint to the hint's
// number, or to 1 if the hint has no number.
func (b *body) hints(list []syntax.Hint, at hintPlace) map[string]int {
	values := map[string]int{}
	for _, h := range list {
		rule, known := hintRules[h.Name.Name]
		if !known {
			b.c.unknown(h.Name, "hint", []string{"bank", "inline", "parallel", "unroll", "vector"})
			continue
		}
		_, twice := values[h.Name.Name]
		values[h.Name.Name] = 1
		switch {
		case rule.at&at == 0:
			b.c.errorf(codes.BadHint, h.Span(), "`@%s` is a hint for %s", h.Name.Name, rule.where)
		case twice:
			b.c.errorf(codes.BadHint, h.Span(), "`@%s` is given twice", h.Name.Name)
		case rule.count && len(h.Args) != 1:
			b.c.errorf(codes.BadHint, h.Span(), "expected `@%s(n)`", h.Name.Name)
		case !rule.count && len(h.Args) != 0:
			b.c.errorf(codes.BadHint, h.Span(), "expected `@%s` without arguments", h.Name.Name)
		case rule.count:
			n, ok := b.size(h.Args[0], "count")
			if ok && (n == 0 || n > maxHint) {
				b.c.errorf(codes.BadHint, h.Args[0].Span(), "the number of `@%s` is 1 to %d, not %d", h.Name.Name, maxHint, n)
			}
			values[h.Name.Name] = n
		}
	}
	return values
}

// fewBanks warns about an unrolled loop if the rounds that it combines read more elements of an
// array than the array has banks.
func (b *body) fewBanks(s *tree.For, at diag.Span) {
	if s.Unroll < 2 {
		return
	}
	seen := map[*tree.Local]bool{}
	eachExpr(s.Body, func(x tree.Expr) {
		i, ok := x.(*tree.Index)
		l := tree.Root(x)
		if !ok || l == nil || seen[l] || l.Kind == tree.ParamLocal || !reads(i.I, s.Var) {
			return
		}
		seen[l] = true
		banks := max(b.c.banks[l], 1)
		if banks >= s.Unroll {
			return
		}
		b.c.hold(diag.Warningf(codes.FewBanks, at, "`@unroll(%d)` needs %d elements of `%s` at once, and `%s` has %s", s.Unroll, s.Unroll, l.Name, l.Name, counted(banks, "bank")).
			Note(l.Span, "declared here").Hint("add `@bank(%d)` to it, or expect %d times the cycles", s.Unroll, (s.Unroll+banks-1)/banks))
	})
}

// reads reports whether x reads a local.
func reads(x tree.Expr, l *tree.Local) bool {
	found := false
	tree.Walk(x, func(e tree.Expr) {
		if r, ok := e.(*tree.LocalRef); ok && r.Local == l {
			found = true
		}
	})
	return found
}

// eachExpr visits the expressions in the statements of a block and of its nested blocks.
func eachExpr(b *tree.Block, visit func(tree.Expr)) {
	tree.EachStmt(b, func(s tree.Stmt) {
		for _, x := range tree.Heads(s) {
			tree.Walk(x, visit)
		}
	})
}
