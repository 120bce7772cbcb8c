package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/live"
)

// liveFlags are the flags of `sinter run --live`.
type liveFlags struct {
	Live     bool          `help:"Run as a service, until it ends or a signal comes."`
	Port     []string      `short:"p" placeholder:"udp:HOST:GUEST" help:"Live: forward a port of this computer to one of the program's."`
	Tap      []string      `placeholder:"DEVICE=NAME" help:"Live: a TAP interface for a network device; the device may be left out when there is one."`
	Size     string        `placeholder:"SIZE" help:"Live: make the file of a disk that is missing, such as 1M."`
	Mem      int           `placeholder:"MiB" help:"Live: memory of a unikernel (default: what it needs)."`
	Vmm      string        `default:"" enum:",qemu,qemu-q35,monitor" help:"Live: qemu or monitor, the same as --on unikernel or --on monitor; qemu-q35 has its devices on PCI."`
	Accel    string        `default:"auto" enum:"auto,kvm,tcg" help:"Live: what executes a guest of QEMU; auto takes KVM when a probe guest runs under it, else tcg."`
	Pcap     string        `placeholder:"FILE" help:"Live: write all frames of the network devices to a capture."`
	Wire     string        `placeholder:"FAULTS" help:"Live: a bad wire: loss=5,duplicate=1,reorder=2,corrupt=1,seed=7; how many of a hundred frames, each way."`
	Metrics  string        `placeholder:"ADDRESS" help:"Live: serve /metrics for Prometheus at this address, such as 127.0.0.1:9100."`
	Snapshot string        `placeholder:"FILE" help:"Live: on the monitor, write the state of the waiting program to this file when it first waits, and again when the run ends."`
	Restore  string        `placeholder:"FILE" help:"Live: on the monitor, go on where a snapshot of the same image ends."`
	For      time.Duration `placeholder:"TIME" help:"Live: end after a time such as 10s."`
}

// scripted names a flag for scripted runs that was used with --live. The result is "" if there is
// none.
func (c *runCmd) scripted() string {
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"--pcap-in", len(c.PcapIn) > 0},
		{"--vcd-in", len(c.VcdIn) > 0},
		{"--bytes-in", len(c.BytesIn) > 0},
		{"--answers", len(c.Answers) > 0},
		{"--bytes-out", len(c.BytesOut) > 0},
		{"--seed", c.Seed != 0},
		{"--until", c.Until != ""},
		{"--limit", c.Limit != 0},
		{"--steps", c.Steps != 0},
		{"--disk-out", len(c.DiskOut) > 0},
		{"--pcap-out", len(c.PcapOut) > 0},
		{"--vcd-out", len(c.VcdOut) > 0},
		{"--trace", c.Trace != ""},
		{"--wave", c.Wave != ""},
	} {
		if f.set {
			return f.name
		}
	}
	return ""
}

// liveOnly names a flag for live runs that was used without --live. The result is "" if there is
// none.
func (c *runCmd) liveOnly() string {
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"-p", len(c.Port) > 0},
		{"--tap", len(c.Tap) > 0},
		{"--size", c.Size != ""},
		{"--mem", c.Mem != 0},
		{"--vmm", c.Vmm != ""},
		{"--accel", c.Accel != "auto"},
		{"--pcap", c.Pcap != ""},
		{"--wire", c.Wire != ""},
		{"--metrics", c.Metrics != ""},
		{"--snapshot", c.Snapshot != ""},
		{"--restore", c.Restore != ""},
		{"--for", c.For != 0},
	} {
		if f.set {
			return f.name
		}
	}
	return ""
}

// serve implements `sinter run --live`.
func (c *runCmd) serve(e *env) error {
	if f := c.scripted(); f != "" {
		return flow.UserErrorf("%s goes with a scripted run, not with --live", f)
	}
	o, err := c.liveOptions()
	if err != nil {
		return userError(err)
	}
	p, err := c.load(e, func(f *flow.Options) { f.Watched = c.Metrics != "" })
	if err != nil {
		return err
	}
	im, err := p.Outline(o.Machine)
	if err != nil {
		return err
	}
	if err := live.Check(im, o); err != nil {
		return userError(err)
	}
	if o.Machine == flow.Unikernel {
		if o.QEMU, err = flow.QEMU(); err != nil {
			return err
		}
		o.Accel = c.accel(e, o)
	}
	if c.Print {
		if err := live.ByHand(im, o); err != nil {
			return userError(err)
		}
	}
	if err := p.Service(e.ctx, o.Product(), im); err != nil {
		return err
	}
	if c.Print {
		return c.printLive(e, im, o)
	}
	o.Stdout = e.out
	o.Ready = func(s live.Started) { fmt.Fprintln(e.err, s) }
	o.Dropped = func(text string) { fmt.Fprint(e.err, text) }
	o.Trapped = func(text string) { fmt.Fprint(e.err, p.SourceLine(text)) }
	kept := c.Snapshot == ""
	if !kept {
		o.Snapshot = func(state []byte) error {
			kept = true
			return flow.WriteFile(c.Snapshot, state)
		}
	}
	code, err := live.Run(e.ctx, im, o)
	if err == nil && !kept {
		fmt.Fprintf(e.err, "sinter: --snapshot: %s ended without a wait, so %s was not written\n", p.Name, c.Snapshot)
	}
	if err == nil && e.ctx.Err() != nil {
		return e.ctx.Err()
	}
	e.failed = code
	var crash live.Crash
	if errors.As(err, &crash) {
		fmt.Fprintf(e.err, "sinter: %s crashed: %v\n%s", p.Name, crash, p.SourceLine(crash.Error()))
		e.failed = exitCrash
		return nil
	}
	return userError(err)
}

// userError turns a live.UserError into a UserError of this tool.
func userError(err error) error {
	var u live.UserError
	if errors.As(err, &u) {
		return flow.UserErrorf("%s", u.Error())
	}
	return err
}

// liveOptions reads the flags of a live run.
func (c *runCmd) liveOptions() (o live.Options, err error) {
	o = live.Options{Machine: c.On, Memory: c.Mem, Pcap: c.Pcap, Metrics: c.Metrics, For: c.For, Restore: c.Restore, Chipset: live.Chipset(c.Vmm)}
	byVMM := map[string]string{"qemu": flow.Unikernel, "qemu-q35": flow.Unikernel, "monitor": flow.Monitor}[c.Vmm]
	switch {
	case byVMM != "" && c.On != "" && c.On != byVMM:
		return o, flow.UserErrorf("--vmm %s and --on %s do not go together", c.Vmm, c.On)
	case byVMM != "":
		o.Machine = byVMM
	case c.On == "":
		o.Machine = flow.LiveMachine()
	}
	if o.Machine != flow.Native && o.Machine != flow.Unikernel && o.Machine != flow.Monitor {
		return o, flow.UserErrorf("--live runs on native, unikernel or monitor, not on %s", o.Machine)
	}
	if (c.Snapshot != "" || c.Restore != "") && (o.Machine != flow.Monitor || c.Print) {
		return o, flow.UserErrorf("--snapshot and --restore are of the monitor, as in --vmm monitor, and of this tool")
	}
	for _, d := range c.Define {
		if name, value, _ := strings.Cut(d, "="); name == "net.host" && value == "dhcp" {
			return o, flow.UserErrorf("-D net.host=dhcp: there is no DHCP yet, it comes with TCP; give an address")
		}
	}
	for _, s := range c.Port {
		f, err := live.ParseForward(s)
		if err != nil {
			return o, err
		}
		o.Forwards = append(o.Forwards, f)
	}
	for _, s := range c.Tap {
		o.Taps = append(o.Taps, live.ParsePair(s))
	}
	for _, s := range c.Disk {
		o.Disks = append(o.Disks, live.ParsePair(s))
	}
	if c.Wire != "" {
		if o.Wire, err = live.ParseWire(c.Wire); err != nil {
			return o, err
		}
	}
	if c.Size != "" {
		o.Size, err = live.ParseSize(c.Size)
	}
	return o, err
}

// accel chooses the accelerator for a QEMU guest. It prints the reason if the choice is
// unexpected.
func (c *runCmd) accel(e *env, o live.Options) string {
	if c.Accel != "auto" {
		return c.Accel
	}
	if err := flow.KVMServes(e.ctx, o); err != nil {
		fmt.Fprintf(e.err, "QEMU interprets the guest (tcg): %v\n", err)
		return "tcg"
	}
	return "kvm"
}

// printLive prints an equivalent shell command. The files that the command needs are not removed.
func (c *runCmd) printLive(e *env, im *live.Image, o live.Options) error {
	line, err := live.Command(im, o)
	if err != nil {
		return userError(err)
	}
	fmt.Fprintln(e.out, line)
	return nil
}

// mostConsole limits the size of a console's input.
const mostConsole = 64 << 20

// console shows the lines of a console. It adds the source position and source line to each
// crash and trap.
func (c *decodeCmd) console(e *env) error {
	where, source, err := c.places(e)
	if err != nil {
		return err
	}
	in := e.stdin
	if c.Console != "-" {
		f, err := os.Open(c.Console)
		if err != nil {
			return flow.UserErrorf("cannot read %s: %s", c.Console, flow.Reason(err))
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, mostConsole))
	if err != nil {
		return flow.UserErrorf("cannot read %s: %s", c.Console, flow.Reason(err))
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		fmt.Fprintln(e.out, line)
		if said, ok := live.Decode(line, where); ok {
			fmt.Fprintf(e.out, "  %s\n", said)
			fmt.Fprint(e.out, source(said))
		} else if strings.HasPrefix(line, "trap in task ") {
			fmt.Fprint(e.out, source(line))
		}
	}
	return nil
}

// places returns two functions: one maps an address to a source position, and the other finds
// the source line that a message names.
func (c *decodeCmd) places(e *env) (where func(uint64) string, source func(string) string, err error) {
	if strings.HasSuffix(c.Path, ".elf") {
		data, err := flow.ReadProgram(c.Path)
		return flow.Places(data), func(string) string { return "" }, err
	}
	p, err := c.load(e)
	if err != nil {
		return nil, nil, err
	}
	im, err := p.Outline(flow.Native)
	if err == nil {
		err = p.Service(e.ctx, c.Product, im)
	}
	if err != nil {
		return nil, nil, err
	}
	return im.Where, p.SourceLine, nil
}

// bundle writes a folder for a hypervisor or for systemd.
func (c *buildCmd) bundle(e *env, p *flow.Program) error {
	b := live.Bundle{Options: live.Options{Machine: flow.Native}, Files: live.Systemd}
	switch {
	case c.Vmm != "" && c.Systemd:
		return flow.UserErrorf("--vmm and --systemd write two different folders: give one")
	case len(c.Out) != 1:
		return flow.UserErrorf("-o is one folder, got %d", len(c.Out))
	case c.Vmm != "":
		var err error
		if b, err = live.BundleFor(c.Vmm); err != nil {
			return userError(err)
		}
	}
	im, err := p.Outline(b.Options.Machine)
	if err != nil {
		return err
	}
	for _, d := range im.Devices {
		if d.Kind == live.Pin {
			return flow.UserErrorf("%s has the pin `%s`, which neither a hypervisor nor a unit gives it", p.Name, d.Name)
		}
		if d.Kind == live.Serial {
			return flow.UserErrorf("%s has the serial line `%s`, which neither a hypervisor nor a unit gives it", p.Name, d.Name)
		}
	}
	if err := p.Service(e.ctx, b.Options.Product(), im); err != nil {
		return err
	}
	var names []string
	files := map[string]live.File{}
	for _, f := range b.Files(im) {
		names = append(names, f.Name)
		files[f.Name] = f
	}
	if err := flow.WriteFolder(c.Out[0], names, func(name string) []byte { return []byte(files[name].Text) }); err != nil {
		return err
	}
	for _, name := range names {
		path := filepath.Join(c.Out[0], name)
		if files[name].Program {
			if err := os.Chmod(path, 0o755); err != nil {
				return flow.UserErrorf("cannot write %s: %s", path, flow.Reason(err))
			}
		}
		if !e.json {
			fmt.Fprintln(e.out, path)
		}
	}
	if e.json {
		e.printJSON(names)
	}
	return nil
}
