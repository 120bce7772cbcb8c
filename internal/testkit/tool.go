// Package testkit holds code that the tests of several packages share: finding outside tools,
// golden archives, and expectations in the lines that they concern. Only tests import the
// package.
package testkit

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Strict reports whether a missing outside tool is a failure instead of a skip
// (SINTER_STRICT=1, as continuous integration sets it).
func Strict() bool { return os.Getenv("SINTER_STRICT") == "1" }

// Tool returns the path of the first of names that is installed. If none is installed, Tool
// skips the test and names the Debian package of the tool. With Strict the test fails instead.
func Tool(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const why = "none of %s is installed (apt-get install %s)"
	list := strings.Join(names, ", ")
	if Strict() {
		t.Fatalf(why, list, debianPackage(names[0]))
	}
	t.Skipf(why, list, debianPackage(names[0]))
	return ""
}

// Skip skips the test because the machine lacks something. With Strict the test fails instead.
func Skip(t testing.TB, why string) {
	t.Helper()
	if Strict() {
		t.Fatal(why)
	}
	t.Skip(why)
}

// SkipWithout skips the test if err says that the machine lacks a device, such as /dev/kvm. The
// test is skipped even with Strict: no package can install a device, and the machines of
// continuous integration may lack it.
func SkipWithout(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Skipf("not run: %v", err)
	}
}

// debianPackage is the Debian 12 package that contains a command.
func debianPackage(command string) string {
	packages := map[string]string{
		"clang-19": "clang-19", "ld.lld-19": "lld-19", "llc-19": "llvm-19", "llvm-mc-19": "llvm-19",
		"qemu-system-x86_64": "qemu-system-x86", "iverilog": "iverilog", "vvp": "iverilog", "verilator": "verilator",
		"yosys": "yosys", "nextpnr-ice40": "nextpnr-ice40", "icepack": "fpga-icestorm", "z3": "z3",
		"riscv64-unknown-elf-as": "binutils-riscv64-unknown-elf", "riscv64-unknown-elf-objdump": "binutils-riscv64-unknown-elf",
		"riscv64-unknown-elf-gcc": "gcc-riscv64-unknown-elf",
		"munged":                  "munge", "slurmctld": "slurm-wlm", "slurmd": "slurm-wlm", "sbatch": "slurm-wlm",
		"node": "nodejs", "mpicc": "libopenmpi-dev", "mpirun": "openmpi-bin",
	}
	if p, ok := packages[command]; ok {
		return p
	}
	return command
}
