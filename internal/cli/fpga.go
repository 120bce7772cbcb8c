package cli

import (
	"errors"
	"fmt"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
)

// fpgaCmd is `sinter fpga`.
type fpgaCmd struct {
	program  `embed:""`
	inputs   `embed:""`
	Out      string   `short:"o" placeholder:"DIR" help:"Folder to write into; a missing folder is made."`
	Board    string   `required:"" placeholder:"NAME" help:"Board: ${boards}, or a file of your own (x.board)."`
	Bind     []string `placeholder:"PORT=PIN" help:"The pin of a port; without it, the pin that has the port's label. The ports reset, log, trap and halted can be bound, too."`
	Debounce []string `placeholder:"PORT" help:"Let an input rest for some milliseconds before the program sees it."`
	Clock    string   `placeholder:"MHZ" help:"Clock of the core, by the PLL of the part (default: the clock of the board)."`
	Baud     uint64   `default:"115200" placeholder:"N" help:"Speed of all serial lines, the log among them."`
	Core     string   `default:"pipe3" enum:"auto,${cores}" help:"Organisation of the core: ${core_list}, or auto, the one that serves the goal best."`
	Part     string   `placeholder:"NAME" help:"Another part in the same package, where boards are sold with several."`
	Check    bool     `help:"Run the whole top in Icarus at its pins, with --vcd-in, --bytes-in, --pcap-in and --answers, until --until, and compare with the reference; nothing is written."`
	Program  bool     `help:"Hand the bitstream to the board."`
}

// Run writes the files of the board, and the bitstream if the tools are installed.
func (c *fpgaCmd) Run(e *env) error {
	p, err := c.load(e)
	if err != nil {
		return err
	}
	if c.Core, err = e.organisation(p, c.Core); err != nil {
		return err
	}
	o := flow.FPGAOptions{
		Dir: c.Out, Board: c.Board, Part: c.Part, Core: c.Core, Bind: c.Bind, Debounce: c.Debounce, Clock: c.Clock, Baud: c.Baud, Program: c.Program,
	}
	switch {
	case c.Check:
		return c.check(e, p, o)
	case c.Out == "":
		return flow.UserErrorf("fpga wants a folder to write into: -o DIR")
	}
	if w := c.world(); c.Until != "" || len(c.PcapIn)+len(c.VcdIn)+len(c.BytesIn)+len(c.Answers) > 0 {
		o.World = &w
	}
	f, err := p.FPGA(e.ctx, o)
	if f == nil {
		return err
	}
	if e.json {
		if err != nil {
			e.printJSON(map[string]any{"errors": jsonErrors(err), "fpga": f})
			return errors.Join(errPrinted, err)
		}
		e.printJSON(f)
		return nil
	}
	printFPGA(e, f)
	return err
}

// check prints whether the simulated pins agree with the reference.
func (c *fpgaCmd) check(e *env, p *flow.Program, o flow.FPGAOptions) error {
	r, err := checks.SimulatePins(e.ctx, p, o, c.world())
	if err != nil {
		return err
	}
	if r.Difference != "" {
		e.failed = exitDifference
	}
	switch {
	case e.json:
		e.printJSON(r)
	case r.Difference != "":
		fmt.Fprintln(e.out, r.Difference)
	default:
		for _, row := range []struct {
			n    int
			what string
		}{{r.Bytes, "byte"}, {r.Frames, "frame"}} {
			if row.n > 0 {
				fmt.Fprintf(e.out, "%s at serial lines equal the reference\n", count(row.n, row.what))
			}
		}
		if r.Transfers > 0 {
			fmt.Fprintf(e.out, "%s over buses equal the reference\n", count(r.Transfers, "transfer"))
		}
		if r.Changes > 0 || r.Bytes+r.Frames+r.Transfers == 0 {
			fmt.Fprintf(e.out, "%d changes at the pins equal the reference, at most %.1f us apart\n", r.Changes, r.LatestUs)
		}
	}
	return nil
}

// printFPGA prints the results in readable form.
func printFPGA(e *env, f *flow.FPGA) {
	for _, name := range f.Files {
		fmt.Fprintln(e.out, name)
	}
	rows := [][]string{}
	for _, p := range f.Pins {
		rows = append(rows, []string{p.Port, p.Pin, p.Site})
	}
	table(e.out, rows)
	u, who := f.Estimate, "estimated"
	if f.Used != nil {
		u, who = *f.Used, "used"
	}
	fmt.Fprintf(e.out, "%s of %s: %d cells, %d block RAMs, %d DSPs, %d SPRAMs\n", who, f.Part, u.Cells, u.Blocks, u.DSPs, u.SPRAMs)
	if f.FmaxMHz > 0 {
		fmt.Fprintf(e.out, "clock %.6g MHz, at most %.2f MHz\n", f.ClockMHz, f.FmaxMHz)
		if path := f.PathText(); path != "" {
			fmt.Fprintln(e.out, path)
		}
	} else {
		fmt.Fprintf(e.out, "clock %.6g MHz\n", f.ClockMHz)
	}
	for _, r := range f.Responses {
		fmt.Fprintln(e.out, r)
	}
	if f.Energy != nil {
		fmt.Fprintf(e.out, "energy proxy of the core: %.1f a cycle, %d in %s\n", f.Energy.PerCycle, f.Energy.Total, count(int(f.Energy.Cycles), "cycle"))
	}
	for _, t := range f.Tools {
		if t.Missing == "" {
			fmt.Fprintf(e.out, "%s: %.1f s\n", t.Tool, t.Seconds)
		}
	}
	if f.Load != "" {
		fmt.Fprintf(e.out, "to program the board: %s\n", f.Load)
	}
}
