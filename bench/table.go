package main

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/explore"
	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
)

// tableSpace is the family of the tables: both organisations, with mined lines and without.
const tableSpace = "[axes]\norganisation = [\"multi\", \"pipe3\"]\nmining = [\"off\", \"16\"]\n"

// tableOptions say where the tables come from.
type tableOptions struct {
	dir    string // folder of the tables, and of one sweep for each program
	runner string
	jobs   int
	priced bool // areas and clocks come from the price model, even if cores could be placed
}

// tableRow is a core of a program.
type tableRow struct {
	program, core string
	mined         bool
	cells, cycles int
	mhz           float64
}

func (r *tableRow) us() float64 { return float64(r.cycles) / r.mhz }

// cost is area times time, in cells times milliseconds.
func (r *tableRow) cost() float64 { return float64(r.cells) * r.us() / 1000 }

func (r *tableRow) name() string {
	if r.mined {
		return r.core + " mined"
	}
	return r.core
}

// tables are the figures of a paper: the cost of cores of the kernels, and the speed-up by
// mined lines over the programs.
type tables struct {
	flow    string // description of how areas and clocks were found
	kernels []string
	rows    []tableRow // for each program, kernels included, its four cores in order
	missing []string
}

// printTable sweeps the examples and writes the tables as Markdown, CSV and SVG. The Markdown
// also goes to the writer.
func printTable(ctx context.Context, o options, t tableOptions, to io.Writer) error {
	peers, err := peersOf(peersText)
	if err != nil {
		return err
	}
	list, err := load(o)
	if err != nil {
		return err
	}
	place, how := placer(t.priced)
	out := &tables{flow: how, kernels: peers.Kernels}
	if err := os.MkdirAll(t.dir, 0o755); err != nil {
		return err
	}
	tool, err := builtTool(ctx, o.root, t.dir)
	if err != nil {
		return err
	}
	for _, e := range list {
		if n := len(e.world.Levels) + len(e.world.Bytes) + len(e.world.Answers); n > 0 {
			out.missing = append(out.missing, e.name+" has inputs that a sweep does not keep")
			continue
		}
		rows, err := sweepOf(ctx, e, t, tool)
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		if place && slices.Contains(out.kernels, e.name) {
			if err := placeRows(ctx, e, t.dir, rows); err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
		}
		out.rows = append(out.rows, rows...)
	}
	return out.write(t.dir, to)
}

// placer decides how areas and clocks are found. The result `how` describes the method.
func placer(priced bool) (place bool, how string) {
	const model = "cells and clock by Sinter's price model"
	if priced {
		return false, model
	}
	for _, tool := range []string{"yosys", "nextpnr-ice40"} {
		if _, err := exec.LookPath(tool); err != nil {
			return false, model + ", because " + tool + " is not installed"
		}
	}
	return true, "cells and clock of kernels by yosys and nextpnr on an iCE40 HX8K, median of three seeds; of other programs by Sinter's price model"
}

// builtTool makes the tool that workers run.
func builtTool(ctx context.Context, root, dir string) (string, error) {
	path, err := filepath.Abs(filepath.Join(dir, "sinter"))
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, "./cmd/sinter")
	cmd.Dir = root
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the tool cannot be built: %w\n%s", err, said)
	}
	return path, nil
}

// sweepOf measures the four cores of a program. Results that the program's folder holds are not
// measured again.
func sweepOf(ctx context.Context, e *example, t tableOptions, tool string) ([]tableRow, error) {
	space := filepath.Join(t.dir, "space.toml")
	if err := os.WriteFile(space, []byte(tableSpace), 0o644); err != nil {
		return nil, err
	}
	dir := filepath.Join(t.dir, "sweeps", e.name)
	report, err := checks.Explore(ctx, checks.ExploreOptions{
		Paths: []string{e.dir}, Dir: dir, Space: space, Objectives: []string{"time", "area"}, World: e.world,
		Runner: t.runner, Jobs: t.jobs, Executable: tool,
		Notice: func(message string) { fmt.Fprintln(os.Stderr, "bench:", message) },
	})
	if err != nil {
		return nil, err
	}
	if len(report.Failed) > 0 {
		return nil, fmt.Errorf("%s: %s", report.Failed[0].Point, report.Failed[0].Message)
	}
	folder := explore.Join(dir)
	m, err := explore.ReadManifest(folder.ManifestPath())
	if err != nil {
		return nil, err
	}
	found, absent, _ := folder.Rows(m)
	if len(absent) > 0 {
		return nil, fmt.Errorf("%d points have no result", len(absent))
	}
	var rows []tableRow
	for i := range found {
		r := &found[i]
		rows = append(rows, tableRow{
			program: e.name, core: r.Point.Get(explore.Organisation), mined: r.Point.Get(explore.Mining) != "off",
			cells: r.Figures.Cells, cycles: int(r.Figures.Cycles), mhz: float64(r.Figures.KHz()) / 1000,
		})
	}
	slices.SortStableFunc(rows, func(a, b tableRow) int { return strings.Compare(a.name(), b.name()) })
	return rows, nil
}

// placeRows replaces the estimated cells and clocks by the placer's results, and stores these
// results in the folder.
func placeRows(ctx context.Context, e *example, dir string, rows []tableRow) error {
	for i := range rows {
		r := &rows[i]
		o := flow.Options{Regs: 16}
		if r.mined {
			o.Mine = flow.MinedLines
		}
		p, err := flow.Load(e.dir, o)
		if err != nil {
			return err
		}
		c, err := p.Core(ctx, r.core)
		if err != nil {
			return err
		}
		kept := filepath.Join(dir, "placed", explore.Hash([]byte(c.Circuit.String()))+".json")
		var at struct {
			Cells int
			MHz   float64
		}
		if text, err := os.ReadFile(kept); err != nil || json.Unmarshal(text, &at) != nil || at.MHz == 0 {
			done, err := placed(ctx, c.Circuit, asPeers())
			if err != nil {
				return err
			}
			at.Cells, at.MHz = done.cells, done.mhz
			text, err := json.Marshal(at)
			if err == nil {
				err = os.MkdirAll(filepath.Dir(kept), 0o755)
			}
			if err == nil {
				err = os.WriteFile(kept, text, 0o644)
			}
			if err != nil {
				return err
			}
		}
		r.cells, r.mhz = at.Cells, at.MHz
	}
	return nil
}

// write writes the files.
func (t *tables) write(dir string, to io.Writer) error {
	text := t.markdown()
	for name, data := range map[string]string{"table.md": text, "cores.csv": t.coresCSV(), "mined.csv": t.minedCSV(), "cores.svg": t.coresSVG(), "mined.svg": t.minedSVG()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			return err
		}
	}
	_, err := io.WriteString(to, text)
	return err
}

// of lists the rows of a program.
func (t *tables) of(program string) (out []tableRow) {
	for _, r := range t.rows {
		if r.program == program {
			out = append(out, r)
		}
	}
	return out
}

// family names the cores in order.
func (t *tables) family() (out []string) {
	for _, r := range t.rows {
		if !slices.Contains(out, r.name()) {
			out = append(out, r.name())
		}
	}
	return out
}

// mean divides a figure of a core by the same figure of the first core. It returns the geometric
// mean of this quotient over the kernels.
func (t *tables) mean(core string, of func(*tableRow) float64) float64 {
	var all []float64
	for _, kernel := range t.kernels {
		rows := t.of(kernel)
		for i := range rows {
			if rows[i].name() == core {
				all = append(all, of(&rows[i])/of(&rows[0]))
			}
		}
	}
	return geometricMean(all)
}

// minedGain is the effect of mined lines on a program's core, as ratios of time and cells.
type minedGain struct {
	program, core string
	faster, cells float64
}

// gains compares each core that has mined lines with the same core without mined lines.
func (t *tables) gains() (out []minedGain) {
	for _, on := range t.rows {
		for _, off := range t.rows {
			if on.mined && !off.mined && on.program == off.program && on.core == off.core {
				out = append(out, minedGain{on.program, on.core, off.us() / on.us(), float64(on.cells) / float64(off.cells)})
			}
		}
	}
	return out
}

// meanGain is the geometric mean over the programs.
func (t *tables) meanGain(core string, of func(minedGain) float64) float64 {
	var all []float64
	for _, g := range t.gains() {
		if g.core == core {
			all = append(all, of(g))
		}
	}
	return geometricMean(all)
}

func areaOf(r *tableRow) float64   { return float64(r.cells) }
func fasterOf(g minedGain) float64 { return g.faster }
func growthOf(g minedGain) float64 { return g.cells }

// measured lists the kernels that have rows.
func (t *tables) measured() (names []string) {
	for _, k := range t.kernels {
		if len(t.of(k)) > 0 {
			names = append(names, k)
		}
	}
	return names
}

// markdown returns both tables as Markdown.
func (t *tables) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Area and time of the kernels, whole runs; %s.\n\n| kernel | core | cells | cycles | MHz | us | cells × ms |\n|---|---|---|---|---|---|---|\n", t.flow)
	for _, kernel := range t.measured() {
		for _, r := range t.of(kernel) {
			fmt.Fprintf(&b, "| %s | %s | %d | %d | %.1f | %.1f | %.1f |\n", r.program, r.name(), r.cells, r.cycles, r.mhz, r.us(), r.cost())
		}
	}
	fmt.Fprint(&b, "\nGeometric means over the kernels, by the first core.\n\n| core | cells | time | cells × time |\n|---|---|---|---|\n")
	for _, core := range t.family() {
		fmt.Fprintf(&b, "| %s | %.2f | %.2f | %.2f |\n", core, t.mean(core, areaOf), t.mean(core, (*tableRow).us), t.mean(core, (*tableRow).cost))
	}
	fmt.Fprint(&b, "\nSpeed-up by mined lines, and growth of the core.\n\n| program | core | speed-up | cells |\n|---|---|---|---|\n")
	for _, g := range t.gains() {
		fmt.Fprintf(&b, "| %s | %s | %.2f | %.2f |\n", g.program, g.core, g.faster, g.cells)
	}
	for _, core := range flow.Cores() {
		fmt.Fprintf(&b, "| geometric mean | %s | %.2f | %.2f |\n", core, t.meanGain(core, fasterOf), t.meanGain(core, growthOf))
	}
	for _, m := range t.missing {
		fmt.Fprintf(&b, "\nNot measured: %s.\n", m)
	}
	return b.String()
}

func (t *tables) coresCSV() string {
	var b strings.Builder
	b.WriteString("kernel,core,mined,cells,cycles,mhz,us,cells_ms\n")
	for _, kernel := range t.measured() {
		for _, r := range t.of(kernel) {
			fmt.Fprintf(&b, "%s,%s,%t,%d,%d,%.3f,%.3f,%.3f\n", r.program, r.core, r.mined, r.cells, r.cycles, r.mhz, r.us(), r.cost())
		}
	}
	return b.String()
}

func (t *tables) minedCSV() string {
	var b strings.Builder
	b.WriteString("program,core,speed_up,cells\n")
	for _, g := range t.gains() {
		fmt.Fprintf(&b, "%s,%s,%.4f,%.4f\n", g.program, g.core, g.faster, g.cells)
	}
	return b.String()
}

// bar is a bar of a picture.
type bar struct {
	label string
	class string
	value float64
}

// coresSVG draws cells times time of each core, relative to the first core of the kernel.
func (t *tables) coresSVG() string {
	var list []bar
	for _, kernel := range t.measured() {
		rows := t.of(kernel)
		for i := range rows {
			list = append(list, bar{kernel + ", " + rows[i].name(), rows[i].core, rows[i].cost() / rows[0].cost()})
		}
	}
	return bars("cells × time, by the first core of each kernel", list)
}

func (t *tables) minedSVG() string {
	var list []bar
	for _, g := range t.gains() {
		list = append(list, bar{g.program + ", " + g.core, g.core, g.faster})
	}
	return bars("speed-up by mined lines", list)
}

// bars draws horizontal bars, with a line at 1.
func bars(title string, list []bar) string {
	const left, width, height = 190, 400, 15
	most := 1.0
	for _, x := range list {
		most = max(most, x.value)
	}
	at := func(v float64) float64 { return left + width*v/most }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="10">`+"\n", left+width+60, 40+len(list)*height)
	b.WriteString(`<style>text{fill:#333}.line{stroke:#333;stroke-dasharray:2 2}.multi{fill:#3b6fb6}.pipe3{fill:#d0662f}@media (prefers-color-scheme:dark){svg{background:#181818}text{fill:#ddd}.line{stroke:#ddd}}</style>` + "\n")
	fmt.Fprintf(&b, `<text x="8" y="18" font-weight="bold">%s</text>`+"\n", html.EscapeString(title))
	for i, x := range list {
		y := 30 + i*height
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text><rect class="%s" x="%d" y="%d" width="%.1f" height="%d"/><text x="%.1f" y="%d">%.2f</text>`+"\n",
			left-6, y+10, html.EscapeString(x.label), x.class, left, y+1, at(x.value)-left, height-4, at(x.value)+4, y+10, x.value)
	}
	fmt.Fprintf(&b, `<path class="line" d="M%.1f 26V%d"/>`+"\n</svg>\n", at(1), 30+len(list)*height)
	return b.String()
}
