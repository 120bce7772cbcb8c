package checks

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/sinter-lang/sinter/explore"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/verify/mutate"
)

// mutantUnits is a campaign of mutants (circuits with one random fault each), which is divided into
// units of work. It holds the hashes of its inputs. A worker gets the circuit, the image and the
// reference trace as texts, and compiles nothing.
type mutantUnits struct {
	Image     string       `json:"image"`
	Reference string       `json:"reference"`
	World     keptWorld    `json:"world"`
	Cores     []mutantCore `json:"cores"`
	Seed      int64        `json:"seed"`   // for the choice of mutants
	Random    int          `json:"random"` // number of random instructions for lock-step
	Size      int          `json:"size"`   // number of mutants in a unit
}

// mutantCore is a core whose circuit the campaign changes.
type mutantCore struct {
	Kind    string `json:"kind"`
	Circuit string `json:"circuit"`
	Point   string `json:"point"`
	Limit   uint64 `json:"limit"` // most cycles of a run
	Mutants int    `json:"mutants"`
}

// mutantUnitSize is the number of mutants in a unit. Trying a unit takes seconds.
const mutantUnitSize = 10

func (u *mutantUnits) unitsIn(c *mutantCore) int { return (c.Mutants + u.Size - 1) / u.Size }

// place returns the core of a unit, and the number of the unit's first mutant.
func (u *mutantUnits) place(unit int) (core, first int) {
	for i := range u.Cores {
		n := u.unitsIn(&u.Cores[i])
		if unit < n {
			return i, unit * u.Size
		}
		unit -= n
	}
	return len(u.Cores), 0
}

// keptWorld is the simulated world of the runs. It names files by their hashes.
type keptWorld struct {
	Captures []keptFile `json:"captures"`
	Levels   []keptFile `json:"levels"`
	Bytes    []keptFile `json:"bytes"`
	Answers  []keptFile `json:"answers"`
	Disks    []keptFile `json:"disks"`
	Seed     int64      `json:"seed"`
	Limit    uint64     `json:"limit"`
	Frames   int        `json:"frames"`
	Until    string     `json:"until"`
}

// keptFile is the file in an option PORT=FILE or PORT=FILE:SIGNAL.
type keptFile struct {
	explore.Input
	Signal string `json:"signal"`
}

// keepWorld stores the files of a world in the folder.
func keepWorld(folder *explore.Folder, w flow.World) (k keptWorld, err error) {
	k = keptWorld{Seed: w.Seed, Limit: w.Limit, Frames: w.Frames, Until: w.Until}
	for _, list := range []struct {
		specs []string
		to    *[]keptFile
	}{{w.Captures, &k.Captures}, {w.Levels, &k.Levels}, {w.Bytes, &k.Bytes}, {w.Answers, &k.Answers}, {w.Disks, &k.Disks}} {
		*list.to = []keptFile{}
		for _, spec := range list.specs {
			f, err := keepFile(folder, spec, list.to == &k.Levels)
			if err != nil {
				return k, err
			}
			*list.to = append(*list.to, f)
		}
	}
	return k, nil
}

// keepFile stores a file in the folder. Only an option for a level (a pin) may name a signal.
func keepFile(folder *explore.Folder, spec string, signals bool) (keptFile, error) {
	kept, err := keepAll(folder, []string{spec})
	if at := strings.LastIndexByte(spec, ':'); err != nil && signals && at > 0 {
		if kept, err := keepAll(folder, []string{spec[:at]}); err == nil {
			return keptFile{kept[0], spec[at+1:]}, nil
		}
	}
	if err != nil {
		return keptFile{}, err
	}
	return keptFile{Input: kept[0]}, nil
}

// world makes the simulated world from the files of a folder.
func (k *keptWorld) world(folder *explore.Folder) flow.World {
	specs := func(list []keptFile) (out []string) {
		for _, f := range list {
			spec := f.Hash
			if spec != nothing {
				spec = folder.InputPath(f.Hash)
			}
			if f.Signal != "" {
				spec += ":" + f.Signal
			}
			if f.Name != "" {
				spec = f.Name + "=" + spec
			}
			out = append(out, spec)
		}
		return out
	}
	return flow.World{
		Captures: specs(k.Captures), Levels: specs(k.Levels), Bytes: specs(k.Bytes), Answers: specs(k.Answers), Disks: specs(k.Disks),
		Seed: k.Seed, Limit: k.Limit, Frames: k.Frames, Until: k.Until,
	}
}

// mutantSite tries units of mutants. If several units share inputs, it reads these inputs
// only once.
type mutantSite struct {
	units  *mutantUnits
	folder *explore.Folder

	mu    sync.Mutex
	cores map[int]*mutantsOfCore
}

// mutantsOfCore holds the mutants of a core and the checks for them.
type mutantsOfCore struct {
	checks *mutantChecks
	trial  *mutate.Trial
	list   []mutate.Mutant
}

// unit tries the mutants of a unit.
func (s *mutantSite) unit(ctx context.Context, unit int) (*mutate.Score, error) {
	core, first := s.units.place(unit)
	if core == len(s.units.Cores) {
		return nil, flow.UserErrorf("the campaign has no unit %d", unit)
	}
	m, err := s.core(ctx, core)
	if err != nil {
		return nil, err
	}
	return m.trial.Try(m.list[first:min(first+s.units.Size, len(m.list))])
}

// core reads a core. It is an error if the core's unchanged circuit fails the checks.
func (s *mutantSite) core(ctx context.Context, i int) (*mutantsOfCore, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.cores[i]; m != nil {
		return m, nil
	}
	m, err := s.read(ctx, &s.units.Cores[i])
	if err != nil {
		return nil, asUser(err)
	}
	if err := m.trial.Sound(); err != nil {
		return nil, fmt.Errorf("%s: %w", s.units.Cores[i].Kind, err)
	}
	if s.cores == nil {
		s.cores = map[int]*mutantsOfCore{}
	}
	s.cores[i] = m
	return m, nil
}

func (s *mutantSite) read(ctx context.Context, c *mutantCore) (*mutantsOfCore, error) {
	text := map[string]*diag.File{}
	for _, in := range [][2]string{{"core.img", s.units.Image}, {"core.trace", s.units.Reference}, {"core.rtl", c.Circuit}, {"core.design", c.Point}} {
		data, err := s.folder.Input(in[1])
		if err != nil {
			return nil, err
		}
		text[in[0]] = &diag.File{Name: in[0], Text: string(data)}
	}
	prog, err := flow.LoadFiles([]*diag.File{text["core.img"]}, flow.Options{})
	if err != nil {
		return nil, err
	}
	checks := &mutantChecks{ctx: ctx, prog: prog, world: s.units.World.world(s.folder), limit: c.Limit, random: s.units.Random}
	if checks.im, err = prog.Image(ctx); err != nil {
		return nil, err
	}
	if checks.ref, err = trace.Parse(text["core.trace"]); err != nil {
		return nil, err
	}
	if checks.point, err = design.Parse(text["core.design"]); err != nil {
		return nil, err
	}
	circuit, err := rtl.Parse(text["core.rtl"])
	if err != nil {
		return nil, err
	}
	list := mutate.Mutants(circuit, s.units.Seed, c.Mutants)
	if len(list) != c.Mutants {
		return nil, flow.UserErrorf("the circuit has %d mutants, and the campaign has %d", len(list), c.Mutants)
	}
	return &mutantsOfCore{checks, checks.trial(circuit), list}, nil
}

// MutantScore counts the mutants of a core by their results.
type MutantScore struct {
	Core string
	*mutate.Score
}

// MutantCampaign tries up to n mutants of each core as a campaign.
func MutantCampaign(ctx context.Context, p *flow.Program, cores []string, n, random int, w flow.World, o CampaignOptions) ([]MutantScore, CampaignCount, error) {
	u := &mutantUnits{Seed: mutantSeed, Random: random, Size: mutantUnitSize}
	plan := func(folder *explore.Folder) (campaignPlan, error) {
		err := u.keep(ctx, folder, p, cores, n, w)
		units := 0
		for i := range u.Cores {
			units += u.unitsIn(&u.Cores[i])
		}
		return campaignPlan{mutantsCampaign, u, units}, err
	}
	out := make([]MutantScore, len(cores))
	for i, kind := range cores {
		out[i] = MutantScore{kind, &mutate.Score{Missed: []mutate.Miss{}}}
	}
	unit := 0
	count, err := runCampaign(ctx, o, plan, func(s *mutate.Score) {
		core, _ := u.place(unit)
		out[core].Add(s)
		unit++
	})
	return out, count, err
}

// keep stores the inputs of the units in a folder.
func (u *mutantUnits) keep(ctx context.Context, folder *explore.Folder, p *flow.Program, cores []string, n int, w flow.World) error {
	im, err := p.Image(ctx)
	if err != nil {
		return err
	}
	_, ref, _, err := p.Trace(ctx, referenceOf(p), "", w)
	if err != nil {
		return err
	}
	if u.World, err = keepWorld(folder, w); err != nil {
		return err
	}
	if u.Image, err = folder.Keep([]byte(image.Print(im))); err != nil {
		return err
	}
	if u.Reference, err = folder.Keep([]byte(trace.Print(ref))); err != nil {
		return err
	}
	for _, kind := range cores {
		c, err := p.Core(ctx, kind)
		if err != nil {
			return err
		}
		core := mutantCore{Kind: kind, Mutants: len(mutate.Mutants(c.Circuit, mutantSeed, n))}
		if core.Limit, err = mutantLimit(ctx, p, kind, w); err != nil {
			return err
		}
		if core.Circuit, err = folder.Keep([]byte(c.Circuit.String())); err != nil {
			return err
		}
		if core.Point, err = folder.Keep([]byte(design.Print(c.Point))); err != nil {
			return err
		}
		u.Cores = append(u.Cores, core)
	}
	return nil
}
