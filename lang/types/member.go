package types

import (
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

func (b *body) noMember(t *tree.Type, name syntax.Ident, known []string) {
	e := b.c.errorf(codes.UnknownMember, name.Span(), "%s has no `%s`", describe(t), name.Name)
	b.c.suggestOrList(e, name.Name, known)
	if t.Kind == tree.Option {
		e.Hint("take the value out first: `let x = ... else { }` or `if let x = ...`")
	}
}

// methodsOf lists the methods of the types for which memberCall has no separate case.
func methodsOf(t *tree.Type) []string {
	if t.Kind == tree.Layout {
		return []string{"bytes"}
	}
	return nil
}

func (b *body) noMethod(t *tree.Type, name syntax.Ident, known []string) {
	if name.Name == "len" {
		b.c.errorf(codes.NotCallable, name.Span(), "`len` is not a function").Hint("write `.len` without `()`")
		return
	}
	b.noMember(t, name, known)
}
