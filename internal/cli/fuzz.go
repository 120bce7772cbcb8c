package cli

import (
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
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

	Campaign string `placeholder:"DIR" help:"Keep results in a folder. Programs with a result are not run again; of similar failures only one is made smaller."`
	runners  `embed:""`
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
	r, err := c.fuzz(e, o)
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
		if f.Alike > 0 {
			detail += fmt.Sprintf(" (and %s like it)", count(f.Alike, "other"))
		}
		fmt.Fprintf(e.out, "%s\t%s\t%s %s: %s\n", f.Command, f.File, f.Level, f.Kind, detail)
	}
	fmt.Fprintf(e.err, "%s, %s, %s: %s; they ended %s\n", count(r.Programs, "program"), count(r.Events, "event"),
		count(len(r.Failures), "failure"), counts(r.Runs), counts(r.Status))
	return nil
}

// fuzz runs the programs directly or as a campaign.
func (c *fuzzCmd) fuzz(e *env, o checks.FuzzOptions) (*checks.FuzzReport, error) {
	campaign, err := c.campaign(e, c.Campaign, o.Progress)
	if err != nil {
		return nil, err
	}
	if campaign == nil {
		return checks.Fuzz(e.ctx, o)
	}
	if c.First {
		return nil, flow.UserErrorf("--first does not go with --campaign, whose units do not know each other")
	}
	r, n, err := checks.FuzzCampaign(e.ctx, o, *campaign)
	if err == nil && !e.json {
		fmt.Fprintf(e.err, "%s: %d from the folder, %d made\n", count(n.Units, "unit"), n.Kept, n.Made)
	}
	return r, err
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

// runners holds the options for where the units of a campaign run.
type runners struct {
	Runner string   `default:"local" enum:"local,slurm,slurm-or-local" help:"Where a campaign runs: local, slurm, or slurm-or-local."`
	Jobs   int      `short:"j" default:"0" placeholder:"N" help:"Units of a campaign at a time; on Slurm, jobs of the array (0: the processors of this computer)."`
	Sbatch []string `sep:"none" placeholder:"ARG" help:"A further argument of sbatch, such as --partition=short."`
}

// campaign returns the options of the campaign in a folder. The result is nil if dir is empty.
func (c *runners) campaign(e *env, dir string, progress func(string)) (*checks.CampaignOptions, error) {
	if dir == "" {
		if c.Runner != checks.RunLocal {
			return nil, flow.UserErrorf("--runner %s is for campaigns: name a folder with --campaign DIR", c.Runner)
		}
		return nil, nil
	}
	executable, err := os.Executable()
	return &checks.CampaignOptions{
		Dir: dir, Runner: c.Runner, Jobs: jobs(c.Jobs), Sbatch: c.Sbatch, Executable: executable,
		Progress: progress, Notice: func(message string) { fmt.Fprintln(e.err, "sinter:", message) },
	}, err
}
