package world

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/trace"
)

// BadBytes is the code of errors in byte files.
const BadBytes diag.Code = "E0503"

// Bytes is a file of the bytes that arrive at a device of shape Stream. Each line has a time in
// microseconds, and bytes in hexadecimal with optional spaces between them. The text after
// # is a comment.
//
//	0     48 65 6c 6c 6f
//	1500  0a              # 1.5 ms later
type Bytes struct {
	Device int
	Name   string // name of the file, for errors
	Data   []byte
}

// AddBytes adds the contents of byte files to a script. Bytes that arrive at the same time are
// in the order of the devices, after changes of levels.
func (s *Script) AddBytes(list []Bytes) error {
	for _, f := range list {
		inputs, err := readBytes(f)
		if err != nil {
			return err
		}
		s.Inputs = append(s.Inputs, inputs...)
	}
	if len(list) > 0 {
		slices.SortStableFunc(s.Inputs, compareInputs)
	}
	return nil
}

// compareInputs orders inputs by time. Among inputs at the same time, level changes come first.
// The others are in the order of the devices.
func compareInputs(a, b Input) int {
	switch {
	case a.Time != b.Time:
		return cmp.Compare(a.Time, b.Time)
	case a.Levels != nil && b.Levels == nil:
		return -1
	case a.Levels == nil && b.Levels != nil:
		return 1
	}
	return cmp.Compare(a.Device, b.Device)
}

// readBytes reads the lines of a file.
func readBytes(f Bytes) ([]Input, error) {
	file := &diag.File{Name: f.Name, Text: string(f.Data)}
	var out []Input
	for at := 0; at < len(file.Text); {
		line, _, _ := strings.Cut(file.Text[at:], "\n")
		span := diag.Span{File: file, Start: at, End: at + len(line)}
		at += len(line) + 1
		text, _, _ := strings.Cut(line, "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		in, err := readLine(span, fields)
		if err != nil {
			return nil, err
		}
		if n := len(out); n > 0 && in.Time < out[n-1].Time {
			return nil, diag.Errorf(BadBytes, span, "the time %d lies before that of the line above, %d", in.Time, out[n-1].Time)
		}
		in.Device = f.Device
		out = append(out, in)
	}
	return out, nil
}

func readLine(span diag.Span, fields []string) (Input, error) {
	time, err := strconv.ParseUint(fields[0], 10, 63)
	if err != nil {
		return Input{}, diag.Errorf(BadBytes, span, "expected a time in microseconds, got %q", fields[0])
	}
	data, err := hex.DecodeString(strings.Join(fields[1:], ""))
	if err != nil || len(data) == 0 {
		return Input{}, diag.Errorf(BadBytes, span, "expected bytes in hexadecimal after the time, two digits each, got %q", strings.Join(fields[1:], " "))
	}
	return Input{Time: time, Data: data}, nil
}

// WriteBytes returns the bytes that a program sent to a device of shape Stream, in the format
// that AddBytes reads. The file has one line for each time at which bytes were sent.
func WriteBytes(t *trace.Trace, device string) []byte {
	var b strings.Builder
	last, some := uint64(0), false
	for i := range t.Events {
		e := &t.Events[i]
		if e.Kind != trace.Out || e.Port != device {
			continue
		}
		switch {
		case !some:
			fmt.Fprintf(&b, "%d ", e.Time)
		case e.Time != last:
			fmt.Fprintf(&b, "\n%d ", e.Time)
		}
		last, some = e.Time, true
		b.WriteString(hex.EncodeToString(e.Data))
	}
	if some {
		b.WriteByte('\n')
	}
	return []byte(b.String())
}
