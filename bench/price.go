package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/sinter-lang/sinter/hwgen/ice40"
	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// pricedPoint is a design point with the price of its netlist by our own mapper, and with the
// placer's result.
type pricedPoint struct {
	kernel, name string
	price        ice40.Usage
	at           placement
}

// pointsOf lists the design points, for which prices and placed netlists are compared.
func pointsOf() []struct {
	name, core string
	o          flow.Options
} {
	return []struct {
		name, core string
		o          flow.Options
	}{
		{"pipe3", flow.Pipe3, flow.Options{}},
		{"pipe3 --regs 8", flow.Pipe3, flow.Options{Regs: 8}},
		{"pipe3 --mine 16", flow.Pipe3, flow.Options{Mine: flow.MinedLines}},
		{"multi", flow.Multi, flow.Options{}},
		{"multi --regs 8", flow.Multi, flow.Options{Regs: 8}},
	}
}

// printPrices writes a row for each design point of the kernels, and a summary of how accurate
// the prices are.
func printPrices(ctx context.Context, o options, to io.Writer) error {
	t, err := peersOf(peersText)
	if err != nil {
		return err
	}
	for _, tool := range []string{"yosys", "nextpnr-ice40"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("netlists are placed with %s, which is not installed (apt-get install %s)", tool, tool)
		}
	}
	if len(o.only) == 0 {
		o.only = t.Kernels
	}
	list, err := load(o)
	if err != nil {
		return err
	}
	fmt.Fprintln(to, "| kernel | core | cells priced | placed | % | ns priced | placed | % |\n|---|---|---|---|---|---|---|---|")
	var all []pricedPoint
	for _, e := range list {
		for _, point := range pointsOf() {
			p := pricedPoint{kernel: e.name, name: point.name}
			if err := p.measure(ctx, e.dir, point.core, point.o); err != nil {
				return fmt.Errorf("%s on %s: %w", e.name, p.name, err)
			}
			fmt.Fprint(to, p.text())
			all = append(all, p)
		}
	}
	fmt.Fprint(to, summary(all))
	return nil
}

// measure prices and places a design point.
func (p *pricedPoint) measure(ctx context.Context, dir, core string, o flow.Options) error {
	program, err := flow.Load(dir, o)
	if err != nil {
		return err
	}
	c, err := program.Core(ctx, core)
	if err != nil {
		return err
	}
	d, err := ice40.Map(c.Circuit)
	if err != nil {
		return err
	}
	p.price = d.Usage()
	p.at, err = placedNetlist(ctx, c.Circuit, d, asPeers())
	return err
}

// period is the period of the placed netlist, in nanoseconds.
func (p *pricedPoint) period() float64 { return 1000 / p.at.mhz }

func (p *pricedPoint) text() string {
	ns := float64(p.price.Picoseconds) / 1000
	return fmt.Sprintf("| %s | %s | %d | %d | %+.1f | %.1f | %.1f | %+.1f |\n", p.kernel, p.name,
		p.price.Cells, p.at.cells, off(float64(p.price.Cells), float64(p.at.cells)), ns, p.period(), off(ns, p.period()))
}

// off is the error of a price as a percentage of the true value.
func off(price, is float64) float64 { return 100 * (price/is - 1) }

// differ is the smallest difference of the two periods of a pair for which the pair counts,
// relative to the smaller period.
const differ = 0.10

// ordered counts the pairs of points whose placed periods differ. It also counts the pairs that
// the prices put into the same order as the placed periods.
func ordered(all []pricedPoint) (pairs, right int) {
	for i := range all {
		for j := range all[:i] {
			a, b := &all[i], &all[j]
			if a.period() > b.period() {
				a, b = b, a
			}
			if b.period() > (1+differ)*a.period() {
				pairs++
				if a.price.Picoseconds < b.price.Picoseconds {
					right++
				}
			}
		}
	}
	return pairs, right
}

// summary says how accurate the prices are.
func summary(all []pricedPoint) string {
	cells, ns := 0.0, 0.0
	for i := range all {
		p := &all[i]
		cells = max(cells, math.Abs(off(float64(p.price.Cells), float64(p.at.cells))))
		ns = max(ns, math.Abs(off(float64(p.price.Picoseconds)/1000, p.period())))
	}
	pairs, right := ordered(all)
	share := ""
	if pairs > 0 {
		share = fmt.Sprintf(" (%.1f %%)", 100*float64(right)/float64(pairs))
	}
	return fmt.Sprintf("\n%d points: cells at most %.1f %% off, periods at most %.1f %%. Of %d pairs whose periods differ by over %.0f %%, %d are ordered right%s.\n",
		len(all), cells, ns, pairs, 100*differ, right, share)
}

// placedNetlist places a netlist without changing it: yosys only reads it.
func placedNetlist(ctx context.Context, c *rtl.Circuit, d *ice40.Design, options []string) (placement, error) {
	dir, err := os.MkdirTemp("", "sinter-place-")
	if err != nil {
		return placement{}, err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "core.v"), []byte(d.Verilog(nil)), 0o644); err != nil {
		return placement{}, err
	}
	script := fmt.Sprintf("read_verilog -lib +/ice40/cells_sim.v; read_verilog core.v; hierarchy -top %s; proc; write_json core.json", verilog.ModuleName(c))
	if err := tool(ctx, dir, "yosys", "-q", "-p", script); err != nil {
		return placement{}, err
	}
	return seeded(ctx, dir, options)
}
