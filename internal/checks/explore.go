package checks

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/sinter-lang/sinter/explore"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/port"
)

// The runners of a sweep.
const (
	RunLocal = "local"
	RunSlurm = "slurm"
	RunThere = "slurm-or-local" // Slurm if it is installed
)

// ExploreOptions are the options of Explore.
type ExploreOptions struct {
	Paths      []string
	Dir        string
	Space      string // file with the space; empty: the standard space
	Objectives []string
	Settings   []string // NAME=VALUE
	World      flow.World
	Runner     string
	Jobs       int      // points measured at a time; 0: one for each processor
	Sbatch     []string // additional arguments for sbatch
	Executable string   // path of this tool: workers run it, and keys depend on it

	Progress func(message string) // may be nil
	Notice   func(message string) // may be nil
}

// ExploreReport is the result of a sweep.
type ExploreReport struct {
	Points  int               `json:"points"`
	Kept    int               `json:"kept"`    // results that were in the folder
	Made    int               `json:"made"`    // results that were made now
	Damaged int               `json:"damaged"` // damaged results in the folder, made again
	Failed  []explore.Failure `json:"failed"`
	Files   []string          `json:"files"`
	Front   []FrontRow        `json:"front"`
	Seconds float64           `json:"seconds"`
}

// FrontRow is a point on the Pareto front: no other point is better.
type FrontRow struct {
	Program string   `json:"program"`
	Point   string   `json:"point"`
	Values  []uint64 `json:"values"` // values of the objectives
}

// sweep is a running sweep.
type sweep struct {
	o      ExploreOptions
	folder *explore.Folder
	m      *explore.Manifest
	report *ExploreReport
}

// Explore sweeps design points. The report lists the points that failed. An error ends the
// sweep, and the results so far stay in the folder.
func Explore(ctx context.Context, o ExploreOptions) (*ExploreReport, error) {
	began := time.Now()
	by, err := explore.Objectives(o.Objectives)
	if err != nil {
		return nil, asUser(err)
	}
	space, text, err := readSpace(o.Space)
	if err != nil {
		return nil, err
	}
	if o.Runner, err = runnerOf(o.Runner); err != nil {
		return nil, err
	}
	inputs, err := gather(&o)
	if err != nil {
		return nil, err
	}
	folder, err := explore.Open(o.Dir)
	if err != nil {
		return nil, asUser(err)
	}
	defer folder.Close()
	s := &sweep{o: o, folder: folder, report: &ExploreReport{Failed: []explore.Failure{}, Front: []FrontRow{}}}
	if s.m, err = inputs.manifest(folder, space, text); err != nil {
		return nil, asUser(err)
	}
	s.m.Objectives = o.Objectives
	if err := s.run(ctx); err != nil {
		return s.report, asUser(err)
	}
	if err := s.finish(by); err != nil {
		return nil, asUser(err)
	}
	s.report.Seconds = time.Since(began).Seconds()
	return s.report, nil
}

// runnerOf decides where the units of a folder run. RunThere uses Slurm if it is
// installed, and this computer otherwise.
func runnerOf(asked string) (string, error) {
	if asked == RunLocal {
		return RunLocal, nil
	}
	err := explore.FindSlurm()
	switch {
	case err == nil:
		return RunSlurm, nil
	case asked == RunThere:
		return RunLocal, nil
	}
	return "", asUser(err)
}

// asUser turns a problem with a folder or with Slurm into a user error.
func asUser(err error) error {
	if p := new(explore.Problem); errors.As(err, &p) {
		return flow.UserErrorf("%s", p.Message)
	}
	return err
}

func readSpace(path string) (*explore.Space, []byte, error) {
	if path == "" {
		return explore.Standard(), nil, nil
	}
	f, err := flow.ReadText(path)
	if err != nil {
		return nil, nil, err
	}
	space, err := explore.ReadSpace(f)
	return space, []byte(f.Text), err
}

// run measures the points whose results the folder does not hold.
func (s *sweep) run(ctx context.Context) error {
	if err := s.sameFolder(); err != nil {
		return err
	}
	if err := s.folder.WriteManifest(s.m); err != nil {
		return err
	}
	rows, absent, broken := s.folder.Rows(s.m)
	s.report.Points, s.report.Kept, s.report.Damaged = len(s.m.Points), len(rows), broken
	err := s.measure(ctx, absent)
	rows, _, _ = s.folder.Rows(s.m)
	s.report.Made = len(rows) - s.report.Kept
	if err != nil {
		return err
	}
	return s.folder.Clean()
}

// sameFolder refuses the folder of a campaign, and a manifest that cannot be read.
func (s *sweep) sameFolder() error {
	c, err := s.folder.ReadCampaign()
	if err == nil && c != nil {
		err = &explore.Problem{Message: s.o.Dir + " holds a campaign: name another folder with -o"}
	}
	if err == nil {
		_, err = explore.ReadManifest(s.folder.ManifestPath())
	}
	return err
}

func (s *sweep) measure(ctx context.Context, absent []int) (err error) {
	units := s.m.Units(absent)
	if len(units) == 0 {
		return nil
	}
	defer s.progress("")
	if s.o.Runner == RunSlurm {
		s.report.Failed, err = s.slurm(ctx, units)
		if s.report.Failed == nil {
			s.report.Failed = []explore.Failure{}
		}
		return err
	}
	measurer := newMeasurer(s.m, s.folder)
	show := newETA(len(absent), s.progress)
	measurer.done = show.step
	err = explore.Local(ctx, len(units), s.o.Jobs, func(ctx context.Context, k int) error { return measurer.unit(ctx, units[k]) })
	s.report.Failed = measurer.failures()
	return err
}

func (s *sweep) progress(message string) {
	if s.o.Progress != nil {
		s.o.Progress(message)
	}
}

// slurmPoll is the time between two queries of Slurm's queue.
const slurmPoll = 250 * time.Millisecond

func (s *sweep) slurm(ctx context.Context, units [][]int) ([]explore.Failure, error) {
	dir, err := filepath.Abs(s.o.Dir)
	if err != nil {
		return nil, err
	}
	show := newETA(len(units), s.progress)
	runner := &explore.Slurm{
		Command: []string{s.o.Executable, "explore", "--worker", dir, "--as"},
		Workers: s.o.Jobs, Args: s.o.Sbatch, Poll: slurmPoll, Notice: s.o.Notice,
		Progress: func(done, _ int) { show.set(done) },
	}
	return runner.Run(ctx, s.folder, units)
}

// finish writes the table of the results, and its picture.
func (s *sweep) finish(by []explore.Objective) error {
	rows, _, _ := s.folder.Rows(s.m)
	files, err := s.folder.Finish(s.m, rows, by)
	if err != nil {
		return err
	}
	s.report.Files = files
	for i := range rows {
		r := &rows[i]
		if !r.Front {
			continue
		}
		f := FrontRow{Program: r.Program, Point: r.Point.String()}
		for _, o := range by {
			f.Values = append(f.Values, o.Of(&r.Figures))
		}
		s.report.Front = append(s.report.Front, f)
	}
	order := func(f FrontRow) int {
		return slices.IndexFunc(s.m.Programs, func(p explore.Program) bool { return p.Name == f.Program })
	}
	slices.SortStableFunc(s.report.Front, func(a, b FrontRow) int {
		return cmp.Or(cmp.Compare(order(a), order(b)), slices.Compare(a.Values, b.Values))
	})
	return nil
}

// ExploreWorker measures units from a sweep's queue, as a job of a cluster.
func ExploreWorker(ctx context.Context, dir, name, executable string) error {
	folder := explore.Join(dir)
	if is, err := campaignWorker(ctx, folder, name, executable); is || err != nil {
		return err
	}
	m, err := explore.ReadManifest(folder.ManifestPath())
	if err == nil && m == nil {
		err = &explore.Problem{Message: dir + " holds no sweep"}
	}
	if err != nil {
		return asUser(err)
	}
	tool, err := toolOf(executable)
	if err != nil {
		return err
	}
	if tool.Hash != m.Tool.Hash {
		return flow.UserErrorf("this tool is not the one that began the sweep in %s: a result would be under a wrong key", dir)
	}
	measurer := newMeasurer(m, folder)
	return asUser(folder.Work(ctx, name, func(ctx context.Context, unit []int) error {
		err := measurer.unit(ctx, unit)
		for _, f := range measurer.failures() {
			if slices.Contains(unit, f.Index) && err == nil {
				err = folder.Fail(f)
			}
		}
		return err
	}))
}

// toolOf describes this tool. The hash of the executable identifies everything in it.
func toolOf(executable string) (explore.Tool, error) {
	data, err := os.ReadFile(executable)
	if err != nil {
		return explore.Tool{}, err
	}
	t := explore.Tool{Version: flow.Version, Hash: explore.Hash(data), Go: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				t.Commit = s.Value
			}
		}
	}
	return t, nil
}

// gathered holds the inputs that a sweep reads before it begins.
type gathered struct {
	tool     explore.Tool
	settings []string
	world    flow.World
	programs []gatheredProgram
}

type gatheredProgram struct {
	name, path string
	files      []*diag.File
}

// gather reads and checks the programs, so that a mistake ends the sweep at once.
func gather(o *ExploreOptions) (*gathered, error) {
	g := &gathered{settings: append([]string{}, o.Settings...), world: o.World}
	opts := flow.Options{}
	for _, d := range o.Settings {
		if err := opts.Set(d); err != nil {
			return nil, err
		}
	}
	for _, path := range o.Paths {
		files, err := flow.ReadFiles(path)
		if err != nil {
			return nil, err
		}
		p, err := flow.LoadFiles(files, opts)
		if err != nil {
			return nil, err
		}
		if p.Tree.System == nil {
			return nil, flow.UserErrorf("%s declares no system: there is no core to sweep", path)
		}
		if slices.ContainsFunc(g.programs, func(q gatheredProgram) bool { return q.name == p.Name }) {
			return nil, flow.UserErrorf("two programs are called %s; their rows could not be told apart", p.Name)
		}
		silent, err := p.Silent(o.World, port.Message)
		if err != nil {
			return nil, err
		}
		if len(silent) > 0 {
			return nil, flow.UserErrorf("nothing arrives at %s of %s: name a capture with --pcap-in %s=FILE, or --pcap-in %s=none when that is meant",
				strings.Join(silent, ", "), p.Name, silent[0], silent[0])
		}
		g.programs = append(g.programs, gatheredProgram{p.Name, path, files})
	}
	var err error
	g.tool, err = toolOf(o.Executable)
	return g, err
}

// manifest stores the inputs in the folder, and lists everything that the sweep depends on.
func (g *gathered) manifest(folder *explore.Folder, space *explore.Space, text []byte) (*explore.Manifest, error) {
	m := &explore.Manifest{Format: explore.Format, Tool: g.tool, Settings: g.settings, Axes: space.Axes, Results: []explore.Input{}}
	m.World.Until, m.World.Seed = g.world.Until, g.world.Seed
	if text != nil {
		hash, err := folder.Keep(text)
		if err != nil {
			return nil, err
		}
		m.Space = &explore.Input{Name: "space.toml", Hash: hash}
	}
	for _, p := range g.programs {
		q := explore.Program{Name: p.name, Path: p.path}
		for _, f := range p.files {
			hash, err := folder.Keep([]byte(f.Text))
			if err != nil {
				return nil, err
			}
			q.Files = append(q.Files, explore.Input{Name: f.Name, Hash: hash})
		}
		m.Programs = append(m.Programs, q)
	}
	var err error
	if m.World.Captures, err = keepAll(folder, g.world.Captures); err != nil {
		return nil, err
	}
	if m.World.Disks, err = keepAll(folder, g.world.Disks); err != nil {
		return nil, err
	}
	m.SetPoints(space.Points())
	return m, nil
}

// nothing is the name of the empty capture.
const nothing = "none"

// keepAll stores the files of DEVICE=FILE.
func keepAll(folder *explore.Folder, specs []string) ([]explore.Input, error) {
	out := []explore.Input{}
	for _, spec := range specs {
		device, file, ok := strings.Cut(spec, "=")
		if !ok {
			device, file = "", spec
		}
		in := explore.Input{Name: device, Hash: nothing}
		if file != nothing {
			f, err := flow.ReadText(file)
			if err != nil {
				return nil, err
			}
			if in.Hash, err = folder.Keep([]byte(f.Text)); err != nil {
				return nil, err
			}
		}
		out = append(out, in)
	}
	return out, nil
}
