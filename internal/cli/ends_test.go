package cli_test

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/cli"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// endless is a program that never waits for input. If it logs, it shows an event in each turn.
const endless = `
task ask(to: out chan<u32>, from: in chan<u32>) {
  var n: u32 = 0
  loop {
    to.send(n)
    n = from.recv() + 1
    LOG
  }
}
task answer(to: out chan<u32>, from: in chan<u32>) {
  loop { to.send(from.recv()) }
}
system endless {
  chan x: u32 cap 1
  chan y: u32 cap 1
  run ask(x, y)
  run answer(y, x)
}
`

// folder makes a folder with programs, by name.
func folder(t *testing.T) string {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"good.sn":   "task main() { log.print(\"a\"); log.print(\"b\") }\nsystem good { run main() }\n",
		"quiet.sn":  "task main() { }\nsystem quiet { run main() }\n",
		"trap.sn":   "task main() {\n  var a: [4]u32\n  var i: u32 = 3\n  while a[i] == 0 max 9 { i = i + 1 }\n}\nsystem trap { run main() }\n",
		"stuck.sn":  "task main(c: in chan<u32>) { let x = c.recv(); log.print(\"{x}\") }\ntask other(c: out chan<u32>) { }\nsystem stuck { chan c: u32 cap 1\n run main(c)\n run other(c) }\n",
		"spin.sn":   strings.Replace(endless, "LOG", "", 1),
		"logs.sn":   strings.Replace(endless, "LOG", `log.print("{n}")`, 1),
		"echo.sn":   "use net\ntask echo(d: net.Eth) {\n  var p: bytes<64>\n  loop {\n    d.recv(p)\n    d.send(p)\n  }\n}\nsystem echo {\n  nic = net.eth(0)\n  run echo(nic)\n}\n",
		"tested.sn": "test \"one\" { expect 1 == 1 }\n",
		"bad.sn":    "task main() { let x: u8 = 300 }\nsystem bad { run main() }\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}

// sinter runs one command line with the files of a folder.
func sinter(dir string, args ...string) (code int, stdout, stderr string) {
	var out, said bytes.Buffer
	for i, a := range args {
		if strings.HasSuffix(a, ".sn") || strings.HasPrefix(a, "./") {
			args[i] = filepath.Join(dir, a)
		}
	}
	code = cli.Run(context.Background(), args, strings.NewReader(""), &out, &said)
	return code, out.String(), said.String()
}

// TestExitCodes tries each exit code except the codes for a signal and a crash.
func TestExitCodes(t *testing.T) {
	dir := folder(t)
	for _, c := range []struct {
		code int
		args string
	}{
		{0, "run good.sn"},
		{0, "run echo.sn"},
		{1, "run bad.sn"},
		{1, "run missing.sn"},
		{1, "run good.sn --what"},
		{1, "verify echo.sn --core none --no-x86"},
		{0, "verify echo.sn --core none --no-x86 --pcap-in nic=none"},
		{4, "run trap.sn"},
		{4, "run trap.sn --on isa"},
		{5, "run stuck.sn"},
		{5, "run stuck.sn --on gates"},
		{6, "run good.sn --limit 1"},
		{6, "run spin.sn --steps 1000"},
		{6, "run logs.sn --limit 100"},
		{3, "verify logs.sn --limit 100 --core none --no-x86"},
		{6, "hw logs.sn --limit 50 -o ./hw"},
	} {
		code, _, said := sinter(dir, strings.Fields(c.args)...)
		require.Equal(t, c.code, code, "%s: %s", c.args, said)
	}
	_, help, _ := sinter(dir, "--help")
	for _, code := range []string{"0 done", "1 a", "2 a", "3 a", "4 a", "5 a", "6 a", "7 a", "130 "} {
		require.Contains(t, strings.ReplaceAll(help, "\n", " "), code)
	}
	_, err := os.Stat(filepath.Join(dir, "hw"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestProductsEndWithTheCodesOfTheTool checks that a process that traps, or that has nothing to
// wait for, ends with the same codes as the tool.
func TestProductsEndWithTheCodesOfTheTool(t *testing.T) {
	testkit.Tool(t, "clang-19", "clang")
	dir := folder(t)
	for name, want := range map[string]int{"good": 0, "trap": 4, "stuck": 5} {
		code, _, said := sinter(dir, "build", name+".sn", "-o", "./"+name+".elf")
		require.Zero(t, code, said)
		path := filepath.Join(dir, name+".elf")
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o755), info.Mode())
		f, err := elf.Open(path)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		cmd := exec.Command(path)
		err = cmd.Run()
		var ended *exec.ExitError
		require.True(t, err == nil || errors.As(err, &ended), "%v", err)
		require.Equal(t, want, cmd.ProcessState.ExitCode(), name)
	}
}

// TestLimitIsTheSameWorkEverywhere checks that a run that is limited to a number of events
// shows the same events on every machine.
func TestLimitIsTheSameWorkEverywhere(t *testing.T) {
	dir := folder(t)
	want := ""
	for _, machine := range []string{"source", "ir", "isa", "cycle", "gates"} {
		code, out, _ := sinter(dir, "run", "logs.sn", "--limit", "40", "--on", machine)
		require.Equal(t, 6, code, machine)
		if want == "" {
			want = out
			require.Equal(t, 40, strings.Count(out, "\n"))
		}
		require.Equal(t, want, out, machine)
	}
}

// TestNothingIsNeverEqual checks that runs without an event do not count as equal.
func TestNothingIsNeverEqual(t *testing.T) {
	dir := folder(t)
	_, out, _ := sinter(dir, "verify", "quiet.sn", "--core", "none", "--no-x86")
	require.NotContains(t, out, "equal")
	require.Equal(t, strings.Count(out, "\n")-1, strings.Count(out, "  empty  "), out)
	_, _, said := sinter(dir, "verify", "echo.sn", "--core", "none", "--no-x86")
	require.Contains(t, said, "--pcap-in nic=FILE")
}

// TestJSONIsWhole checks that JSON output contains no null. Diagnostics in JSON keep their
// notes, labels and end positions.
func TestJSONIsWhole(t *testing.T) {
	dir := folder(t)
	for _, args := range []string{
		"check good.sn", "check bad.sn", "run good.sn", "run echo.sn", "run nothing.sn", "run good.sn --what", "verify quiet.sn --core none --no-x86",
		"hw good.sn -o ./hw", "build good.sn -o ./x.sir", "test good.sn", "fuzz --count 1 --on ir", "doctor", "version", "fmt good.sn",
	} {
		_, out, said := sinter(dir, append(strings.Fields(args), "--json")...)
		require.True(t, json.Valid([]byte(out)), "%s: %s%s", args, out, said)
		require.NotContains(t, out, "null", args)
	}
	text := "task main() {\n  let x: u8 = 1\n  let x: u8 = 2\n}\nsystem s { run main() }\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "twice.sn"), []byte(text), 0o644))
	_, out, _ := sinter(dir, "check", "twice.sn", "--json")
	var got struct {
		Errors []struct {
			Line, Column int
			EndLine      int `json:"end_line"`
			EndColumn    int `json:"end_column"`
			Notes        []struct {
				Line    int
				Message string
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	require.Len(t, got.Errors, 1, out)
	e := got.Errors[0]
	require.Equal(t, []int{3, 7, 3, 8}, []int{e.Line, e.Column, e.EndLine, e.EndColumn})
	require.NotEmpty(t, e.Notes)
	require.Equal(t, 2, e.Notes[0].Line)
}

// tool returns a command that runs this test binary as the tool, in a separate process.
func tool(t *testing.T, dir string, args ...string) *exec.Cmd {
	self, err := os.Executable()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "sinter")
	require.NoError(t, os.Symlink(self, path))
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	return cmd
}

// TestEachExitCode runs the tool as a process once for each exit code. For code 7, the test
// kills the product of the run.
func TestEachExitCode(t *testing.T) {
	testkit.Tool(t, "clang-19")
	testkit.Tool(t, "ld.lld-19")
	dir := folder(t)
	broken := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(broken, "clang-19"), []byte("#!/bin/sh\necho no >&2; exit 3\n"), 0o755))
	spin := "run spin.sn --on native"
	for _, c := range []struct {
		code  int
		args  string
		path  string         // is first in PATH
		self  syscall.Signal // signal for the tool
		below syscall.Signal // signal for its child
		says  string
	}{
		{code: 0, args: "run good.sn", says: "ended"},
		{code: 1, args: "check bad.sn", says: "E0207"},
		{code: 2, args: "build good.sn -o good.elf", path: broken, says: "clang-19 failed: no"},
		{code: 3, args: "verify logs.sn --limit 100 --core none --no-x86", says: "different"},
		{code: 4, args: "run trap.sn --on isa", says: "trap in task main: index"},
		{code: 5, args: "run stuck.sn", says: "stuck"},
		{code: 6, args: "run logs.sn --limit 9", says: "limit"},
		{code: 7, args: spin, below: syscall.SIGSEGV, says: "segmentation fault"},
		{code: 130, args: spin, self: syscall.SIGTERM, says: "ended by a signal"},
	} {
		cmd := tool(t, dir, strings.Fields(c.args)...)
		cmd.Env = append(os.Environ(), "PATH="+c.path+":"+os.Getenv("PATH"))
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		require.NoError(t, cmd.Start())
		if c.self != 0 || c.below != 0 {
			product := settled(t, cmd, c.args, true)
			if c.self != 0 {
				require.NoError(t, cmd.Process.Signal(c.self))
			} else {
				require.NoError(t, syscall.Kill(product[len(product)-1], c.below))
			}
		}
		cmd.Wait() //nolint:errcheck // the exit code is checked below
		require.Equal(t, c.code, cmd.ProcessState.ExitCode(), "%s: %s", c.args, &out)
		require.Contains(t, out.String(), c.says, c.args)
	}
}

// compiles reports whether a process is a tool of LLVM.
func compiles(pid int) bool {
	name, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	return strings.HasPrefix(string(name), "clang") || strings.HasPrefix(string(name), "ld.lld")
}

// settled waits until the last child process of the tool has run for a while, and lists
// the tool's children. If `earnest` is set, the last child must not be a compiler.
func settled(t *testing.T, cmd *exec.Cmd, args string, earnest bool) []int {
	var below []int
	require.Eventually(t, func() bool {
		now := children(cmd.Process.Pid)
		same := len(now) > 0 && slices.Equal(now, below) && !(earnest && compiles(now[len(now)-1]))
		below = now
		return same
	}, time.Minute, 700*time.Millisecond, "%s starts nothing", args)
	return below
}

// TestOutputThatCannotBeWritten checks that a full or closed output is an error of every
// command, and leaves no incomplete file.
func TestOutputThatCannotBeWritten(t *testing.T) {
	dir := folder(t)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	require.NoError(t, err)
	defer full.Close()
	for _, args := range []string{
		"--help", "check good.sn", "check good.sn --json", "check bad.sn --json", "fmt -", "build good.sn -o x.sir", "build good.sn -o x.sir --json",
		"run good.sn", "run good.sn --json", "test tested.sn", "verify good.sn --core none --no-x86", "hw good.sn -o hw", "hw good.sn -o hw --json",
		"fuzz --count 1 --on ir --json", "explain E0101", "doctor", "version",
	} {
		cmd := tool(t, dir, strings.Fields(args)...)
		var said bytes.Buffer
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("task t() { }\n"), full, &said
		err := cmd.Run()
		require.Equal(t, 1, cmd.ProcessState.ExitCode(), "%s: %v", args, err)
		require.Equal(t, 1, strings.Count(said.String(), "no space left"), "%s: %s", args, &said)
	}
	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	cmd := tool(t, dir, "run", "good.sn")
	cmd.Stdout = w
	cmd.Run() //nolint:errcheck // the exit code is checked below
	require.NoError(t, w.Close())
	require.Equal(t, 1, cmd.ProcessState.ExitCode())
	code, _, said := sinter(dir, "run", "good.sn", "--trace", "/dev/full")
	require.Equal(t, 1, code)
	require.Contains(t, said, "cannot write /dev/full")
	info, err := os.Stat("/dev/full")
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeCharDevice, "the device was replaced")
}

// TestFullDiskLeavesNoHalf uses a disk that has room for only a part of the files. A
// command that cannot write all its files leaves the folder unchanged.
func TestFullDiskLeavesNoHalf(t *testing.T) {
	dir := folder(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "relay.sn"), []byte(relay), 0o644))
	long := "task   main() { log.print(\"a\") }\nsystem long { run main() }\n" + strings.Repeat("// a line of a long file\n", 400)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "long.sn"), []byte(long), 0o644))
	before := contents(t, dir)
	self := tool(t, dir)
	for _, args := range []string{
		"hw relay.sn -o hw --pcap-in none", "fpga good.sn -o board --board icebreaker", "build relay.sn -o a.sir,b.s,c.img,d.v,e.aig",
		"build relay.sn -o f.rtl", "run logs.sn --limit 300 --trace t.trace", "run logs.sn --limit 50 --on cycle --wave w.vcd", "run relay.sn --pcap-out o.pcap --disk-out d.img",
		"fmt long.sn",
	} {
		// A limit on file sizes simulates a full disk: some files fit, and one does not.
		cmd := exec.Command("bash", append([]string{"-c", `ulimit -f 4; trap '' XFSZ; exec "$@"`, "bash", self.Path}, strings.Fields(args)...)...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+dir) // without outside tools
		said, err := cmd.CombinedOutput()
		require.Error(t, err, args)
		require.Equal(t, 1, cmd.ProcessState.ExitCode(), "%s: %s", args, said)
		require.Contains(t, string(said), "cannot write", args)
		require.Equal(t, before, contents(t, dir), args)
	}
}

// contents are the files of a folder, by name.
func contents(t *testing.T, dir string) map[string]string {
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		out[e.Name()] = string(text)
	}
	return out
}

// TestTwoProgramsInOneFolder checks that the files of two programs never have the same name.
func TestTwoProgramsInOneFolder(t *testing.T) {
	dir := folder(t)
	files := map[string]string{}
	for _, name := range []string{"good", "trap"} {
		code, out, said := sinter(dir, "hw", name+".sn", "-o", "./hw", "--json")
		require.Zero(t, code, said)
		var got struct{ Files []string }
		require.NoError(t, json.Unmarshal([]byte(out), &got))
		for _, f := range got.Files {
			require.Empty(t, files[f], "%s is of %s and %s", f, files[f], name)
			files[f] = name
		}
	}
	require.Greater(t, len(files), 8)
}

// children lists the processes below a process.
func children(pid int) []int {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/task/" + strconv.Itoa(pid) + "/children")
	tasks, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	for _, path := range tasks {
		more, _ := os.ReadFile(path)
		text = append(append(text, ' '), more...)
	}
	var list []int
	for _, f := range strings.Fields(string(text)) {
		if n, err := strconv.Atoi(f); err == nil && !slices.Contains(list, n) {
			list = append(append(list, n), children(n)...)
		}
	}
	return list
}

// alive reports whether a process runs. A process that has ended but has not been waited for
// (a zombie) does not count as running.
func alive(pid int) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(text), ") Z ")
}

// TestSignalsEndEverything checks that the tool ends with 130 after SIGINT, SIGTERM and SIGHUP.
// The tool's child processes have then ended, and its temporary folders are gone.
func TestSignalsEndEverything(t *testing.T) {
	dir := folder(t)
	slow := t.TempDir()
	for _, name := range []string{"iverilog", "yosys", "clang-19", "qemu-system-x86_64", "nextpnr-ice40"} {
		require.NoError(t, os.WriteFile(filepath.Join(slow, name), []byte("#!/bin/sh\nsleep 60 & wait\n"), 0o755))
	}
	for _, c := range []struct {
		args   string
		signal syscall.Signal
		needs  []string // outside tools that really run; the others only sleep
	}{
		{"verify good.sn --core pipe3 --checks witness --no-x86", syscall.SIGINT, nil},
		{"verify good.sn --core pipe3 --checks verilog --no-x86 --json", syscall.SIGHUP, nil},
		{"verify good.sn --core none", syscall.SIGTERM, nil},
		{"build good.sn -o x.elf", syscall.SIGTERM, nil},
		{"build good.sn -o x.img --with llvm", syscall.SIGHUP, nil},
		{"test tested.sn --on native", syscall.SIGINT, nil},
		{"fuzz --count 1 --on native", syscall.SIGTERM, nil},
		{"fpga good.sn -o board --board icebreaker", syscall.SIGINT, nil},
		{"doctor", syscall.SIGINT, nil},
		{"run spin.sn --on unikernel", syscall.SIGTERM, []string{"qemu-system-x86_64", "clang-19"}},
		{"run echo.sn --live --on unikernel", syscall.SIGHUP, []string{"qemu-system-x86_64", "clang-19"}},
		{"run spin.sn --on native", syscall.SIGHUP, []string{"clang-19"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			path := slow + ":" + os.Getenv("PATH")
			for _, name := range c.needs {
				testkit.Tool(t, name)
				path = os.Getenv("PATH")
			}
			temp := t.TempDir()
			cmd := tool(t, dir, strings.Fields(c.args)...)
			cmd.Env = append(os.Environ(), "TMPDIR="+temp, "PATH="+path)
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			require.NoError(t, cmd.Start())
			below := settled(t, cmd, c.args, len(c.needs) > 0)
			require.NoError(t, cmd.Process.Signal(c.signal))
			began := time.Now()
			cmd.Wait() //nolint:errcheck // the exit code is checked below
			require.Less(t, time.Since(began), 40*time.Second, "%s: the slow tools sleep for 60 s", c.args)
			require.Equal(t, 130, cmd.ProcessState.ExitCode(), "%s: %s", c.args, &out)
			require.NotContains(t, out.String(), "different")
			left, err := os.ReadDir(temp)
			require.NoError(t, err)
			require.Empty(t, left, c.args)
			for _, pid := range below {
				require.Eventually(t, func() bool { return !alive(pid) }, 15*time.Second, 50*time.Millisecond, "%s leaves process %d", c.args, pid)
			}
		})
	}
}
