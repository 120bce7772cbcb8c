package cli

import (
	"fmt"
	"sort"
	"strings"

	"github.com/sinter-lang/sinter/internal/checks"
)

// fuzzCmd is `sinter fuzz`.
type fuzzCmd struct {
	Seed   uint64   `default:"1" placeholder:"N" help:"Seed of the first program; the others follow."`
	Count  int      `default:"100" placeholder:"N" help:"How many programs."`
	On     []string `default:"ir,passes,isa" placeholder:"LEVEL,..." help:"What to compare with source: ${fuzzed}; passes is the program IR after each pass."`
	Small  bool     `help:"Small programs, for cycle and gates."`
	Shrink bool     `negatable:"" default:"true" help:"Make failing programs smaller."`
	First  bool     `help:"Stop at the first failure."`
	Out    string   `default:"build/fuzz" placeholder:"DIR" help:"Folder for failing programs."`
	Show   bool     `help:"Print the program of the seed and stop."`
}

// Run runs random programs and prints a line for each failure.
func (c *fuzzCmd) Run(e *env) error {
	if c.Show {
		text, err := checks.Generated(c.Seed, c.Small)
		fmt.Fprint(e.out, text)
		return err
	}
	o := checks.FuzzOptions{Seed: c.Seed, Count: c.Count, On: c.On, Small: c.Small, Shrink: c.Shrink, First: c.First, Dir: c.Out}
	if !e.json {
		o.Progress = newProgress(e.err).step
	}
	r, err := checks.Fuzz(e.ctx, o)
	if err != nil {
		return err
	}
	if len(r.Failures) > 0 {
		e.failed = exitDifference
	}
	if e.json {
		e.printJSON(r)
		return nil
	}
	for _, f := range r.Failures {
		detail, _, _ := strings.Cut(f.Detail, "\n")
		fmt.Fprintf(e.out, "%s\t%s\t%s %s: %s\n", f.Command, f.File, f.Level, f.Kind, detail)
	}
	fmt.Fprintf(e.err, "%s, %s, %s: %s; they ended %s\n", count(r.Programs, "program"), count(r.Events, "event"),
		count(len(r.Failures), "failure"), counts(r.Runs), counts(r.Status))
	return nil
}

// counts prints numbers by name.
func counts(m map[string]int) string {
	var out []string
	for k, n := range m {
		out = append(out, fmt.Sprintf("%s %d", k, n))
	}
	sort.Strings(out)
	return strings.Join(out, ", ")
}
