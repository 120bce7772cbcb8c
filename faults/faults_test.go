// Package faults plants mistakes in the tool itself, one at a time. For each mistake, a named row
// of `sinter verify` or a named test must turn red. This shows that the checks can fail.
//
// A fault is an entry of faults.txt: a file, the text to replace, the replacement, and the row or
// test that must find the fault. The text to replace must occur exactly once, so an outdated
// entry is an error:
//
//	== cg: a store of a half writes a byte
//	file backend_riscv/select.go
//	- size == 2
//	+ size == 1
//	row isa trace
//
// The Go tool gets the changed file through its -overlay flag, so the source tree stays
// unchanged. `row LEVEL CHECK [CORE]` runs `sinter verify` on probe/, by default on pipe3. `on
// CAPTURE` chooses a capture of the probe instead of the usual one. `test PACKAGE NAME` runs one
// test. A tool that prints nothing within two minutes hangs, which does not count as finding the
// fault.
//
// A plain test plants one entry of every fourth group. A full test plants one entry of each
// small group, and two of each group of five or more. With SINTER_CAMPAIGN=1 all entries
// are planted. This command plants a single entry:
//
//	SINTER_CAMPAIGN=1 go test ./faults -run 'TestEveryPlantedFaultIsNoticed/cg:_a_store'
package faults

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/monitor"
)

// root is the project's folder.
const root = ".."

// fault is one planted mistake.
type fault struct {
	*testkit.Fault
	expect []string // "row", level, check, perhaps core; or "test", package, name
	on     string   // the capture, if it is not the usual capture
}

// read parses faults.txt.
func read(t *testing.T) []*fault {
	var all []*fault
	for _, f := range testkit.Faults(t, "faults.txt", "row", "test", "on") {
		one := &fault{Fault: f, expect: f.Note("row", "test")}
		require.GreaterOrEqual(t, len(one.expect), 3, f.Name)
		if on := f.Note("on"); on != nil {
			one.on = on[1]
		}
		all = append(all, one)
	}
	return all
}

// noticed plants the fault and reports whether the expected row or test turned red. The result
// `said` is the output of the tools.
func (f *fault) noticed(dir, path string) (red bool, said string, err error) {
	list, err := f.Overlay(root, dir)
	if err != nil {
		return false, "", err
	}
	if f.expect[0] == "test" {
		return f.testFails(list)
	}
	tool, err := testkit.BuildTool(root, dir, "-overlay", list)
	if err != nil {
		return false, "", err
	}
	rows, said, err := f.verify(tool, path)
	for _, r := range rows {
		red = red || f.names(r) && r.Status == "different"
	}
	return red, said, err
}

func (f *fault) testFails(list string) (bool, string, error) {
	said, code, err := testkit.Within(testkit.Compiling, root, nil, "go", "test", "-overlay", list, "-vet=off", "-ldflags=-s -w", "-count=1",
		"-timeout", testkit.Patience.String(), "-run", "^"+f.expect[2]+"$", f.expect[1])
	switch {
	case err != nil && code <= 0:
		return false, said, err
	case strings.Contains(said, "panic: test timed out"):
		return false, said, fmt.Errorf("the test hangs: %s", testkit.Patience)
	}
	if strings.Contains(said, "[build failed]") || strings.Contains(said, "[setup failed]") {
		return false, said, fmt.Errorf("the test does not compile:\n%s", said)
	}
	return err != nil && (strings.Contains(said, "--- FAIL: ") || strings.Contains(said, "panic: ")), said, nil
}

// row is the part of verify's JSON that the harness reads.
type row struct{ Level, Core, Check, Status, Detail string }

// names reports whether the entry names a row.
func (f *fault) names(r row) bool { return r.Level == f.expect[1] && r.Check == f.expect[2] }

// These are the step limits. The probe needs some tens of steps on machines that work in
// batches, and some ten thousand cycles on a circuit. A machine with a planted mistake may
// never end.
const (
	mostSteps  = 250
	mostCycles = 80_000
)

// arguments returns the arguments of verify. They select the checks that the entry needs, and
// a capture that is long enough for these checks. A circuit runs the short capture, except in
// lock-step.
func (f *fault) arguments() []string {
	level, check := f.expect[1], f.expect[2]
	core, capture, limit := "pipe3", "short", mostCycles
	if len(f.expect) > 3 {
		core = f.expect[3]
	}
	if check == "lockstep" || level == "ir" || level == "isa" {
		capture = "probe"
	}
	if check == "trace" && (level == "ir" || level == "isa") {
		core, limit = "none", mostSteps
	}
	if f.on != "" {
		capture = f.on
	}
	return []string{
		"verify", "--json", "--no-x86", "--checks", check, "--core", core, "--random", "4000",
		"--steps", strconv.Itoa(limit), "faults/probe", "--pcap-in", "inside=faults/probe/" + capture + ".pcap",
	}
}

// verify runs one kind of check of a tool on the probe program. The tool finds only the outside
// tools in path.
func (f *fault) verify(tool, path string) ([]row, string, error) {
	env := []string{"PATH=" + path, "TMPDIR=" + filepath.Dir(tool)} // files of failed runs are kept there
	said, code, err := testkit.Within(testkit.Patience, root, env, tool, f.arguments()...)
	if code != 0 && code != 3 {
		return nil, said, fmt.Errorf("verify ended with %d: %w", code, err)
	}
	var report struct{ Rows []row }
	err = json.Unmarshal([]byte(said), &report)
	return report.Rows, said, err
}

// outside makes a folder with the outside tools that the entry needs: the one simulator that is
// fast enough, or the tools that read written files. The result is empty if the entry needs no
// outside tool.
func (f *fault) outside(t *testing.T) string {
	var names []string
	switch {
	case f.expect[0] == "row" && f.expect[2] == "witness", strings.HasSuffix(f.expect[2], "InIcarus"):
		names = []string{"iverilog", "vvp"}
	case f.expect[0] == "row" && f.expect[2] == "verilog":
		names = []string{"yosys"}
	default:
		return ""
	}
	dir := t.TempDir()
	for _, name := range names {
		require.NoError(t, os.Symlink(testkit.Tool(t, name), filepath.Join(dir, name)))
	}
	return dir
}

// The list is complete, and no entry is stale.
func TestEntriesFit(t *testing.T) {
	faults := read(t)
	groups := map[string]int{}
	for _, f := range faults {
		groups[f.Group()]++
	}
	require.GreaterOrEqual(t, len(faults), 80)
	for _, g := range []string{"eval", "lower", "passes", "cg", "instruction line", "core", "bit rule", "Verilog printer"} {
		require.GreaterOrEqual(t, groups[g], 5, g)
	}
	names := map[string]bool{}
	for _, f := range faults {
		_, err := f.Overlay(root, t.TempDir())
		require.NoError(t, err, f.Name)
		require.NotEmpty(t, f.expect, f.Name)
		require.False(t, names[f.Name], "twice: %s", f.Name)
		names[f.Name] = true
		if f.expect[0] == "test" {
			require.True(t, hasTest(t, f.expect[1], f.expect[2]), "%s: %s has no test %s", f.Name, f.expect[1], f.expect[2])
		}
	}
}

// hasTest reports whether a package has the test that an entry names. The name of a subtest is
// ignored.
func hasTest(t *testing.T, folder, name string) bool {
	files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	require.NoError(t, err)
	name, _, _ = strings.Cut(name, "/")
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.Contains(string(text), "\nfunc "+strings.TrimSuffix(name, "$")+"(t *testing.T)") {
			return true
		}
	}
	return false
}

// perGroup is the number of entries of a large group that full tests plant. Full tests plant one
// entry of a small group. Plain tests plant one entry of every fourth group. Each entry requires
// a build of the tool.
const perGroup = 2

// largeGroup is the smallest number of entries in a large group.
const largeGroup = 5

// planted returns the entries to plant, at equal distances within their group.
func planted(t *testing.T) []*fault {
	all := read(t)
	if testkit.Campaign() {
		return all
	}
	size, number := map[string]int{}, map[string]int{}
	for _, f := range all {
		if size[f.Group()]++; size[f.Group()] == 1 {
			number[f.Group()] = len(number)
		}
	}
	var out []*fault
	at := map[string]int{}
	for _, f := range all {
		g := f.Group()
		n := 1
		switch {
		case !testkit.Full() && number[g]%4 != 0:
			n = 0
		case testkit.Full() && size[g] >= largeGroup:
			n = perGroup
		}
		if at[g]*n/size[g] != (at[g]+1)*n/size[g] {
			out = append(out, f)
		}
		at[g]++
	}
	return out
}

func TestEnoughIsPlanted(t *testing.T) {
	groups := map[string]int{}
	for _, f := range planted(t) {
		groups[f.Group()]++
	}
	if !testkit.Full() && !testkit.Campaign() {
		require.GreaterOrEqual(t, len(groups), 20)
		return
	}
	require.GreaterOrEqual(t, len(planted(t)), 80)
	for _, g := range []string{"eval", "lower", "passes", "cg", "instruction line", "core", "bit rule", "Verilog printer"} {
		require.GreaterOrEqual(t, groups[g], perGroup, g)
	}
}

func TestEveryPlantedFaultIsNoticed(t *testing.T) {
	for _, f := range planted(t) {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			if slices.Equal(f.expect[:2], []string{"test", "./monitor"}) { // these tests start guests
				testkit.SkipWithout(t, monitor.Available())
			}
			red, said, err := f.noticed(t.TempDir(), f.outside(t))
			require.NoError(t, err, said)
			require.True(t, red, "nobody noticed; %v stayed green\n%s", f.expect, said)
		})
	}
}

// Without a fault, every row that the entries name exists and is green.
func TestNoFaultNoDifference(t *testing.T) {
	tool, err := testkit.BuildTool(root, t.TempDir())
	require.NoError(t, err)
	checked := map[string][]row{}
	for _, f := range read(t) {
		if f.expect[0] != "row" {
			continue
		}
		key := strings.Join(f.arguments(), " ")
		if checked[key] == nil {
			rows, said, err := f.verify(tool, f.outside(t))
			require.NoError(t, err, said)
			checked[key] = rows
		}
		found := false
		for _, r := range checked[key] {
			require.NotEqual(t, "different", r.Status, r.Detail)
			found = found || f.names(r) && r.Status != "not run"
		}
		require.True(t, found, "verify has no row %v", f.expect)
	}
}
