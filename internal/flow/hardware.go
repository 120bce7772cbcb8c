package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// HardwareOptions are the options of Hardware.
type HardwareOptions struct {
	Dir    string
	Core   string
	World  World
	Frames int // number of frames that the test bench replays; 0: all

	Wrappers bool // also texts for integration into other designs
	AXIS     bool // also the module with AXI4-Stream, which is one of the texts of Wrappers
	Netlist  bool // also the core as cells of an iCE40
	RVFI     bool // with a trace port, the RISC-V Formal Interface

	Bus string // also the core as a slave on this bus of a host: wishbone, axilite, or "" for none
}

// Hardware is the list of written files and their figures.
type Hardware struct {
	Files   []string           `json:"files"` // paths, in order
	Figures map[string]float64 `json:"figures"`
	Mined   []MinedLine        `json:"mined,omitempty"`
}

// benchSlack is the factor by which the test bench may take more cycles than our own run.
// More cycles are needed, because the test bench sometimes makes the core wait at a port.
const benchSlack = 8

// Hardware writes the hardware of a program into a folder.
func (p *Program) Hardware(ctx context.Context, o HardwareOptions) (*Hardware, error) {
	if p.Tree.System == nil {
		return nil, UserErrorf("%s declares no system: there is no hardware to make", p.Name)
	}
	if p.Form > FromImage {
		return nil, UserErrorf("%s is %s: hardware is made of a program or an image; build -o x.v writes its Verilog", p.Path, p.Form)
	}
	o.World.Frames = o.Frames
	made := p.Core
	if o.RVFI {
		made = p.TracedCore
	}
	c, err := made(ctx, o.Core)
	if err != nil {
		return nil, err
	}
	energy, err := p.Energy(ctx, c, o.World)
	if err != nil {
		return nil, err
	}
	files, figures, err := p.filesOf(ctx, c, o.World, energy)
	if err != nil {
		return nil, err
	}
	var more []string
	if o.Bus != "" {
		if more, err = onBus(c, o.Bus, files); err != nil {
			return nil, err
		}
	}
	if o.AXIS {
		name, text := verilog.AXIStream(c.Circuit)
		files[name] = text
	}
	if o.Wrappers {
		_, memories := verilog.Memories(c.Circuit)
		maps.Copy(files, verilog.Wrappers(c.Circuit, slices.Collect(maps.Keys(memories)), more...))
	}
	if o.Netlist {
		if err := p.netlist(c, files, figures); err != nil {
			return nil, err
		}
	}
	mined, err := p.MinedLines()
	if err != nil {
		return nil, err
	}
	h := &Hardware{Figures: figures, Mined: mined}
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		h.Files = append(h.Files, filepath.Join(o.Dir, name))
	}
	return h, WriteFolder(o.Dir, names, func(name string) []byte { return []byte(files[name]) })
}

// HardwareFiles makes the files by name: module, test bench, memory images, vectors, report and
// read-me.
func (p *Program) HardwareFiles(ctx context.Context, kind string, w World) (map[string]string, map[string]float64, error) {
	c, err := p.Core(ctx, kind)
	if err != nil {
		return nil, nil, err
	}
	return p.filesOf(ctx, c, w, nil)
}

// filesOf makes the files of a core. `energy` goes into the report. `energy` is nil if it was not
// measured.
func (p *Program) filesOf(ctx context.Context, c *Core, w World, energy *Energy) (map[string]string, map[string]float64, error) {
	im, err := p.Image(ctx)
	if err != nil {
		return nil, nil, err
	}
	vectors, cycles, err := p.vectors(ctx, c.Kind, w, im)
	if err != nil {
		return nil, nil, err
	}
	price, err := p.Price(c)
	if err != nil {
		return nil, nil, err
	}
	_, files := verilog.Memories(c.Circuit)
	name := verilog.ModuleName(c.Circuit)
	files[name+".v"] = verilog.Write(c.Circuit, verilog.Options{About: about(c, name)})
	files[name+"_tb.v"] = verilog.Testbench(c.Circuit, im, vectors, benchSlack*cycles+10000)
	files[name+".design"] = design.Print(c.Point)
	files[verilog.VectorsName(name)] = verilog.VectorsFile(im, vectors)
	mined, err := p.MinedLines()
	if err != nil {
		return nil, nil, err
	}
	report := hardwareReport{
		Program: p.Name, Core: c.Kind, LUTs: price.LUTs, FFs: price.FFs, Cells: price.Cells, Depth: price.Depth,
		Mined: mined, MemoryBits: price.MemBits, TextBytes: 4 * len(im.Text), DataBytes: int(im.DataEnd), Events: vectors.Events(), Choices: c.Point.Choices(),
		Energy: energy,
	}
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return nil, nil, err
	}
	files[name+"_report.json"] = string(text) + "\n"
	files[name+".md"] = report.readme(name, c.Circuit, im)
	return files, report.figures(), nil
}

// license is the line with the license of a written file.
const license = "SPDX-License-Identifier: Apache-2.0"

// about is the comment at the top of a core's Verilog.
func about(c *Core, module string) []string {
	p := c.Point
	return []string{
		license,
		fmt.Sprintf("%s: a core for one program, made by Sinter %s.", module, Version),
		fmt.Sprintf("core %s, %d instruction lines, %d registers, %d words of text, %d of data", p.Core, len(p.Lines), p.Regs.N, 1<<p.Text.N, dataWords(c.Circuit)),
		fmt.Sprintf("%s.design holds its choices; (* src *) names the first row of it that needs a net.", module),
	}
}

func dataWords(c *rtl.Circuit) int {
	for _, m := range c.Mems {
		if m.Name == "data" {
			return 1 << m.AddrBits
		}
	}
	return 0
}

// vectors runs the circuit and records the values at its ports.
func (p *Program) vectors(ctx context.Context, kind string, w World, im *image.Image) (*verilog.Vectors, uint64, error) {
	script, err := p.Script(w)
	if err != nil {
		return nil, 0, err
	}
	if err := script.Whole(); err != nil {
		return nil, 0, err
	}
	m, tr, _, err := p.Trace(ctx, Cycle, kind, w)
	if err != nil {
		return nil, 0, err
	}
	if tr.Status == trace.Limit {
		return nil, 0, &AtLimit{Level: Cycle}
	}
	v, err := verilog.NewVectors(im, inputsOf(script), world.New(script).End(), tr)
	return v, uint64(Figures(m)["cycles"]), err
}

func inputsOf(s *world.Script) []verilog.Input {
	var in []verilog.Input
	now := make([]uint64, len(s.Devices))
	for _, i := range s.Inputs {
		if s.Until != nil && i.Time > *s.Until {
			break
		}
		if i.Levels != nil {
			for _, l := range i.Levels {
				now[l.Device] = l.Value
			}
			in = append(in, verilog.Input{Time: i.Time, Levels: slices.Clone(now)})
			continue
		}
		in = append(in, verilog.Input{Device: i.Device, Time: i.Time, Data: i.Data})
	}
	return in
}

// hardwareReport is MODULE_report.json.
type hardwareReport struct {
	Program    string          `json:"program"`
	Core       string          `json:"core"`
	LUTs       int             `json:"luts"`
	FFs        int             `json:"ffs"`
	Cells      int             `json:"cells"`
	Depth      int             `json:"depth"`
	MemoryBits int             `json:"memory_bits"`
	TextBytes  int             `json:"text_bytes"`
	DataBytes  int             `json:"data_bytes"`
	Events     int             `json:"events"`           // number of events that the test bench checks
	Energy     *Energy         `json:"energy,omitempty"` // the energy proxy of the same run
	Choices    []design.Choice `json:"choices"`

	Mined []MinedLine `json:"mined,omitempty"` // Mined has the reason for each mined line.
}

func (r *hardwareReport) figures() map[string]float64 {
	f := map[string]float64{
		"luts": float64(r.LUTs), "ffs": float64(r.FFs), "cells": float64(r.Cells), "depth": float64(r.Depth),
		"text_bytes": float64(r.TextBytes), "data_bytes": float64(r.DataBytes), "events": float64(r.Events),
	}
	if r.Energy != nil {
		f["energy_per_cycle"] = r.Energy.PerCycle
	}
	return f
}
