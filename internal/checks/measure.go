package checks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sinter-lang/sinter/explore"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/trace"
)

// measurer measures points of a sweep, several at a time. Points share parts, and each part is
// made once. The checked program and its reference run are made once for each setting of the
// program, and the image once for each unit. The run and the price are made once for each pair
// of an image and a design point.
type measurer struct {
	m      *explore.Manifest
	folder *explore.Folder
	again  bool                                 // also measure points whose results the folder holds
	put    func(i int, f explore.Figures) error // stores a result
	done   func(points int)                     // may be nil

	mu     sync.Mutex
	loaded map[string]func() (*reference, error)
	runs   map[string]func() (explore.Figures, error)
	failed []explore.Failure
}

func newMeasurer(m *explore.Manifest, folder *explore.Folder) *measurer {
	s := &measurer{m: m, folder: folder, loaded: map[string]func() (*reference, error){}, runs: map[string]func() (explore.Figures, error){}}
	s.put = func(i int, f explore.Figures) error { return folder.Put(m.Points[i].Key, f) }
	return s
}

// once makes the value for a key once and returns it to all callers.
func once[T any](s *measurer, m map[string]func() (T, error), key string, make func() (T, error)) (T, error) {
	s.mu.Lock()
	f := m[key]
	if f == nil {
		f = sync.OnceValues(make)
		m[key] = f
	}
	s.mu.Unlock()
	return f()
}

// reference is a checked program and its trace.
type reference struct {
	prog  *flow.Program
	world flow.World
	trace *trace.Trace
}

// unit measures points that share an image. The method records the points that fail. It
// returns an error only if the cause also affects the other points.
func (s *measurer) unit(ctx context.Context, unit []int) error {
	if !s.again {
		unit = slices.DeleteFunc(slices.Clone(unit), func(i int) bool { return s.folder.Has(s.m.Points[i].Key) })
	}
	if len(unit) == 0 {
		return nil
	}
	first := s.m.Point(&s.m.Points[unit[0]])
	ref, err := s.reference(ctx, s.m.Points[unit[0]].Program, first)
	var variant *flow.Program
	if err == nil {
		variant, err = ref.prog.Variant(flow.Variant{
			Regs: first.Number(explore.Registers), Soft: first.Get(explore.Multiplier) == "soft", Backend: first.Get(explore.Codegen), Mine: first.Get(explore.Mining),
		})
	}
	for _, i := range unit {
		if err := s.one(ctx, i, ref, variant, err); err != nil {
			return err
		}
	}
	return nil
}

// one measures a point, or records the failure of an earlier step.
func (s *measurer) one(ctx context.Context, i int, ref *reference, variant *flow.Program, err error) error {
	var figures explore.Figures
	if err == nil {
		figures, err = s.point(ctx, ref, variant, s.m.Point(&s.m.Points[i]))
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if s.done != nil {
		s.done(1)
	}
	if err == nil {
		return s.put(i, figures)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.m.Point(&s.m.Points[i])
	s.failed = append(s.failed, explore.Failure{
		Index: i, Point: s.m.Programs[s.m.Points[i].Program].Name + ", " + p.String(), Kind: failureKind(err), Message: err.Error(),
	})
	return nil
}

// failures lists the failures so far, in the order of the points.
func (s *measurer) failures() []explore.Failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := append([]explore.Failure{}, s.failed...)
	slices.SortFunc(out, func(a, b explore.Failure) int { return cmp.Compare(a.Index, b.Index) })
	return out
}

// unequal is the error of a point whose run differs from the reference.
type unequal struct{ what string }

func (d *unequal) Error() string { return d.what }

func failureKind(err error) string {
	switch {
	case errors.As(err, new(*unequal)), errors.As(err, new(*flow.MachineFault)):
		return explore.Differs
	case errors.As(err, new(diag.List)), errors.As(err, new(*diag.Error)), errors.As(err, new(flow.UserError)):
		return explore.Refused
	}
	return explore.Fault
}

// reference loads a program with the settings of a point and runs it once.
func (s *measurer) reference(ctx context.Context, program int, p explore.Point) (*reference, error) {
	settings := append(slices.Clone(s.m.Settings), p.Settings()...)
	key := fmt.Sprint(program, " ", strings.Join(settings, "\n"))
	return once(s, s.loaded, key, func() (*reference, error) {
		opts := flow.Options{}
		for _, d := range settings {
			if err := opts.Set(d); err != nil {
				return nil, err
			}
		}
		var files []*diag.File
		for _, in := range s.m.Programs[program].Files {
			data, err := s.folder.Input(in.Hash)
			if err != nil {
				return nil, err
			}
			files = append(files, &diag.File{Name: in.Name, Text: string(data)})
		}
		prog, err := flow.LoadFiles(files, opts)
		if err != nil {
			return nil, err
		}
		r := &reference{prog: prog, world: s.world()}
		_, r.trace, _, err = prog.Trace(ctx, prog.Reference(), "", r.world)
		return r, err
	})
}

// world is the simulated environment of every run, with the files of the folder.
func (s *measurer) world() flow.World {
	specs := func(list []explore.Input) (out []string) {
		for _, in := range list {
			file := in.Hash
			if file != nothing {
				file = s.folder.InputPath(in.Hash)
			}
			if in.Name != "" {
				file = in.Name + "=" + file
			}
			out = append(out, file)
		}
		return out
	}
	w := s.m.World
	return flow.World{Captures: specs(w.Captures), Disks: specs(w.Disks), Until: w.Until, Seed: w.Seed}
}

// point makes a core, runs it, compares the run with the reference and prices it.
func (s *measurer) point(ctx context.Context, ref *reference, variant *flow.Program, p explore.Point) (explore.Figures, error) {
	shifts := p.Get(explore.Shifter)
	if shifts == "auto" {
		shifts = ""
	}
	core, err := variant.Shifting(ctx, p.Get(explore.Organisation), shifts)
	if err != nil {
		return explore.Figures{}, err
	}
	im, err := variant.Image(ctx)
	if err != nil {
		return explore.Figures{}, err
	}
	// The program is part of the key, because two programs may have the same image but
	// different inputs.
	key := explore.Hash([]byte(ref.prog.Name + "\n" + image.Print(im) + design.Print(core.Point)))
	return once(s, s.runs, key, func() (explore.Figures, error) { return measureCore(ctx, ref, variant, core, im) })
}

func measureCore(ctx context.Context, ref *reference, variant *flow.Program, core *flow.Core, im *image.Image) (explore.Figures, error) {
	level, err := flow.LevelOf(flow.Cycle)
	if err != nil {
		return explore.Figures{}, err
	}
	m, tr, _, err := variant.Trace(ctx, flow.Cycle, core.Kind, ref.world)
	if err != nil {
		return explore.Figures{}, err
	}
	if d := trace.Compare(ref.trace, tr, level.Compare); len(d) > 0 {
		return explore.Figures{}, &unequal{d[0].String()}
	}
	price, err := variant.Price(core)
	return explore.Figures{
		Cycles: uint64(flow.Figures(m)["cycles"]), Events: len(tr.Events), LUTs: price.LUTs, FFs: price.FFs, Cells: price.Cells, Depth: price.Depth,
		MemoryBits: price.MemBits, TextBytes: 4 * len(im.Text), DataBytes: int(im.DataEnd), Shifts: core.Point.Shifts.How,
	}, err
}

// eta shows the progress of a sweep and the estimated time until its end.
type eta struct {
	mu    sync.Mutex
	of, n int
	began time.Time
	show  func(string)
}

func newETA(of int, show func(string)) *eta { return &eta{of: of, began: time.Now(), show: show} }

func (e *eta) step(n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.at(e.n + n)
}

func (e *eta) set(n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.at(n)
}

func (e *eta) at(n int) {
	e.n = n
	left := ""
	if n > 0 && n < e.of {
		rest := time.Duration(float64(time.Since(e.began)) / float64(n) * float64(e.of-n))
		left = fmt.Sprintf(", %s left", rest.Round(time.Second))
	}
	e.show(fmt.Sprintf("%d of %d%s", n, e.of, left))
}
