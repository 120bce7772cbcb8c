// Package process runs an executable as a Machine: as a Linux process, or as a unikernel in
// QEMU or in Sinter's monitor. The running executable is called the guest. The package does not
// depend on a compiler. In the protocol of the products, the guest asks for every input from
// outside:
//
//	guest                            harness (this package)
//	'A' low high                     notes the deadline of the wait that follows
//	'W' mask                         lets the world act until a device of mask is ready, or, with bit 31, the clock
//	'T' device capacity              gives the frame that waits longest
//	'L' task site "2 frames seen"    notes the event
//	'B' mask room                    as 'W', and sends ahead what arrives next (batch.go)
//
// Through this protocol, the simulated world of sim/world serves a real CPU in the same way as
// the simulators. Log events carry only their rendered text, because a process renders its log
// itself. A unikernel uses its serial line for requests and virtio for frames (see qemu.go).
//
// Step reports a fault of the guest as an error. A fault is never an event or a normal end. The
// faults are: no request for Options.Timeout, an early end, an exit status that contradicts the
// requests, a CPU exception (Crash), and bytes that are not a request. Start reading at
// Machine, then serve in events.go.
package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// Program is the information about the executable that the harness needs.
type Program struct {
	Name    string
	ELF     []byte
	Tasks   []string
	Devices []string
	Owners  []int    // task of each device
	Ports   [][]int  // by device: the UDP ports of its sockets
	Disks   []bool   // whether each device is a disk; these may be shorter than Devices
	Buses   []bool   // whether each device exchanges bytes; the world answers its commands
	Sources []bool   // whether each of these devices is a source of random bytes
	Levels  []int    // bytes of each device of shape level; 0 for others
	Streams []bool   // whether each device passes single bytes
	Words   []string // start words, such as sn.nic.host=10.0.0.2/24
	Marks   []string
	Traps   []string                // trap code of each site
	Where   func(rip uint64) string // returns the source position of an address, for crashes; may be nil
}

// Options control a run.
type Options struct {
	Timeout time.Duration // how long a guest may send nothing; 0: 30 s
	ICount  bool          // QEMU counts instructions exactly
	QEMU    string        // path of qemu-system-x86_64
	Chipset Chipset       // chipset of a guest in QEMU
	Accel   string        // accelerator of a guest in QEMU: tcg (the default) or kvm
	Memory  int           // memory of a guest in QEMU, in MiB; 0: as much as it needs
	Samples *Samples      // for a Linux process: records where it spends its time; nil: no samples
	Dir     string        // directory in which the executable is kept; empty: a temporary one that Close removes
}

// Machine is a guest together with its simulated world.
type Machine struct {
	prog  Program
	opts  Options
	world *world.World
	dev   []int // for each device: its number in the world, -1 for none
	tr    *trace.Trace
	text  []byte        // the text of the present log event so far
	shown world.Outputs // levels of the outputs
	due   uint64        // the last deadline that the guest set

	batches batches
	done    bool

	instructions uint64 // number of instructions, counted by the guest

	in   io.Writer // connection to the guest
	out  *bufio.Reader
	wire wire // carries frames over a network; nil if they use the line
	host host

	inside *inside // the guest, if it runs inside the current process
	// Command is a shell command that runs the same executable without the harness. The command
	// works as long as the executable's file exists (Options.Dir).
	Command string
}

// host is a guest that is a separate process.
type host struct {
	ctx     context.Context
	dir     string
	scratch bool // Close removes dir
	cmd     *exec.Cmd
	stdin   io.Closer
	stdout  *os.File
	said    firstBytes         // the first bytes on standard error
	sampler *sampler           // nil without Options.Samples
	status  func(code int) int // returns the exit status for an exit code of the guest
	gone    bool

	emulated bool // the process is QEMU, an external tool
}

// wire carries the frames of a unikernel.
type wire interface {
	send(dev int, frame []byte) error
	receive(dev int, timeout time.Duration) ([]byte, error)
	close()
}

// NewNative starts the executable as a Linux process.
func NewNative(ctx context.Context, p Program, w *world.World, o Options) (*Machine, error) {
	m, err := prepare(p, w, o)
	if err != nil {
		return nil, err
	}
	m.host.status = func(code int) int { return code }
	path := filepath.Join(m.host.dir, "prog")
	if err := os.WriteFile(path, p.ELF, 0o755); err != nil {
		m.Close()
		return nil, err
	}
	m.Command = liveProcess(path, &p)
	args := append([]string{"--script"}, p.Words...)
	for i, name := range p.Devices {
		if p.isDisk(i) {
			args = append(args, name+"=file:"+m.diskFile(i))
		}
	}
	if err := m.writeDisks(); err != nil {
		m.Close()
		return nil, err
	}
	if err := m.start(ctx, path, args...); err != nil {
		m.Close()
		return nil, fmt.Errorf("%s: %w", p.Name, err)
	}
	if o.Samples != nil {
		m.host.sampler = sample(m.host.cmd.Process.Pid, o.Samples)
	}
	return m, nil
}

func prepare(p Program, w *world.World, o Options) (*Machine, error) {
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	m := newMachine(p, w, o)
	if o.Dir != "" {
		m.host.dir = o.Dir
		return m, os.MkdirAll(o.Dir, 0o755)
	}
	dir, err := os.MkdirTemp("", "sinter-run-")
	if err != nil {
		return nil, err
	}
	m.host.dir, m.host.scratch = dir, true
	return m, nil
}

// liveProcess is the shell command with which a user starts the process. In this command, each
// device is a TAP interface with the name of the device.
func liveProcess(path string, p *Program) string {
	for i, d := range p.Devices {
		if p.isDisk(i) {
			path += fmt.Sprintf(" %s=file:%s.img", d, d)
			continue
		}
		if p.isSource(i) {
			continue // the kernel provides it
		}
		if p.isBus(i) {
			path += fmt.Sprintf(" %s=dev:/dev/%s", d, d)
			continue
		}
		if p.isLevel(i) {
			path += fmt.Sprintf(" %s=gpio:/dev/gpiochip0:%d", d, i)
			continue
		}
		if p.isStream(i) {
			path += fmt.Sprintf(" %s=tty:/dev/ttyUSB%d", d, i)
			continue
		}
		path += fmt.Sprintf(" %s=tap:%s", d, d)
	}
	for _, w := range p.Words {
		path += " " + w
	}
	return path
}

// newMachine makes a machine that has no guest yet.
func newMachine(p Program, w *world.World, o Options) *Machine {
	m := &Machine{prog: p, opts: o, world: w, tr: &trace.Trace{Program: p.Name}, shown: world.Outputs{}}
	for _, name := range p.Devices {
		at := -1
		for i, have := range w.Devices() {
			if have == name {
				at = i
			}
		}
		m.dev = append(m.dev, at)
	}
	return m
}

// start runs a command whose standard streams connect the guest to the harness. A child process
// that another goroutine starts at this moment may still hold the new executable open for
// writing. Linux refuses to execute such a file, so start tries again until the child has
// closed the file.
func (m *Machine) start(ctx context.Context, path string, args ...string) error {
	var err error
	for range 20 {
		if err = m.tryStart(ctx, path, args); !errors.Is(err, syscall.ETXTBSY) {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
	return err
}

func (m *Machine) tryStart(ctx context.Context, path string, args []string) error {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.WaitDelay = time.Second
	cmd.Stderr = &m.host.said
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd.Stdout = w
	err = cmd.Start()
	w.Close()
	if err != nil {
		r.Close()
		return err
	}
	m.host.ctx, m.host.cmd, m.host.stdin, m.host.stdout = ctx, cmd, stdin, r
	m.in, m.out = stdin, bufio.NewReaderSize(&deadlineReader{r, m.opts.Timeout}, 1<<16)
	return nil
}

// deadlineReader is a reader that fails if nothing arrives for some time.
type deadlineReader struct {
	f       *os.File
	timeout time.Duration
}

func (r *deadlineReader) Read(p []byte) (int, error) {
	if err := r.f.SetReadDeadline(time.Now().Add(r.timeout)); err != nil {
		return 0, err
	}
	n, err := r.f.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return n, &Silence{r.timeout}
	}
	return n, err
}

// Silence is the error for a program that sent nothing for Options.Timeout. Such a program
// computes without an end, or it hangs.
type Silence struct{ For time.Duration }

// Error describes the silence.
func (s *Silence) Error() string { return fmt.Sprintf("the program said nothing for %v", s.For) }

// firstBytes is a writer that keeps the first bytes written to it.
type firstBytes struct{ data []byte }

func (b *firstBytes) Write(p []byte) (int, error) {
	b.data = append(b.data, p[:min(len(p), 4096-len(b.data))]...)
	return len(p), nil
}

// line returns the first line with a colon before it.
func (b *firstBytes) line() string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(b.data)), "\n")
	if line == "" {
		return ""
	}
	return ": " + line
}

// Close stops the guest and removes its files.
func (m *Machine) Close() {
	h := &m.host
	if h.cmd != nil && !h.gone {
		h.cmd.Process.Kill() //nolint:errcheck // it may have ended
		m.reap()             //nolint:errcheck // killed on purpose
	}
	if m.wire != nil {
		m.wire.close()
		m.wire = nil
	}
	if m.inside != nil {
		m.inside.close()
		m.inside = nil
	}
	if h.scratch {
		os.RemoveAll(h.dir)
	}
}

// reap waits for a guest that is ending or has ended, and takes its exit status.
func (m *Machine) reap() error {
	m.host.gone = true
	m.host.stdin.Close()
	if m.host.sampler != nil {
		m.host.sampler.stop()
	}
	err := m.host.cmd.Wait()
	m.host.stdout.Close()
	return err
}

// The exit codes of a guest. They equal the exit codes of the sinter command.
var exitCodes = map[trace.Status]int{trace.Ended: 0, trace.Waiting: 0, trace.Trapped: 4, trace.Stuck: 5}

// finish ends a finished run: it waits until the guest has ended, and checks that the exit
// status agrees with the end of the run.
func (m *Machine) finish() error {
	stop := time.AfterFunc(m.opts.Timeout, func() { m.host.cmd.Process.Kill() }) //nolint:errcheck // it may have ended
	defer stop.Stop()
	err := m.reap()
	want := m.host.status(exitCodes[m.tr.Status])
	if got := m.host.cmd.ProcessState.ExitCode(); got != want {
		return fmt.Errorf("the run is over (%s), but the program ended with %s instead of exit status %d%s", m.tr.Status, ending(err), want, m.host.said.line())
	}
	return m.checkDisks()
}

func ending(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

// lost returns the error for a guest from which no more bytes can be read. The error gives the
// reason. For QEMU, the error also gives the command that starts the guest again.
func (m *Machine) lost(err error) error {
	if m.inside != nil {
		return m.lostInside(err)
	}
	if m.host.cmd == nil || !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, syscall.EPIPE) {
		return err
	}
	end := m.reap()
	if m.host.ctx.Err() != nil {
		return m.host.ctx.Err()
	}
	if !m.host.emulated {
		return &Died{ending(end) + m.host.said.line()}
	}
	m.host.scratch = false // the executable stays, because the command needs it
	return fmt.Errorf("QEMU ended by itself, with %s%s (to repeat: %s)", ending(end), m.host.said.line(), m.Command)
}

// Died is the error for a process that ended before its run was over.
type Died struct{ With string }

// Error returns the message, which has one line.
func (d *Died) Error() string { return "the program ended by itself, with " + d.With }

// Done reports whether the run has ended.
func (m *Machine) Done() bool { return m.done }

// Trace returns the observed events.
func (m *Machine) Trace() *trace.Trace { return m.tr }

// Instructions returns the number of executed instructions. This requires a program that
// reports the number, and Options.ICount.
func (m *Machine) Instructions() uint64 { return m.instructions }

// Step serves one request.
func (m *Machine) Step() error {
	if m.done {
		return nil
	}
	err := m.step()
	if err == nil && !m.done {
		return nil
	}
	switch {
	case err == nil && m.host.cmd != nil:
		err = m.finish()
	case err == nil && m.inside != nil:
		err = m.finishInside()
	}
	m.Close()
	if err != nil {
		return fmt.Errorf("%s: %w", m.prog.Name, err)
	}
	return nil
}

func (m *Machine) step() error {
	r, err := m.read()
	if err == nil {
		err = m.serve(r)
	}
	if err != nil {
		return m.lost(err)
	}
	return nil
}
