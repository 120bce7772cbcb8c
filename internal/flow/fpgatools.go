package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sinter-lang/sinter/hwgen/board"
	"github.com/sinter-lang/sinter/internal/proc"
)

// packageOf names the package of each outside tool for boards.
var packageOf = map[string]string{
	"yosys": "apt-get install -y yosys", "nextpnr-ice40": "apt-get install -y nextpnr-ice40", "icepack": "apt-get install -y fpga-icestorm",
	"iceprog": "apt-get install -y fpga-icestorm", "tinyprog": "pip install tinyprog", "openFPGALoader": "apt-get install -y openfpgaloader",
}

// tool runs an outside tool in the folder and records how long it took. The error contains the
// tool's output.
func (f *FPGA) tool(ctx context.Context, dir, name string, args ...string) error {
	if _, err := exec.LookPath(name); err != nil {
		f.Tools = append(f.Tools, ToolRun{Tool: name, Missing: packageOf[name]})
		return fmt.Errorf("%s is not installed, so there is no bitstream; the files are written. To install it: %s", name, packageOf[name])
	}
	began := time.Now()
	cmd := proc.Command(ctx, name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	f.Tools = append(f.Tools, ToolRun{Tool: name, Seconds: time.Since(began).Seconds()})
	if err != nil {
		return fmt.Errorf("%s failed: %s (to repeat: cd %s && %s)", name, lastError(string(out), err), dir, commandLine(name, args))
	}
	return nil
}

func commandLine(name string, args []string) string {
	line := name
	for _, a := range args {
		if strings.ContainsAny(a, " ;") {
			a = "'" + a + "'"
		}
		line += " " + a
	}
	return line
}

// lastError is the line of a tool's output that states the error.
func lastError(said string, err error) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	for _, line := range lines {
		if strings.HasPrefix(line, "ERROR") {
			return strings.TrimSpace(line)
		}
	}
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return last
	}
	return err.Error()
}

// implement makes the bitstream with the tools of the part's family.
func (p *Program) implement(ctx context.Context, f *FPGA, o FPGAOptions) error {
	b, name := f.design.Board, f.design.Module()
	if b.Part.Family != board.ICE40 {
		return nil // Sinter runs no tool for this family, so the files are the result
	}
	os.Remove(filepath.Join(o.Dir, f.image())) // else a bitstream of an earlier run could be mistaken for a new one
	steps := f.steps(nil)
	run := func(step toolStep, more ...string) error {
		return f.tool(ctx, o.Dir, step.tool, append(slices.Clone(step.args), more...)...)
	}
	if err := run(steps[0]); err != nil {
		return err
	}
	if err := f.count(filepath.Join(o.Dir, name+".json"), name); err != nil {
		return err
	}
	if f.Fits = f.Used.need().Fits(b.Part, b.Part); !f.Fits {
		return tooLarge(b, *f.Used, "by yosys")
	}
	report := name + "_nextpnr.json"
	if err := run(steps[1], "--timing-allow-fail"); err != nil { // the report shows whether the design is too slow
		return err
	}
	if err := f.timing(filepath.Join(o.Dir, report)); err != nil {
		return err
	}
	if f.Fits = f.Used.need().Fits(b.Part, b.Part); !f.Fits {
		return tooLarge(b, *f.Used, "by nextpnr")
	}
	if !f.Meets {
		return f.tooSlow()
	}
	if err := run(steps[2]); err != nil {
		return err
	}
	for _, between := range []string{".json", ".asc", "_nextpnr.json"} { // after a failure these files remain, for the command that repeats the run
		os.Remove(filepath.Join(o.Dir, name+between))
	}
	f.Bitstream = filepath.Join(o.Dir, f.image())
	f.Load = commandLine(b.Programmer, f.loader(f.Bitstream))
	return nil
}

// loader returns the arguments with which the board's programmer loads a bitstream.
func (f *FPGA) loader(bitstream string) []string {
	switch f.design.Board.Programmer {
	case "tinyprog":
		return []string{"-p", bitstream}
	case "openFPGALoader":
		return []string{"-b", f.design.Board.Name, bitstream}
	}
	return []string{bitstream}
}

// load loads the bitstream onto the board.
func (f *FPGA) load(ctx context.Context) error {
	if f.Bitstream == "" {
		return UserErrorf("--program: there is no bitstream for %s, whose tools Sinter does not run; the files are written", f.design.Board.Part.Name)
	}
	name := f.design.Board.Programmer
	if _, err := exec.LookPath(name); err != nil {
		f.Tools = append(f.Tools, ToolRun{Tool: name, Missing: packageOf[name]})
		return fmt.Errorf("%s is not installed; the bitstream is written. To install it: %s", name, packageOf[name])
	}
	return f.tool(ctx, "", name, f.loader(f.Bitstream)...)
}

// count reads the result of yosys. Tables and flip-flops are counted separately. After
// placement the number of cells is at most the sum of these two numbers.
func (f *FPGA) count(path, module string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var netlist struct {
		Modules map[string]struct {
			Cells map[string]struct{ Type string }
		}
	}
	if err := json.Unmarshal(data, &netlist); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	tables, flops := 0, 0
	u := &Usage{}
	for _, c := range netlist.Modules[module].Cells {
		switch {
		case c.Type == "SB_LUT4":
			tables++
		case strings.HasPrefix(c.Type, "SB_DFF"):
			flops++
		case strings.HasPrefix(c.Type, "SB_RAM40"):
			u.Blocks++
		case c.Type == "SB_MAC16":
			u.DSPs++
		case c.Type == "SB_SPRAM256KA":
			u.SPRAMs++
		}
	}
	u.Cells = max(tables, flops)
	f.Used = u
	return nil
}

// timing reads the report of nextpnr.
func (f *FPGA) timing(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var r struct {
		Fmax        map[string]struct{ Achieved, Constraint float64 }
		Utilization map[string]struct{ Used int }
		Paths       []placedPath `json:"critical_paths"`
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	f.Used.Cells = r.Utilization["ICESTORM_LC"].Used
	if p := worst(r.Paths); p != nil {
		f.Path, f.PathNs = pathOf(p)
	}
	f.Meets = len(r.Fmax) > 0
	for _, c := range r.Fmax {
		if f.FmaxMHz == 0 || c.Achieved < f.FmaxMHz {
			f.FmaxMHz = c.Achieved
		}
		f.Meets = f.Meets && c.Achieved >= f.ClockMHz
	}
	return nil
}
