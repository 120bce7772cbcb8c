package verilog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// Set is what Files needs. Circuit is the core of Point for Image, Vectors a
// run of it that took Cycles.
type Set struct {
	Image   *image.Image
	Point   *design.Point
	Circuit *rtl.Circuit
	Vectors *Vectors
	Cycles  uint64
	Options Options
}

// File is one file to write; Name is relative.
type File struct {
	Name    string
	Content string
}

// Files makes all that is written for a core, the module first.
func Files(in Set) ([]File, error) {
	built := plan.Built(in.Circuit)
	price, err := plan.Price(in.Circuit)
	if err != nil {
		return nil, err
	}
	report, err := report(in, price)
	if err != nil {
		return nil, err
	}
	name := in.Circuit.Name
	out := []File{
		{name + ".v", Write(in.Circuit, in.Options)},
		{name + "_tb.v", Testbench(built, in.Image, in.Vectors, 20*in.Cycles+10_000)},
	}
	names, images := Memories(built)
	for _, n := range names {
		out = append(out, File{n, images[n]})
	}
	return append(out,
		File{"vectors.hex", VectorsFile(in.Image, in.Vectors)},
		File{"report.json", report},
		File{"README", readme(in, price)}), nil
}

// reportFile is the form of report.json.
type reportFile struct {
	Program string           `json:"program"`
	Core    string           `json:"core"`
	LUT4    int              `json:"lut4"`
	Carries int              `json:"carries"`
	FFs     int              `json:"flip_flops"`
	Cells   int              `json:"logic_cells"`
	Depth   int              `json:"depth"`
	MemBits int              `json:"memory_bits"`
	Cycles  uint64           `json:"cycles"`
	Events  int              `json:"events"`
	Choices []map[string]any `json:"choices"`
}

func report(in Set, p gate.Price) (string, error) {
	r := reportFile{
		Program: in.Point.Program, Core: in.Point.Core, LUT4: p.LUTs, Carries: p.Carries, FFs: p.FFs, Cells: p.Cells,
		Depth: p.Depth, MemBits: p.MemBits, Cycles: in.Cycles, Events: in.Vectors.Events(),
	}
	for _, c := range in.Point.Choices {
		r.Choices = append(r.Choices, map[string]any{"key": c.Key, "value": c.Value, "reason": c.Reason})
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(r)
	return buf.String(), err
}

// readme says what the files are and how to use them.
func readme(in Set, p gate.Price) string {
	name := in.Circuit.Name
	var sb strings.Builder
	fmt.Fprintf(&sb, `%[1]s: a core made for one program (organisation %[2]s)

%[1]s.v         the module %[1]s, Verilog-2005, no vendor primitive
%[1]s_tb.v      a testbench that checks itself
vectors.hex     what it offers and expects: a run of our own machine, %[3]d events
*.hex           memory images; they are read by name, so simulate in this folder
report.json     size and every design choice with its reason

Our mapper: %[4]d LUT4, %[5]d carry cells, %[6]d flip-flops, %[7]d logic cells, depth %[8]d, %[9]d memory bits.

  iverilog -g2012 -o tb %[1]s.v %[1]s_tb.v && vvp tb
  verilator --binary -Wno-lint -fno-reorder -fno-split --top-module %[1]s_tb %[1]s.v %[1]s_tb.v && obj_dir/V%[1]s_tb
  yosys -p "synth_ice40 -top %[1]s -json %[1]s.json" %[1]s.v

Reset is synchronous and active high. It resets every register and no memory: the memories start with the images, so a reset after the
start without loading them again is outside of the contract. On iCE40 hold reset for 1,024 cycles after configuration.
`, name, in.Point.Core, in.Vectors.Events(), p.LUTs, p.Carries, p.FFs, p.Cells, p.Depth, p.MemBits)
	return sb.String()
}
