package flow

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// helloOn writes the files of hello on a board, without the bitstream.
func helloOn(t *testing.T, board string) (dir string, files map[string]string) {
	p, err := Load("../../examples/hello", Options{})
	require.NoError(t, err)
	_, files, err = p.BoardTexts(context.Background(), FPGAOptions{Board: board, Core: Pipe3, Baud: 115200})
	require.NoError(t, err)
	dir = t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir, files
}

// TestBoardFolder checks three things for each board. The makefile names the tools of the FPGA
// family and only files that exist. The read-me names every file. The description for FuseSoC is
// YAML.
func TestBoardFolder(t *testing.T) {
	gnu := testkit.Tool(t, "make")
	for board, tools := range map[string][]string{
		"icebreaker":  {"yosys", "nextpnr-ice40 -q --up5k --package sg48", "icepack hello_top.asc hello_top.bin", "iceprog hello_top.bin"},
		"tinyfpga-bx": {"yosys", "nextpnr-ice40 -q --lp8k --package cm81", "icepack hello_top.asc hello_top.bin", "tinyprog -p hello_top.bin"},
		"hx8k":        {"yosys", "nextpnr-ice40 -q --hx8k --package ct256", "icepack hello_top.asc hello_top.bin", "iceprog hello_top.bin"},
		"ulx3s":       {"yosys", "nextpnr-ecp5 -q --25k --package CABGA381", "ecppack hello_top.config hello_top.bit", "openFPGALoader -b ulx3s hello_top.bit"},
		"arty-a7":     {"vivado -mode batch -source hello_top.tcl", "openFPGALoader -b arty-a7 hello_top.bit"},
	} {
		dir, files := helloOn(t, board)
		cmd := exec.Command(gnu, "-n", "--no-print-directory", "-f", "hello_top.mk", "program")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", board, out)
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		require.Len(t, lines, len(tools), board)
		for i, want := range tools {
			require.True(t, strings.HasPrefix(lines[i], want), "%s: %s", board, lines[i])
		}
		if board == "arty-a7" {
			require.Contains(t, files["hello_top.tcl"], "read_verilog {hello.v hello_top.v}\nread_xdc hello_top.xdc\nsynth_design -top hello_top -part xc7a35tcsg324-1\n")
		}
		for name := range files {
			require.Contains(t, files["hello_top.md"], "| `"+name+"` | ", board)
		}
		require.Contains(t, files["hello_top.md"], "| log | uart_tx | ")
		require.YAMLEq(t, files["hello_top.core"], files["hello_top.core"])
	}
	_, files := helloOn(t, "icebreaker")
	require.YAMLEq(t, `{"CAPI=2": null, "name": "::hello_top:0", "description": "hello on icebreaker, made by Sinter.",
		"filesets": {"top": {"files": [
			{"hello.v": {"file_type": "verilogSource"}}, {"hello_text.hex": {"file_type": "user", "copyto": "hello_text.hex"}},
			{"hello_top.pcf": {"file_type": "PCF"}}, {"hello_top.v": {"file_type": "verilogSource"}}]}},
		"targets": {"default": {"default_tool": "icestorm", "filesets": ["top"], "toplevel": "hello_top", "tools": {"icestorm": {
			"yosys_synth_options": ["-dsp"], "nextpnr_options": ["--up5k", "--package", "sg48", "--freq", 12.0, "--seed", 1], "pnr": "next"}}}}}`, files["hello_top.core"])
}
