package main

import (
	"context"
	_ "embed" // the figures of the other cores
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/ice40"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/rtl"
)

//go:embed peers.json
var peersText []byte

// peerTable holds the figures of other cores for the kernels, and the goals of our cores.
type peerTable struct {
	Flow    string              `json:"flow"`
	Kernels []string            `json:"kernels"`
	Goals   map[string]coreGoal `json:"goals"`
	Peers   []peerCore          `json:"peers"`
}

// coreGoal is the size and time that the fastest core of a kernel may have.
type coreGoal struct {
	Cells int     `json:"cells"`
	US    float64 `json:"us"`
}

// peerCore is a configuration of another core.
type peerCore struct {
	Name    string  `json:"name"`
	Version string  `json:"version"`
	Cells   int     `json:"cells"`
	MHz     float64 `json:"mhz"`
	Cycles  []int   `json:"cycles"` // in the order of Kernels
}

func peersOf(text []byte) (*peerTable, error) {
	t := &peerTable{}
	if err := json.Unmarshal(text, t); err != nil {
		return nil, fmt.Errorf("peers.json: %w", err)
	}
	for _, p := range t.Peers {
		if len(p.Cycles) != len(t.Kernels) || p.Cells == 0 || p.MHz == 0 {
			return nil, fmt.Errorf("peers.json: %s wants cells, mhz and the cycles of %d kernels", p.Name, len(t.Kernels))
		}
	}
	return t, nil
}

// beaten counts the other cores that are both larger and slower than ours on a kernel.
func (t *peerTable) beaten(kernel string, cells int, us float64) int {
	n, k := 0, slices.Index(t.Kernels, kernel)
	for _, p := range t.Peers {
		if cells < p.Cells && us < float64(p.Cycles[k])/p.MHz {
			n++
		}
	}
	return n
}

// coreRow is a table row: the core of a kernel, after placement.
type coreRow struct {
	kernel, core string
	mine         int  // largest number of mined lines
	netlist      bool // the netlist is mapped by Sinter, not by yosys
	cells, rams  int
	mhz          float64
	cycles       int
}

func (r *coreRow) us() float64 { return float64(r.cycles) / r.mhz }

func (r *coreRow) name() string {
	name := r.core
	if r.mine > 0 {
		name += fmt.Sprintf(" --mine %d", r.mine)
	}
	if r.netlist {
		name += " --netlist"
	}
	return name
}

// text is the table row as text. A mark follows each figure that misses its goal.
func (r *coreRow) text(t *peerTable) string {
	g := t.Goals[r.kernel]
	mark := func(over bool) string {
		if over {
			return " !"
		}
		return ""
	}
	return fmt.Sprintf("| %s | %s | %d%s | %d | %.1f | %d | %.0f%s | %d / %.0f | %d |\n", r.kernel, r.name(), r.cells, mark(r.cells > g.Cells),
		r.rams, r.mhz, r.cycles, r.us(), mark(r.us() > g.US), g.Cells, g.US, t.beaten(r.kernel, r.cells, r.us()))
}

// coresOf lists the cores to place for each kernel of the table.
func coresOf(kinds string) ([]coreRow, error) {
	var out []coreRow
	for _, kind := range strings.Split(kinds, ",") {
		core, netlist := strings.CutSuffix(kind, "+netlist")
		core, mined := strings.CutSuffix(core, "+mine")
		if !slices.Contains(flow.AllCores(), core) {
			return nil, fmt.Errorf("-kinds wants %s, each with +mine, +netlist, both in this order, or neither, got %s", strings.Join(flow.AllCores(), ", "), kind)
		}
		row := coreRow{core: core, netlist: netlist}
		if mined {
			row.mine = flow.MinedLines
		}
		out = append(out, row)
	}
	return out, nil
}

// measure places a core and runs it.
func (r *coreRow) measure(ctx context.Context, e *example, goal flow.Goal) error {
	p, err := flow.Load(e.dir, flow.Options{Mine: r.mine, Goal: goal})
	if err != nil {
		return err
	}
	with := *e
	with.Program = p
	if err := with.sameOn(ctx, r.core); err != nil {
		return err
	}
	if r.cycles, err = with.work(ctx, flow.Cycle, r.core, "cycles"); err != nil {
		return err
	}
	c, err := p.Core(ctx, r.core)
	if err != nil {
		return err
	}
	at, err := r.place(ctx, c.Circuit)
	r.cells, r.rams, r.mhz = at.cells, at.rams, at.mhz
	return err
}

// place places the core. It uses either the Verilog, which yosys maps, or the netlist of ir/gate
// and hwgen/ice40.
func (r *coreRow) place(ctx context.Context, c *rtl.Circuit) (placement, error) {
	if !r.netlist {
		return placed(ctx, c, asPeers())
	}
	d, err := ice40.Map(c)
	if err != nil {
		return placement{}, err
	}
	return placedNetlist(ctx, c, d, asPeers())
}

// asPeers are the placer options with which the other cores were measured.
func asPeers() []string { return []string{"--freq", "150", "--placer", "heap"} }

// printCores writes the table of the goals. A row has a core's size and time, the goals for
// both, and the number of other cores that are both larger and slower.
func printCores(ctx context.Context, o options, kinds string, to io.Writer) error {
	t, err := peersOf(peersText)
	if err != nil {
		return err
	}
	for _, tool := range []string{"yosys", "nextpnr-ice40"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("cores are placed with %s, which is not installed (apt-get install %s)", tool, tool)
		}
	}
	rows, err := coresOf(kinds)
	if err != nil {
		return err
	}
	if len(o.only) == 0 {
		o.only = t.Kernels
	}
	list, err := load(o)
	if err != nil {
		return err
	}
	fmt.Fprintf(to, "%s\n\n| kernel | core | cells | RAMs | MHz | cycles | us | goal | of %d peers beaten |\n|---|---|---|---|---|---|---|---|---|\n", t.Flow, len(t.Peers))
	for _, name := range t.Kernels {
		k := slices.IndexFunc(list, func(e *example) bool { return e.name == name })
		for _, row := range rows {
			if k < 0 {
				break
			}
			row.kernel = name
			if err := row.measure(ctx, list[k], o.goal); err != nil {
				return fmt.Errorf("%s on %s: %w", name, row.name(), err)
			}
			fmt.Fprint(to, row.text(t))
		}
	}
	fmt.Fprintln(to, "\n! is over the goal.")
	return nil
}
