package checks

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/proc"
	"github.com/sinter-lang/sinter/sim/process"
)

// Tool is an outside program that Sinter can use, or one of Sinter's engines.
type Tool struct {
	Name    string `json:"name"`
	Path    string `json:"path"`    // empty when it is not installed
	Version string `json:"version"` // first line of the version that the tool prints
	Purpose string `json:"purpose"`
	Install string `json:"install"`
}

// known lists the outside tools. An entry has names in order of preference, the flag that
// prints the version, the purpose, and the Debian package.
var known = []struct {
	names   []string
	flag    string
	purpose string
	debian  string
}{
	{[]string{"clang-19", "clang-18", "clang-17", "clang-16", "clang-15", "clang-14", "clang"}, "--version", "native process, unikernel, second RISC-V generator", "clang-19"},
	{[]string{"ld.lld-19", "ld.lld-18", "ld.lld-17", "ld.lld-16", "ld.lld-15", "ld.lld-14", "ld.lld"}, "--version", "links the above", "lld-19"},
	{[]string{"qemu-system-x86_64"}, "--version", "boots the unikernel", "qemu-system-x86"},
	{[]string{process.Firmware}, "", "starts the product uefi in QEMU", "ovmf"},
	{[]string{"iverilog"}, "-V", "runs the Verilog test bench", "iverilog"},
	{[]string{"verilator"}, "--version", "lints and runs the Verilog", "verilator"},
	{[]string{"yosys"}, "-V", "synthesis for figures", "yosys"},
	{[]string{"nextpnr-ice40"}, "--version", "placement and timing for figures", "nextpnr-ice40"},
	{[]string{"sbatch"}, "--version", "sweeps on a cluster", "slurm-wlm"},
	{[]string{"icepack"}, "", "bitstream", "fpga-icestorm"},
	{[]string{"iceprog"}, "", "loads a bitstream into iCEBreaker and HX8K boards", "fpga-icestorm"},
	{[]string{"openFPGALoader"}, "", "loads a bitstream into other boards", "openfpgaloader"},
}

// Doctor looks for the outside tools and lists the engines for circuits. Only the x86-64
// products need an outside tool.
func Doctor(ctx context.Context) []Tool {
	var tools []Tool
	for _, k := range known {
		t := Tool{Name: k.names[0], Purpose: k.purpose, Install: "apt-get install " + k.debian}
		for _, name := range k.names {
			if path, err := look(name); err == nil {
				t.Name, t.Path, t.Version = name, path, version(ctx, path, k.flag)
				break
			}
		}
		tools = append(tools, t)
	}
	for _, g := range flow.AllEngines() {
		tools = append(tools, Tool{Name: "engine " + g.Name, Path: "built in", Version: "built in", Purpose: g.Level + ": " + g.Purpose})
	}
	return tools
}

// look finds a command by name, or a file by path.
func look(name string) (string, error) {
	if filepath.IsAbs(name) {
		_, err := os.Stat(name)
		return name, err
	}
	return exec.LookPath(name)
}

// versionTime is the longest time that a tool may take to print its version.
const versionTime = 10 * time.Second

// version asks a tool for its version. The result is "found" if the tool prints no version.
func version(ctx context.Context, path, flag string) string {
	if flag == "" {
		return "found"
	}
	ctx, stop := context.WithTimeout(ctx, versionTime)
	defer stop()
	out, _ := proc.Command(ctx, path, flag).CombinedOutput()
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if line == "" {
		return "found"
	}
	return line
}
