package checks

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	cells "github.com/sinter-lang/sinter/hwgen/ice40"
	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify"
	"github.com/sinter-lang/sinter/verify/equiv"
	"github.com/sinter-lang/sinter/verify/ice40"
)

// netlist proves that the file of iCE40 cells is equivalent to the circuit. It also simulates
// the file with Icarus and yosys's models of the cells.
func (l *ladder) netlist(c *flow.Core) error {
	l.progress("netlist of %s", c.Kind)
	d, err := cells.Map(c.Circuit)
	if err != nil {
		l.report.Add(verify.Skipped(flow.Gates, c.Kind, verify.Netlist, err.Error()))
		return nil
	}
	text := d.Verilog(nil)
	rep, err := CompareNetlist(c.Circuit, text)
	row := verify.Row{Level: flow.Gates, Core: c.Kind, Check: verify.Netlist, Status: verify.Proved}
	if err != nil {
		row.Status, row.Detail = verify.Different, "the file cannot be compared: "+err.Error()
		l.report.Add(row)
		return nil
	}
	row.N = len(rep.Items)
	row.Detail = fmt.Sprintf("the file of %d iCE40 cells and %d block RAMs = circuit: all states, reset included, memories as shared arrays; %s", d.Usage().Cells, d.Usage().Blocks, rep.Solver)
	settle(&row, rep)
	l.report.Add(row)
	return l.simulateNetlist(c, text)
}

// CompareNetlist proves that a text of iCE40 cells is equivalent to a circuit. It is an
// error if the text is wrong, or if the text has other registers or memories than the
// circuit.
func CompareNetlist(c *rtl.Circuit, text string) (*equiv.Report, error) {
	built := plan.Built(c)
	rep, err := equiv.Pruned(c, built, equiv.Options{})
	if err != nil || rep.Status() != equiv.Proved {
		return rep, err
	}
	return ice40.Prove(built, text, netsOf(verilog.NamesOf(c)))
}

// simulateNetlist runs the netlist with the test bench of the core.
func (l *ladder) simulateNetlist(c *flow.Core, text string) error {
	models, err := cellModels()
	if err != nil {
		l.report.Add(verify.Skipped(flow.Gates, c.Kind, verify.Netlist, err.Error()))
		return nil
	}
	w := l.opts.World
	w.Frames = netlistFrames
	m, _, _, err := l.Trace(l.ctx, flow.Cycle, c.Kind, w)
	if err != nil {
		return err
	}
	if n := flow.Figures(m)["cycles"]; n > netlistCycles {
		l.report.Add(verify.Skipped(flow.Gates, c.Kind, verify.Netlist,
			fmt.Sprintf("the run has %.0f cycles, and a simulation of single cells is given at most %d", n, netlistCycles)))
		return nil
	}
	files, figures, err := l.HardwareFiles(l.ctx, c.Kind, w)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sinter-netlist-")
	if err != nil {
		return err
	}
	module := verilog.ModuleName(c.Circuit)
	files[module+".v"] = text
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	s := simulator{name: "iverilog", debian: "iverilog", commands: [][]string{
		{"iverilog", "-g2005", "-DNO_ICE40_DEFAULT_ASSIGNMENTS", "-o", "tb", module + ".v", module + "_tb.v", models}, {"vvp", "-n", "tb"},
	}, versions: append(icarus[:1:1], []string{"yosys", "-V"})}
	row := s.row(l.ctx, c.Kind, dir, files, int(figures["events"]))
	row.Level, row.Check = flow.Gates, verify.Netlist
	if row.Status == verify.Equal {
		row.Detail = fmt.Sprintf("iverilog runs the file with the cells of yosys' cells_sim.v, at most %d frames", netlistFrames)
	}
	if row.Status != verify.Different { // after a difference the files stay, for the command that repeats the run
		os.RemoveAll(dir)
	}
	l.report.Add(row)
	return l.ctx.Err()
}

// Simulation of single cells is slow (a few hundred cycles per second), so the runs are short.
const (
	netlistFrames = 8
	netlistCycles = 4000
)

// cellModels finds the simulation models of the cells that come with yosys.
func cellModels() (string, error) {
	path, err := exec.LookPath("yosys")
	if err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			file := filepath.Join(filepath.Dir(filepath.Dir(path)), "share", "yosys", "ice40", "cells_sim.v")
			if _, err = os.Stat(file); err == nil {
				return file, nil
			}
		}
	}
	missing := (&flow.MissingTool{Tool: "yosys", Package: "yosys"}).Error()
	return "", fmt.Errorf("the models of the cells come with yosys: %s", strings.TrimSpace(missing))
}
