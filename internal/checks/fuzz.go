package checks

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
	"github.com/sinter-lang/sinter/verify/gen"
)

// Passes is the fuzzing level that runs the program IR after each pass.
const Passes = "passes"

// FuzzLevels lists the levels on which Fuzz can run programs. The level source is missing
// because it is the reference.
func FuzzLevels() []string {
	names := flow.Names(func(l flow.Level) bool { return l.Fuzz > 0 && l.Name != flow.Source })
	at := slices.Index(names, flow.IR) + 1
	return slices.Insert(names, at, Passes)
}

// FuzzOptions are the options of Fuzz: which random programs run, and where.
type FuzzOptions struct {
	Seed     uint64 // of the first program; the others follow
	Count    int
	On       []string // names from FuzzLevels; empty: ir, passes, isa
	Small    bool     // small programs, for circuits
	Shrink   bool     // shrink failing programs
	First    bool     // stop at the first failure
	Dir      string   // where failing programs are written; "": nowhere
	Jobs     int      // programs that run at a time; 0: one for each processor
	Timeout  time.Duration
	Progress func(message string) // may be nil
}

// FuzzFailure is a program that behaves differently on a machine than in the source.
type FuzzFailure struct {
	Seed    uint64 `json:"seed"`
	Level   string `json:"level"`
	Kind    string `json:"kind"` // rejected, different, limit, fault, hang
	Detail  string `json:"detail"`
	Command string `json:"command"`         // repeats the failure
	File    string `json:"file"`            // the shrunk program; "" when none was written
	Alike   int    `json:"alike,omitempty"` // in a campaign: other failures with the same level, kind and message
}

// FuzzReport is the result of Fuzz.
type FuzzReport struct {
	Programs int            `json:"programs"`
	Runs     map[string]int `json:"runs"` // number of runs by level
	Events   int            `json:"events"`
	Status   map[string]int `json:"status"` // number of programs by how they ended on machine source
	Failures []FuzzFailure  `json:"failures"`
}

// shrinkRuns is the largest number of runs for shrinking one failing program.
const shrinkRuns = 400

// fuzzTimeout is the time after which a run counts as hanging.
const fuzzTimeout = time.Minute

// checkFuzzLevels refuses levels that fuzzing does not have.
func checkFuzzLevels(o *FuzzOptions) error {
	if len(o.On) == 0 {
		o.On = []string{flow.IR, Passes, flow.ISA}
	}
	for _, l := range o.On {
		if !slices.Contains(FuzzLevels(), l) && l != flow.Source {
			return flow.UserErrorf("fuzz runs on %s, not on %q", strings.Join(FuzzLevels(), ", "), l)
		}
	}
	return nil
}

// Fuzz runs random programs on several levels and compares every level with source.
func Fuzz(ctx context.Context, o FuzzOptions) (*FuzzReport, error) {
	if err := checkFuzzLevels(&o); err != nil {
		return nil, err
	}
	if o.Timeout == 0 {
		o.Timeout = fuzzTimeout
	}
	results := make([]fuzzResult, o.Count)
	fuzzEach(ctx, o, func(i int) bool {
		results[i] = fuzzOne(ctx, o, o.Seed+uint64(i))
		return len(results[i].failures) > 0
	})
	report := &FuzzReport{Runs: map[string]int{}, Status: map[string]int{}, Failures: []FuzzFailure{}}
	for _, r := range results {
		report.add(r)
	}
	return report, ctx.Err()
}

// fuzzEach runs the programs, several at a time.
func fuzzEach(ctx context.Context, o FuzzOptions, one func(i int) (failed bool)) {
	jobs := o.Jobs
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	next, failed := 0, false
	for range jobs {
		all.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				stop := i >= o.Count || o.First && failed || ctx.Err() != nil
				mu.Unlock()
				if stop {
					return
				}
				if o.Progress != nil {
					o.Progress(fmt.Sprintf("program %d of %d", i+1, o.Count))
				}
				bad := one(i)
				mu.Lock()
				failed = failed || bad
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if o.Progress != nil {
		o.Progress("")
	}
}

// fuzzResult is the result of one program.
type fuzzResult struct {
	ran      bool
	levels   []string
	events   int
	status   trace.Status
	failures []FuzzFailure
}

func (r *FuzzReport) add(one fuzzResult) {
	if !one.ran {
		return
	}
	r.Programs++
	r.Events += one.events
	r.Status[string(one.status)]++
	for _, l := range one.levels {
		r.Runs[l]++
	}
	r.Failures = append(r.Failures, one.failures...)
}

// fuzzOne runs the program of a seed on all levels.
func fuzzOne(ctx context.Context, o FuzzOptions, seed uint64) fuzzResult {
	made := gen.New(seed, gen.Options{Small: o.Small})
	s := newSubject(ctx, o, made)
	r := fuzzResult{ran: true}
	for _, level := range append([]string{flow.Source}, o.On...) {
		bad := s.try(level)
		if level == flow.Source && s.ref != nil {
			r.events, r.status = len(s.ref.Events), s.ref.Status
		}
		r.levels = append(r.levels, level)
		if bad == nil {
			continue
		}
		r.failures = append(r.failures, fuzzFailure(ctx, o, made, seed, *bad))
		if level == flow.Source || o.First {
			break // without a reference no comparison is possible
		}
		made = gen.New(seed, gen.Options{Small: o.Small})
	}
	return r
}

// fuzzFailure shrinks a failing program and writes it.
func fuzzFailure(ctx context.Context, o FuzzOptions, made *gen.Program, seed uint64, bad finding) FuzzFailure {
	f := FuzzFailure{Seed: seed, Level: bad.level, Kind: bad.kind, Detail: bad.detail}
	f.Command = fmt.Sprintf("sinter fuzz --seed %d --count 1 --on %s", seed, bad.level)
	if o.Small {
		f.Command += " --small"
	}
	if o.Shrink && bad.kind != hangs {
		gen.Shrink(made, shrinkRuns, func(p *gen.Program) gen.Verdict { return stillFails(ctx, o, p, bad) })
	}
	if o.Dir != "" {
		path, err := writeFailure(o.Dir, made, f)
		if err != nil {
			path = err.Error()
		}
		f.File = path
	}
	return f
}

// stillFails reports whether a smaller program fails in the same way.
func stillFails(ctx context.Context, o FuzzOptions, p *gen.Program, bad finding) gen.Verdict {
	s := newSubject(ctx, o, p)
	if s.prog == nil && bad.kind != rejected {
		return gen.Refused
	}
	if bad.level != flow.Source {
		if s.try(flow.Source) != nil {
			return gen.Lost
		}
	}
	now := s.try(bad.level)
	if now == nil || now.kind != bad.kind || now.class() != bad.class() {
		return gen.Lost
	}
	return gen.Kept
}

// writeFailure writes the program and its captures side by side.
func writeFailure(dir string, p *gen.Program, f FuzzFailure) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(dir, fmt.Sprintf("seed-%d-%s.sn", f.Seed, f.Level))
	text, options, err := Written(path, p)
	if err != nil {
		return "", err
	}
	again := strings.Join(append([]string{"sinter verify", path}, options...), " ")
	detail, _, _ := strings.Cut(f.Detail, "\n")
	head := fmt.Sprintf("// %s: %s: %s\n// made by: %s\n// see also: %s\n", f.Level, f.Kind, detail, f.Command, again)
	return path, flow.WriteFile(path, []byte(head+text))
}

// Written writes the captures of a random program into the folder of path. The caller will
// write the program's text to path. Written returns the formatted text and the options of a
// run.
func Written(path string, p *gen.Program) (text string, options []string, err error) {
	text = p.Source()
	if tidy, err := flow.FormatText(path, text); err == nil {
		text = tidy
	}
	if until := p.Script().Until; until != nil {
		options = append(options, "--until", fmt.Sprintf("%dus", *until))
	}
	for i, device := range p.Devices() {
		if device.Pin {
			if data := levelsOf(p.Script(), i); data != nil {
				name := strings.TrimSuffix(path, ".sn") + "." + device.Name + ".vcd"
				if err := flow.WriteFile(name, data); err != nil {
					return "", nil, err
				}
				options = append(options, "--vcd-in", device.Name+"="+name)
			}
			continue
		}
		if device.Bus != "" {
			if data := answersOf(p.Answers(device.Name), port.IsBus(device.Bus)); data != nil {
				name := strings.TrimSuffix(path, ".sn") + "." + device.Name + ".answers"
				if err := flow.WriteFile(name, data); err != nil {
					return "", nil, err
				}
				options = append(options, "--answers", device.Name+"="+name)
			}
			continue
		}
		if device.Serial {
			if data := bytesOf(p.Script(), i); data != nil {
				name := strings.TrimSuffix(path, ".sn") + "." + device.Name + ".bytes"
				if err := flow.WriteFile(name, data); err != nil {
					return "", nil, err
				}
				options = append(options, "--bytes-in", device.Name+"="+name)
			}
			continue
		}
		if device.Answers != "" {
			name := strings.TrimSuffix(path, ".sn") + "." + device.Name + ".answers"
			if err := flow.WriteFile(name, []byte(device.Answers)); err != nil {
				return "", nil, err
			}
			options = append(options, "--answers", device.Name+"="+name)
			continue
		}
		name := strings.TrimSuffix(path, ".sn") + "." + device.Name + ".pcap"
		data, err := captureOf(p.Script(), i, device)
		switch {
		case err != nil:
			return "", nil, err
		case data == nil:
			continue
		}
		if err := flow.WriteFile(name, data); err != nil {
			return "", nil, err
		}
		options = append(options, "--pcap-in", device.Name+"="+name)
	}
	return text, options, nil
}

// answersOf writes a file of answers. The result is nil if there are no answers.
func answersOf(list []world.Answer, bus bool) []byte {
	var b strings.Builder
	for _, a := range list {
		data := fmt.Sprintf("%x", a.Data)
		if a.Refuses {
			data = "-"
		}
		if bus {
			data = fmt.Sprintf("%d %x : %s", a.Time, a.Sent, data)
		}
		fmt.Fprintln(&b, data)
	}
	if b.Len() == 0 {
		return nil
	}
	return []byte(b.String())
}

// levelsOf returns the changes of an input as a value change dump. The result is nil if
// there are no changes.
func levelsOf(s *world.Script, index int) []byte {
	t := &trace.Trace{Program: "random"}
	for _, in := range s.Inputs {
		for _, l := range in.Levels {
			if l.Device == index {
				t.Events = append(t.Events, trace.Event{Kind: trace.Out, Port: "d", Time: in.Time, Data: world.LevelData(l.Value, 1)})
			}
		}
	}
	if len(t.Events) == 0 {
		return nil
	}
	return world.WriteVCD(t, "d")
}

// bytesOf writes the input of a serial line as a file of bytes. The result is nil if there is no
// input.
func bytesOf(s *world.Script, index int) []byte {
	var b []byte
	for _, in := range s.Inputs {
		if in.Device == index && in.Levels == nil {
			b = fmt.Appendf(b, "%d %x\n", in.Time, in.Data)
		}
	}
	return b
}

// captureOf writes the input of a device as a capture. The result is nil if there is no input.
func captureOf(s *world.Script, index int, d gen.Device) ([]byte, error) {
	t := &trace.Trace{}
	for _, in := range s.Inputs {
		if in.Device != index || in.Levels != nil {
			continue
		}
		t.Events = append(t.Events, trace.Event{Kind: trace.Out, Port: "d", Time: in.Time, Data: in.Data})
	}
	if len(t.Events) == 0 {
		return nil, nil
	}
	return world.CaptureOf(t, "d", d.Messages)
}

// Generated is the formatted text of a random program.
func Generated(seed uint64, small bool) (string, error) {
	return flow.FormatText(fmt.Sprintf("seed-%d.sn", seed), gen.New(seed, gen.Options{Small: small}).Source())
}
