package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
)

// These are the kernels that exist in both languages and run long enough to be timed. Both
// programs of a pair print the same lines, and repeat their work a fixed number of times. If
// the kernel also runs on a core, the C file is in testdata/kernels.
//
//go:embed sn/*.sn c/*.c c/*.h
var pairs embed.FS

// nativeRounds is the number of runs of each process. The figure is the median of the runs.
const nativeRounds = 5

// The settings of the C compiler for the comparison.
const (
	cFast   = "O3"
	cNormal = "O2"
)

// cFlags compile a kernel in C. As in Sinter, floating-point operations are not contracted (fused).
func cFlags(setting string) []string {
	flags := []string{"-" + setting, "-ffp-contract=off", "-o", "kernel", "-lm"}
	if setting == cFast {
		flags = append(flags, "-march=native")
	}
	return flags
}

// nativeFigures are the times of the kernels and their ratios to C.
type nativeFigures struct {
	Seconds map[string]float64 `json:"seconds"` // KERNEL.sinter KERNEL.O3 KERNEL.O2: user time, median
	Ratios  map[string]float64 `json:"ratios"`  // KERNEL.O3 KERNEL.O2: our time divided by C's time; and the geometric means
}

func newNative() *nativeFigures {
	return &nativeFigures{Seconds: map[string]float64{}, Ratios: map[string]float64{}}
}

// pairNames lists the kernels in order.
func pairNames() []string {
	files, err := fs.Glob(pairs, "sn/*.sn")
	if err != nil {
		panic("bench: " + err.Error())
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".sn"))
	}
	slices.Sort(names)
	return names
}

// native prints the figures of the kernels as JSON.
func native(ctx context.Context, only []string, rounds int) error {
	clang, err := exec.LookPath(clangName)
	if err != nil {
		return fmt.Errorf("%s is not installed (apt-get install clang-19 lld-19)", clangName)
	}
	f := newNative()
	for _, name := range pairNames() {
		if len(only) > 0 && !slices.Contains(only, name) {
			continue
		}
		if err := f.pair(ctx, clang, name, rounds); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(os.Stderr, "%-10s %6.3f s  %5.2f of -O3 -march=native  %5.2f of -O2\n", name,
			f.Seconds[name+".sinter"], f.Ratios[name+"."+cFast], f.Ratios[name+"."+cNormal])
	}
	f.means()
	return printJSON(os.Stdout, f)
}

// pair times one kernel. The processes run in turn, so that other load of the computer
// affects all of them.
func (f *nativeFigures) pair(ctx context.Context, clang, name string, rounds int) error {
	dir, err := os.MkdirTemp("", "sinter-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	programs := map[string]string{}
	if programs["sinter"], err = buildSinter(ctx, dir, name); err != nil {
		return err
	}
	kinds := []string{"sinter", cFast, cNormal}
	for _, setting := range kinds[1:] {
		if programs[setting], err = buildC(ctx, clang, dir, name, setting); err != nil {
			return err
		}
	}
	times, want := map[string][]float64{}, ""
	for range rounds {
		for _, kind := range kinds {
			said, seconds, err := userTime(ctx, programs[kind])
			if err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
			if want == "" {
				want = said
			}
			if err := agree("sinter", want, kind, said); err != nil {
				return err
			}
			times[kind] = append(times[kind], seconds)
		}
	}
	for _, kind := range kinds {
		slices.Sort(times[kind])
		f.Seconds[name+"."+kind] = threeDigits(times[kind][rounds/2])
	}
	for _, kind := range kinds[1:] {
		f.Ratios[name+"."+kind] = math.Round(1e3*times["sinter"][rounds/2]/times[kind][rounds/2]) / 1e3
	}
	return nil
}

// agree reports an error if two processes print nothing or print different lines.
func agree(one, says, other, said string) error {
	if says == "" || says != said {
		return fmt.Errorf("%s says %q, and %s %q", other, said, one, says)
	}
	return nil
}

// means adds the geometric mean of each setting.
func (f *nativeFigures) means() {
	for _, setting := range []string{cFast, cNormal} {
		var all []float64
		for key, v := range f.Ratios {
			if strings.HasSuffix(key, "."+setting) {
				all = append(all, v)
			}
		}
		if len(all) > 0 {
			f.Ratios["mean."+setting] = math.Round(1e3*geometricMean(all)) / 1e3
		}
	}
}

// buildSinter makes the Linux process of a kernel.
func buildSinter(ctx context.Context, dir, name string) (string, error) {
	p, err := loadPair(name, x86.Native)
	if err != nil {
		return "", err
	}
	img, err := p.X86(ctx, x86.Linux)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "sinter")
	return path, os.WriteFile(path, img.Stripped, 0o700)
}

// loadPair loads our program of a pair for a CPU.
func loadPair(name string, cpu x86.CPU) (*flow.Program, error) {
	text, err := pairs.ReadFile("sn/" + name + ".sn")
	if err != nil {
		return nil, err
	}
	return flow.LoadFiles([]*diag.File{{Name: name + ".sn", Text: string(text)}}, flow.Options{CPU: string(cpu)})
}

// inC reads the C file of a kernel: the kernel's own file, or the file that it shares with
// the program for a core.
func inC(file string) ([]byte, error) {
	text, err := pairs.ReadFile("c/" + file)
	if errors.Is(err, fs.ErrNotExist) {
		return sources.ReadFile("testdata/kernels/" + file)
	}
	return text, err
}

// buildC makes the process of a kernel in C.
func buildC(ctx context.Context, clang, dir, name, setting string) (string, error) {
	where := filepath.Join(dir, setting)
	if err := os.Mkdir(where, 0o700); err != nil {
		return "", err
	}
	for _, file := range []string{"kernel.h", "input.h", name + ".c"} {
		text, err := inC(file)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(where, file), text, 0o600); err != nil {
			return "", err
		}
	}
	cmd := exec.CommandContext(ctx, clang, append([]string{name + ".c"}, cFlags(setting)...)...)
	cmd.Dir = where
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %s", clangName, strings.TrimSpace(string(said)))
	}
	return filepath.Join(where, "kernel"), nil
}

// processEnds is the longest time that one run of a kernel may take.
const processEnds = time.Minute

// userTime runs a process. It returns the printed lines without the task names, and the user
// time.
func userTime(ctx context.Context, path string) (string, float64, error) {
	ctx, cancel := context.WithTimeout(ctx, processEnds)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, path)
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if err != nil && (ctx.Err() != nil || !errors.As(err, new(*exec.ExitError))) {
		return "", 0, err
	}
	if err != nil {
		return "", 0, fmt.Errorf("%w: %s", err, strings.TrimSpace(out.String()))
	}
	return strings.ReplaceAll(out.String(), "main: ", ""), cmd.ProcessState.UserTime().Seconds(), nil
}
