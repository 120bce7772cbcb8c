package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// The device that cores are placed on.
const (
	package256 = "ct256"
	devicePins = 206 // pins of the package
	seeds      = 3
)

// synthesis places every core on an iCE40 HX8K with yosys and nextpnr. The package has enough
// pins for the ports of a core with two devices. So each core is placed without a wrapper, and
// no cell belongs to anything else. Paths to and from pins do not limit the frequency.
func synthesis(ctx context.Context, examples []*example, f *figures) error {
	for _, tool := range []string{"yosys", "nextpnr-ice40"} {
		if _, err := exec.LookPath(tool); err != nil {
			f.missing("placed cores: %s is not installed (apt-get install %s)", tool, tool)
			return nil
		}
	}
	for _, e := range examples {
		for _, core := range flow.Cores() {
			c, err := e.Core(ctx, core)
			if err != nil {
				return err
			}
			if n := pins(c.Circuit); n > devicePins {
				f.missing("%s on %s placed: its ports have %d bits, the package %d pins", e.name, core, n, devicePins)
				continue
			}
			if err := place(ctx, c.Circuit, core+"."+e.name, f); err != nil {
				return fmt.Errorf("%s on %s: %w", e.name, core, err)
			}
		}
	}
	return nil
}

// pins counts the bits of a circuit's ports, clock and reset included.
func pins(c *rtl.Circuit) int {
	n := 2
	for _, id := range c.Inputs {
		n += c.Nodes[id].Width
	}
	for _, o := range c.Outputs {
		n += c.Nodes[o.Node].Width
	}
	return n
}

// place notes the cells and the frequency of a placed circuit.
func place(ctx context.Context, c *rtl.Circuit, key string, f *figures) error {
	at, err := placed(ctx, c, []string{"--freq", "100"})
	if err != nil {
		return err
	}
	f.count("placed_cells."+key, at.cells)
	f.count("placed_rams."+key, at.rams)
	f.rate("placed_mhz."+key, at.mhz)
	return nil
}

// placement is the result of placing a circuit. Each figure is the median over several seeds of the
// placer.
type placement struct {
	cells, rams int
	mhz         float64
}

// placed places a circuit.
func placed(ctx context.Context, c *rtl.Circuit, options []string) (placement, error) {
	dir, err := os.MkdirTemp("", "sinter-place-")
	if err != nil {
		return placement{}, err
	}
	defer os.RemoveAll(dir)
	_, files := verilog.Memories(c)
	files["core.v"] = verilog.Write(c, verilog.Options{})
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return placement{}, err
		}
	}
	script := fmt.Sprintf("read_verilog core.v; synth_ice40 -top %s -json core.json", c.Name)
	if err := tool(ctx, dir, "yosys", "-q", "-p", script); err != nil {
		return placement{}, err
	}
	return seeded(ctx, dir, options)
}

// seeded places the file core.json of a folder with several seeds.
func seeded(ctx context.Context, dir string, options []string) (placement, error) {
	var last report
	var err error
	seed := 0
	fmax, err := median(seeds, func() (float64, error) {
		seed++
		last, err = placeOnce(ctx, dir, seed, options)
		return last.fmax(), err
	})
	return placement{last.used("ICESTORM_LC"), last.used("ICESTORM_RAM"), fmax}, err
}

// report is the part of nextpnr's report that bench reads.
type report struct {
	Fmax map[string]struct {
		Achieved float64 `json:"achieved"`
	} `json:"fmax"`
	Utilization map[string]struct {
		Used int `json:"used"`
	} `json:"utilization"`
}

// fmax is the highest frequency of the only clock.
func (r report) fmax() float64 {
	v := 0.0
	for _, c := range r.Fmax {
		v = max(v, c.Achieved)
	}
	return v
}

func (r report) used(cell string) int { return r.Utilization[cell].Used }

func placeOnce(ctx context.Context, dir string, seed int, options []string) (report, error) {
	var r report
	args := []string{
		"--hx8k", "--package", package256, "--json", "core.json", "--timing-allow-fail",
		"--seed", fmt.Sprint(seed), "--report", "report.json", "--quiet",
	}
	err := tool(ctx, dir, "nextpnr-ice40", append(args, options...)...)
	if err != nil {
		return r, err
	}
	text, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(text, &r)
}

// tool runs an outside tool in a folder.
func tool(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(said)), "\n")
		return fmt.Errorf("%s: %v: %s", name, err, lines[len(lines)-1])
	}
	return nil
}
