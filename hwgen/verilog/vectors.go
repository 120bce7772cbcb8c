package verilog

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
)

// Input is an arrival at a device: a frame or new levels. Inputs are in the order of the
// simulated world.
type Input struct {
	Device int // index into Image.Devices
	Time   uint64
	Data   []byte
	Levels []uint64 // by device: the new levels of inputs; nil for a frame
}

// Beat is a word of a frame. Bytes is the number of valid bytes in Data. This number is 4
// except in the last beat.
type Beat struct {
	Data  uint32
	Last  bool
	Bytes int
}

// Vectors describe a run of one of our machines, port by port: the inputs that a testbench
// offers and the outputs that it expects. The order between ports is not checked. A frame is
// offered when the core is idle, as in the simulated world.
type Vectors struct {
	Arrivals []int      // device of each input, in order; levelsArrive for new levels; the bits above the low 8 count the bytes beyond the first that arrive at a stream
	In       [][]uint64 // by device: its level at each arrival of new levels
	Out      [][]uint64 // by device: expected new levels
	Times    []uint64   // the time of each arrival, for a core with a clock
	End      uint64     // time after which no deadline comes
	Rx       [][]Beat   // by device: all its inputs
	Tx       [][]Beat   // by device: expected
	Log      []uint32   // expected
	Marks    []uint32   // expected
	Status   trace.Status
	TrapPC   uint32 // when Status is trap
}

// levelsArrive is the device number that stands for an arrival of new levels.
const levelsArrive = port.Ports + 1

// NewVectors makes the vectors of a run from its inputs, its end, and its trace.
func NewVectors(im *image.Image, inputs []Input, end uint64, t *trace.Trace) (*Vectors, error) {
	n := len(im.Devices)
	v := &Vectors{Rx: make([][]Beat, n), Tx: make([][]Beat, n), In: make([][]uint64, n), Out: make([][]uint64, n), End: end, Status: t.Status}
	timed, err := knowsTime(im)
	if err != nil {
		return nil, err
	}
	for _, in := range inputs {
		if in.Device < 0 || in.Device >= n {
			return nil, fmt.Errorf("vectors of %s: no device %d", im.Name, in.Device)
		}
		if timed {
			v.Times = append(v.Times, in.Time)
		}
		if in.Levels != nil {
			v.Arrivals = append(v.Arrivals, levelsArrive)
			for i, level := range in.Levels {
				v.In[i] = append(v.In[i], level)
			}
			continue
		}
		if isStream(im, in.Device) {
			v.Arrivals = append(v.Arrivals, in.Device|(len(in.Data)-1)<<8)
			for _, b := range in.Data {
				v.Rx[in.Device] = append(v.Rx[in.Device], beats([]byte{b})...)
			}
			continue
		}
		v.Arrivals = append(v.Arrivals, in.Device)
		v.Rx[in.Device] = append(v.Rx[in.Device], beats(in.Data)...)
	}
	for i := range t.Events {
		if err := v.event(im, &t.Events[i]); err != nil {
			return nil, fmt.Errorf("vectors of %s: event %d: %w", im.Name, i+1, err)
		}
	}
	return v, nil
}

// isStream reports whether a device of an image transfers single bytes.
func isStream(im *image.Image, i int) bool { return port.ShapeOf(im.Devices[i].Kind) == port.Stream }

// knowsTime reports whether a program reads the clock or sets a deadline.
func knowsTime(im *image.Image) (bool, error) {
	c, err := image.ContractOf(im)
	if err != nil {
		return false, err
	}
	for _, p := range c.Ports {
		switch p.Name {
		case port.Now.String(), port.NowHigh.String(), port.Due.String(), port.DueHigh.String():
			return true, nil
		}
	}
	return false, nil
}

// beats cuts a frame into words.
func beats(frame []byte) []Beat {
	var out []Beat
	for len(frame) > 0 {
		b := Beat{Bytes: min(4, len(frame)), Last: len(frame) <= 4}
		for k := range b.Bytes {
			b.Data |= uint32(frame[k]) << (8 * k)
		}
		out = append(out, b)
		frame = frame[b.Bytes:]
	}
	return out
}

// event adds the effects that a trace event has on the ports.
func (v *Vectors) event(im *image.Image, e *trace.Event) error {
	switch e.Kind {
	case trace.In: // NewVectors has added the inputs already
		for i, d := range im.Devices {
			if d.Name == e.Port && port.ShapeOf(d.Kind) == port.Command {
				v.Rx[i] = append(v.Rx[i], beats(e.Data)...)
			}
		}
	case trace.Out:
		for i, d := range im.Devices {
			if d.Name == e.Port && port.ShapeOf(d.Kind) == port.Level {
				v.Out[i] = append(v.Out[i], levelOf(e.Data))
				return nil
			}
			if d.Name == e.Port {
				v.Tx[i] = append(v.Tx[i], beats(e.Data)...)
				return nil
			}
		}
		return fmt.Errorf("no device %s", e.Port)
	case trace.Log:
		return v.log(im, e)
	case trace.MarkBegin, trace.MarkEnd:
		return v.mark(im, e)
	case trace.Trap:
		for _, t := range im.Traps {
			if t.Site == e.Site && im.Tasks[t.Task] == e.Task {
				v.TrapPC = t.PC
				return nil
			}
		}
		return fmt.Errorf("no trap site %d of %s", e.Site, e.Task)
	}
	return nil
}

// log adds the words of a log event.
func (v *Vectors) log(im *image.Image, e *trace.Event) error {
	if len(im.Logs) == 0 { // the meaning of the words is unknown, so each word counts as an event
		for _, a := range e.Args {
			v.Log = append(v.Log, uint32(a.Bits))
		}
		return nil
	}
	task := -1
	for i, name := range im.Tasks {
		if name == e.Task {
			task = i
		}
	}
	for _, s := range im.Logs {
		if s.ID != e.Site || task < 0 {
			continue
		}
		v.Log = append(v.Log, uint32(task)<<16|uint32(e.Site))
		for i, a := range e.Args {
			v.Log = append(v.Log, argWords(s.Args[i], a)...)
		}
		return nil
	}
	return fmt.Errorf("no log site %d of %s", e.Site, e.Task)
}

// argWords are the words of one argument on the log port.
func argWords(t trace.ArgType, a trace.Arg) []uint32 {
	switch {
	case a.IsBytes:
		words := []uint32{uint32(len(a.Bytes))}
		for _, b := range beats(a.Bytes) {
			words = append(words, b.Data)
		}
		return words
	case t.Width > 32:
		return []uint32{uint32(a.Bits), uint32(a.Bits >> 32)}
	}
	return []uint32{uint32(a.Bits)}
}

func (v *Vectors) mark(im *image.Image, e *trace.Event) error {
	for i, m := range im.Marks {
		if m.Name == e.Name && im.Tasks[m.Task] == e.Task {
			id := uint32(2 * i)
			if e.Kind == trace.MarkEnd {
				id++
			}
			v.Marks = append(v.Marks, id)
			return nil
		}
	}
	return fmt.Errorf("no mark %s of %s", e.Name, e.Task)
}

// Events counts the events that a testbench checks.
func (v *Vectors) Events() int {
	n := len(v.Log) + len(v.Marks) + 1
	for _, t := range v.Tx {
		n += len(t)
	}
	for _, o := range v.Out {
		n += len(o)
	}
	return n
}

// levelOf reads a little-endian number.
func levelOf(data []byte) uint64 {
	v := uint64(0)
	for i, b := range data {
		v |= uint64(b) << (8 * i)
	}
	return v
}

// section is a part of the vector file.
type section struct {
	name string // name for its first word in the testbench
	port string // port name for messages
	base int
	n    int
}

// layout lists the sections and the words of the vector file. Each word of the file has 40
// bits. A word has 32 bits of data. In a beat, the next 3 bits hold the number of bytes, and
// the next bit is 1 in the last beat of a frame.
func (v *Vectors) layout(im *image.Image) (sections map[string]section, words []uint64) {
	sections = map[string]section{}
	add := func(name, port string, list []uint64) {
		sections[name] = section{name, port, len(words), len(list)}
		words = append(words, list...)
	}
	add("arrivals", "", toWords(v.Arrivals, func(d int) uint64 { return uint64(d) }))
	if len(v.Times) > 0 {
		add("times", "", halves(v.Times))
	}
	for i, d := range im.Devices {
		add(fmt.Sprintf("rx%d", i), d.Name+"_rx", toWords(v.Rx[i], beatWord))
		add(fmt.Sprintf("tx%d", i), d.Name+"_tx", toWords(v.Tx[i], beatWord))
		if port.ShapeOf(d.Kind) == port.Level {
			add(fmt.Sprintf("in%d", i), rtl.PortLevelIn(d.Name), v.In[i])
			add(fmt.Sprintf("out%d", i), rtl.PortLevelOut(d.Name), v.Out[i])
		}
	}
	add("log", "log", toWords(v.Log, func(w uint32) uint64 { return uint64(w) }))
	add("mark", "mark", toWords(v.Marks, func(w uint32) uint64 { return uint64(w) }))
	return sections, words
}

// halves lists times, low word first.
func halves(times []uint64) []uint64 {
	var out []uint64
	for _, t := range times {
		out = append(out, t&(1<<32-1), t>>32)
	}
	return out
}

func toWords[T any](list []T, f func(T) uint64) []uint64 {
	out := make([]uint64, len(list))
	for i, x := range list {
		out[i] = f(x)
	}
	return out
}

func beatWord(b Beat) uint64 {
	last := uint64(0)
	if b.Last {
		last = 1
	}
	return last<<35 | uint64(b.Bytes)<<32 | uint64(b.Data)
}

// VectorsName is the name of the vector file that the test bench of a circuit reads. The file
// name contains the circuit's name, so that several circuits can share a folder.
func VectorsName(circuit string) string { return circuit + "_vectors.hex" }

// VectorsFile is the content of the vector file.
func VectorsFile(im *image.Image, v *Vectors) string {
	_, words := v.layout(im)
	var sb strings.Builder
	for _, w := range append(words, 0) { // one additional word, so that the file is never empty
		fmt.Fprintf(&sb, "%010x\n", w)
	}
	return sb.String()
}

// hasPort reports whether a circuit has an input or output with a name.
func hasPort(c *rtl.Circuit, name string) bool {
	for _, o := range c.Outputs {
		if o.Name == name {
			return true
		}
	}
	for _, id := range c.Inputs {
		if c.Nodes[id].Name == name {
			return true
		}
	}
	return false
}
