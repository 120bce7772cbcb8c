package flow

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/trace"
)

// looksOf runs a program on a machine of a core and writes all observations.
func looksOf(t *testing.T, p *Program, level, core string, w World, files bool) (*Result, string) {
	dir := t.TempDir()
	o := RunOptions{Level: level, Core: core, World: w, Window: wholeRun, Profile: true, CommitLog: filepath.Join(dir, "log"), Timeline: filepath.Join(dir, "t.json")}
	if level == Cycle && files {
		o.Konata, o.Wave = filepath.Join(dir, "k"), filepath.Join(dir, "w.vcd")
	}
	r, err := p.Run(context.Background(), o)
	require.NoError(t, err)
	return r, dir
}

// TestMachinesAgreeOnWhatTheyKnow checks that the instruction set and both circuits count the
// same instructions and events in each line. Each cycle of a circuit is counted once.
func TestMachinesAgreeOnWhatTheyKnow(t *testing.T) {
	for _, c := range []struct {
		path string
		w    World
	}{
		{"../../examples/pipeline", World{}},
		{"../../examples/uart-echo", World{Bytes: []string{"../../examples/uart-echo/typed.bytes"}}},
		{"../../examples/filter", World{Frames: 40, Captures: []string{"inside=../../examples/filter/office.pcap"}}},
		{"../../examples/buttons", World{Levels: []string{"up=../../examples/buttons/presses.vcd"}, Until: "300ms"}},
	} {
		t.Run(filepath.Base(c.path), func(t *testing.T) { agree(t, c.path, c.w) })
	}
}

func agree(t *testing.T, path string, w World) {
	p, err := Load(path, Options{})
	require.NoError(t, err)
	want, first := looksOf(t, p, ISA, "", w, false)
	require.NotEmpty(t, want.Profile.Lines)
	require.EqualValues(t, want.Figures["instructions"], want.Profile.Total)
	for _, core := range AllCores() {
		got, dir := looksOf(t, p, Cycle, core, w, false)
		require.Equal(t, known(want.Profile.Lines), known(got.Profile.Lines), core)
		require.Equal(t, known(want.Profile.Functions), known(got.Profile.Functions), core)
		require.Equal(t, logOf(t, first), logOf(t, dir), core)
		// The cycle in which a run ends may be observed but has no clock edge.
		require.InDelta(t, got.Figures["cycles"], got.Profile.Total, 1)
		sum, causes := uint64(0), uint64(0)
		for _, r := range got.Profile.Lines {
			sum += r.Count
		}
		for _, n := range got.Profile.Causes {
			causes += n
		}
		require.Equal(t, got.Profile.Total, sum)
		require.Equal(t, got.Profile.Total, causes)
		require.Equal(t, core != Pipe3, got.Profile.Causes["jump"] == 0, "other organisations fetch for each instruction")
	}
}

// known is the part of a profile that an instruction set knows, a line for each row.
func known(rows []ProfileRow) string {
	out := ""
	for _, r := range rows {
		if r.Instructions > 0 || r.Events > 0 {
			out += fmt.Sprintln(r.File, r.Line, r.Function, r.Instructions, r.Events)
		}
	}
	return out
}

// logOf is the hash of a commit log.
func logOf(t *testing.T, dir string) [32]byte {
	data, err := os.ReadFile(filepath.Join(dir, "log"))
	require.NoError(t, err)
	return sha256.Sum256(data)
}

// TestProfilesOfSourceAndIR checks that a statement and its line are counted once for each
// execution.
func TestProfilesOfSourceAndIR(t *testing.T) {
	p, err := Load("../../examples/pipeline", Options{})
	require.NoError(t, err)
	for _, level := range []string{Source, IR} {
		r, err := p.Run(context.Background(), RunOptions{Level: level, Profile: true})
		require.NoError(t, err)
		total, logs := uint64(0), uint64(0)
		for _, row := range r.Profile.Lines {
			total += row.Count
			if strings.HasPrefix(row.Text, "log.print") {
				require.Equal(t, "sum", row.Function)
				logs += row.Count
			}
		}
		require.Equal(t, r.Profile.Total, total)
		require.EqualValues(t, 12, logs, level)
	}
	_, err = p.Run(context.Background(), RunOptions{Level: Gates, Profile: true})
	require.ErrorContains(t, err, "--profile wants --on source, ir, native, isa or cycle, got --on gates")
}

// stay is the path of an instruction through the pipeline.
type stay struct{ fetch, decode, execute, end int }

// readKanata reads a file according to the rules of the format.
func readKanata(t *testing.T, text string) []stay {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	require.Equal(t, "Kanata\t0004", lines[0])
	var out []stay
	now := -1
	for _, line := range lines[1:] {
		f := strings.Split(line, "\t")
		n, err := strconv.Atoi(f[1])
		require.NoError(t, err, line)
		switch f[0] {
		case "C=":
			now = n
		case "C":
			require.Positive(t, n)
			now += n
		case "I":
			require.Equal(t, len(out), n)
			out = append(out, stay{-1, -1, -1, -1})
		case "S":
			*map[string]*int{"F": &out[n].fetch, "D": &out[n].decode, "X": &out[n].execute}[f[3]] = now
		case "R":
			out[n].end = now
		case "L", "E":
		default:
			t.Fatalf("unknown command %q", line)
		}
	}
	return out
}

// TestPipelinePictures checks that each instruction has its stages in order, that only one
// instruction executes at a time, and that the cycles of execution equal those of the
// profile.
func TestPipelinePictures(t *testing.T) {
	p, err := Load("../../examples/pipeline", Options{})
	require.NoError(t, err)
	for _, core := range AllCores() {
		r, dir := looksOf(t, p, Cycle, core, World{}, true)
		text, err := os.ReadFile(filepath.Join(dir, "k"))
		require.NoError(t, err)
		all := readKanata(t, string(text))
		log, err := os.ReadFile(filepath.Join(dir, "log"))
		require.NoError(t, err)
		require.Len(t, all, strings.Count(string(log), "\n"))
		executing, before := 0, stay{-1, -1, -1, 0}
		for _, s := range all {
			require.Less(t, s.fetch, s.decode)
			require.Less(t, s.decode, s.execute)
			require.Less(t, s.execute, s.end)
			require.GreaterOrEqual(t, s.execute, before.end)
			require.GreaterOrEqual(t, s.fetch, before.fetch)
			executing, before = executing+s.end-s.execute, s
		}
		c := r.Profile.Causes
		require.EqualValues(t, c["execute"]+c["memory"]+c["port"]+c["compute"], executing, core)
		cycles := uint64(0)
		for _, n := range c {
			cycles += n
		}
		require.InDelta(t, cycles, all[len(all)-1].end, 2, "the clock of the file is that of the run")
	}
}

// TestTimelines checks that a channel always holds the elements that were sent and not yet
// received. At each time only one task runs.
func TestTimelines(t *testing.T) {
	p, err := Load("../../examples/pipeline", Options{})
	require.NoError(t, err)
	_, tr, _, err := p.Trace(context.Background(), Source, "", World{})
	require.NoError(t, err)
	sends := map[string]int{}
	for _, e := range tr.Events {
		if e.Kind == trace.Send {
			sends["channel "+e.Port]++
		}
	}
	require.NotEmpty(t, sends)
	for _, on := range [][2]string{{ISA, ""}, {Cycle, Pipe3}} {
		r, dir := looksOf(t, p, on[0], on[1], World{}, true)
		data, err := os.ReadFile(filepath.Join(dir, "t.json"))
		require.NoError(t, err)
		var file struct {
			TraceEvents []struct {
				Name, Ph string
				Ts, Dur  uint64
				Args     map[string]any
			}
		}
		require.NoError(t, json.Unmarshal(data, &file))
		rises, fill, logs, busy, end := map[string]int{}, map[string]float64{}, 0, uint64(0), uint64(0)
		for _, e := range file.TraceEvents {
			switch {
			case e.Ph == "C":
				n := e.Args["elements"].(float64)
				if n > fill[e.Name] {
					rises[e.Name]++
				}
				fill[e.Name] = n
			case e.Ph == "X":
				require.GreaterOrEqual(t, e.Ts, end, "one task runs at a time")
				end = e.Ts + e.Dur
				busy += e.Dur
			case e.Name == "log":
				logs++
			}
		}
		require.Equal(t, sends, rises)
		require.Equal(t, len(r.Lines), logs)
		require.EqualValues(t, r.Profile.Total, busy, "nobody waits for the outside")
	}
}

// TestGroupsOfWaves checks that the save file names signals that the dump declares, each once.
func TestGroupsOfWaves(t *testing.T) {
	p, err := Load("../../examples/pipeline", Options{})
	require.NoError(t, err)
	r, dir := looksOf(t, p, Cycle, Pipe3, World{}, true)
	require.Contains(t, r.Wave, fmt.Sprintf("shows all %.0f cycles", r.Figures["cycles"]))
	dump, err := os.ReadFile(filepath.Join(dir, "w.vcd"))
	require.NoError(t, err)
	groups, err := os.ReadFile(filepath.Join(dir, "w.gtkw"))
	require.NoError(t, err)
	require.Contains(t, string(groups), "\n-keep mul R")
	declared := strings.Count(string(dump), "$var ")
	shown := map[string]bool{}
	for line := range strings.Lines(string(groups)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "pipeline.") {
			require.False(t, shown[line], line)
			shown[line] = true
			name, _, _ := strings.Cut(line, "[")
			require.Contains(t, string(dump), " "+name[strings.LastIndex(name, ".")+1:]+" $end")
		}
	}
	require.Len(t, shown, declared)
}
