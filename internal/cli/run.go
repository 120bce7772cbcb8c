package cli

import (
	"fmt"
	"sort"
	"strings"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
)

// inputs is embedded by the commands that run a program.
type inputs struct {
	PcapIn  []string `name:"pcap-in" placeholder:"DEVICE=FILE" help:"Frames that arrive at a device, from a capture; none for nothing. The name may be left out when there is one, here and in the options below."`
	VcdIn   []string `name:"vcd-in" placeholder:"PORT=FILE" help:"Levels of an input pin, from a value change dump. FILE:SIGNAL names a signal of the file; none says that nothing changes."`
	BytesIn []string `name:"bytes-in" placeholder:"PORT=FILE" help:"Bytes that arrive at a serial line: lines of a time in us and bytes in hexadecimal; none for nothing."`
	Answers []string `placeholder:"PORT=FILE" help:"What the device at the other end of an SPI or I2C bus answers: lines of a time in us, what is sent, a colon, the answer, in hexadecimal; none for nothing. Of a disk what it cannot do, as in 0 read 5 : -. Of a source of random bytes its first bytes."`
	Disk    []string `placeholder:"DISK=FILE" help:"The image of a disk; without one it has 1 MiB of zeros. The file is not changed."`
	Seed    int64    `placeholder:"N" help:"Seed of the random gaps on the ports of a core; 0: none."`
	Until   string   `placeholder:"TIME" help:"End of the run, such as 20ms; without it, the time of the last frame. Timers after it do not fire."`
	Limit   uint64   `default:"0" placeholder:"N" help:"Stop after so many frames in and out, log lines and traps: the same work on every machine (0: no bound)."`
	Steps   uint64   `default:"0" placeholder:"N" help:"Stop after so many steps of the machine's own (0: a generous number)."`
}

// world describes the environment that the flags name.
func (i *inputs) world() flow.World {
	return flow.World{Captures: i.PcapIn, Levels: i.VcdIn, Bytes: i.BytesIn, Answers: i.Answers, Disks: i.Disk, Seed: i.Seed, Limit: i.Limit, Steps: i.Steps, Until: i.Until}
}

// runCmd is `sinter run`.
type runCmd struct {
	program   `embed:""`
	inputs    `embed:""`
	liveFlags `embed:""`
	On        string   `default:"" enum:",${machines}" help:"Machine: ${machine} (default: source; with --live the monitor where it can run, else unikernel)."`
	Core      string   `default:"pipe3" enum:"auto,${cores}" help:"Organisation of the core: ${core_list}, or auto, the one that serves the goal best."`
	Engine    string   `placeholder:"NAME" help:"What runs the circuit on cycle or gates (default: the first): ${engines}."`
	Lanes     int      `placeholder:"N" help:"Runs of a core at once, each with gaps of another seed at its ports; all must show the same (cycle and gates only)."`
	DiskOut   []string `name:"disk-out" placeholder:"DISK=FILE" help:"Write a disk, as it is after the run, to a file."`
	PcapOut   []string `name:"pcap-out" placeholder:"DEVICE=FILE" help:"Write the frames that a device sent to a capture."`
	VcdOut    []string `name:"vcd-out" placeholder:"PORT=FILE" help:"Write the levels of an output pin to a value change dump."`
	BytesOut  []string `name:"bytes-out" placeholder:"PORT=FILE" help:"Write the bytes that a program sent over a serial line to a file, in the format of --bytes-in."`
	Trace     string   `placeholder:"FILE" help:"Write the trace in its text form."`
	CommitLog string   `name:"commit-log" placeholder:"FILE" help:"Write each instruction that the core executes, as Spike does (isa and cycle only)."`
	Profile   bool     `help:"Say what each line and function of the source cost: cycles with their causes on cycle, instructions on isa and ir, statements on source, microseconds on native."`
	Konata    string   `placeholder:"FILE" help:"Write the pipeline as the viewer Konata reads it (cycle only)."`
	Timeline  string   `name:"chrome-trace" placeholder:"FILE.json" help:"Write tasks and channels over time in the Trace Event format (isa and cycle only)."`
	Wave      string   `placeholder:"FILE.vcd" help:"Write a waveform of the core, and FILE.gtkw with its signals in groups (cycle only)."`
	Window    string   `name:"wave-window" default:"0:10000" placeholder:"FROM:CYCLES" help:"Cycles of the waveform and of the pipeline, or all."`
	Print     bool     `name:"print-command" help:"Print the command that repeats a native or unikernel run."`
}

// Run runs the program and prints what it logs.
func (c *runCmd) Run(e *env) error {
	if c.Live {
		return c.serve(e)
	}
	if f := c.liveOnly(); f != "" {
		return flow.UserErrorf("%s is for live runs: add --live", f)
	}
	p, err := c.load(e, func(o *flow.Options) { o.Engine = c.Engine })
	if err != nil {
		return err
	}
	if c.On == "" {
		c.On = flow.Source
	}
	if c.On == flow.Source {
		c.On = p.Reference()
	}
	if c.On == flow.ISA || c.On == flow.Cycle || c.On == flow.Gates {
		if c.Core, err = e.organisation(p, c.Core); err != nil {
			return err
		}
	}
	o := flow.RunOptions{
		Level: c.On, Core: c.Core, World: c.world(), PcapOut: c.PcapOut, VcdOut: c.VcdOut, BytesOut: c.BytesOut, DiskOut: c.DiskOut, TraceFile: c.Trace, CommitLog: c.CommitLog, Wave: c.Wave, Window: c.Window, Lanes: c.Lanes,
		Profile: c.Profile, Konata: c.Konata, Timeline: c.Timeline,
		Forget: true,
	}
	if !e.json {
		o.Line = func(line string) { fmt.Fprintln(e.out, line) }
	}
	Lean()
	r, err := p.Run(e.ctx, o)
	if err != nil {
		return err
	}
	e.failed = codeOf(r)
	if len(r.Differs) > 0 {
		e.failed = exitDifference
	}
	if e.json {
		e.printJSON(r)
		return nil
	}
	if r.Profile != nil {
		table(e.out, r.Profile.Table(maxProfile))
	}
	if r.Wave != "" {
		fmt.Fprintln(e.err, r.Wave)
	}
	if c.Print && r.Command != "" {
		fmt.Fprintln(e.err, r.Command)
	}
	on := r.Level
	if r.Engine != "" {
		on += " (engine " + r.Engine + ")"
	}
	fmt.Fprintf(e.err, "%s on %s: %s", r.Program, on, r.Status)
	for _, f := range sortedFigures(r.Figures) {
		fmt.Fprintf(e.err, ", %s", f)
	}
	fmt.Fprintln(e.err)
	printLanes(e, r)
	for k, w := range r.Waits {
		if k == maxWaits {
			fmt.Fprintf(e.err, "  and %s; --json lists all\n", count(len(r.Waits)-k, "more task"))
			break
		}
		fmt.Fprintln(e.err, " ", w)
	}
	return nil
}

// printLanes reports whether all lanes (parallel runs of a core) showed the same events.
func printLanes(e *env, r *flow.Result) {
	if r.Lanes > 0 && len(r.Differs) == 0 {
		fmt.Fprintf(e.err, "  %d lanes showed the same\n", r.Lanes)
	}
	for _, d := range r.Differs {
		fmt.Fprintln(e.err, " ", d)
	}
}

// maxProfile is the number of lines and functions of a profile that the command shows.
const maxProfile = 20

// maxWaits is the number of waiting tasks that the command lists.
const maxWaits = 10

func sortedFigures(figures map[string]float64) []string {
	var out []string
	for k, v := range figures {
		out = append(out, fmt.Sprintf("%s %.6g", strings.ReplaceAll(k, "_", " "), v))
	}
	sort.Strings(out)
	return out
}

// verifyCmd is `sinter verify`.
type verifyCmd struct {
	program `embed:""`
	inputs  `embed:""`
	Core    string   `default:"both" enum:"both,${cores},none" help:"Which core to verify: ${core_list}, both (multi and pipe3) or none."`
	Quick   bool     `help:"Only traces and removal: seconds, no outside tool, no proof."`
	Checks  []string `placeholder:"CHECK" help:"Only these checks: trace, net, lockstep, proof, removal, facts, circuit, verilog, witness, and netlist, which runs only when it is named."`
	NoX86   bool     `name:"no-x86" help:"Leave the native process and the unikernel out."`
	Random  int      `default:"20000" placeholder:"N" help:"Random instructions of the lock-step check of each core."`
	Bisect  bool     `help:"Only find the first pass over the program IR that changes what the program does."`
	Mutants int      `placeholder:"N" help:"Make N random faults in each core, one at a time, and count those that traces and lock-step notice."`

	Campaign string `placeholder:"DIR" help:"Try the faults of --mutants as a campaign that keeps results in this folder. Faults with a result are not tried again. --checks mutation runs only the campaign."`
	runners  `embed:""`
}

// Run verifies the program on all machines and prints the table.
func (c *verifyCmd) Run(e *env) error {
	p, err := c.load(e)
	if err != nil {
		return err
	}
	if c.Bisect {
		return c.bisect(e, p)
	}
	cores := flow.Cores()
	switch c.Core {
	case "both":
	case "none":
		cores = nil
	default:
		cores = []string{c.Core}
	}
	opts := checks.VerifyOptions{World: c.world(), Cores: cores, Checks: c.Checks, NoX86: c.NoX86 || c.Quick, Random: c.Random, Mutants: c.Mutants}
	if c.Quick {
		opts.Checks = []string{"trace", "removal"}
	}
	if !e.json {
		opts.Progress = newProgress(e.err).step
	}
	if opts.Campaign, err = c.campaign(e, c.Campaign, opts.Progress); err != nil {
		return err
	}
	if opts.Campaign != nil && c.Mutants == 0 {
		return flow.UserErrorf("--campaign is for mutants: say how many with --mutants N")
	}
	report, err := checks.Verify(e.ctx, p, opts)
	if err != nil {
		return err
	}
	if report.Different() {
		e.failed = exitDifference
	}
	if e.json {
		e.printJSON(report)
		return nil
	}
	rows := [][]string{{"level", "core", "check", "status", "n", "detail"}}
	for _, r := range report.Rows {
		rows = append(rows, []string{r.Level, r.Core, string(r.Check), string(r.Status), fmt.Sprint(r.N), r.Detail})
	}
	table(e.out, rows)
	for _, s := range report.Survivors {
		fmt.Fprintf(e.out, "not noticed: %s, %s; %s\n", s.Core, s.Mutant, s.Why)
	}
	return nil
}

// bisect prints the first wrong pass for each target.
func (c *verifyCmd) bisect(e *env, p *flow.Program) error {
	found, err := p.Bisect(e.ctx, c.world())
	if err != nil {
		return err
	}
	for _, b := range found {
		if b.Number > 0 {
			e.failed = exitDifference
		}
	}
	if e.json {
		e.printJSON(found)
		return nil
	}
	for _, b := range found {
		switch {
		case b.Number == 0:
			fmt.Fprintf(e.out, "for %s: all %d passes are right on this input\n", b.Target, b.Passes)
		case b.Function == "":
			fmt.Fprintf(e.out, "for %s: pass %d of %d, %s, is wrong: %s\n", b.Target, b.Number, b.Passes, b.Pass, b.Detail)
		default:
			fmt.Fprintf(e.out, "for %s: pass %d of %d, %s, is wrong in @%s: %s\n", b.Target, b.Number, b.Passes, b.Pass, b.Function, b.Detail)
		}
	}
	return nil
}
