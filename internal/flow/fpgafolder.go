package flow

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/board"
	"github.com/sinter-lang/sinter/hwgen/top"
	"github.com/sinter-lang/sinter/hwgen/verilog"
)

// toolStep is a step from the written files to the bitstream: the tool that makes a file of
// others, all in one folder.
type toolStep struct {
	tool string
	args []string
	out  string
	from []string
}

// steps returns the tools of the part's family in order. Sinter itself runs only the tools for
// iCE40.
func (f *FPGA) steps(files []string) []toolStep {
	name, part := f.design.Module(), f.design.Board.Part
	core := verilog.ModuleName(f.design.Core) + ".v"
	read := fmt.Sprintf("read_verilog %s %s.v; ", core, name)
	mhz := strconv.FormatFloat(f.ClockMHz, 'f', 6, 64)
	sources := []string{core, name + ".v"}
	for _, file := range files {
		if strings.HasSuffix(file, ".hex") {
			sources = append(sources, file)
		}
	}
	pins := name + "." + f.design.Board.Constraints
	netlist, placed, image := name+".json", f.placed(), f.image()
	switch part.Family {
	case board.ICE40:
		flags := ""
		if part.DSPs > 0 {
			flags = " -dsp"
		}
		return []toolStep{
			{"yosys", []string{"-q", "-p", read + fmt.Sprintf("synth_ice40%s -top %s -json %s", flags, name, netlist)}, netlist, sources},
			{"nextpnr-ice40", []string{
				"-q", "--" + part.Name, "--package", f.Package, "--json", netlist, "--pcf", pins,
				"--asc", placed, "--freq", mhz, "--seed", "1", "--report", name + "_nextpnr.json",
			}, placed, []string{netlist, pins}},
			{"icepack", []string{placed, image}, image, []string{placed}},
		}
	case board.ECP5:
		return []toolStep{
			{"yosys", []string{"-q", "-p", read + fmt.Sprintf("synth_ecp5 -top %s -json %s", name, netlist)}, netlist, sources},
			{"nextpnr-ecp5", []string{
				"-q", "--" + ecp5Size(part.Name), "--package", strings.ToUpper(f.Package), "--json", netlist, "--lpf", pins, "--textcfg", placed, "--freq", mhz, "--seed", "1",
			}, placed, []string{netlist, pins}},
			{"ecppack", []string{placed, image}, image, []string{placed}},
		}
	}
	return []toolStep{{"vivado", []string{"-mode", "batch", "-source", name + ".tcl"}, image, append(sources, pins, name+".tcl")}}
}

// ecp5Size is the size of a part as nextpnr-ecp5 wants it: 25k.
func ecp5Size(part string) string {
	return strings.TrimSuffix(strings.TrimPrefix(part, "lfe5u-"), "f") + "k"
}

// placed is the file of the placed design.
func (f *FPGA) placed() string {
	return f.design.Module() + map[board.Family]string{board.ICE40: ".asc", board.ECP5: ".config"}[f.design.Board.Part.Family]
}

// image is the file of the bitstream.
func (f *FPGA) image() string {
	if f.design.Board.Part.Family == board.ICE40 {
		return f.design.Module() + ".bin"
	}
	return f.design.Module() + ".bit"
}

// folderTexts adds the files with which the folder can be used without Sinter: a makefile, a
// description for FuseSoC, a read-me, and a script for Vivado. All files of the folder are named
// after the program.
func (f *FPGA) folderTexts(files map[string]string) {
	name := f.design.Module()
	written := slices.Sorted(maps.Keys(files))
	files[name+".mk"] = f.makefile(written)
	files[name+".core"] = f.fuseSoC(written)
	if f.design.Board.Part.Family == board.Xilinx {
		files[name+".tcl"] = f.vivado()
	}
	files[name+".md"] = f.folderReadme(slices.Sorted(maps.Keys(files)))
}

// makefile makes the bitstream by hand.
func (f *FPGA) makefile(files []string) string {
	name, steps := f.design.Module(), f.steps(files)
	var s strings.Builder
	fmt.Fprintf(&s, "# %s\n# The bitstream of %s on %s by hand, in this folder: make -f %s.mk\n# `program` loads it onto the board, `clean` removes what the tools made. Made by Sinter %s.\n\n",
		license, f.Program, f.Board, name, Version)
	made := []string{name + "_nextpnr.json"}
	for i := len(steps) - 1; i >= 0; i-- {
		step := steps[i]
		fmt.Fprintf(&s, "%s: %s\n\t%s\n\n", step.out, strings.Join(step.from, " "), commandLine(step.tool, step.args))
		made = append(made, step.out)
	}
	fmt.Fprintf(&s, ".PHONY: program clean\nprogram: %s\n\t%s\n\nclean:\n\trm -f %s\n\n.DELETE_ON_ERROR:\n",
		f.image(), commandLine(f.design.Board.Programmer, f.loader(f.image())), strings.Join(made, " "))
	return s.String()
}

// fuseSoC describes the folder for FuseSoC (CAPI 2).
func (f *FPGA) fuseSoC(files []string) string {
	name, b := f.design.Module(), f.design.Board
	kinds := map[string]string{"pcf": "PCF", "lpf": "LPF", "xdc": "xdc"}
	var s strings.Builder
	fmt.Fprintf(&s, "CAPI=2:\nname: ::%s:0\ndescription: %s on %s, made by Sinter.\nfilesets:\n  top:\n    files:\n", name, f.Program, f.Board)
	for _, file := range files {
		switch {
		case strings.HasSuffix(file, ".v"):
			fmt.Fprintf(&s, "      - %s: {file_type: verilogSource}\n", file)
		case strings.HasSuffix(file, ".hex"):
			fmt.Fprintf(&s, "      - %s: {file_type: user, copyto: %s}\n", file, file)
		case strings.HasSuffix(file, "."+b.Constraints):
			fmt.Fprintf(&s, "      - %s: {file_type: %s}\n", file, kinds[b.Constraints])
		}
	}
	tool := map[board.Family]string{board.ICE40: "icestorm", board.ECP5: "trellis", board.Xilinx: "vivado"}[b.Part.Family]
	fmt.Fprintf(&s, "targets:\n  default:\n    default_tool: %s\n    filesets: [top]\n    toplevel: %s\n    tools:\n      %s:\n", tool, name, tool)
	switch b.Part.Family {
	case board.ICE40:
		if b.Part.DSPs > 0 {
			s.WriteString("        yosys_synth_options: [-dsp]\n")
		}
		fmt.Fprintf(&s, "        nextpnr_options: [--%s, --package, %s, --freq, %.6f, --seed, 1]\n        pnr: next\n", b.Part.Name, f.Package, f.ClockMHz)
	case board.ECP5:
		fmt.Fprintf(&s, "        nextpnr_options: [--%s, --package, %s, --freq, %.6f, --seed, 1]\n", ecp5Size(b.Part.Name), strings.ToUpper(f.Package), f.ClockMHz)
	case board.Xilinx:
		fmt.Fprintf(&s, "        part: %s\n", f.xilinxPart())
	}
	return s.String()
}

// xilinxPart is the part in its package, of the slowest grade.
func (f *FPGA) xilinxPart() string { return f.Part + f.Package + "-1" }

// vivado is a script for Vivado without a project.
func (f *FPGA) vivado() string {
	name := f.design.Module()
	return fmt.Sprintf(`# %s
# vivado -mode batch -source %[2]s.tcl
read_verilog {%[3]s.v %[2]s.v}
read_xdc %[2]s.xdc
synth_design -top %[2]s -part %[4]s
opt_design
place_design
route_design
report_timing_summary -file %[2]s_timing.txt
write_bitstream -force %[2]s.bit
`, license, name, verilog.ModuleName(f.design.Core), f.xilinxPart())
}

// fileMeanings explains the files of the folder, by the end of their names.
var fileMeanings = []struct{ suffix, meaning string }{
	{"_top.v", "the top: pins, clock, reset, time, log, and the peripherals"},
	{".v", "the core"},
	{"_text.hex", "the program, as the core's memory starts"},
	{".hex", "initial contents of a memory"},
	{".design", "the design point of the core: `sinter hw --design` makes it again"},
	{".pcf", "which port is on which pin"},
	{".lpf", "which port is on which pin"},
	{".xdc", "which port is on which pin, and the clock"},
	{".mk", "makes the bitstream by hand"},
	{".core", "the same for FuseSoC"},
	{".tcl", "the same for Vivado"},
	{".md", "this page"},
}

// folderReadme says what each file is, and what to do with them.
func (f *FPGA) folderReadme(files []string) string {
	name := f.design.Module()
	var s strings.Builder
	fmt.Fprintf(&s, "# %s on %s\n\nThe program `%s` on a %s (%s in %s, the core at %s). Made by Sinter %s.\n\n| file | what |\n|---|---|\n",
		f.Program, f.Board, f.Program, f.design.Board.Title, f.Part, f.Package, f.design.Clock, Version)
	for _, file := range append(files, name+".md") {
		for _, m := range fileMeanings {
			if strings.HasSuffix(file, m.suffix) {
				fmt.Fprintf(&s, "| `%s` | %s |\n", file, m.meaning)
				break
			}
		}
	}
	fmt.Fprintf(&s, "| `%s_report.json` | what `sinter fpga` found: cells, clock, longest path |\n| `%s` | the bitstream, once the tools have made it |\n\n", name, f.image())
	s.WriteString("## Pins\n\n| port | pin | place |\n|---|---|---|\n")
	for _, p := range f.Pins {
		fmt.Fprintf(&s, "| %s | %s | %s |\n", p.Port, p.Pin, p.Site)
	}
	var tools []string
	for _, step := range f.steps(files) {
		tools = append(tools, "`"+step.tool+"`")
	}
	fmt.Fprintf(&s, "\n## By hand\n\nIn this folder, with %s:\n\n    make -f %[2]s.mk\n    make -f %[2]s.mk program\n\nThe memories start with the `.hex` files, which the tools look for in the folder that they are started in.\n",
		strings.Join(tools, ", "), name)
	if slices.ContainsFunc(f.Pins, func(p BoundPin) bool { return p.Port == top.PortLog }) {
		fmt.Fprintf(&s, "\nThe log leaves by the port `log` at %d baud, 8N1: `sinter decode %s -i /dev/ttyUSB0` prints it, from the same program with the same settings.\n", f.design.Baud, f.Program)
	}
	return s.String()
}
