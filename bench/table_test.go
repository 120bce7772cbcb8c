package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// smallTables are two kernels and another program, made up.
func smallTables() *tables {
	return &tables{flow: "by hand", kernels: []string{"a", "b", "absent"}, missing: []string{"c has no input"}, rows: []tableRow{
		{"a", "multi", false, 100, 1000, 50},
		{"a", "multi", true, 200, 500, 50},
		{"b", "multi", false, 100, 4000, 50},
		{"b", "multi", true, 100, 500, 50},
		{"other", "multi", false, 100, 1000, 50},
		{"other", "multi", true, 100, 1000, 25},
	}}
}

// TestTables: the products, means and ratios are right, and all files say the same.
func TestTables(t *testing.T) {
	text := smallTables().markdown()
	require.Contains(t, text, "| a | multi | 100 | 1000 | 50.0 | 20.0 | 2.0 |\n| a | multi mined | 200 | 500 | 50.0 | 10.0 | 2.0 |\n")
	require.Contains(t, text, "| multi | 1.00 | 1.00 | 1.00 |\n| multi mined | 1.41 | 0.25 | 0.35 |\n") // sqrt(2), sqrt(1/2 * 1/8)
	require.Contains(t, text, "| other | multi | 0.50 | 1.00 |\n| geometric mean | multi | 2.00 | 1.26 |\n")
	require.Contains(t, text, "Not measured: c has no input.\n")
	require.NotContains(t, text, "absent")
	require.Contains(t, smallTables().coresCSV(), "\nb,multi,true,100,500,50.000,10.000,1.000\n")
	require.NotContains(t, smallTables().coresCSV(), "other")
	require.Contains(t, smallTables().minedCSV(), "\nb,multi,8.0000,1.0000\n")
	require.Contains(t, smallTables().minedSVG(), `<rect class="multi" x="190" y="46" width="400.0"`) // the longest
	require.Contains(t, smallTables().coresSVG(), ">b, multi mined</text>")
}

// TestNoPlacer: the tables say why nothing is placed.
func TestNoPlacer(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	place, how := placer(false)
	require.False(t, place)
	require.Contains(t, how, "because yosys is not installed")
}

// TestTableOfExamples measures an example, and takes it from the folder the second time.
func TestTableOfExamples(t *testing.T) {
	if os.Getenv("SINTER_FULL") != "1" {
		t.Skip("builds the tool: SINTER_FULL=1 runs it")
	}
	dir := t.TempDir()
	run := func() string {
		var out bytes.Buffer
		require.NoError(t, printTable(context.Background(), options{root: "..", only: []string{"hello", "buttons"}}, tableOptions{dir, checks.RunLocal, 2, true}, &out))
		return out.String()
	}
	first := run()
	require.Contains(t, first, "| hello | pipe3 | 1.00 |")
	require.Contains(t, first, "Not measured: buttons has inputs")
	points, err := filepath.Glob(filepath.Join(dir, "sweeps", "hello", "points", "*.json"))
	require.NoError(t, err)
	require.Len(t, points, 4)
	info, err := os.Stat(points[0])
	require.NoError(t, err)
	require.Equal(t, first, run())
	again, err := os.Stat(points[0])
	require.NoError(t, err)
	require.Equal(t, info.ModTime(), again.ModTime())
	for _, name := range []string{"table.md", "cores.csv", "mined.csv", "cores.svg", "mined.svg"} {
		require.FileExists(t, filepath.Join(dir, name))
	}
}

// TestTableOnSlurm makes the tables on a real Slurm and on this computer, each from an empty
// folder. All files are equal, byte for byte: the tables, the sweeps and each result.
// SINTER_CAMPAIGN=1 measures all examples instead of two, and compares the table with the page.
func TestTableOnSlurm(t *testing.T) {
	if !testkit.Full() && !testkit.Campaign() {
		t.Skip("starts a Slurm: SINTER_FULL=1 runs it")
	}
	only := []string{"hello", "crc32"}
	if testkit.Campaign() {
		only = nil
	}
	for _, env := range testkit.Slurm(t) {
		if value, yes := strings.CutPrefix(env, "SLURM_CONF="); yes {
			t.Setenv("SLURM_CONF", value)
		}
	}
	local, slurm := t.TempDir(), t.TempDir()
	table := func(dir, runner string) string {
		began := time.Now()
		var out bytes.Buffer
		require.NoError(t, printTable(context.Background(), options{root: "..", only: only}, tableOptions{dir, runner, 2, true}, &out))
		t.Logf("%s: %.1f s", runner, time.Since(began).Seconds())
		return out.String()
	}
	want := table(local, checks.RunLocal)
	require.Contains(t, want, "| crc32 | multi |")
	require.Equal(t, want, table(slurm, checks.RunSlurm))
	require.FileExists(t, filepath.Join(slurm, "sweeps", "crc32", "queue", "job"), "a job of Slurm did the work")
	names := filesOf(t, local)
	require.Contains(t, names, "cores.svg")
	require.Contains(t, names, "sweeps/crc32/points.csv")
	require.Equal(t, names, filesOf(t, slurm))
	for _, name := range names {
		here, err := os.ReadFile(filepath.Join(local, name))
		require.NoError(t, err)
		there, err := os.ReadFile(filepath.Join(slurm, name))
		require.NoError(t, err)
		require.True(t, bytes.Equal(here, there), name)
	}
	t.Logf("%d files are equal", len(names))
	if only == nil {
		onPage(t, want)
	}
}

// onPage checks that docs/research.md shows the rows of the kernels and their means.
func onPage(t *testing.T, table string) {
	page, err := os.ReadFile("../docs/research.md")
	require.NoError(t, err)
	rows, _, found := strings.Cut(table, "\nSpeed-up ")
	require.True(t, found)
	for row := range strings.Lines(rows) {
		if strings.HasPrefix(row, "|") {
			require.Contains(t, string(page), row)
		}
	}
}

// filesOf names all files of a folder in order, except the queues of a cluster.
func filesOf(t *testing.T, dir string) (names []string) {
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "queue" {
			return filepath.SkipDir
		}
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		names = append(names, name)
		return err
	}))
	return names
}
