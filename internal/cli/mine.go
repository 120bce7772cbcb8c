package cli

import (
	"fmt"

	"github.com/sinter-lang/sinter/internal/flow"
)

// mineCmd is `sinter mine`.
type mineCmd struct {
	program `embed:""`
	inputs  `embed:""`
	Profile bool   `help:"Weigh the blocks of the program by a run of its IR on the inputs, not by an estimate of its loops and calls."`
	Out     string `short:"o" placeholder:"FILE.isa" help:"Write the lines as an instruction set, for --isa."`
	Header  string `placeholder:"FILE.h" help:"Write a C header with a function for each line."`
}

// shownOthers is the number of rejected operations that the command shows.
const shownOthers = 8

// Run mines the program and prints the result.
func (c *mineCmd) Run(e *env) error {
	p, err := c.load(e)
	if err != nil {
		return err
	}
	var w *flow.World
	if c.Profile {
		world := c.world()
		w = &world
	}
	r, err := p.MinedReport(w)
	if err != nil {
		return err
	}
	for _, f := range []struct{ path, text string }{{c.Out, r.Set}, {c.Header, r.Header}} {
		if f.path != "" {
			if err := flow.WriteFile(f.path, []byte(f.text)); err != nil {
				return err
			}
		}
	}
	if e.json {
		e.printJSON(r)
		return nil
	}
	c.print(e, r)
	return nil
}

func (c *mineCmd) print(e *env, r *flow.MinedReport) {
	for _, l := range r.Lines {
		fmt.Fprintf(e.out, "%s: %s\n  %s\n  at %s\n", l.Name, minedFigures(l), l.Meaning, minedPlaces(l))
	}
	if len(r.Lines) == 0 {
		fmt.Fprintln(e.out, "no operation pays")
	}
	for k, l := range r.Others {
		switch {
		case k == 0:
			fmt.Fprintf(e.out, "not chosen, of %s:\n", count(len(r.Others), "operation"))
		case k == shownOthers:
			fmt.Fprintln(e.out, "  --json lists all")
			return
		}
		fmt.Fprintf(e.out, "  %s\n    %s\n    %s\n", l.Meaning, minedPlaces(l), l.Why)
	}
	if r.Limited != "" {
		fmt.Fprintln(e.out, r.Limited)
	}
}

func minedFigures(l flow.MinedLine) string {
	return fmt.Sprintf("saves %.1f %% of the cycles, %s, %d deep, %s", 100*l.Saves, count(l.LUTs, "cell"), l.Depth, count(l.Sources, "source"))
}

// minedPlaces shows the first source position of a line and the number of positions.
func minedPlaces(l flow.MinedLine) string {
	s := fmt.Sprintf("%s, which runs %.0f times", l.Uses[0].Place, l.Uses[0].Runs)
	if n := len(l.Uses) - 1; n > 0 {
		s += fmt.Sprintf(", and %s", count(n, "other place"))
	}
	return s
}
