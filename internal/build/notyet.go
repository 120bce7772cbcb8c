package build

import (
	"errors"

	"github.com/sinter-lang/sinter/verify"
)

// notYet is a part of the language that a level lacks in this version.
type notYet struct{ what string }

// Error gives one line.
func (n *notYet) Error() string { return n.what + " not yet supported" }

// skipped adds a row for what is not yet supported; it reports false for any
// other error.
func (l *ladder) skipped(level, core string, err error) bool {
	var missing *notYet
	if errors.As(err, &missing) {
		l.report.Add(verify.Skipped(level, core, verify.Trace, err.Error()))
		return true
	}
	return false
}
