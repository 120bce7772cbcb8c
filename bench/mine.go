package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/sinter-lang/sinter/internal/flow"
)

// minedSide is a program with or without mined lines, on pipe3.
type minedSide struct {
	Instructions int `json:"instructions"` // of the timed region, else of the run; the same for cycles
	Cycles       int `json:"cycles"`
	Cells        int `json:"cells"`
	Depth        int `json:"depth"` // look-up tables on the longest path; this number determines the clock period
}

// minedRow compares a program without and with mined lines.
type minedRow struct {
	Program string    `json:"program"`
	Lines   int       `json:"lines"`
	Off     minedSide `json:"off"`
	On      minedSide `json:"on"`
	Saved   float64   `json:"instructions"` // number with mined lines divided by number without
	Faster  float64   `json:"time"`         // cycles times period, with mined lines divided by without
}

// minedTable is the output of -mine.
type minedTable struct {
	Rows         []minedRow `json:"rows"`
	Instructions float64    `json:"instructions"` // the geometric mean
	Time         float64    `json:"time"`
	Slower       []string   `json:"slower"` // programs whose cycles times period grow with mined lines
}

// side measures a program with at most a given number of mined lines.
func (e *example) side(ctx context.Context, lines int, goal flow.Goal) (minedSide, int, error) {
	p, err := flow.Load(e.dir, flow.Options{Mine: lines, Goal: goal})
	if err != nil {
		return minedSide{}, 0, err
	}
	with := *e
	with.Program = p
	var s minedSide
	if err := with.sameOn(ctx, flow.Pipe3); err != nil {
		return s, 0, err
	}
	if s.Instructions, err = with.work(ctx, flow.ISA, "", "instructions"); err != nil {
		return s, 0, err
	}
	if s.Cycles, err = with.work(ctx, flow.Cycle, flow.Pipe3, "cycles"); err != nil {
		return s, 0, err
	}
	c, err := p.Core(ctx, flow.Pipe3)
	if err != nil {
		return s, 0, err
	}
	price, err := p.Price(c)
	if err != nil {
		return s, 0, err
	}
	s.Cells, s.Depth = price.Cells, price.Depth
	held, err := p.MinedLines()
	return s, len(held), err
}

// sameOn checks that a core logs the same events as the interpreter of the program IR.
func (e *example) sameOn(ctx context.Context, core string) error {
	want, err := e.Run(ctx, flow.RunOptions{Level: flow.IR, World: e.world})
	if err != nil {
		return err
	}
	got, err := e.Run(ctx, flow.RunOptions{Level: flow.Cycle, Core: core, World: e.world})
	if err == nil && !slices.Equal(want.Lines, got.Lines) {
		err = fmt.Errorf("%s logs something else on the core", e.name)
	}
	return err
}

func (e *example) minedRow(ctx context.Context, lines int, goal flow.Goal) (minedRow, error) {
	row := minedRow{Program: e.name}
	var err error
	if row.Off, _, err = e.side(ctx, 0, goal); err != nil {
		return row, err
	}
	if row.On, row.Lines, err = e.side(ctx, lines, goal); err != nil {
		return row, err
	}
	row.Saved = float64(row.Off.Instructions) / float64(row.On.Instructions)
	row.Faster = float64(row.Off.Cycles*row.Off.Depth) / float64(row.On.Cycles*row.On.Depth)
	return row, nil
}

// programsIn loads the programs of a folder. Each program is DIR/prog.sn, and the file
// DIR/args names the program's captures relative to the folder.
func programsIn(folder string, only []string) ([]*example, error) {
	sources, err := filepath.Glob(filepath.Join(folder, "*", "prog.sn"))
	if err != nil || len(sources) == 0 {
		return nil, fmt.Errorf("%s holds no folder with a prog.sn", folder)
	}
	var out []*example
	for _, source := range sources {
		e := &example{name: filepath.Base(filepath.Dir(source)), dir: source}
		if len(only) > 0 && !slices.Contains(only, e.name) {
			continue
		}
		args, err := os.ReadFile(filepath.Join(filepath.Dir(source), "args"))
		if err != nil && !os.IsNotExist(err) {
			return nil, err
		}
		for _, word := range strings.FieldsFunc(string(args), func(r rune) bool { return strings.ContainsRune(" \n,", r) }) {
			if device, file, ok := strings.Cut(word, "="); ok {
				e.world.Captures = append(e.world.Captures, device+"="+filepath.Join(folder, file))
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// mined measures programs with and without mined lines.
func mined(ctx context.Context, list []*example, lines int, goal flow.Goal) (*minedTable, error) {
	t := &minedTable{Rows: make([]minedRow, len(list)), Slower: []string{}}
	errs := make([]error, len(list))
	var all sync.WaitGroup
	for k, e := range list {
		all.Go(func() { t.Rows[k], errs[k] = e.minedRow(ctx, lines, goal) })
	}
	all.Wait()
	for k, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", list[k].name, err)
		}
	}
	var saved, faster []float64
	for _, r := range t.Rows {
		saved, faster = append(saved, r.Saved), append(faster, r.Faster)
		if r.Faster < 1 {
			t.Slower = append(t.Slower, r.Program)
		}
	}
	t.Instructions, t.Time = geometricMean(saved), geometricMean(faster)
	sort.Strings(t.Slower)
	return t, nil
}

// printMined prints the savings by mined lines in the examples, or in the programs of a folder.
func printMined(ctx context.Context, o options, folder string, lines int, to io.Writer) error {
	list, err := load(o)
	if folder != "" {
		list, err = programsIn(folder, o.only)
	}
	if err != nil {
		return err
	}
	t, err := mined(ctx, list, lines, o.goal)
	if err != nil {
		return err
	}
	return printJSON(to, t)
}
