package checks

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/sinter-lang/sinter/explore"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/verify/gen"
)

// CampaignOptions are the options of a campaign: where its results are stored and where its
// units run.
type CampaignOptions struct {
	Dir        string // folder for the results; it keeps existing results
	Runner     string
	Jobs       int
	Sbatch     []string
	Executable string // path of this tool: workers run it, and keys depend on it

	Progress func(message string) // may be nil
	Notice   func(message string) // may be nil
}

func (o *CampaignOptions) notice(format string, args ...any) {
	if o.Notice != nil {
		o.Notice(fmt.Sprintf(format, args...))
	}
}

// CampaignCount counts the results of a campaign that existed before, and those that were made now.
type CampaignCount struct {
	Units int `json:"units"`
	Kept  int `json:"kept"` // results that were in the folder
	Made  int `json:"made"` // results made now
}

// The kinds of campaigns.
const (
	fuzzCampaign    = "fuzz"
	mutantsCampaign = "mutants"
)

// doUnits runs a unit of a campaign and returns the unit's result.
type doUnits func(ctx context.Context, unit int) (any, error)

// unitsOf returns the function that runs the units of a campaign.
func unitsOf(folder *explore.Folder, c *explore.Campaign) (doUnits, error) {
	var do doUnits
	var options any
	switch c.Kind {
	case fuzzCampaign:
		o := &fuzzUnits{}
		options, do = o, func(ctx context.Context, k int) (any, error) { return o.unit(ctx, k) }
	case mutantsCampaign:
		o := &mutantUnits{}
		s := &mutantSite{units: o, folder: folder}
		options, do = o, func(ctx context.Context, k int) (any, error) { return s.unit(ctx, k) }
	default:
		return nil, flow.UserErrorf("there is no campaign of kind %q", c.Kind)
	}
	if err := json.Unmarshal(c.Options, options); err != nil {
		return nil, flow.UserErrorf("the options of the campaign cannot be read: %v", err)
	}
	return do, nil
}

// campaignPlan describes a campaign: its kind, its options and its number of units.
type campaignPlan struct {
	kind    string
	options any // everything that affects the results, except the tool itself
	units   int
}

// runCampaign plans a campaign, runs the units that the folder does not hold, and gives all
// results in order. The plan may keep inputs in the folder.
func runCampaign[R any](ctx context.Context, o CampaignOptions, plan func(*explore.Folder) (campaignPlan, error), take func(R)) (n CampaignCount, err error) {
	if o.Runner, err = runnerOf(o.Runner); err != nil {
		return n, err
	}
	tool, err := toolOf(o.Executable)
	if err != nil {
		return n, err
	}
	folder, err := explore.Open(o.Dir)
	if err != nil {
		return n, asUser(err)
	}
	defer folder.Close()
	p, err := plan(folder)
	if err != nil {
		return n, asUser(err)
	}
	text, err := json.Marshal(p.options)
	if err != nil {
		return n, err
	}
	c := &explore.Campaign{Format: explore.Format, Kind: p.kind, Tool: tool, Options: text, Units: p.units}
	if err := folder.WriteCampaign(c); err != nil {
		return n, asUser(err)
	}
	var absent [][]int
	for k := range p.units {
		if !folder.Unit(c, k, new(R)) {
			absent = append(absent, []int{k})
		}
	}
	n = CampaignCount{Units: p.units, Kept: p.units - len(absent)}
	if err := o.do(ctx, folder, c, absent); err != nil {
		return n, asUser(err)
	}
	for k := range p.units {
		var r R
		if !folder.Unit(c, k, &r) {
			return n, fmt.Errorf("campaign: unit %d is done and has no result", k)
		}
		take(r)
	}
	n.Made = len(absent)
	return n, asUser(folder.Clean())
}

// do runs units with the runner.
func (o *CampaignOptions) do(ctx context.Context, folder *explore.Folder, c *explore.Campaign, units [][]int) error {
	if len(units) == 0 {
		return nil
	}
	show := newETA(len(units), func(message string) {
		if o.Progress != nil {
			o.Progress(message)
		}
	})
	defer show.show("")
	if o.Runner != RunSlurm {
		do, err := unitsOf(folder, c)
		if err != nil {
			return err
		}
		return explore.Local(ctx, len(units), o.Jobs, func(ctx context.Context, k int) error {
			defer show.step(1)
			return doUnit(ctx, folder, c, do, units[k][0])
		})
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return err
	}
	runner := &explore.Slurm{
		Command: []string{o.Executable, "explore", "--worker", dir, "--as"},
		Workers: o.Jobs, Args: o.Sbatch, Poll: slurmPoll, Notice: o.Notice, Progress: func(done, _ int) { show.set(done) },
	}
	_, err = runner.Run(ctx, folder, units)
	return err
}

func doUnit(ctx context.Context, folder *explore.Folder, c *explore.Campaign, do doUnits, unit int) error {
	r, err := do(ctx, unit)
	if err != nil {
		return err
	}
	return folder.PutUnit(c, unit, r)
}

// campaignWorker runs units from a campaign's queue, as a job of a cluster. The result is false
// if the folder holds no campaign.
func campaignWorker(ctx context.Context, folder *explore.Folder, name, executable string) (bool, error) {
	c, err := folder.ReadCampaign()
	if c == nil || err != nil {
		return false, asUser(err)
	}
	tool, err := toolOf(executable)
	if err != nil {
		return true, err
	}
	if tool.Hash != c.Tool.Hash {
		return true, flow.UserErrorf("this tool is not the one that began the campaign in %s: a result would be under a wrong key", folder.Dir)
	}
	do, err := unitsOf(folder, c)
	if err != nil {
		return true, err
	}
	return true, asUser(folder.Work(ctx, name, func(ctx context.Context, unit []int) error {
		for _, k := range unit {
			if err := doUnit(ctx, folder, c, do, k); err != nil {
				return err
			}
		}
		return nil
	}))
}

// fuzzUnits is a campaign of random programs. Each unit has the same number of programs.
type fuzzUnits struct {
	Seed  uint64   `json:"seed"`
	Count int      `json:"count"`
	Size  int      `json:"size"`
	On    []string `json:"on"`
	Small bool     `json:"small"`
}

// fuzzUnitSize is the number of programs in a unit. A unit takes a few seconds at most.
const fuzzUnitSize = 20

// unit runs the programs of a unit. It does not shrink failing programs: that happens once,
// after all results exist.
func (u *fuzzUnits) unit(ctx context.Context, k int) (*FuzzReport, error) {
	first := k * u.Size
	return Fuzz(ctx, FuzzOptions{
		Seed: u.Seed + uint64(first), Count: min(u.Size, u.Count-first), On: u.On, Small: u.Small, Jobs: 1,
	})
}

// FuzzCampaign runs random programs as a campaign. Failures with the same level, kind and
// message count as failures with one cause. Only the first of them is shrunk and written.
func FuzzCampaign(ctx context.Context, o FuzzOptions, c CampaignOptions) (*FuzzReport, CampaignCount, error) {
	if err := checkFuzzLevels(&o); err != nil {
		return nil, CampaignCount{}, err
	}
	u := fuzzUnits{Seed: o.Seed, Count: o.Count, Size: fuzzUnitSize, On: o.On, Small: o.Small}
	out := &FuzzReport{Runs: map[string]int{}, Status: map[string]int{}, Failures: []FuzzFailure{}}
	plan := func(*explore.Folder) (campaignPlan, error) {
		return campaignPlan{fuzzCampaign, u, (u.Count + u.Size - 1) / u.Size}, nil
	}
	n, err := runCampaign(ctx, c, plan, func(r *FuzzReport) { out.merge(r) })
	if err != nil {
		return nil, n, err
	}
	out.Failures = firstOfEach(out.Failures)
	for i := range out.Failures {
		f := &out.Failures[i]
		o.Timeout = cmp.Or(o.Timeout, fuzzTimeout)
		made := gen.New(f.Seed, gen.Options{Small: o.Small})
		*f = fuzzFailure(ctx, o, made, f.Seed, finding{f.Level, f.Kind, f.Detail}).like(f.Alike)
	}
	return out, n, ctx.Err()
}

// merge adds the results of a unit.
func (r *FuzzReport) merge(unit *FuzzReport) {
	r.Programs += unit.Programs
	r.Events += unit.Events
	for k, n := range unit.Runs {
		r.Runs[k] += n
	}
	for k, n := range unit.Status {
		r.Status[k] += n
	}
	r.Failures = append(r.Failures, unit.Failures...)
}

// firstOfEach keeps the failure with the smallest seed of each group of similar failures. It
// counts the others.
func firstOfEach(all []FuzzFailure) []FuzzFailure {
	slices.SortStableFunc(all, func(a, b FuzzFailure) int { return cmp.Compare(a.Seed, b.Seed) })
	out := []FuzzFailure{}
	at := map[string]int{}
	for _, f := range all {
		bad := finding{f.Level, f.Kind, f.Detail}
		key := f.Level + "\n" + f.Kind + "\n" + bad.class()
		if i, known := at[key]; known {
			out[i].Alike++
			continue
		}
		at[key] = len(out)
		out = append(out, f)
	}
	return out
}

// like returns the failure with the number of similar failures.
func (f FuzzFailure) like(n int) FuzzFailure {
	f.Alike = n
	return f
}
