package checks

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/proc"
	"github.com/sinter-lang/sinter/verify"
)

// witnessFrames is the number of frames that an outside simulator gets from the captures.
// Icarus runs only about ten thousand cycles per second.
const witnessFrames = 64

// witness runs the written Verilog and its test bench in outside simulators. If a simulator
// reports an error, the files stay in place, and the row gives the command that repeats the
// run.
func (l *ladder) witness(c *flow.Core) error {
	w := l.opts.World
	w.Frames = witnessFrames
	files, figures, err := l.HardwareFiles(l.ctx, c.Kind, w)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sinter-witness-")
	if err != nil {
		return err
	}
	keep := false
	defer func() {
		if !keep {
			os.RemoveAll(dir)
		}
	}()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, s := range simulators(verilog.ModuleName(c.Circuit)) {
		l.progress("%s on %s", s.name, c.Kind)
		row := s.row(l.ctx, c.Kind, dir, files, int(figures["events"]))
		if l.ctx.Err() != nil {
			return l.ctx.Err()
		}
		keep = keep || row.Status == verify.Different
		l.report.Add(row)
	}
	return nil
}

// simulator is an outside program that runs the test bench. Its commands run in order, in the
// folder of the files.
type simulator struct {
	name, debian string
	commands     [][]string
	versions     [][]string // commands that print the versions of the tools
	lib          *library   // objects that one command makes and other runs can reuse; nil: none
}

// icarus is the command that prints the version of Icarus Verilog.
var icarus = [][]string{{"iverilog", "-V"}}

func simulators(module string) []simulator {
	v, tb := module+".v", module+"_tb.v"
	verilator := [][]string{{"verilator", "--version"}, {"c++", "--version"}}
	return []simulator{
		{name: "iverilog", debian: "iverilog", commands: [][]string{{"iverilog", "-g2005", "-o", "tb", v, tb}, {"vvp", "-n", "tb"}}, versions: icarus},
		// Verilator 5.006 miscompiles some designs without the two -fno flags. The run is so
		// short that optimising it costs more time than it saves.
		{name: "verilator", debian: "verilator", commands: [][]string{
			{"verilator", "--cc", "--exe", "--main", "--timing", "-fno-reorder", "-fno-split", "-Wno-fatal", "--top-module", module + "_tb", "--Mdir", "obj", "-o", "tb", v, tb},
			{"make", "-C", "obj", "-f", "V" + module + "_tb.mk", "OPT_FAST=-O0", "OPT_SLOW=-O0", "OPT_GLOBAL=-O0"},
			{"obj/tb"},
		}, versions: verilator, lib: &library{step: 1, dir: "obj", files: "verilated*.o", versions: verilator}},
	}
}

// row runs the files in folder dir, unless the same files passed before.
func (s *simulator) row(ctx context.Context, core, dir string, files map[string]string, events int) verify.Row {
	row := verify.Row{
		Level: flow.Cycle, Core: core, Check: verify.Witness, Status: verify.Equal, N: events,
		Detail: fmt.Sprintf("%s runs the Verilog and its test bench, at most %d frames", s.name, witnessFrames),
	}
	if _, err := exec.LookPath(s.name); err != nil {
		return verify.Skipped(flow.Cycle, core, verify.Witness, (&flow.MissingTool{Tool: s.name, Package: s.debian}).Error())
	}
	result := passedFor(ctx, s, files)
	if result.before() {
		return row
	}
	said := ""
	for i, command := range s.commands {
		s.lib.lend(ctx, i, dir)
		path := command[0]
		if strings.Contains(path, "/") {
			path = filepath.Join(dir, path)
		}
		cmd := proc.Command(ctx, path, command[1:]...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		said = string(out)
		if err != nil {
			return s.failed(row, dir, complaint(said, err))
		}
		s.lib.keep(ctx, i, dir)
	}
	if !strings.Contains(said, fmt.Sprintf("PASS %d events", events)) {
		return s.failed(row, dir, complaint(said, nil))
	}
	result.remember()
	return row
}

// failed writes the tool, its complaint, and the command that repeats the run into the row.
func (s *simulator) failed(row verify.Row, dir, said string) verify.Row {
	repeat := "cd " + dir
	for _, command := range s.commands {
		repeat += " && " + strings.Join(command, " ")
	}
	row.Status, row.Detail = verify.Different, fmt.Sprintf("%s: %s (to repeat: %s)", s.name, said, repeat)
	return row
}

// complaint finds the line of an outside tool's output that states the error.
func complaint(said string, err error) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	for _, word := range []string{"FAIL", "rror"} {
		for _, line := range lines {
			if strings.Contains(line, word) {
				return strings.TrimSpace(line)
			}
		}
	}
	if said == "" && err != nil {
		return err.Error()
	}
	return strings.TrimSpace(lines[len(lines)-1])
}
