// Package examples holds programs that are also tests. Each .sn file begins with run lines, which
// one test executes on every machine.
//
//	// run: --pcap-in inside=office.pcap
//	//   logs: 256 frames, 152 passed, 31 other
//	//   sends: outside 1017
//	//   ends: waiting
//
// The `logs` lines are the rendered log events of the whole run in order. If `...` follows the
// last line, the run may have more log lines. Every machine must show these lines, and its
// trace must equal the trace of the source.
package examples

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/monitor"
)

// example is a folder of examples/ with the expectations of its run lines.
type example struct {
	dir      string
	captures []string
	until    string
	logs     []string
	open     bool           // more log lines may follow
	sends    map[string]int // frames or bytes, by device
	levels   []string       // PORT=FILE
	bytes    []string       // PORT=FILE
	answers  []string       // PORT=FILE
	shows    map[string]int // changes, by output
	ends     string
}

func newExample(dir string) *example {
	return &example{dir: dir, logs: []string{}, sends: map[string]int{}, shows: map[string]int{}}
}

// world is the environment that the run line names.
func (e *example) world() flow.World {
	return flow.World{Captures: e.captures, Levels: e.levels, Bytes: e.bytes, Answers: e.answers, Until: e.until}
}

// read collects the run lines of a folder's .sn files.
func read(t *testing.T, dir string) *example {
	e := newExample(dir)
	files, err := filepath.Glob(filepath.Join(dir, "*.sn"))
	require.NoError(t, err)
	for _, name := range files {
		e.readFile(t, name)
	}
	require.NotEmpty(t, e.ends, "%s has no run lines", dir)
	return e
}

// readFile collects the run lines of one file.
func (e *example) readFile(t *testing.T, name string) {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	for _, line := range strings.Split(string(text), "\n") {
		word, rest, ok := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "//")), ":")
		if ok && strings.HasPrefix(line, "//") {
			e.line(t, word, strings.TrimSpace(rest))
		}
	}
}

func (e *example) line(t *testing.T, word, rest string) {
	switch word {
	case "run":
		for k, f := range strings.Fields(rest) {
			if f == "--until" {
				e.until = strings.Fields(rest)[k+1]
			}
			if device, file, ok := strings.Cut(f, "="); ok && strings.HasSuffix(file, ".vcd") {
				e.levels = append(e.levels, device+"="+filepath.Join(e.dir, file))
			} else if ok && strings.HasSuffix(file, ".answers") {
				e.answers = append(e.answers, device+"="+filepath.Join(e.dir, file))
			} else if ok && (strings.HasSuffix(file, ".bytes") || file == "none" && e.bytes != nil) {
				if file == "none" {
					e.bytes = append(e.bytes, f)
					continue
				}
				e.bytes = append(e.bytes, device+"="+filepath.Join(e.dir, file))
			} else if ok && file == "none" {
				e.captures = append(e.captures, f)
			} else if ok {
				e.captures = append(e.captures, device+"="+filepath.Join(e.dir, file))
			}
		}
	case "logs":
		if rest == "..." {
			e.open = true
			return
		}
		e.logs = append(e.logs, rest)
	case "sends", "shows":
		var device string
		var n int
		_, err := fmt.Sscanf(rest, "%s %d", &device, &n)
		require.NoError(t, err)
		if word == "shows" && n > 0 {
			e.shows[device] = n
		} else if word == "sends" {
			e.sends[device] = n
		}
	case "ends":
		e.ends = rest
	}
}

// machines lists every machine and core.
func machines() [][2]string {
	return [][2]string{
		{flow.Source, ""},
		{flow.IR, ""},
		{flow.ISA, ""},
		{flow.Native, ""},
		{flow.Unikernel, ""},
		{flow.Monitor, ""},
		{flow.Cycle, flow.Multi},
		{flow.Cycle, flow.Pipe3},
		{flow.Gates, flow.Multi},
		{flow.Gates, flow.Pipe3},
	}
}

func folders(t *testing.T) []string {
	all, err := filepath.Glob("*/*.sn")
	require.NoError(t, err)
	var dirs []string
	for _, f := range all {
		dirs = append(dirs, filepath.Dir(f))
	}
	require.GreaterOrEqual(t, len(dirs), 10)
	return dirs
}

// The run lines are checked on the source and, with passes in check mode, on the instruction
// set. A full test checks them on every machine. In a plain test TestLadders runs the other
// machines and compares their traces with the source's trace. Lines, captures and counts all
// come from traces.
func TestExamplesOnEveryMachine(t *testing.T) {
	for _, dir := range folders(t) {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			e := read(t, dir)
			p, err := flow.Load(dir, flow.Options{Check: true})
			require.NoError(t, err)
			_, err = p.ForX86() // in check mode too
			require.NoError(t, err)
			sent := map[string][]byte{} // by device, as the first machine wrote it
			for _, m := range machines() {
				if !testkit.Full() && !slices.Contains([]string{flow.Source, flow.ISA}, m[0]) {
					continue
				}
				t.Run(strings.TrimSpace(m[0]+" "+m[1]), func(t *testing.T) { e.check(t, p, m[0], m[1], sent) })
			}
		})
	}
}

// check runs one machine and compares its output with the run lines. It compares the
// captures that the machine writes with the captures of earlier machines, byte by byte.
// TestLadders checks that traces are equal event by event.
func (e *example) check(t *testing.T, p *flow.Program, level, core string, sent map[string][]byte) {
	if level == flow.Native || level == flow.Unikernel || level == flow.Monitor {
		testkit.Tool(t, "clang-19", "clang")
		testkit.Tool(t, "ld.lld-19", "ld.lld")
	}
	if level == flow.Unikernel {
		testkit.Tool(t, "qemu-system-x86_64")
	}
	if level == flow.Monitor {
		testkit.SkipWithout(t, monitor.Available())
	}
	var out, said []string
	dir := t.TempDir()
	for device := range e.sends {
		file := device + "=" + filepath.Join(dir, device)
		if e.bytes != nil {
			said = append(said, file)
			continue
		}
		out = append(out, file)
	}
	var shown []string
	for port := range e.shows {
		shown = append(shown, port+"="+filepath.Join(dir, port))
	}
	r, err := p.Run(context.Background(), flow.RunOptions{Level: level, Core: core, World: e.world(), PcapOut: out, VcdOut: shown, BytesOut: said})
	var missing *llvm.Missing
	require.False(t, errors.As(err, &missing), "found a moment ago: %v", err)
	require.NoError(t, err)
	require.Equal(t, e.ends, string(r.Status))
	got := r.Lines
	if e.open && len(got) > len(e.logs) {
		got = got[:len(e.logs)]
	}
	require.Equal(t, e.logs, got)
	maps.Copy(r.Frames, r.Bytes)
	require.Equal(t, e.sends, r.Frames)
	require.Equal(t, e.shows, r.Levels)
	for device := range both(e.sends, e.shows) {
		data, err := os.ReadFile(filepath.Join(dir, device))
		require.NoError(t, err)
		if sent[device] == nil {
			sent[device] = data
		}
		require.True(t, bytes.Equal(sent[device], data), "%s wrote another capture of %s than the machines before", level, device)
	}
}

// The ladder of each example shows no difference. TestProofs covers the proofs of the larger
// cores, and verify's own tests cover lock-step. The counts of the ladder are the figures of
// the README. The products are built again with one processor, and must be the same byte for
// byte. This second build does not run in parallel with other tests, because the number of
// processors is a setting of the whole process.
func TestLadders(t *testing.T) {
	dirs := folders(t)
	built := make([]map[string]string, len(dirs))
	t.Run("rows", func(t *testing.T) {
		for k, dir := range dirs {
			t.Run(dir, func(t *testing.T) {
				t.Parallel()
				built[k] = read(t, dir).rows(t)
			})
		}
	})
	for k, dir := range dirs {
		t.Run("same bytes/"+dir, func(t *testing.T) {
			if built[k] == nil {
				t.Skip("the ladder of this example has not run, or failed")
			}
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			e := read(t, dir)
			p, err := flow.Load(dir, flow.Options{})
			require.NoError(t, err)
			again := e.digests(t, p)
			require.Greater(t, len(again), 25)
			require.Equal(t, built[k], again)
		})
	}
}

// rows verifies an example, checks its README, and returns digests of the products.
func (e *example) rows(t *testing.T) map[string]string {
	p, err := flow.Load(e.dir, flow.Options{})
	require.NoError(t, err)
	r, err := checks.Verify(context.Background(), p, checks.VerifyOptions{
		World: e.world(), Cores: flow.Cores(), Checks: []string{"trace", "removal"},
	})
	require.NoError(t, err)
	for _, row := range r.Rows {
		require.NotEqual(t, "different", string(row.Status), "%s %s %s: %s", row.Level, row.Core, row.Check, row.Detail)
	}
	require.GreaterOrEqual(t, len(r.Rows), 12)
	t.Run("README", func(t *testing.T) { e.readme(t, r.Figures) })
	return e.digests(t, p)
}

// The written files of each example are equivalent to the circuit: yosys reads the Verilog, the
// solver proves the equivalence, and the test bench passes in Icarus. Without SINTER_FULL the
// test runs two examples. One of them has a keyword as its name.
func TestWrittenFiles(t *testing.T) {
	for _, dir := range folders(t) {
		if os.Getenv("SINTER_FULL") == "" && dir != "hello" && dir != "edge" {
			continue
		}
		t.Run(dir, func(t *testing.T) {
			testkit.Tool(t, "yosys")
			e := read(t, dir)
			p, err := flow.Load(dir, flow.Options{})
			require.NoError(t, err)
			r, err := checks.Verify(context.Background(), p, checks.VerifyOptions{World: e.world(), Cores: flow.Cores(), NoX86: true, Checks: []string{"verilog"}})
			require.NoError(t, err)
			rows := 0
			for _, row := range r.Rows {
				if row.Check == "verilog" {
					require.Equal(t, "proved", string(row.Status), "%s: %s", row.Core, row.Detail)
					rows++
				}
			}
			require.GreaterOrEqual(t, rows, 2)
			e.bench(t, p)
		})
	}
}

// bench runs the written test bench of each core in Icarus.
func (e *example) bench(t *testing.T, p *flow.Program) {
	iverilog, vvp := testkit.Tool(t, "iverilog"), testkit.Tool(t, "vvp")
	for _, core := range flow.Cores() {
		dir := t.TempDir()
		_, err := p.Hardware(context.Background(), flow.HardwareOptions{Dir: dir, Core: core, World: e.world(), Frames: 16})
		require.NoError(t, err)
		files, err := filepath.Glob(filepath.Join(dir, "*.v"))
		require.NoError(t, err)
		require.Len(t, files, 2)
		said, err := command(dir, iverilog, append([]string{"-g2005", "-o", "tb"}, files...)...)
		require.NoError(t, err, said)
		said, err = command(dir, vvp, "-n", "tb")
		require.NoError(t, err, said)
		require.Regexp(t, `^PASS [0-9]+ events`, said)
	}
}

func command(dir, path string, args ...string) (string, error) {
	c := exec.Command(path, args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	return string(out), err
}

// both joins two maps.
func both(a, b map[string]int) map[string]int {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}
