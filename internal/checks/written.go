package checks

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/proc"
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify"
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/equiv"
	"github.com/sinter-lang/sinter/verify/yosys"
)

// written proves that the Verilog file is equivalent to the circuit. Yosys reads the file. Our
// own solver proves the equality. If abc is installed, abc proves the same equality.
func (l *ladder) written(c *flow.Core) error {
	l.progress("written Verilog of %s", c.Kind)
	if _, err := exec.LookPath("yosys"); err != nil {
		l.report.Add(verify.Skipped(flow.Cycle, c.Kind, verify.Verilog, (&flow.MissingTool{Tool: "yosys", Package: "yosys"}).Error()))
		return nil
	}
	dir, err := os.MkdirTemp("", "sinter-verilog-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	w, err := l.readBack(c.Circuit, verilog.Write(c.Circuit, verilog.Options{}), dir)
	if err != nil {
		return err
	}
	row := verify.Row{Level: flow.Cycle, Core: c.Kind, Check: verify.Verilog, Status: verify.Proved}
	var rep *equiv.Report
	if w.said == "" {
		if rep, err = w.compare(); err != nil { // the state elements of the file differ from the circuit's
			w.said = err.Error()
		}
	}
	if w.said != "" {
		row.Status, row.Detail = verify.Different, "the file cannot be compared: "+w.said
		l.report.Add(row)
		return nil
	}
	row.N = len(rep.Items)
	row.Detail = "the written file = circuit: all states, reset included, memories as shared arrays; read by yosys; " + rep.Solver
	settle(&row, rep)
	l.report.Add(row)
	if row.Status == verify.Proved {
		return l.secondProver(c, w, dir)
	}
	return nil
}

// readBack is a written module as yosys reads it, together with its circuit.
type readBack struct {
	whole, circuit *rtl.Circuit // the circuit with probes, and the circuit as it is built
	module         *yosys.Module
	names          *equiv.Names
	said           string // an error message of yosys
}

// readBack writes a module's text into a folder and lets yosys read it.
func (l *ladder) readBack(c *rtl.Circuit, text, dir string) (*readBack, error) {
	own := verilog.NamesOf(c)
	_, files := verilog.Memories(c)
	files[own.Module+".v"] = text
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			return nil, err
		}
	}
	w := &readBack{whole: c, circuit: plan.Built(c), names: netsOf(own)}
	cmd := proc.Command(l.ctx, "yosys", yosys.Arguments(own.Module+".v", own.Module, "net.json")...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		w.said = complaint(string(out), err)
		return w, l.ctx.Err()
	}
	data, err := os.ReadFile(filepath.Join(dir, "net.json"))
	if err != nil {
		return nil, err
	}
	if w.module, err = yosys.Read(data, own.Module); err != nil {
		w.said = err.Error()
	}
	return w, nil
}

func netsOf(own *verilog.Names) *equiv.Names {
	n := &equiv.Names{Ports: own.Ports, Regs: own.Regs, Mems: own.Mems, Reads: map[blast.Place]string{}}
	for mem, ports := range own.Reads {
		for j, name := range ports {
			n.Reads[blast.Place{Kind: blast.ReadData, Name: mem, Port: j}] = name
		}
	}
	return n
}

// compare proves two things. First, a circuit without the parts that are never read behaves
// the same. Second, the file is equivalent to this smaller circuit.
func (w *readBack) compare() (*equiv.Report, error) {
	rep, err := equiv.Pruned(w.whole, w.circuit, equiv.Options{})
	if err != nil || rep.Status() != equiv.Proved {
		return rep, err
	}
	return equiv.Verilog(w.circuit, w.module, w.names, equiv.Options{})
}

// abcSeconds is the time limit of the second prover.
const abcSeconds = 60

// secondProver asks abc whether the two circuits are equal.
func (l *ladder) secondProver(c *flow.Core, w *readBack, dir string) error {
	tool, err := abc()
	if err != nil {
		return nil
	}
	a, b, err := equiv.VerilogFormulas(w.circuit, w.module, w.names)
	if err != nil {
		return err
	}
	for name, g := range map[string]*gate.Graph{"circuit.aig": a, "module.aig": b} {
		if err := os.WriteFile(filepath.Join(dir, name), gate.PrintBinary(g), 0o644); err != nil {
			return err
		}
	}
	cmd := proc.Command(l.ctx, tool, "-c", fmt.Sprintf("cec -T %d circuit.aig module.aig", abcSeconds))
	cmd.Dir = dir
	out, _ := cmd.CombinedOutput() // abc exits with 0 for every result
	if l.ctx.Err() != nil {
		return l.ctx.Err()
	}
	row := verify.Row{Level: flow.Cycle, Core: c.Kind, Check: verify.Verilog, Status: verify.Proved, N: len(a.Outputs), Detail: "the written file = circuit: abc proves the same formulas"}
	switch said := string(out); {
	case strings.Contains(said, "Networks are equivalent"):
	case strings.Contains(said, "NOT EQUIVALENT"):
		row.Status, row.Detail = verify.Different, "abc: "+complaint(said, nil)
	default:
		row.Status, row.Detail = verify.NotRun, "abc gives no answer: "+complaint(said, nil)
	}
	l.report.Add(row)
	return nil
}

// abc finds the prover: a separate program, or the one that comes with yosys.
func abc() (string, error) {
	path, err := exec.LookPath("yosys-abc")
	if err != nil {
		path, err = exec.LookPath("abc")
	}
	return path, err
}
