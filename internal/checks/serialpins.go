package checks

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/hwgen/top"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// This file checks a serial line at the pins of a simulated board. The bytes that a script sends
// to a device become levels of its input wire. The levels of an output wire are decoded into bytes
// and frames.

// frameBits is the number of bits per byte on a line: a start bit, eight data bits, a stop bit.
const frameBits = 10

// lineChanges are the levels of the wires of serial lines. A byte begins after the end of the
// previous byte. So bytes that a script sends at the same time follow each other on the wire.
func lineChanges(d *top.Design, s *world.Script) []top.Change {
	var out []top.Change
	for _, w := range d.Wires {
		if w.Port.Serial != top.Bytes && w.Port.Serial != top.Frames || !w.Port.In {
			continue
		}
		free := 0.0 // time in nanoseconds at which the line is free
		for _, in := range s.Inputs {
			if in.Levels != nil || s.Devices[in.Device] != w.Port.Device {
				continue
			}
			data := in.Data
			if w.Port.Serial == top.Frames {
				data = periph.SlipFrame(data)
			}
			for _, c := range data {
				free = max(free, float64(in.Time)*1000)
				out = append(out, byteChanges(w.Port.Name, c, free, d.Baud)...)
				free += frameBits * 1e9 / float64(d.Baud)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b top.Change) int { return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Nanos, b.Nanos)) })
	return out
}

// byteChanges are the levels of a byte that begins at a given time in nanoseconds.
func byteChanges(port string, c byte, at float64, baud uint64) []top.Change {
	var out []top.Change
	bits := uint64(c)<<1 | 1<<(frameBits-1)
	level := uint64(1)
	for i := range frameBits {
		if now := bits >> i & 1; now != level {
			ns := uint64(at + float64(i)*1e9/float64(baud))
			out = append(out, top.Change{Time: ns / 1000, Nanos: ns % 1000, Port: port, Level: now})
			level = now
		}
	}
	return out
}

// bytesOfLine decodes the bytes from the levels of a line. The function samples each bit in the
// middle of the bit's time.
func bytesOfLine(changes []top.Seen, baud uint64) ([]byte, error) {
	bit := 1e6 / float64(baud)
	level := func(at float64) uint64 {
		i, found := slices.BinarySearchFunc(changes, at, func(s top.Seen, at float64) int { return cmp.Compare(s.Micros, at) })
		switch {
		case found:
			return changes[i].Level
		case i == 0:
			return 1
		}
		return changes[i-1].Level
	}
	var out []byte
	free := math.Inf(-1)
	for _, s := range changes {
		if s.Level != 0 || s.Micros < free {
			continue
		}
		c := byte(0)
		for i := range 8 {
			c |= byte(level(s.Micros+(1.5+float64(i))*bit) << i)
		}
		if level(s.Micros+(frameBits-0.5)*bit) != 1 {
			return nil, fmt.Errorf("a byte without its stop bit at %.1f us", s.Micros)
		}
		out = append(out, c)
		free = s.Micros + (frameBits-0.5)*bit
	}
	return out, nil
}

// serial compares the output of a line with the output of the reference, as one byte stream or
// frame by frame.
func (r *Pins) serial(d *top.Design, w top.Wire, tr *trace.Trace, changes []top.Seen) string {
	said, err := bytesOfLine(changes, d.Baud)
	if err != nil {
		return fmt.Sprintf("%s: %v", w.Port.Name, err)
	}
	var want, got [][]byte
	for _, e := range tr.Events {
		if e.Kind == trace.Out && e.Port == w.Port.Device {
			want = append(want, e.Data)
		}
	}
	if w.Port.Serial == top.Bytes {
		for i := range said {
			got = append(got, said[i:i+1])
		}
	} else {
		var reader periph.SlipReader
		for _, c := range said {
			if f, whole := reader.Next(c); whole {
				got = append(got, f)
			}
		}
	}
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			return fmt.Sprintf("%s: message %d, %x, is missing", w.Port.Name, i, want[i])
		case i >= len(want):
			return fmt.Sprintf("%s: message %d, %x, is one that the reference does not have", w.Port.Name, i, got[i])
		case !bytes.Equal(want[i], got[i]):
			return fmt.Sprintf("%s: message %d is %x, the reference says %x", w.Port.Name, i, got[i], want[i])
		}
	}
	if w.Port.Serial == top.Frames {
		r.Frames += len(want)
	} else {
		r.Bytes += len(want)
	}
	return ""
}
