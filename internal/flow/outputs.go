package flow

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim/world"
)

// outputs are the files that a run writes. A run writes either all its files or none.
type outputs []output

// output is a file whose content is written during the run.
type output struct {
	path  string
	begin func(io.Writer) (content, error)
}

// content handles the events for one output. Either function may be nil.
type content struct {
	event func(*trace.Event) error
	end   func(*trace.Trace, *world.World) error
}

func diskOutput(_ *tree.DeviceDef, i int) func(io.Writer) (content, error) {
	return func(to io.Writer) (content, error) {
		return content{end: func(_ *trace.Trace, w *world.World) error {
			_, err := to.Write(w.Disk(i).Image())
			return err
		}}, nil
	}
}

func captureOutput(d *tree.DeviceDef, _ int) func(io.Writer) (content, error) {
	return func(to io.Writer) (content, error) {
		w, err := world.NewCaptureWriter(to, d.Name, port.HeadOf(d.Kind) > 0)
		if err != nil {
			return content{}, err
		}
		return content{event: w.Event}, nil
	}
}

func waveformOutput(d *tree.DeviceDef, _ int) func(io.Writer) (content, error) {
	return atEnd(d.Name, world.WriteVCD)
}

func bytesOutput(d *tree.DeviceDef, _ int) func(io.Writer) (content, error) {
	return atEnd(d.Name, world.WriteBytes)
}

// atEnd keeps the output of a device and writes it at the end of the run.
func atEnd(device string, write func(*trace.Trace, string) []byte) func(io.Writer) (content, error) {
	return func(to io.Writer) (content, error) {
		var kept []trace.Event
		event := func(e *trace.Event) error {
			if e.Kind == trace.Out && e.Port == device {
				kept = append(kept, *e)
			}
			return nil
		}
		end := func(t *trace.Trace, _ *world.World) error {
			_, err := to.Write(write(&trace.Trace{Program: t.Program, Events: kept}, device))
			return err
		}
		return content{event, end}, nil
	}
}

// traceOutput writes the trace in its text form.
func (p *Program) traceOutput(to io.Writer) (content, error) {
	w := trace.NewPrinter(to, p.Name)
	return content{w.Event, func(t *trace.Trace, _ *world.World) error { return w.End(t) }}, nil
}

// write writes all files of a run whose trace is complete, or no file.
func (o outputs) write(t *trace.Trace, w *world.World) error {
	files, err := o.open()
	if err != nil {
		return err
	}
	defer files.drop()
	if err := files.take(t.Events); err != nil {
		return err
	}
	return files.finish(t, w)
}

// writing are outputs that are being written, under temporary names until all are complete.
type writing []*part

// part is an output that is being written. Output to a device is also kept in a file first,
// because a failed run must write nothing.
type part struct {
	content
	path, name string // names of the output and of its temporary file; name is empty after the temporary file is gone
	f          *os.File
	buffer     *bufio.Writer
}

// open begins all files.
func (o outputs) open() (writing, error) {
	var w writing
	for _, x := range o {
		p, err := newPart(x.path)
		if err != nil {
			w.drop()
			return nil, err
		}
		w = append(w, p)
		if p.content, err = x.begin(p.buffer); err != nil {
			w.drop()
			return nil, p.named(err)
		}
	}
	return w, nil
}

// newPart creates the temporary file of an output.
func newPart(path string) (*part, error) {
	p := &part{path: path}
	var err error
	if isDevice(path) {
		var f *os.File
		if f, err = os.CreateTemp("", "sinter-out-"); err == nil {
			p.name = f.Name()
			f.Close()
		}
	} else {
		p.name, err = writePart(path, nil, 0o644)
	}
	if err != nil {
		return nil, err
	}
	if p.f, err = os.OpenFile(p.name, os.O_RDWR, 0); err != nil {
		os.Remove(p.name)
		return nil, cannotWrite(path, err)
	}
	p.buffer = bufio.NewWriterSize(p, 1<<16)
	return p, nil
}

// Write writes to the temporary file of the output. The error names the output.
func (p *part) Write(data []byte) (int, error) {
	n, err := p.f.Write(data)
	return n, cannotWrite(p.path, err)
}

// named adds the path to an error that does not name the path yet.
func (p *part) named(err error) error {
	if err == nil || errors.As(err, new(UserError)) {
		return err
	}
	return fmt.Errorf("%s: %w", p.path, err)
}

// take passes the next events to all outputs.
func (w writing) take(events []trace.Event) error {
	for _, p := range w {
		for i := 0; i < len(events) && p.event != nil; i++ {
			if err := p.event(&events[i]); err != nil {
				return p.named(err)
			}
		}
	}
	return nil
}

// finish completes all files and gives them their final names. If reading the
// inputs failed during the run, finish returns that error and gives no file its final name.
func (w writing) finish(t *trace.Trace, in *world.World) error {
	if err := in.Err(); err != nil {
		return err
	}
	for _, p := range w {
		if p.end != nil {
			if err := p.end(t, in); err != nil {
				return p.named(err)
			}
		}
	}
	if err := w.flush(); err != nil {
		return err
	}
	return w.commit()
}

// flush completes the content of all files.
func (w writing) flush() error {
	for _, p := range w {
		if err := p.buffer.Flush(); err != nil {
			return p.named(err)
		}
	}
	return nil
}

// commit gives the complete files their final names.
func (w writing) commit() error {
	for _, p := range w {
		if !isDevice(p.path) {
			continue
		}
		if err := p.copy(); err != nil {
			return cannotWrite(p.path, err)
		}
	}
	for _, p := range w {
		if isDevice(p.path) {
			continue
		}
		if err := commit(p.name, p.path); err != nil {
			return err
		}
		p.f.Close()
		p.name = ""
	}
	return nil
}

// copy writes the kept output to a device.
func (p *part) copy() error {
	to, err := os.OpenFile(p.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err = p.f.Seek(0, io.SeekStart); err == nil {
		_, err = io.Copy(to, p.f)
	}
	if e := to.Close(); err == nil {
		err = e
	}
	return err
}

// drop removes the incomplete files.
func (w writing) drop() {
	for _, p := range w {
		if p.name != "" {
			p.f.Close()
			os.Remove(p.name)
		}
	}
}
