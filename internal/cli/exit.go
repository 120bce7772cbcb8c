package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
)

// The exit codes.
const (
	exitOK         = 0
	exitUser       = 1
	exitFault      = 2
	exitDifference = 3
	exitTrap       = 4
	exitStuck      = 5
	exitLimit      = 6
	exitCrash      = 7
	exitSignal     = 130
)

// exitCodes describes each code for --help.
var exitCodes = []struct {
	code  int
	means string
}{
	{exitOK, "done; a program ended or waits"},
	{exitUser, "a mistake of the user's"},
	{exitFault, "a fault of the tool or of an outside tool"},
	{exitDifference, "a difference"},
	{exitTrap, "a trap"},
	{exitStuck, "a program is stuck"},
	{exitLimit, "a run stopped at its limit"},
	{exitCrash, "a product crashed"},
	{exitSignal, "ended by a signal"},
}

// exitHelp lists the exit codes in one line.
func exitHelp() string {
	var list []string
	for _, c := range exitCodes {
		list = append(list, fmt.Sprintf("%d %s", c.code, c.means))
	}
	return "Exit codes: " + strings.Join(list, ", ") + "."
}

// codeOf is the exit code of a completed run.
func codeOf(r *flow.Result) int {
	switch r.Status {
	case flow.Trapped:
		return exitTrap
	case flow.Stuck:
		return exitStuck
	case flow.Stopped:
		return exitLimit
	}
	return exitOK
}

// codeOfError is the exit code of an error.
func codeOfError(err error) int {
	switch {
	case errors.As(err, new(diag.List)), errors.As(err, new(*diag.Error)), errors.As(err, new(flow.UserError)):
		return exitUser
	case errors.As(err, new(*flow.AtLimit)), flow.IsSilent(err):
		return exitLimit
	case flow.IsCrash(err):
		return exitCrash
	}
	return exitFault
}

// errPrinted is joined to an error that the command has already printed with its result.
var errPrinted = errors.New("printed")

// output is standard output. The first write error is kept, because a command fails if its
// result could not be written.
type output struct {
	w   io.Writer
	err error
}

// Write writes the bytes unless an earlier write failed.
func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.w.Write(p)
	o.err = err
	return n, err
}

// finish prints an error and returns the exit code.
func (e *env) finish(err error) int {
	if err == nil {
		return e.close(e.failed)
	}
	if e.ctx.Err() != nil { // the output of an interrupted tool is not a result
		fmt.Fprintln(e.err, "sinter: ended by a signal")
		return exitSignal
	}
	if e.out.err != nil && errors.Is(err, e.out.err) {
		return e.close(exitUser)
	}
	if errors.Is(err, errPrinted) {
		return e.close(codeOfError(err))
	}
	placed := errors.As(err, new(diag.List)) || errors.As(err, new(*diag.Error))
	switch {
	case e.json:
		e.printJSON(map[string]any{"errors": jsonErrors(err)})
	case placed:
		fmt.Fprint(e.err, diag.Render(err))
	default:
		fmt.Fprintf(e.err, "sinter: %v\n", err)
	}
	return e.close(codeOfError(err))
}

// close returns the exit code of a command. If the output could not be written, the result is
// the exit code for that error.
func (e *env) close(code int) int {
	if e.out.err == nil {
		return code
	}
	fmt.Fprintf(e.err, "sinter: cannot write to standard output: %s\n", flow.Reason(e.out.err))
	return exitUser
}
