package cli

import (
	"fmt"
	"io"
)

// progress shows the state of long work in one line that is overwritten. Nothing is shown if
// the output is not a terminal.
type progress struct {
	w     io.Writer
	shows bool
	width int
}

func newProgress(w io.Writer) *progress { return &progress{w: w, shows: isTerminal(w)} }

// step shows a message. An empty message clears the line.
func (p *progress) step(message string) {
	if !p.shows {
		return
	}
	fmt.Fprintf(p.w, "\r%-*s\r", p.width, "")
	fmt.Fprint(p.w, message)
	p.width = len(message)
}
