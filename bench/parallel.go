package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/lang/types"
)

// The three programs work on strips of a field. Each is written in three ways.
//
//go:embed ranks/*.sn ranks/*.c ranks/*.h
var strips embed.FS

// stripKernel is a program on strips of a field, with the size of the field and the number of
// steps.
type stripKernel struct {
	name     string
	n, steps int
}

func benchStrips() []stripKernel {
	return []stripKernel{{"heat", 1024, 2000}, {"cg", 512, 400}, {"nbody", 1024, 100}}
}

// parallelFigures are times of programs with one strip and with two strips. A key is
// KERNEL.WAY.STRIPS, and a way is threads, openmp, ranks or mpi. The start of a run can take
// longer than the steps, above all with mpirun. So the program is also timed without steps, and
// the work is the difference of the two times. Each time is the least of several rounds.
type parallelFigures struct {
	Load    string             `json:"load"`        // of the computer at the start
	Start   map[string]float64 `json:"start"`       // seconds of a run without steps
	Work    map[string]float64 `json:"work"`        // seconds that the steps take
	CPU     map[string]float64 `json:"cpu"`         // seconds of processor time that the steps take, of all threads and ranks
	SpeedUp map[string]float64 `json:"speed_up"`    // work with one strip divided by work with two, by KERNEL.WAY
	Ratios  map[string]float64 `json:"ratios"`      // our speed-up divided by C's
	Faster  map[string]float64 `json:"c_by_sinter"` // work of C with two strips, divided by our work
}

// printParallel times the programs of all ways in turn, and prints the figures as JSON.
func printParallel(ctx context.Context, rounds int, list []stripKernel, w io.Writer) error {
	dir, err := os.MkdirTemp("", "sinter-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	runs := stripRuns(dir, list)
	for i := range runs {
		if err := runs[i].build(ctx, dir); err != nil {
			return err
		}
	}
	load, _ := os.ReadFile("/proc/loadavg")
	for range rounds { // in turn, so that other load of the computer affects all of them
		for i := range runs {
			if err := runs[i].time(ctx); err != nil {
				return err
			}
		}
	}
	if err := sayAlike(runs); err != nil {
		return err
	}
	f := figuresOf(runs)
	f.Load = strings.TrimSpace(string(load))
	return printJSON(w, f)
}

// stripWays are the ways to run a program in strips.
var stripWays = [...]string{"threads", "openmp", "ranks", "mpi"}

// stripRun is the program of a kernel in one way, for a number of strips and steps.
type stripRun struct {
	stripKernel
	way    string
	strips int
	path   string

	said          string
	wall, process float64 // seconds, the least of the rounds; 0: not yet
}

// stripRuns lists all programs, each without steps and with its steps.
func stripRuns(dir string, list []stripKernel) (out []stripRun) {
	for _, k := range list {
		for _, way := range stripWays {
			for strips := 1; strips <= 2; strips++ {
				for _, steps := range []int{0, k.steps} {
					r := stripRun{stripKernel: k, way: way, strips: strips}
					r.steps = steps
					r.path = filepath.Join(dir, fmt.Sprintf("%s.%d", r.key(), steps))
					out = append(out, r)
				}
			}
		}
	}
	return out
}

func (r *stripRun) key() string { return fmt.Sprintf("%s.%s.%d", r.name, r.way, r.strips) }

func (r *stripRun) build(ctx context.Context, dir string) error {
	switch r.way {
	case "threads":
		return r.buildSinter(ctx, x86.Linux)
	case "ranks":
		return r.buildSinter(ctx, x86.MPI)
	case "openmp":
		return r.buildC(ctx, dir, r.name+"_omp.c", "gcc", "-fopenmp")
	}
	return r.buildC(ctx, dir, r.name+"_mpi.c", "mpicc")
}

// load reads the program in Sinter.
func (r *stripRun) load() (*flow.Program, error) {
	name := r.name + ".sn"
	text, err := strips.ReadFile("ranks/" + name)
	if err != nil {
		return nil, err
	}
	set := func(name string, v int) types.Setting { return types.Setting{Name: name, Value: strconv.Itoa(v)} }
	return flow.LoadFiles([]*diag.File{{Name: name, Text: string(text)}}, flow.Options{Settings: []types.Setting{set("P", r.strips), set("N", r.n), set("steps", r.steps)}})
}

func (r *stripRun) buildSinter(ctx context.Context, product x86.Product) error {
	p, err := r.load()
	if err != nil {
		return err
	}
	img, err := p.X86(ctx, product)
	if err != nil {
		return err
	}
	return os.WriteFile(r.path, img.Stripped, 0o700)
}

// buildC compiles a C program without the optimisations that change the bits of floats.
func (r *stripRun) buildC(ctx context.Context, dir, source, compiler string, args ...string) error {
	list, err := fs.Glob(strips, "ranks/*.[ch]")
	if err != nil {
		return err
	}
	for _, name := range list {
		text, err := strips.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, path.Base(name)), text, 0o600); err != nil {
			return err
		}
	}
	args = append(args, "-O3", "-march=x86-64-v3", "-ffp-contract=off", "-fno-math-errno",
		fmt.Sprintf("-DP=%d", r.strips), fmt.Sprintf("-DN=%d", r.n), fmt.Sprintf("-DSTEPS=%d", r.steps), source, "-o", r.path, "-lm")
	cmd := exec.CommandContext(ctx, compiler, args...)
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w (apt-get install gcc libopenmpi-dev openmpi-bin)\n%s", compiler, err, said)
	}
	return nil
}

// time runs the program once.
func (r *stripRun) time(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, r.path)
	if r.way == "ranks" || r.way == "mpi" {
		cmd = exec.CommandContext(ctx, "mpirun", "--allow-run-as-root", "--oversubscribe", "-n", strconv.Itoa(r.strips), r.path)
	}
	began := time.Now()
	out, err := cmd.Output()
	wall := time.Since(began).Seconds()
	if err != nil {
		return fmt.Errorf("%s: %w", r.key(), err)
	}
	process := (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	if r.wall == 0 {
		r.said, r.wall, r.process = string(out), wall, process
	}
	if r.said != string(out) {
		return fmt.Errorf("%s says %q, and before %q", r.key(), out, r.said)
	}
	r.wall, r.process = min(r.wall, wall), min(r.process, process)
	return nil
}

// sayAlike checks that all ways print the same for the same kernel, strips and steps.
func sayAlike(runs []stripRun) error {
	first := map[string]*stripRun{}
	for i := range runs {
		r := &runs[i]
		key := fmt.Sprint(r.name, r.strips, r.steps)
		if other := first[key]; other == nil {
			first[key] = r
		} else if other.said != r.said {
			return fmt.Errorf("%s says %q, and %s says %q", r.key(), r.said, other.key(), other.said)
		}
	}
	return nil
}

// figuresOf computes the figures of timed programs.
func figuresOf(runs []stripRun) *parallelFigures {
	f := &parallelFigures{Start: map[string]float64{}, Work: map[string]float64{}, CPU: map[string]float64{}, SpeedUp: map[string]float64{}, Ratios: map[string]float64{}, Faster: map[string]float64{}}
	for i := 0; i < len(runs); i += 2 { // without steps and with them
		empty, full := &runs[i], &runs[i+1]
		f.Start[full.key()] = threeDigits(empty.wall)
		f.Work[full.key()] = threeDigits(full.wall - empty.wall)
		f.CPU[full.key()] = threeDigits(full.process - empty.process)
	}
	for i := range runs {
		way := runs[i].name + "." + runs[i].way
		f.SpeedUp[way] = quotient(f.Work[way+".1"], f.Work[way+".2"])
	}
	for i := range runs {
		for ours, c := range map[string]string{"threads": "openmp", "ranks": "mpi"} {
			ours, c = runs[i].name+"."+ours, runs[i].name+"."+c
			f.Ratios[ours+"."+strings.TrimPrefix(c, runs[i].name+".")] = quotient(f.SpeedUp[ours], f.SpeedUp[c])
			f.Faster[ours] = quotient(f.Work[c+".2"], f.Work[ours+".2"])
		}
	}
	return f
}

// quotient is a / b, or 0 if one of the two times is too short to be measured.
func quotient(a, b float64) float64 {
	if a <= 0 || b <= 0 {
		return 0
	}
	return threeDigits(a / b)
}
