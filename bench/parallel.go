package main

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/lang/types"
)

// The sources of the stencil in strips, written in three ways.
//
//go:embed ranks/*.sn ranks/*.c
var strips embed.FS

// stripSize is the size of the field and the number of steps.
type stripSize struct{ N, Steps int }

var benchStrips = stripSize{1024, 400}

// parallelFigures are the times of the stencil with one strip and with two, each the least time
// of some rounds. They include the speed-up by the second strip.
type parallelFigures struct {
	Load    string             `json:"load"`    // of the computer at the start
	Seconds map[string]float64 `json:"seconds"` // WAY.STRIPS: threads, openmp, ranks, mpi; from start to end
	SpeedUp map[string]float64 `json:"speed_up"`
	Ratios  map[string]float64 `json:"ratios"` // our speed-ups by C's speed-ups
}

// way is one way to run the stencil: a command for a number of strips.
type way struct {
	name string
	cmd  func(ctx context.Context, strips int) *exec.Cmd
}

// printParallel times all ways in turn and prints the figures as JSON.
func printParallel(ctx context.Context, rounds int, size stripSize, w io.Writer) error {
	dir, err := os.MkdirTemp("", "sinter-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for strips := 1; strips <= 2; strips++ {
		if err := buildStrips(ctx, dir, strips, size); err != nil {
			return err
		}
	}
	f, err := timeStrips(ctx, dir, rounds)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err == nil {
		_, err = fmt.Fprintln(w, string(text))
	}
	return err
}

// buildStrips makes the four programs for a number of strips.
func buildStrips(ctx context.Context, dir string, strips int, size stripSize) error {
	text, err := stripText("heat.sn")
	if err != nil {
		return err
	}
	set := func(name string, v int) types.Setting { return types.Setting{Name: name, Value: strconv.Itoa(v)} }
	p, err := flow.LoadFiles([]*diag.File{{Name: "heat.sn", Text: text}}, flow.Options{Settings: []types.Setting{set("P", strips), set("N", size.N), set("steps", size.Steps)}})
	if err != nil {
		return err
	}
	for name, product := range map[string]x86.Product{"threads": x86.Linux, "ranks": x86.MPI} {
		img, err := p.X86(ctx, product)
		if err != nil {
			return err
		}
		if err := os.WriteFile(stripPath(dir, name, strips), img.Stripped, 0o700); err != nil {
			return err
		}
	}
	for name, compiler := range map[string][]string{"openmp": {"gcc", "-fopenmp"}, "mpi": {"mpicc"}} {
		source := map[string]string{"openmp": "heat_omp.c", "mpi": "heat_mpi.c"}[name]
		if err := buildStripC(ctx, dir, source, stripPath(dir, name, strips), compiler, strips, size); err != nil {
			return err
		}
	}
	return nil
}

func stripText(name string) (string, error) {
	text, err := strips.ReadFile("ranks/" + name)
	return string(text), err
}

func stripPath(dir, name string, strips int) string {
	return filepath.Join(dir, fmt.Sprintf("%s.%d", name, strips))
}

func buildStripC(ctx context.Context, dir, source, out string, compiler []string, strips int, size stripSize) error {
	text, err := stripText(source)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, source), []byte(text), 0o600); err != nil {
		return err
	}
	args := append(slices.Clone(compiler[1:]), "-O3", "-march=x86-64-v3", fmt.Sprintf("-DP=%d", strips), fmt.Sprintf("-DN=%d", size.N), fmt.Sprintf("-DSTEPS=%d", size.Steps), source, "-o", out)
	cmd := exec.CommandContext(ctx, compiler[0], args...)
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w (apt-get install gcc libopenmpi-dev openmpi-bin)\n%s", compiler[0], err, said)
	}
	return nil
}

// ways lists the four ways to run the stencil.
func ways(dir string) []way {
	alone := func(name string) way {
		return way{name, func(ctx context.Context, strips int) *exec.Cmd {
			return exec.CommandContext(ctx, stripPath(dir, name, strips))
		}}
	}
	ranked := func(name string) way {
		return way{name, func(ctx context.Context, strips int) *exec.Cmd {
			return exec.CommandContext(ctx, "mpirun", "--allow-run-as-root", "--oversubscribe", "-n", strconv.Itoa(strips), stripPath(dir, name, strips))
		}}
	}
	return []way{alone("threads"), alone("openmp"), ranked("ranks"), ranked("mpi")}
}

// timeStrips runs the ways in turn, so that other load of the computer affects all of them.
func timeStrips(ctx context.Context, dir string, rounds int) (*parallelFigures, error) {
	load, _ := os.ReadFile("/proc/loadavg")
	f := &parallelFigures{Load: strings.TrimSpace(string(load)), Seconds: map[string]float64{}, SpeedUp: map[string]float64{}, Ratios: map[string]float64{}}
	said := map[int]string{} // output by number of strips
	for range rounds {
		for _, w := range ways(dir) {
			for strips := 1; strips <= 2; strips++ {
				began := time.Now()
				out, err := w.cmd(ctx, strips).Output()
				seconds := time.Since(began).Seconds()
				if err != nil {
					return nil, fmt.Errorf("%s with %d strips: %w", w.name, strips, err)
				}
				if said[strips] == "" {
					said[strips] = string(out)
				}
				if said[strips] != string(out) {
					return nil, fmt.Errorf("%s with %d strips says %q, and another way %q", w.name, strips, out, said[strips])
				}
				key := fmt.Sprintf("%s.%d", w.name, strips)
				if old, seen := f.Seconds[key]; !seen || seconds < old {
					f.Seconds[key] = seconds
				}
			}
		}
	}
	for _, w := range ways(dir) {
		f.SpeedUp[w.name] = threeDigits(f.Seconds[w.name+".1"] / f.Seconds[w.name+".2"])
	}
	f.Ratios["threads.openmp"] = threeDigits(f.SpeedUp["threads"] / f.SpeedUp["openmp"])
	f.Ratios["ranks.mpi"] = threeDigits(f.SpeedUp["ranks"] / f.SpeedUp["mpi"])
	for key, s := range f.Seconds {
		f.Seconds[key] = threeDigits(s)
	}
	return f, nil
}
