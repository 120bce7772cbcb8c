package types

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// oneArgument checks the only argument of a call.
func (b *body) oneArgument(e *syntax.CallExpr, name string, want *tree.Type) tree.Expr {
	if len(e.Args) != 1 || e.Args[0].Name != nil {
		b.c.errorf(codes.BadArguments, e.Span(), "`%s(...)` takes one argument, without a name", name)
		return nil
	}
	return b.value(e.Args[0].Value, want)
}

// arguments matches the arguments of a call or literal to the parameters, and calls `check` for
// the argument of each parameter i.
func (b *body) arguments(e *syntax.CallExpr, what string, names []string, check func(int, syntax.Expr) tree.Expr) ([]tree.Arg, bool) {
	args := make([]tree.Arg, 0, len(names))
	given := make([]bool, len(names))
	ok, next := true, 0
	for _, a := range e.Args {
		i := next
		if a.Name != nil {
			i = position(names, a.Name.Name)
		} else {
			next++
		}
		if i < 0 || i >= len(names) || given[i] {
			b.badArgument(a, what, names, i)
			return nil, false
		}
		given[i] = true
		x := check(i, a.Value)
		ok = ok && x != nil
		args = append(args, tree.Arg{Index: i, Value: x})
	}
	var missing []string
	for i, g := range given {
		if !g {
			missing = append(missing, names[i])
		}
	}
	if len(missing) > 0 {
		b.c.errorf(codes.BadArguments, e.Span(), "%s needs %s", what, quoted(missing))
		return nil, false
	}
	return args, ok
}

func position(names []string, name string) int {
	for i, n := range names {
		if n == name {
			return i
		}
	}
	return -1
}

func (b *body) badArgument(a syntax.Arg, what string, names []string, i int) {
	switch {
	case i < 0:
		e := b.c.errorf(codes.BadArguments, a.Name.Span(), "%s has no `%s`", what, a.Name.Name)
		b.c.suggestOrList(e, a.Name.Name, append([]string(nil), names...))
	case i >= len(names):
		b.c.errorf(codes.BadArguments, a.Span(), "%s takes %d, this is one more", what, len(names))
	default:
		b.c.errorf(codes.BadArguments, a.Span(), "%s is given `%s` twice", what, names[i])
	}
}

// namedArguments records, for editors, the parameter that each argument name refers to. The
// function `at` gives the source position where parameter i is defined.
func (c *checker) namedArguments(e *syntax.CallExpr, names []string, at func(i int) diag.Span) {
	for _, a := range e.Args {
		if a.Name == nil {
			continue
		}
		if i := position(names, a.Name.Name); i >= 0 {
			c.opts.Record.Use(a.Name.Span(), at(i))
		}
	}
}
