package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/board"
	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/hwgen/top"
	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/lang/tree"
)

// FPGAOptions are the options of FPGA: what to put on a board, and on which board.
type FPGAOptions struct {
	Dir      string
	Board    string // a name, or the path of a board file
	Part     string // "": the part of the board
	Core     string
	Bind     []string // PORT=PIN
	Debounce []string // names of ports
	Clock    string   // in MHz; "": the clock of the board
	Baud     uint64   // baud rate of the log and of all serial lines
	Program  bool     // load the bitstream onto the board
	World    *World   // world in which the arms of selects are measured; nil: they are not measured
}

// FPGA is a program on a board.
type FPGA struct {
	Program   string      `json:"program"`
	Board     string      `json:"board"`
	Part      string      `json:"part"`
	Package   string      `json:"package"`
	ClockMHz  float64     `json:"clock_mhz"`
	Pins      []BoundPin  `json:"pins"`
	Files     []string    `json:"files"`
	Estimate  Usage       `json:"estimate"`           // by our own mapper
	Used      *Usage      `json:"used,omitempty"`     // by the outside tools
	FmaxMHz   float64     `json:"fmax_mhz,omitempty"` // by the outside tools
	Path      []PathStep  `json:"path,omitempty"`     // the longest path, with names from the written Verilog
	PathNs    float64     `json:"path_ns,omitempty"`
	Responses []Response  `json:"responses,omitempty"` // of the arms of selects, in a run
	Energy    *Energy     `json:"energy,omitempty"`    // energy proxy of the core in the same run
	Fits      bool        `json:"fits"`                // as far as known
	Meets     bool        `json:"meets_clock"`         // according to the outside tools
	Bitstream string      `json:"bitstream,omitempty"` // path
	Tools     []ToolRun   `json:"tools"`
	Load      string      `json:"load,omitempty"` // the command that loads the bitstream onto the board
	design    *top.Design // the design that was made
}

// BoundPin is a port with its pin.
type BoundPin struct {
	Port string `json:"port"`
	Pin  string `json:"pin"`
	Site string `json:"site"`
}

// Usage is the number of a part's resources that a design uses.
type Usage struct {
	Cells  int `json:"cells"`
	Blocks int `json:"block_rams"`
	DSPs   int `json:"dsps"`
	SPRAMs int `json:"sprams"`
}

// ToolRun is a run of an outside tool.
type ToolRun struct {
	Tool    string  `json:"tool"`
	Seconds float64 `json:"seconds"`
	Missing string  `json:"missing,omitempty"` // the command line that installs the tool
}

// FPGA puts a program onto a board. It writes the files before it runs any outside tool. If a
// tool is missing, the result has the files made so far, together with an error.
func (p *Program) FPGA(ctx context.Context, o FPGAOptions) (*FPGA, error) {
	f, files, err := p.boardFiles(ctx, o)
	if err != nil {
		return nil, err
	}
	if o.World != nil {
		if f.Responses, err = p.Responses(ctx, o.Core, f.ClockMHz, *o.World); err != nil {
			return nil, err
		}
		c, err := p.Core(ctx, o.Core)
		if err != nil {
			return nil, err
		}
		if f.Energy, err = p.Energy(ctx, c, *o.World); err != nil {
			return nil, err
		}
	}
	names := slices.Sorted(maps.Keys(files))
	if err := WriteFolder(o.Dir, names, func(name string) []byte { return []byte(files[name]) }); err != nil {
		return nil, err
	}
	for _, name := range names {
		f.Files = append(f.Files, filepath.Join(o.Dir, name))
	}
	if !f.Fits {
		return f, p.tooLargeFor(ctx, f, o.Core)
	}
	err = p.implement(ctx, f, o)
	if e := f.writeReport(o.Dir); err == nil {
		err = e
	}
	if err == nil && o.Program {
		err = f.load(ctx)
	}
	return f, err
}

// writeReport writes the figures into the same folder.
func (f *FPGA) writeReport(dir string) error {
	path := filepath.Join(dir, f.design.Module()+"_report.json")
	f.Files = append(f.Files, path)
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	return WriteFile(path, append(text, '\n'))
}

// BoardTexts makes the design of a program on a board, and the texts of the files by name. It
// writes no files.
func (p *Program) BoardTexts(ctx context.Context, o FPGAOptions) (*top.Design, map[string]string, error) {
	f, files, err := p.boardFiles(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	return f.design, files, nil
}

// boardFiles makes the texts: core, top, constraints and memories.
func (p *Program) boardFiles(ctx context.Context, o FPGAOptions) (*FPGA, map[string]string, error) {
	d, err := p.onBoard(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	files, err := d.Files()
	if err != nil {
		return nil, nil, UserErrorf("%s on %s: %v", p.Name, d.Board.Name, err)
	}
	maps.Copy(files, d.Memories())
	head := fmt.Sprintf("// %s\n// The top for %s, made by Sinter %s.\n", license, d.Board.Name, Version)
	files[d.Module()+".v"] = head + files[d.Module()+".v"]
	c, err := p.Core(ctx, o.Core)
	if err != nil {
		return nil, nil, err
	}
	name := verilog.ModuleName(c.Circuit)
	files[name+".v"] = verilog.Write(d.Core, verilog.Options{About: about(c, name)})
	if c.Point != nil {
		files[name+".design"] = design.Print(c.Point)
	}
	price, err := plan.Price(d.Core)
	if err != nil {
		return nil, nil, err
	}
	f := &FPGA{
		Program: p.Name, Board: d.Board.Name, Part: d.Board.Part.Name, Package: d.Board.Package, ClockMHz: d.Clock.MHz(),
		Tools: []ToolRun{}, Pins: []BoundPin{{"clk", "clk", d.Board.ClockSite}}, design: d,
		Estimate: Usage{Cells: price.Cells, Blocks: d.Blocks(), SPRAMs: d.SPRAMs()},
	}
	for _, w := range d.Wires {
		f.Pins = append(f.Pins, BoundPin{w.Port.Name, w.Pin.Name, w.Pin.Site})
	}
	f.Fits = f.Estimate.need().Fits(d.Board.Part, d.Board.Part)
	f.folderTexts(files)
	return f, files, nil
}

func (u Usage) need() board.Need {
	return board.Need{Cells: u.Cells, Blocks: u.Blocks, DSPs: u.DSPs, SPRAMs: u.SPRAMs}
}

// tooLargeFor is the error for a program that does not fit the board by our own estimate. The
// program may fit another board whose single-ported RAM holds the data. The error then names
// that board.
func (p *Program) tooLargeFor(ctx context.Context, f *FPGA, core string) error {
	err := tooLarge(f.design.Board, f.Estimate, "by Sinter's own estimate")
	c, e := p.Core(ctx, core)
	if e != nil {
		return e
	}
	for _, name := range board.Names() {
		b, e := board.Find(name)
		if e != nil || b.Part.SPRAMs == 0 || b.Part.Name == f.design.Board.Part.Name {
			continue
		}
		d, e := top.New(b, c.Circuit, f.design.Wires, periph.Hz{}, f.design.Baud)
		if e == nil && d.Place() == nil && (Usage{Cells: f.Estimate.Cells, Blocks: d.Blocks(), SPRAMs: d.SPRAMs()}).need().Fits(b.Part, b.Part) {
			return UserErrorf("%v; --board %s holds it, with its data in single-ported RAM", err, name)
		}
	}
	return err
}

// tooLarge is the error for a program that does not fit its part.
func tooLarge(b *board.Board, u Usage, who string) error {
	have := Usage{Cells: b.Part.Cells, Blocks: b.Part.Blocks, DSPs: b.Part.DSPs}
	way := "no part that Sinter knows holds it; --core multi and fewer --regs make it smaller"
	if p, ok := u.need().Nearest(b.Part); ok {
		way = "the nearest part that does is " + p.Name
	}
	return UserErrorf("the program does not fit into %s, %s: it needs %d cells of %d, %d block RAMs of %d and %d DSPs of %d; %s",
		b.Part.Name, who, u.Cells, have.Cells, u.Blocks, have.Blocks, u.DSPs, have.DSPs, way)
}

// onBoard binds the core of the program to a board.
func (p *Program) onBoard(ctx context.Context, o FPGAOptions) (*top.Design, error) {
	if p.Tree.System == nil {
		return nil, UserErrorf("%s declares no system: there is nothing to put onto a board", p.Name)
	}
	b, err := findBoard(o.Board, o.Part)
	if err != nil {
		return nil, err
	}
	if o.Baud == 0 {
		return nil, UserErrorf("--baud wants a speed above 0, such as 115200")
	}
	clock, err := parseMHz(o.Clock)
	if err != nil {
		return nil, err
	}
	r := top.Request{Board: b, Ports: p.boardPorts(), Debounce: o.Debounce}
	for _, spec := range o.Bind {
		name, pin, ok := strings.Cut(spec, "=")
		if !ok || name == "" || pin == "" {
			return nil, UserErrorf("--bind wants PORT=PIN, got %q", spec)
		}
		r.Bind = append(r.Bind, top.Spec{Port: name, Pin: pin})
	}
	c, err := p.Core(ctx, o.Core)
	if err != nil {
		return nil, err
	}
	r.Logs = hasInput(c.Circuit, rtl.PortLogReady)
	wires, err := top.Bind(r)
	if err != nil {
		return nil, err
	}
	d, err := top.New(b, c.Circuit, wires, clock, o.Baud)
	if err != nil {
		return nil, err
	}
	return d, d.Place()
}

// Boards lists the built-in boards.
func Boards() []string { return board.Names() }

// findBoard finds a board by its name, or reads its file.
func findBoard(name, part string) (b *board.Board, err error) {
	if filepath.Ext(name) == ".board" {
		f, e := readFile(name)
		if e != nil {
			return nil, e
		}
		b, err = board.Parse(f)
	} else {
		b, err = board.Find(name)
	}
	if err != nil || part == "" {
		return b, err
	}
	return b.WithPart(part)
}

// boardPorts lists the ports of the program that are bound to pins.
func (p *Program) boardPorts() []top.Port {
	var out []top.Port
	for _, d := range p.systemDevices() {
		k := port.Find(d.Kind)
		q := top.Port{Name: d.Name, Label: d.Label, Span: d.Span}
		switch k.Shape {
		case port.Level:
			q.In, q.Wire = k.In, k.Bits == 1
		case port.Stream:
			out = append(out, linesOf(&d, top.Bytes, d.Label+"_rx", d.Label+"_tx")...)
			continue
		case port.Command:
			if port.IsBus(d.Kind) {
				out = append(out, wiresOf(&d, k)...)
				continue
			}
		case port.Message:
			out = append(out, linesOf(&d, top.Frames, "uart_rx", "uart_tx")...)
			continue
		}
		out = append(out, q)
	}
	return out
}

// wiresOf are the wires of a bus on a board: NAME_sck and so on.
func wiresOf(d *tree.DeviceDef, k *port.Kind) []top.Port {
	var out []top.Port
	for _, w := range k.Wires {
		out = append(out, top.Port{
			Name: d.Name + "_" + w.Name, Label: d.Label + "_" + w.Name, In: w.In, Open: w.In == w.Out, Wire: true, Span: d.Span,
			Serial: top.Bus, Device: d.Name, Bus: k.Name,
		})
	}
	return out
}

// linesOf are the serial lines of a device on a board: NAME_rx and NAME_tx.
func linesOf(d *tree.DeviceDef, what top.Serial, rx, tx string) []top.Port {
	var out []top.Port
	for _, way := range []struct {
		has         bool
		name, label string
	}{{d.Rx, "_rx", rx}, {d.Tx, "_tx", tx}} {
		if way.has {
			out = append(out, top.Port{
				Name: d.Name + way.name, Label: way.label, In: way.name == "_rx", Wire: true, Span: d.Span, Serial: what, Device: d.Name,
			})
		}
	}
	return out
}

// parseMHz reads a frequency such as 39.75; "" is zero.
func parseMHz(s string) (periph.Hz, error) {
	if s == "" {
		return periph.Hz{}, nil
	}
	r, ok := new(big.Rat).SetString(s)
	wrong := UserErrorf("--clock wants a frequency in MHz, such as 39.75, got %q", s)
	if !ok || r.Sign() <= 0 || strings.ContainsAny(s, "/eExXpP_") || len(s) > 12 {
		return periph.Hz{}, wrong
	}
	r.Mul(r, big.NewRat(1_000_000, 1))
	if r.Cmp(big.NewRat(1_000_000_000, 1)) > 0 {
		return periph.Hz{}, wrong
	}
	return periph.Hz{Num: r.Num().Uint64(), Den: r.Denom().Uint64()}, nil
}
