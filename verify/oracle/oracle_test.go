package oracle

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim/world"
	"github.com/sinter-lang/sinter/verify/gen"
)

// root is the project's folder.
const root = "../.."

// job is a program with the options of a run, and the file for the oracle's result.
type job struct {
	name    string // of the program, for messages
	path    string
	options []string
	out     string // beginning of the file names, which end in .trace and .lines
}

// world is the simulated world that the options of the run describe, and settings are the configs.
func (j *job) world() (w flow.World, settings []types.Setting) {
	for i := 0; i+1 < len(j.options); i += 2 {
		value := j.options[i+1]
		switch j.options[i] {
		case "--until":
			w.Until = value
		case "--vcd-in":
			w.Levels = append(w.Levels, value)
		case "--bytes-in":
			w.Bytes = append(w.Bytes, value)
		case "--answers":
			w.Answers = append(w.Answers, value)
		case "--disk":
			w.Disks = append(w.Disks, value)
		case "-D":
			name, text, _ := strings.Cut(value, "=")
			settings = append(settings, types.Setting{Name: name, Value: text})
		default:
			w.Captures = append(w.Captures, value)
		}
	}
	return w, settings
}

// line is the job in the form for the oracle.
func (j *job) line() string {
	words := append([]string{j.path}, j.options...)
	return strings.Join(append(words, "--trace", j.out+".trace", "--lines", j.out+".lines"), " ")
}

// ask runs the oracle once for all jobs.
func ask(t *testing.T, python string, jobs []*job) {
	dir := t.TempDir()
	var lines strings.Builder
	for _, j := range jobs {
		lines.WriteString(j.line() + "\n")
	}
	list := filepath.Join(dir, "jobs")
	require.NoError(t, os.WriteFile(list, []byte(lines.String()), 0o644))
	env := []string{"PYTHONPATH=.", "PYTHONDONTWRITEBYTECODE=1"}
	said, code, err := testkit.Within(time.Hour, ".", env, python, "-m", "sinter_oracle", "--jobs", list)
	require.NoError(t, err, said)
	require.Zero(t, code, said)
}

// source runs a program on the reference machine. It returns the trace and the printed lines.
func source(t *testing.T, j *job) (trace, lines string) {
	w, settings := j.world()
	p, err := flow.Load(j.path, flow.Options{Settings: settings})
	require.NoError(t, err, j.name)
	file := j.out + ".source"
	r, err := p.Run(context.Background(), flow.RunOptions{Level: flow.Source, World: w, TraceFile: file})
	require.NoError(t, err, j.name)
	for _, l := range r.Lines {
		lines += l + "\n"
	}
	return read(t, file), lines
}

func read(t *testing.T, path string) string {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

// events are the lines of a trace. The compiler chooses the numbers of sites, so the test
// numbers the sites again, in the order of their occurrence. The text about waiting tasks at
// the end is for readers and is left out.
func events(trace string) []string {
	sites := map[string]string{}
	var out []string
	for _, line := range strings.Split(trace, "\n") {
		w := strings.SplitN(line, " ", 6) // two spaces first
		if len(w) > 2 && w[2] == "waits" || strings.HasPrefix(line, "  waits ") {
			continue
		}
		if len(w) > 4 && (w[3] == "log" || w[3] == "trap") {
			site := w[3] + w[4]
			if sites[site] == "" {
				sites[site] = fmt.Sprint(len(sites))
			}
			w[4] = sites[site]
			line = strings.Join(w, " ")
		}
		out = append(out, line)
	}
	return out
}

// compare checks that the oracle and the reference show the same: every event in the same
// order, every line, and the source position of every trap.
func compare(t *testing.T, j *job) {
	want, lines := source(t, j)
	a, b := events(want), events(read(t, j.out+".trace"))
	for i := range min(len(a), len(b)) {
		require.Equal(t, a[i], b[i], "%s: event %d of the source and of the oracle", j.name, i)
	}
	require.Len(t, b, len(a), j.name)
	require.Equal(t, lines, read(t, j.out+".lines"), j.name)
}

// agree runs all jobs on both sides, in as many groups as there are processors.
func agree(t *testing.T, jobs []*job) {
	python := testkit.Tool(t, "python3")
	began := time.Now()
	parts := min(runtime.GOMAXPROCS(0), len(jobs))
	t.Run("parts", func(t *testing.T) {
		for k := range parts {
			t.Run(fmt.Sprint(k), func(t *testing.T) {
				t.Parallel()
				var mine []*job
				for i := k; i < len(jobs); i += parts {
					mine = append(mine, jobs[i])
				}
				ask(t, python, mine)
				for _, j := range mine {
					compare(t, j)
				}
			})
		}
	})
	took := time.Since(began).Seconds()
	t.Logf("%d programs agree, %.1f a second", len(jobs), float64(len(jobs))/took)
}

// TestGenerated compares the oracle with the reference machine on random programs with
// captures: 500 programs when SINTER_FULL is 1.
func TestGenerated(t *testing.T) {
	last := uint64(8)
	if testkit.Full() {
		last = 500
	}
	dir := t.TempDir()
	var jobs []*job
	for seed := uint64(1); seed <= last; seed++ {
		path := filepath.Join(dir, fmt.Sprintf("seed-%d.sn", seed))
		text, options, err := checks.Written(path, gen.New(seed, gen.Options{}))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		name := fmt.Sprintf("sinter fuzz --show --seed %d", seed)
		jobs = append(jobs, &job{name: name, path: path, options: options, out: path})
	}
	agree(t, jobs)
}

// TestExamples compares the oracle with the reference machine on the examples, with the
// captures that the first line of each example names.
func TestExamples(t *testing.T) {
	var jobs []*job
	for _, pattern := range []string{"examples/*/*.sn", "examples/testdata/*/*.sn"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, f := range files {
			jobs = append(jobs, &job{name: f, path: f, options: options(read(t, f), filepath.Dir(f))})
		}
	}
	require.Greater(t, len(jobs), 25)
	dir := t.TempDir()
	for i, j := range jobs {
		j.out = filepath.Join(dir, fmt.Sprint(i))
	}
	agree(t, jobs)
}

// options are the options of an example's run line.
func options(text, dir string) []string {
	var out []string
	_, rest, _ := strings.Cut(text, "// run:")
	line, _, _ := strings.Cut(rest, "\n")
	words := strings.Fields(line)
	option := ""
	for i, w := range words {
		if w == "--until" {
			out = append(out, w, words[i+1])
		}
		if strings.HasPrefix(w, "--") {
			option = w
		}
		switch device, file, ok := strings.Cut(w, "="); {
		case ok && file == "none": // it has no input on purpose
			out = append(out, option, w)
		case ok:
			out = append(out, option, device+"="+filepath.Join(dir, file))
		}
	}
	return out
}

// TestProbes compares the oracle with the reference machine on small programs about corner cases
// of the language.
func TestProbes(t *testing.T) {
	files, err := filepath.Glob("testdata/*.sn")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 6)
	dir := t.TempDir()
	var jobs []*job
	for i, f := range files {
		jobs = append(jobs, &job{name: f, path: f, options: []string{"--until", "1s"}, out: filepath.Join(dir, fmt.Sprint(i))})
	}
	agree(t, jobs)
}

// TestOptions compares the oracle with the reference machine when configs are set, and when a
// disk has an image.
func TestOptions(t *testing.T) {
	dir := t.TempDir()
	image := make([]byte, 4096)
	for i := range image {
		image[i] = byte(i * 7)
	}
	disk := filepath.Join(dir, "disk.img")
	require.NoError(t, os.WriteFile(disk, image, 0o644))
	var jobs []*job
	for i, words := range []string{
		"pipeline -D items=3",
		"limiter -D refill=1ms -D burst=2 --pcap-in inside=" + root + "/examples/limiter/bursts.pcap --until 60ms",
		"heat -D N=32 -D P=8 -D steps=0x6",
		"testdata/library/log.sn -D log.level=3",
		"testdata/library/net.sn -D net.host=0xc0a80002",
		"testdata/devices/disk.sn --disk disk0=" + disk,
	} {
		w := strings.Fields(words)
		jobs = append(jobs, &job{name: words, path: filepath.Join(root, "examples", w[0]), options: w[1:], out: filepath.Join(dir, fmt.Sprint(i))})
	}
	agree(t, jobs)
}

// TestLevels compares the oracle with the reference machine on the signals of a value change
// dump, and on messages at the times of the signal changes. Oracle and reference must refuse
// the same dumps.
func TestLevels(t *testing.T) {
	dir := t.TempDir()
	dump := read(t, "testdata/levels/levels.vcd")
	made := func(name, text string) *job {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file+".vcd", []byte(text), 0o644))
		sent := &trace.Trace{}
		for i, at := range []uint64{7, 8, 1007} { // a capture begins with its first frame
			sent.Events = append(sent.Events, trace.Event{Kind: trace.Out, Port: "nic", Time: at, Data: make([]byte, 20+i)})
		}
		frames, err := world.CaptureOf(sent, "nic", false)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file+".pcap", frames, 0o644))
		return &job{
			name: name, path: "testdata/levels/levels.sn", out: file,
			options: []string{"--vcd-in", "p=" + file + ".vcd", "--vcd-in", "q=" + file + ".vcd", "--pcap-in", "nic=" + file + ".pcap"},
		}
	}
	good := made("good", dump)
	agree(t, []*job{good})
	require.Contains(t, read(t, good.out+".lines"), "right true at 1000\nmessage 22 false true at 1000\n")

	python := testkit.Tool(t, "python3")
	for what, text := range map[string]string{
		"two of one name": strings.Replace(dump, "wire 8 % left", "wire 1 % left", 1),
		"none":            strings.Replace(dump, "! left", "! away", 1),
		"unknown later":   strings.Replace(dump, "#50000\n1!", "#50000\nx!", 1),
	} {
		require.NotEqual(t, dump, text)
		j := made("bad", text)
		w, _ := j.world()
		p, err := flow.Load(j.path, flow.Options{})
		require.NoError(t, err)
		_, err = p.Run(context.Background(), flow.RunOptions{Level: flow.Source, World: w})
		require.Error(t, err, what)
		said, code, err := testkit.Within(time.Minute, ".", []string{"PYTHONDONTWRITEBYTECODE=1"}, python, append([]string{"-m", "sinter_oracle", j.path}, j.options...)...)
		require.Positive(t, code, "%s: %v %s", what, err, said)
		require.Contains(t, said, "bad.vcd: ", what)
	}
}

// TestPages compares the oracle with the reference machine on the programs in language.md and
// tour.md.
func TestPages(t *testing.T) {
	dir := t.TempDir()
	var jobs []*job
	for _, page := range []string{"language.md", "tour.md"} {
		for i, block := range strings.Split(read(t, filepath.Join(root, "docs", page)), "\n```sn run\n")[1:] {
			text, _, ok := strings.Cut(block, "\n```\n")
			require.True(t, ok, page)
			path := filepath.Join(dir, fmt.Sprintf("%s-%d.sn", page, i+1))
			require.NoError(t, os.WriteFile(path, []byte(text+"\n"), 0o644))
			jobs = append(jobs, &job{name: path, path: path, options: []string{"--until", "10s"}, out: path})
		}
	}
	require.Greater(t, len(jobs), 20)
	agree(t, jobs)
}
