package types

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Limits of one check. Further errors are dropped, because users see only the first ten.
const (
	maxErrors = 100 // errors to keep
	maxHelped = 30  // for at most this many errors, the checker looks up similar names
)

// errorf reports an error. The caller can add notes and hints to the result.
func (c *checker) errorf(code diag.Code, at diag.Span, format string, args ...any) *diag.Error {
	e := diag.Errorf(code, at, format, args...)
	c.failed++
	if c.failed <= maxErrors {
		c.errs.Add(e)
	}
	return e
}

// warn reports a warning.
func (c *checker) warn(e *diag.Error) {
	c.warned++
	if c.warned <= maxErrors {
		c.errs.Add(e)
	}
}

// notYet reports a part of the language that this version lacks.
func (c *checker) notYet(at diag.Span, what string) {
	c.errorf(codes.NotYet, at, "%s not yet supported", what)
}

// unknown reports a name that is not declared, and suggests the nearest known name.
func (c *checker) unknown(name syntax.Ident, what string, known []string) *diag.Error {
	e := c.errorf(codes.UnknownName, name.Span(), "there is no %s `%s`", what, name.Name)
	c.suggest(e, name.Name, known)
	return e
}

// suggest adds the nearest known name, and reports whether a name was near enough.
func (c *checker) suggest(e *diag.Error, name string, known []string) bool {
	if c.failed > maxHelped {
		return false
	}
	best := diag.Nearest(name, known)
	if best != "" {
		e.Hint("did you mean `%s`?", best)
	}
	return best != ""
}

// maxListed is the largest number of names that a hint lists.
const maxListed = 8

// suggestOrList adds the nearest known name, or lists all known names when they are few.
func (c *checker) suggestOrList(e *diag.Error, name string, known []string) {
	n := len(known)
	if c.suggest(e, name, known) || n == 0 || n > maxListed || c.failed > maxHelped {
		return
	}
	verb := "is"
	if n > 1 {
		verb = "are"
	}
	e.Hint("there %s %s", verb, quoted(slices.Sorted(slices.Values(known))))
}

// quoted lists names in words: `a`, `b` and `c`.
func quoted(names []string) string {
	text := ""
	for k, n := range names {
		switch {
		case k > 0 && k == len(names)-1:
			text += " and "
		case k > 0:
			text += ", "
		}
		text += "`" + n + "`"
	}
	return text
}

// hold keeps a warning until the end of the check, or drops the warning if it is about the
// library.
func (c *checker) hold(e *diag.Error) {
	if c.packageOf[e.Span.File] == "" && len(c.held) < maxErrors {
		c.held = append(c.held, e)
	}
}

// release reports the held warnings.
func (c *checker) release() {
	if c.failed > 0 {
		return
	}
	for _, e := range c.held {
		c.warn(e)
	}
}

// quietly runs f and discards the errors that f reports.
func (c *checker) quietly(f func() bool) bool {
	errs, failed, warned := len(c.errs), c.failed, c.warned
	ok := f()
	c.errs, c.failed, c.warned = c.errs[:errs], failed, warned
	return ok
}

// maxNotes is how many calls of a cycle are shown.
const maxNotes = 10

func counted(n int, noun string) string {
	if n == 1 {
		return "one " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// describe names a type for messages: a constant is shown as its value.
func describe(t *tree.Type) string {
	if t.Kind == tree.Range && t.Lo.Cmp(t.Hi) == 0 {
		return fmt.Sprintf("the number %s", t.Lo)
	}
	if t.Kind == tree.Fraction {
		return "a fraction"
	}
	return "`" + t.String() + "`"
}
