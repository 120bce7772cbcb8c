package flow

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/internal/live"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// AttachOptions are the options of Attach: the two sides between which frames are carried, and
// the limits.
type AttachOptions struct {
	Line    string // path of a terminal
	Baud    uint64
	Tap     string        // a TAP interface; if empty, the captures below are used
	PcapIn  string        // capture of frames to the board; may be ""
	PcapOut string        // capture for frames from the board; may be ""
	For     time.Duration // 0: until a signal, or Frames
	Frames  int           // number of frames from the board after which Attach ends; 0: no limit
}

// Attached counts the frames.
type Attached struct {
	In  int `json:"in"`  // frames to the board
	Out int `json:"out"` // frames from the board
}

// maxLineFrame is the longest frame from a line. Longer input is noise.
const maxLineFrame = 1 << 16

// Attach carries frames between a board and an interface or captures, until a signal arrives or
// a limit is reached. The board sends its frames as SLIP on a serial line.
func Attach(ctx context.Context, o AttachOptions) (*Attached, error) {
	switch {
	case o.Tap == "" && o.PcapIn == "" && o.PcapOut == "":
		return nil, UserErrorf("attach joins the line with --tap NAME, or with --pcap-in FILE and --pcap-out FILE")
	case o.Tap != "" && (o.PcapIn != "" || o.PcapOut != ""):
		return nil, UserErrorf("attach takes --tap or captures, not both")
	}
	a := &attachment{AttachOptions: o, seen: &trace.Trace{}, began: time.Now()}
	defer a.close()
	if err := a.open(); err != nil {
		var wish live.UserError
		if errors.As(err, &wish) {
			err = UserErrorf("%v", wish)
		}
		return nil, err
	}
	if o.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.For)
		defer cancel()
	}
	err := a.run(ctx)
	if err == nil && o.PcapOut != "" {
		var data []byte
		if data, err = world.CaptureOf(a.seen, a.Line, false); err == nil {
			err = WriteFile(o.PcapOut, data)
		}
	}
	return &a.Attached, err
}

// attachment is a serial line and its other side.
type attachment struct {
	AttachOptions
	Attached
	line, tap *os.File
	frames    [][]byte // frames of the capture
	seen      *trace.Trace
	began     time.Time
}

func (a *attachment) open() (err error) {
	if a.PcapIn != "" {
		data, err := readInput(a.PcapIn, "a capture", maxCapture)
		if err != nil {
			return err
		}
		script, err := world.FromCaptures([]string{a.Line}, []world.Capture{{Name: a.PcapIn, Data: data}})
		if err != nil {
			return err
		}
		for _, in := range script.Inputs {
			a.frames = append(a.frames, in.Data)
		}
	}
	if a.Tap != "" {
		if a.tap, err = live.OpenTap(a.Tap); err != nil {
			return err
		}
	}
	a.line, err = live.OpenLine(a.Line, a.Baud)
	return err
}

func (a *attachment) close() {
	for _, f := range []*os.File{a.line, a.tap} {
		if f != nil {
			f.Close()
		}
	}
}

// run carries frames in both directions until the context ends, a limit is reached, or one side
// disappears.
func (a *attachment) run(ctx context.Context) error {
	from, to := make(chan error, 1), make(chan error, 1)
	go func() { from <- a.fromBoard() }()
	go func() { to <- a.toBoard() }()
	var err error
	for waits, capture := 2, to; waits == 2; {
		select {
		case <-ctx.Done():
			waits = 0
		case err = <-from:
			from <- nil // the line has ended
			waits = 0
		case err = <-capture:
			to <- nil
			if capture = nil; err != nil {
				waits = 0
			}
		}
	}
	a.close() // ends pending reads and writes
	<-from
	<-to
	if errors.Is(err, os.ErrClosed) || errors.Is(err, io.EOF) {
		err = nil
	}
	return err
}

// toBoard sends the frames of the capture or the interface to the board.
func (a *attachment) toBoard() error {
	for _, f := range a.frames {
		if _, err := a.line.Write(periph.SlipFrame(f)); err != nil {
			return a.gone(err)
		}
		a.In++
	}
	if a.tap == nil {
		return nil
	}
	buf := make([]byte, maxLineFrame)
	for {
		n, err := a.tap.Read(buf)
		if err == nil {
			_, err = a.line.Write(periph.SlipFrame(buf[:n]))
		}
		if err != nil {
			return a.gone(err)
		}
		a.In++
	}
}

// fromBoard reads frames from the line.
func (a *attachment) fromBoard() error {
	var r periph.SlipReader
	buf := make([]byte, 4096)
	for {
		n, err := a.line.Read(buf)
		if err != nil {
			return a.gone(err)
		}
		for _, c := range buf[:n] {
			if f, whole := r.Next(c); whole && len(f) <= maxLineFrame {
				if err := a.frame(f); err != nil {
					return err
				}
			}
			if a.Frames > 0 && a.Out >= a.Frames {
				return nil
			}
		}
	}
}

// frame forwards a frame from the board to the other side.
func (a *attachment) frame(f []byte) error {
	a.Out++
	if a.tap != nil {
		_, err := a.tap.Write(f)
		return a.gone(err)
	}
	a.seen.Events = append(a.seen.Events, trace.Event{
		Kind: trace.Out, Port: a.Line, Time: uint64(time.Since(a.began).Microseconds()), Data: f,
	})
	return nil
}

// gone is the error for a side that has disappeared. It is nil after our own close.
func (a *attachment) gone(err error) error {
	if err == nil || errors.Is(err, os.ErrClosed) || errors.Is(err, io.EOF) {
		return err
	}
	return UserErrorf("the line %s is gone: %s", a.Line, Reason(err))
}
