package cli

import (
	"fmt"
	"time"

	"github.com/sinter-lang/sinter/internal/flow"
)

// attachCmd is `sinter attach`.
type attachCmd struct {
	Line    string        `arg:"" placeholder:"DEVICE" help:"The serial line of a board, such as /dev/ttyUSB1."`
	Baud    uint64        `default:"115200" placeholder:"N" help:"Speed of the line, as given to sinter fpga."`
	Tap     string        `placeholder:"NAME" help:"A TAP interface: the board's frames go to it, and its frames go to the board."`
	PcapIn  string        `name:"pcap-in" placeholder:"FILE" help:"A capture whose frames go to the board, one after the other."`
	PcapOut string        `name:"pcap-out" placeholder:"FILE" help:"Write the frames of the board to a capture."`
	For     time.Duration `placeholder:"TIME" help:"End after a time such as 10s (default: at a signal)."`
	Frames  int           `placeholder:"N" help:"End after so many frames from the board."`
}

// Run carries frames until a signal arrives or a limit is reached.
func (c *attachCmd) Run(e *env) error {
	r, err := flow.Attach(e.ctx, flow.AttachOptions{
		Line: c.Line, Baud: c.Baud, Tap: c.Tap, PcapIn: c.PcapIn, PcapOut: c.PcapOut, For: c.For, Frames: c.Frames,
	})
	if err != nil {
		return err
	}
	if e.json {
		e.printJSON(r)
		return nil
	}
	fmt.Fprintf(e.err, "%s to the board, %s from it\n", count(r.In, "frame"), count(r.Out, "frame"))
	return nil
}
