package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/world"
)

// simulated lists the simulated kernels, each with the number of repetitions of its work. With
// this number a run takes some millions of cycles.
func simulated() map[string]int {
	return map[string]int{"crc32": 30, "sha256": 30, "sort": 70, "firewall": 180, "fir": 700, "matmul": 400}
}

// outsider is the other simulator, with which our engines are compared.
const outsider = "verilator"

// simFigures are the speeds of the simulators for one run of a core's circuit.
type simFigures struct {
	Tool   string             `json:"tool"`   // the other simulator and the compiler that it uses
	Rates  map[string]float64 `json:"rates"`  // ENGINE.CORE.KERNEL: cycles per second of CPU time, median; gates_lanes_ENGINE: 64 lanes together
	Ratios map[string]float64 `json:"ratios"` // our rate divided by Verilator's rate; and the geometric means
	First  map[string]float64 `json:"first"`  // ENGINE.CORE.KERNEL: seconds from the circuit to the first cycle
	Cycles map[string]uint64  `json:"cycles"` // CORE.KERNEL
}

// printSimulators times the circuit engines beside Verilator. All of them run the same core
// with the same program, one after the other.
func printSimulators(ctx context.Context, only []string, rounds int, to io.Writer) error {
	for _, tool := range []string{outsider, clangXX} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("%s is not installed (apt-get install verilator %s)", tool, clangName)
		}
	}
	version, err := exec.CommandContext(ctx, outsider, "--version").Output()
	if err != nil {
		return err
	}
	f := &simFigures{
		Tool:  strings.TrimSpace(string(version)) + ", -O3, " + clangXX + " -O3 -march=native",
		Rates: map[string]float64{}, Ratios: map[string]float64{}, First: map[string]float64{}, Cycles: map[string]uint64{},
	}
	var names []string
	for name := range simulated() {
		if len(only) == 0 || slices.Contains(only, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, core := range flow.Cores() {
			if err := f.kernel(ctx, name, core, rounds); err != nil {
				return fmt.Errorf("%s on %s: %w", name, core, err)
			}
		}
	}
	f.means()
	return printJSON(to, f)
}

// enginesTimed lists the engines that are timed.
func enginesTimed() []string {
	var out []string
	for _, m := range cycle.Engines() {
		if m.Name != "direct" {
			out = append(out, m.Name)
		}
	}
	return out
}

// kernel times one kernel on one core.
func (f *simFigures) kernel(ctx context.Context, name, core string, rounds int) error {
	p, err := simProgram(name)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sinter-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := verilated(ctx, p, core, dir); err != nil {
		return err
	}
	times, want := map[string][]float64{}, ""
	for range rounds {
		for _, engine := range append([]string{outsider}, enginesTimed()...) {
			said, rate, err := f.once(ctx, p, engine, core, dir)
			if err != nil {
				return fmt.Errorf("%s: %w", engine, err)
			}
			if want == "" {
				want = said
			}
			if err := agree(outsider, want, engine, said); err != nil {
				return err
			}
			times[engine] = append(times[engine], rate)
		}
	}
	cycles, err := strconv.ParseUint(strings.Fields(want)[0], 10, 64)
	if err != nil {
		return err
	}
	at := core + "." + p.Name
	f.Cycles[at] = cycles
	for engine, all := range times {
		slices.Sort(all)
		f.Rates[engine+"."+at] = math.Round(all[rounds/2])
	}
	for _, engine := range enginesTimed() {
		f.Ratios[engine+"."+at] = threeDigits(f.Rates[engine+"."+at] / f.Rates[outsider+"."+at])
		fmt.Fprintf(os.Stderr, "%-10s %-6s %-7s %6.2f M cycles/s  %5.2f of %s\n", p.Name, core, engine,
			f.Rates[engine+"."+at]/1e6, f.Ratios[engine+"."+at], outsider)
	}
	return f.lanes(ctx, p, core, rounds)
}

// simProgram is a kernel that repeats its work often enough to be timed.
func simProgram(name string) (*flow.Program, error) {
	text, err := pairs.ReadFile("sn/" + name + ".sn")
	if err != nil {
		return nil, err
	}
	return flow.LoadFiles([]*diag.File{{Name: name + ".sn", Text: string(text)}},
		flow.Options{Settings: []types.Setting{{Name: "reps", Value: strconv.Itoa(simulated()[name])}}})
}

// once runs a kernel on an engine. It returns the output `CYCLES WORD...`, and the rate.
func (f *simFigures) once(ctx context.Context, p *flow.Program, engine, core, dir string) (string, float64, error) {
	if engine == outsider {
		return runVerilated(ctx, dir)
	}
	c, err := p.Core(ctx, core)
	if err != nil {
		return "", 0, err
	}
	ports, err := p.PortsOf(ctx)
	if err != nil {
		return "", 0, err
	}
	began := cpuTime()
	m, err := cycle.NewMachine(c.Circuit, ports, world.New(nil), cycle.Options{Engine: engine, SkipAsserts: true})
	if err != nil {
		return "", 0, err
	}
	if err := m.Step(); err != nil {
		return "", 0, err
	}
	first := cpuTime()
	f.First[engine+"."+core+"."+p.Name] = threeDigits((first - began).Seconds())
	tr, err := sim.Run(m, 0)
	if err != nil {
		return "", 0, err
	}
	rate := float64(m.Cycles()) / (cpuTime() - first).Seconds()
	said := strconv.FormatUint(m.Cycles(), 10)
	for _, e := range tr.Events {
		if e.Kind == trace.Log {
			said += " " + strings.TrimPrefix(e.Text, "result ")
		}
	}
	return said, rate, nil
}

// cpuTime is the CPU time of this process.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// clangXX compiles the C++ that Verilator writes.
const clangXX = "clang++-19"

// verilated builds Verilator's simulator of a core, with the fastest settings.
func verilated(ctx context.Context, p *flow.Program, core, dir string) error {
	files, _, err := p.HardwareFiles(ctx, core, flow.World{})
	if err != nil {
		return err
	}
	c, err := p.Core(ctx, core)
	if err != nil {
		return err
	}
	module := verilog.ModuleName(c.Circuit)
	files["main.cpp"] = strings.ReplaceAll(benchMain, "TOP", module)
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, outsider, "--cc", "--exe", "--build", "-O3", "--x-assign", "fast", "--x-initial", "fast", "--noassert",
		"-Wno-fatal", "-CFLAGS", "-O3 -march=native", "-MAKEFLAGS", "CXX="+clangXX+" LINK="+clangXX+" OPT_FAST=-O3",
		"--top-module", module, "--Mdir", "obj", "-o", "core", module+".v", "main.cpp")
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", outsider, err, lastLine(string(said)))
	}
	return nil
}

func lastLine(said string) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	return lines[len(lines)-1]
}

// benchMain runs a core until it halts. It prints the cycles, the CPU time, and the words that
// the core logs.
const benchMain = `#include "VTOP.h"
#include <cstdio>
#include <ctime>
#include <vector>
int main() {
  VTOP top;
  std::vector<unsigned> said;
  auto edge = [&] { top.clk = 0; top.eval(); top.clk = 1; top.eval(); };
  top.log_ready = 1;
  top.reset = 1;
  edge();
  top.reset = 0;
  unsigned long cycles = 0;
  timespec a, b;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
  for (;;) {
    top.clk = 0;
    top.eval();
    if (top.log_valid) said.push_back(top.log_data);
    if (top.halted) break;
    top.clk = 1;
    top.eval();
    cycles++;
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
  std::printf("%lu %.9f", cycles, double(b.tv_sec - a.tv_sec) + 1e-9 * double(b.tv_nsec - a.tv_nsec));
  for (unsigned w : said) std::printf(" %u", w);
  std::printf("\n");
}
`

// runVerilated runs the Verilator simulator once. It prints each log word as the machines print
// it: a site, then a number.
func runVerilated(ctx context.Context, dir string) (string, float64, error) {
	ctx, cancel := context.WithTimeout(ctx, processEnds)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "obj", "core"))
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return "", 0, err
	}
	fields := strings.Fields(string(out))
	if len(fields) < 4 {
		return "", 0, errors.New("it logs nothing")
	}
	cycles, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		return "", 0, err
	}
	seconds, err := strconv.ParseFloat(fields[1], 64)
	if err != nil {
		return "", 0, err
	}
	said := fields[0]
	for i := 3; i < len(fields); i += 2 {
		w, err := strconv.ParseUint(fields[i], 10, 32)
		if err != nil {
			return "", 0, err
		}
		said += fmt.Sprintf(" %x", w)
	}
	return said, cycles / seconds, nil
}

// means adds the geometric mean of each engine and core.
func (f *simFigures) means() {
	groups := map[string][]float64{}
	for key, v := range f.Ratios {
		group := key[:strings.LastIndex(key, ".")]
		groups[group] = append(groups[group], v)
	}
	for group, all := range groups {
		f.Ratios[group+".mean"] = threeDigits(geometricMean(all))
	}
}
