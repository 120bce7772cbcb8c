// Package faults plants mistakes in the tool itself, one at a time, and demands
// that a named row of `sinter verify` or a named test turns red for each. It is the
// proof that the checks can fail.
//
// A fault is an entry of faults.txt: a file, the text to replace (which must occur
// exactly once, so that a stale entry is itself an error), its replacement and who
// must notice:
//
//	== cg: a store of a half writes a byte
//	file backend_riscv/select.go
//	- size == 2
//	+ size == 1
//	row isa trace
//
// The mistaken file reaches the compiler through go's -overlay, so the tree stays
// as it is. `row LEVEL CHECK` runs `sinter verify` on probe/; `test PACKAGE NAME` runs
// one test.
package faults

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// fault is one planted mistake.
type fault struct {
	name     string
	file     string
	old, new string
	expect   []string // "row", level, check or "test", package, name
}

// group is what the mistake is in, the name's part before the colon.
func (f *fault) group() string { g, _, _ := strings.Cut(f.name, ":"); return g }

// read parses faults.txt.
func read(t *testing.T) []*fault {
	text, err := os.ReadFile("faults.txt")
	require.NoError(t, err)
	var all []*fault
	for i, line := range strings.Split(string(text), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		if word == "" || strings.HasPrefix(word, "#") {
			continue
		}
		if word == "==" {
			all = append(all, &fault{name: rest})
			continue
		}
		require.NotEmpty(t, all, "line %d stands before the first fault", i+1)
		f := all[len(all)-1]
		switch word {
		case "file":
			f.file = rest
		case "-":
			f.old = join(f.old, rest)
		case "+":
			f.new = join(f.new, rest)
		case "row", "test":
			f.expect = strings.Fields(line)
		default:
			t.Fatalf("line %d: expected ==, file, -, +, row or test, got %q", i+1, word)
		}
	}
	return all
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "\n" + b
}

// overlay writes the mistaken file and the list that go's -overlay reads.
func (f *fault) overlay(dir string) (string, error) {
	path, err := filepath.Abs(filepath.Join("..", f.file))
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(text), f.old); n != 1 {
		return "", fmt.Errorf("%s: the text to replace occurs %d times in %s", f.name, n, f.file)
	}
	mistaken := filepath.Join(dir, "mistaken"+filepath.Ext(path))
	if err := os.WriteFile(mistaken, []byte(strings.Replace(string(text), f.old, f.new, 1)), 0o644); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{path: mistaken}})
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, list, 0o644)
}

// noticed plants the fault and reports whether what was expected turned red;
// said is what the tools printed.
func (f *fault) noticed(dir string) (red bool, said string, err error) {
	list, err := f.overlay(dir)
	if err != nil {
		return false, "", err
	}
	if f.expect[0] == "test" {
		return f.testFails(list)
	}
	tool := filepath.Join(dir, "sinter")
	build := exec.Command("go", "build", "-overlay", list, "-o", tool, "./cmd/sinter")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return false, "", fmt.Errorf("%s does not compile:\n%s", f.name, out)
	}
	rows, said, err := verify(tool, f.expect[2])
	if err != nil {
		return false, said, err
	}
	for _, r := range rows {
		if r.Level == f.expect[1] && r.Check == f.expect[2] && r.Status == "different" {
			return true, said, nil
		}
	}
	return false, said, nil
}

func (f *fault) testFails(list string) (bool, string, error) {
	cmd := exec.Command("go", "test", "-overlay", list, "-count=1", "-timeout", "120s", "-run", "^"+f.expect[2]+"$", f.expect[1])
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	said := string(out)
	if strings.Contains(said, "[build failed]") || strings.Contains(said, "[setup failed]") {
		return false, said, fmt.Errorf("%s does not compile:\n%s", f.name, said)
	}
	return err != nil && (strings.Contains(said, "--- FAIL: ") || strings.Contains(said, "panic: ")), said, nil
}

// row is what the harness reads of verify's JSON.
type row struct{ Level, Core, Check, Status, Detail string }

// verify runs one kind of check of a tool on the probe program.
func verify(tool, check string) ([]row, string, error) {
	cmd := exec.Command(tool, "verify", "--json", "--checks", check, "--no-x86", "--random", "4000", "probe", "--pcap-in", "probe/probe.pcap")
	out, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 3 {
		return nil, string(out), fmt.Errorf("verify ended with %d: %w", code, err)
	}
	var report struct{ Rows []row }
	err = json.Unmarshal(out, &report)
	return report.Rows, string(out), err
}

func TestEveryPlantedFaultIsNoticed(t *testing.T) {
	faults := read(t)
	groups := map[string]int{}
	for _, f := range faults {
		groups[f.group()]++
	}
	require.GreaterOrEqual(t, len(faults), 40)
	for _, g := range []string{"eval", "lower", "passes", "cg", "instruction line", "core", "bit rule", "Verilog printer"} {
		require.GreaterOrEqual(t, groups[g], 3, g)
	}
	var wg sync.WaitGroup
	work := make(chan *fault)
	var mu sync.Mutex
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for f := range work {
				red, said, err := f.noticed(t.TempDir())
				mu.Lock()
				if err != nil {
					t.Errorf("%s: %v", f.name, err)
				} else if !red {
					t.Errorf("%s: nobody noticed; %v stayed green\n%s", f.name, f.expect, said)
				}
				mu.Unlock()
			}
		}()
	}
	for _, f := range faults {
		work <- f
	}
	close(work)
	wg.Wait()
	t.Logf("%d faults, all noticed unless an error says otherwise", len(faults))
}

// Without a fault every row that the entries name exists and is green.
func TestNoFaultNoDifference(t *testing.T) {
	tool := filepath.Join(t.TempDir(), "sinter")
	build := exec.Command("go", "build", "-o", tool, "./cmd/sinter")
	build.Dir = ".."
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	checked := map[string][]row{}
	for _, f := range read(t) {
		if f.expect[0] != "row" {
			continue
		}
		check := f.expect[2]
		if checked[check] == nil {
			rows, said, err := verify(tool, check)
			require.NoError(t, err, said)
			checked[check] = rows
		}
		found := false
		for _, r := range checked[check] {
			require.NotEqual(t, "different", r.Status, r.Detail)
			found = found || r.Level == f.expect[1] && r.Check == check
		}
		require.True(t, found, "%s: verify has no row %v", f.name, f.expect)
	}
}
