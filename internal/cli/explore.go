package cli

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
)

// exploreCmd is `sinter explore`.
type exploreCmd struct {
	Paths     []string `arg:"" optional:"" name:"path" help:"Programs: source files, or folders whose .sn files are one program."`
	Out       string   `short:"o" placeholder:"DIR" help:"Folder of the sweep; an interrupted sweep in the folder continues."`
	Space     string   `placeholder:"F.toml" help:"Axes and constraints; without it, multi and pipe3 with 8, 16, 24 and 32 registers."`
	Objective []string `default:"time,area" placeholder:"NAME,..." help:"What to make small: time, area, cycles, luts, depth, memory, text. The first two are drawn."`
	Define    []string `short:"D" placeholder:"NAME=VALUE" help:"Set a config of the programs for all points."`
	PcapIn    []string `name:"pcap-in" placeholder:"DEVICE=FILE" help:"Frames that arrive at a device, in every run; DEVICE=none for nothing."`
	Disk      []string `placeholder:"DISK=FILE" help:"The image of a disk, in every run."`
	Until     string   `placeholder:"TIME" help:"End of every run, such as 20ms."`
	Seed      int64    `placeholder:"N" help:"Seed of the random gaps on the ports of the cores; 0: none."`
	Runner    string   `default:"local" enum:"local,slurm,slurm-or-local" help:"Where points are measured: local, slurm, or slurm-or-local."`
	Jobs      int      `short:"j" default:"0" placeholder:"N" help:"Units at a time; on Slurm, jobs of the array (0: the processors of this computer)."`
	Sbatch    []string `sep:"none" placeholder:"ARG" help:"A further argument of sbatch, such as --partition=short."`
	Repro     string   `placeholder:"MANIFEST" help:"Make the points of a sweep again from its folder and compare every figure."`
	Point     []string `placeholder:"KEY" help:"With --repro: only points whose key begins with this text."`
	Worker    string   `hidden:"" placeholder:"DIR" help:"Measure units of a folder's queue."`
	As        string   `hidden:"" help:"Name of the worker."`
}

// Run runs a sweep, repeats a sweep, or works for a sweep as a worker.
func (c *exploreCmd) Run(e *env) error {
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	switch {
	case c.Worker != "":
		return checks.ExploreWorker(e.ctx, c.Worker, c.As, executable)
	case c.Repro != "" && (len(c.Paths) > 0 || c.Out != ""):
		return flow.UserErrorf("--repro takes programs and folder from the manifest: give no other")
	case c.Repro != "":
		return c.repro(e, executable)
	case len(c.Point) > 0:
		return flow.UserErrorf("--point chooses among the points of --repro")
	case len(c.Paths) == 0:
		return flow.UserErrorf("explore wants a program; sinter explore --help")
	case c.Out == "":
		return flow.UserErrorf("explore wants a folder: -o DIR")
	}
	return c.sweep(e, executable)
}

func (c *exploreCmd) sweep(e *env, executable string) error {
	o := checks.ExploreOptions{
		Paths: c.Paths, Dir: c.Out, Space: c.Space, Objectives: c.Objective, Settings: c.Define, Runner: c.Runner, Jobs: jobs(c.Jobs), Sbatch: c.Sbatch, Executable: executable,
		World:  flow.World{Captures: c.PcapIn, Disks: c.Disk, Until: c.Until, Seed: c.Seed},
		Notice: func(message string) { fmt.Fprintln(e.err, "sinter:", message) },
	}
	if !e.json {
		o.Progress = newProgress(e.err).step
	}
	r, err := checks.Explore(e.ctx, o)
	if err != nil {
		if r != nil && e.ctx.Err() != nil {
			fmt.Fprintf(e.err, "%s of %d are in %s; the same command goes on from there\n", count(r.Kept+r.Made, "point"), r.Points, c.Out)
		}
		return err
	}
	e.failed = exploreCode(r)
	if e.json {
		e.printJSON(r)
		return nil
	}
	c.print(e, r)
	return nil
}

// exploreCode is the exit code of a sweep: the code of its worst point.
func exploreCode(r *checks.ExploreReport) int {
	code := exitOK
	for _, f := range r.Failed {
		code = max(code, map[string]int{"difference": exitDifference, "fault": exitFault}[f.Kind], exitUser)
	}
	return code
}

// print shows the front, the failures, and the number of results.
func (c *exploreCmd) print(e *env, r *checks.ExploreReport) {
	table(e.out, frontTable(c.Objective, r.Front))
	for _, f := range r.Failed {
		fmt.Fprintf(e.err, "%s: %s: %s\n", f.Point, f.Kind, strings.ReplaceAll(f.Message, "\n", "\n  "))
	}
	damaged := ""
	if r.Damaged > 0 {
		damaged = fmt.Sprintf(" (%d were damaged in the folder)", r.Damaged)
	}
	fmt.Fprintf(e.err, "%s: %d from the folder, %d made%s, %d failed; %.1f s\n", count(r.Points, "point"), r.Kept, r.Made, damaged, len(r.Failed), r.Seconds)
	for _, f := range r.Files {
		fmt.Fprintln(e.err, f)
	}
}

// frontTable has a row for each distinct result on the front. The row shows the first point
// with that result, and counts the other points with the same values.
func frontTable(objectives []string, front []checks.FrontRow) [][]string {
	rows := [][]string{append(append([]string{"program"}, objectives...), "point")}
	same := 0
	for i, f := range front {
		row := []string{f.Program}
		for _, v := range f.Values {
			row = append(row, fmt.Sprint(v))
		}
		last := rows[len(rows)-1]
		if i > 0 && slices.Equal(row, last[:len(row)]) {
			same++
			last[len(row)] = front[i-same].Point + fmt.Sprintf(" (and %d more)", same)
			continue
		}
		same = 0
		rows = append(rows, append(row, f.Point))
	}
	return rows
}

// repro measures points again.
func (c *exploreCmd) repro(e *env, executable string) error {
	o := checks.ReproOptions{Manifest: c.Repro, Keys: c.Point, Jobs: jobs(c.Jobs), Executable: executable}
	if !e.json {
		o.Progress = newProgress(e.err).step
	}
	r, err := checks.Repro(e.ctx, o)
	if err != nil {
		return err
	}
	if len(r.Different) > 0 {
		e.failed = exitDifference
	}
	if e.json {
		e.printJSON(r)
		return nil
	}
	if r.OtherTool {
		fmt.Fprintln(e.err, "sinter: the sweep was made by another build of the tool")
	}
	for _, d := range r.Different {
		fmt.Fprintf(e.out, "%s\n  was %s\n  is  %s\n", d.Point, d.Was, d.Is)
	}
	fmt.Fprintf(e.err, "%s made again: %d equal, %d different, %d not in the folder\n", count(r.Points, "point"), r.Equal, len(r.Different), r.Unknown)
	return nil
}

// jobs is the number of units that are measured at a time.
func jobs(n int) int {
	if n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}
