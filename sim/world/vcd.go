package world

import (
	"fmt"
	"math/bits"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/trace"
)

// This file reads and writes value change dumps (IEEE 1364, clause 18), the files of logic
// analysers and simulators:
//
//	$timescale 1 us $end
//	$var wire 1 ! button $end
//	$enddefinitions $end
//	#0 0!
//	#1500 1!

// BadVCD is the code of errors in value change dumps.
const BadVCD diag.Code = "E0502"

// Waveform is a file with the levels of one input.
type Waveform struct {
	Device int      // index into the names of the script
	Names  []string // the accepted names of the signal; a file with a single signal may use any name
	Name   string   // name of the file, for messages
	Data   []byte
}

// AddWaveforms adds the level changes of the waveforms to the script. Time 0 of a file is time
// 0 of the run. If an input changes several times in a microsecond, the last value counts. All
// inputs that change in the same microsecond change together, before messages at that time.
func (s *Script) AddWaveforms(list []Waveform) error {
	at := map[uint64][]Level{}
	for _, f := range list {
		changes, err := readVCD(f)
		if err != nil {
			return err
		}
		for _, c := range changes {
			at[c.time] = append(at[c.time], Level{f.Device, c.value})
		}
	}
	var inputs []Input
	for time, levels := range at {
		sort.Slice(levels, func(i, j int) bool { return levels[i].Device < levels[j].Device })
		inputs = append(inputs, Input{Time: time, Levels: levels})
	}
	sort.Slice(inputs, func(i, j int) bool { return inputs[i].Time < inputs[j].Time })
	s.Inputs = append(inputs, s.Inputs...)
	sort.SliceStable(s.Inputs, func(i, j int) bool { return s.Inputs[i].Time < s.Inputs[j].Time })
	return nil
}

// change is a new value of the signal, at a time in microseconds.
type change struct{ time, value uint64 }

// readVCD reads the changes of the chosen signal.
func readVCD(f Waveform) ([]change, error) {
	r := &vcdReader{file: &diag.File{Name: f.Name, Text: string(f.Data)}, names: f.Names}
	if err := r.header(); err != nil {
		return nil, err
	}
	if err := r.choose(); err != nil {
		return nil, err
	}
	if err := r.body(); err != nil {
		return nil, err
	}
	return changesOf(r.values), nil
}

// changesOf drops values that equal the previous one. A level starts at 0.
func changesOf(values []change) []change {
	var out []change
	last := uint64(0)
	for _, c := range values {
		if c.value != last {
			out = append(out, c)
		}
		last = c.value
	}
	return out
}

// vcdReader reads the words of a file.
type vcdReader struct {
	file   *diag.File
	at     int
	names  []string
	scopes []string
	vars   []vcdVar
	id     string   // identifier of the chosen signal
	number uint64   // number of the timescale
	micros int      // decimal places of the timescale's unit below a second; -1 before it is read
	now    uint64   // current time in microseconds
	stamp  uint64   // current time as written
	values []change // values of the signal, one for each microsecond
}

// vcdVar is a one-bit signal.
type vcdVar struct {
	id, name, path string
	span           diag.Span
}

// word returns the next word. The result is empty at the end of the file.
func (r *vcdReader) word() (string, diag.Span) {
	text := r.file.Text
	for r.at < len(text) && isBlank(text[r.at]) {
		r.at++
	}
	start := r.at
	for r.at < len(text) && !isBlank(text[r.at]) {
		r.at++
	}
	return text[start:r.at], diag.Span{File: r.file, Start: start, End: r.at}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (r *vcdReader) errorf(at diag.Span, format string, args ...any) error {
	return diag.Errorf(BadVCD, at, format, args...)
}

// section returns the words up to $end.
func (r *vcdReader) section(name string, from diag.Span) ([]string, error) {
	var out []string
	for {
		w, _ := r.word()
		switch w {
		case "":
			return nil, r.errorf(from, "the file ends within this `%s`", name)
		case "$end":
			return out, nil
		}
		out = append(out, w)
	}
}

// header reads the declarations.
func (r *vcdReader) header() error {
	r.micros = -1
	for {
		w, at := r.word()
		if w == "" {
			return r.errorf(at, "not a value change dump: no `$enddefinitions`")
		}
		if !strings.HasPrefix(w, "$") {
			return r.errorf(at, "expected a declaration such as `$var`, found %s", quote(w))
		}
		words, err := r.section(w, at)
		if err != nil {
			return err
		}
		switch w {
		case "$timescale":
			err = r.timescale(words, at)
		case "$scope":
			r.scopes = append(r.scopes, slices.Concat(words, []string{"", ""})[1])
		case "$upscope":
			if len(r.scopes) == 0 {
				return r.errorf(at, "an `$upscope` without its `$scope`")
			}
			r.scopes = r.scopes[:len(r.scopes)-1]
		case "$var":
			err = r.variable(words, at)
		case "$enddefinitions":
			return r.hasTimescale(at)
		case "$date", "$version", "$comment":
		default:
			return r.errorf(at, "expected a declaration, found %s", quote(w))
		}
		if err != nil {
			return err
		}
	}
}

func (r *vcdReader) hasTimescale(at diag.Span) error {
	if r.micros < 0 {
		return r.errorf(at, "the declarations have no `$timescale`")
	}
	return nil
}

// places gives the decimal places of each unit below a second.
var places = map[string]int{"s": 0, "ms": 3, "us": 6, "ns": 9, "ps": 12, "fs": 15}

// timescale reads 1, 10 or 100 and a unit.
func (r *vcdReader) timescale(words []string, at diag.Span) error {
	text := strings.Join(words, "")
	digits := strings.TrimRight(text, "smunpf")
	unit, ok := places[text[len(digits):]]
	if !ok || digits != "1" && digits != "10" && digits != "100" {
		return r.errorf(at, "a timescale is 1, 10 or 100 of s, ms, us, ns, ps or fs, not %s", quote(text))
	}
	r.number, r.micros = uint64(len(digits)), unit // the texts 1, 10, 100 have 1, 2, 3 digits
	return nil
}

// variable reads `wire 1 ! name`. It skips signals that have several bits.
func (r *vcdReader) variable(words []string, at diag.Span) error {
	if len(words) < 4 {
		return r.errorf(at, "a `$var` has a type, a width, a code and a name")
	}
	if n, err := strconv.Atoi(words[1]); err != nil || n < 1 {
		return r.errorf(at, "a width is a number above 0, not %s", quote(words[1]))
	} else if n > 1 {
		return nil
	}
	name := strings.Join(words[3:], "")
	path := strings.Join(append(slices.Clone(r.scopes), name), ".")
	r.vars = append(r.vars, vcdVar{words[2], name, path, at})
	return nil
}

// choose finds the wanted signal by its name or path. If the file has only one signal, choose
// takes this signal.
func (r *vcdReader) choose() error {
	var found []vcdVar
	for _, name := range r.names {
		for _, v := range r.vars {
			known := slices.ContainsFunc(found, func(f vcdVar) bool { return f.id == v.id })
			if (v.name == name || v.path == name) && !known {
				found = append(found, v)
			}
		}
		if len(found) > 0 {
			break
		}
	}
	if len(found) == 0 && len(r.vars) == 1 {
		found = r.vars
	}
	if len(found) == 1 {
		r.id = found[0].id
		return nil
	}
	var all []string
	for _, v := range r.vars {
		all = append(all, v.path)
	}
	slices.Sort(all)
	if len(all) > 20 {
		all = append(all[:20], "...")
	}
	return r.errorf(diag.Span{File: r.file}, "which signal is `%s`? there are %d of that name; signals of one bit: %s", strings.Join(r.names, "` or `"), len(found), strings.Join(all, " "))
}

// body reads times and values.
func (r *vcdReader) body() error {
	for {
		w, at := r.word()
		if w == "" {
			return nil
		}
		if err := r.entry(w, at); err != nil {
			return err
		}
	}
}

// entry reads one time, value or section of the body.
func (r *vcdReader) entry(w string, at diag.Span) error {
	switch w[0] {
	case '#':
		return r.time(w[1:], at)
	case '0', '1', 'x', 'X', 'z', 'Z':
		if w[1:] == "" {
			return r.errorf(at, "a value needs the code of its signal, as in `1!`")
		}
		if w[1:] == r.id {
			return r.value(w[0], at)
		}
		return nil
	case 'b', 'B', 'r', 'R':
		if id, span := r.word(); id == "" {
			return r.errorf(span, "the file ends within a value")
		} else if id == r.id {
			return r.vector(w[1:], at)
		}
		return nil
	}
	switch w {
	case "$dumpvars", "$dumpall", "$dumpon", "$end":
		return nil
	case "$comment", "$dumpoff":
		_, err := r.section(w, at)
		return err
	}
	return r.errorf(at, "expected a time such as `#10` or a value such as `1!`, found %s", quote(w))
}

// vector handles a value of the signal in vector form.
func (r *vcdReader) vector(digits string, at diag.Span) error {
	if len(digits) != 1 {
		return r.errorf(at, "a signal of one bit has the value %s", quote(digits))
	}
	return r.value(digits[0], at)
}

// value handles a new value of the signal. The signal may be unknown before its first known value.
func (r *vcdReader) value(c byte, at diag.Span) error {
	if c != '0' && c != '1' {
		if len(r.values) == 0 {
			return nil
		}
		return r.errorf(at, "a pin is 0 or 1, this signal becomes %c", c)
	}
	v := uint64(c - '0')
	if last := len(r.values) - 1; last >= 0 && r.values[last].time == r.now {
		r.values[last].value = v
		return nil
	}
	r.values = append(r.values, change{r.now, v})
	return nil
}

// time handles a time, which must not be before the last one.
func (r *vcdReader) time(digits string, at diag.Span) error {
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return r.errorf(at, "a time is a number of up to 64 bits, not %s", quote(digits))
	}
	if n < r.stamp {
		return r.errorf(at, "the time goes back from #%d to #%d", r.stamp, n)
	}
	r.stamp = n
	now, ok := r.microseconds(n)
	if !ok {
		return r.errorf(at, "the time #%d is beyond 2^63 microseconds", n)
	}
	r.now = now
	return nil
}

// microseconds converts a time from the units of the file, rounding down.
func (r *vcdReader) microseconds(n uint64) (uint64, bool) {
	up := int(r.number) - 1 + 6 - r.micros // exponent of the power of ten
	for ; up > 0; up-- {
		high, low := bits.Mul64(n, 10)
		if high != 0 {
			return 0, false
		}
		n = low
	}
	for ; up < 0; up++ {
		n /= 10
	}
	return n, n < 1<<63
}

// quote quotes a word of a file and shortens a long word.
func quote(w string) string {
	if len(w) > 20 {
		w = w[:20] + "..."
	}
	return strconv.Quote(w)
}

// WriteVCD returns the levels of a one-bit output as a value change dump.
func WriteVCD(tr *trace.Trace, port string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "$timescale 1 us $end\n$scope module %s $end\n$var wire 1 ! %s $end\n$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n0!\n$end\n", tr.Program, port)
	now := uint64(0)
	for _, e := range tr.Events {
		if e.Kind != trace.Out || e.Port != port {
			continue
		}
		if e.Time != now {
			now = e.Time
			fmt.Fprintf(&b, "#%d\n", now)
		}
		fmt.Fprintf(&b, "%d!\n", LevelOf(e.Data))
	}
	return []byte(b.String())
}
