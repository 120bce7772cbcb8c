package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/flow"
)

// example is a loaded program of examples/, with the captures that the program's run line names.
type example struct {
	name  string
	dir   string
	world flow.World
	*flow.Program
	clang bool // the program is a kernel that also exists in C
}

// load loads the examples.
func load(o options) ([]*example, error) {
	dirs, err := filepath.Glob(filepath.Join(o.root, "examples", "*", "*.sn"))
	if err != nil {
		return nil, err
	}
	var out []*example
	for _, source := range dirs {
		name := filepath.Base(filepath.Dir(source))
		if len(o.only) > 0 && !slices.Contains(o.only, name) {
			continue
		}
		e := &example{name: name, dir: filepath.Dir(source), clang: slices.Contains(kernelNames(), name)}
		if e.world, err = worldOf(source); err != nil {
			return nil, err
		}
		if e.Program, err = flow.Load(e.dir, flow.Options{}); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no examples in %s", filepath.Join(o.root, "examples"))
	}
	return out, nil
}

// worldOf reads the captures and levels from the run line of a program. The run line has a
// word DEVICE=FILE, with the file beside the program, or DEVICE=none.
func worldOf(source string) (flow.World, error) {
	text, err := os.ReadFile(source)
	if err != nil {
		return flow.World{}, err
	}
	var w flow.World
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "// run:"); ok {
			words := strings.Fields(rest)
			for k, word := range words {
				if word == "--until" && k+1 < len(words) {
					w.Until = words[k+1]
				}
				device, file, ok := strings.Cut(word, "=")
				beside := device + "=" + filepath.Join(filepath.Dir(source), file)
				switch {
				case ok && file == "none":
					w.Captures = append(w.Captures, word)
				case ok && strings.HasSuffix(file, ".bytes"):
					w.Bytes = append(w.Bytes, beside)
				case ok && strings.HasSuffix(file, ".answers"):
					w.Answers = append(w.Answers, beside)
				case ok && strings.HasSuffix(file, ".vcd"):
					w.Levels = append(w.Levels, beside)
				case ok:
					w.Captures = append(w.Captures, beside)
				}
			}
		}
	}
	return w, nil
}

// timed is the mark of the kernels.
const timed = "kernel"

// counts takes the exact figures of a program: memories, work, and the cost of its cores by our
// own mapper. If the program has marks, the work between the marks is counted. Otherwise the
// work of the whole run is counted.
func (e *example) counts(ctx context.Context, f *figures) error {
	im, err := e.Image(ctx)
	if err != nil {
		return err
	}
	f.count("text_bytes."+e.name, 4*len(im.Text))
	f.count("data_bytes."+e.name, int(im.DataEnd))
	n, err := e.work(ctx, flow.ISA, "", "instructions")
	if err != nil {
		return err
	}
	f.count("instructions."+e.name, n)
	for _, core := range flow.Cores() {
		if n, err = e.work(ctx, flow.Cycle, core, "cycles"); err != nil {
			return err
		}
		f.count("cycles."+core+"."+e.name, n)
		if err := e.price(ctx, core, f); err != nil {
			return err
		}
	}
	return nil
}

// work runs a machine. It returns a figure of the timed region, or of the whole run if there is no
// timed region.
func (e *example) work(ctx context.Context, level, core, figure string) (int, error) {
	r, err := e.Run(ctx, flow.RunOptions{Level: level, Core: core, World: e.world})
	if err != nil {
		return 0, err
	}
	if n, ok := r.Figures[figure+"."+timed]; ok {
		return int(n), nil
	}
	return int(r.Figures[figure]), nil
}

// price records the cost of a core. It also records the cost of a core with the same
// organisation that is not fitted to the program.
func (e *example) price(ctx context.Context, core string, f *figures) error {
	c, err := e.Core(ctx, core)
	if err != nil {
		return err
	}
	own, err := c.Price()
	if err != nil {
		return err
	}
	full, err := e.FullCore(ctx, core)
	if err != nil {
		return err
	}
	whole, err := full.Price()
	if err != nil {
		return err
	}
	f.count("luts."+core+"."+e.name, own.LUTs)
	f.count("depth."+core+"."+e.name, own.Depth)
	f.count("ffs."+core+"."+e.name, own.FFs)
	f.count("cells."+core+"."+e.name, own.Cells)
	f.count("full_luts."+core+"."+e.name, whole.LUTs)
	f.ratio("luts."+core+"."+e.name, float64(own.LUTs)/float64(whole.LUTs))
	return nil
}
