// Package process runs an executable as a Machine: a Linux process, or a
// unikernel in QEMU. It knows no compiler; it speaks the protocol of the
// products, in which the guest asks for everything that comes from outside:
//
//	guest                            harness (this package)
//	'W' mask                         lets the world act until a device of mask is ready
//	'T' device capacity              gives the frame that waits longest
//	'L' task site "2 frames seen"    notes the event
//
// So the canonical world of sim/world serves a real processor as it serves our
// simulators. Log events carry their rendered text only: a process renders them
// itself. A unikernel speaks over its serial line, and frames go over virtio
// (see qemu.go). A guest that falls silent for Options.Timeout is a fault, never an end.
package process

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// Program is what the harness must know of the executable.
type Program struct {
	Name    string
	ELF     []byte
	Tasks   []string
	Devices []string
	Owners  []int // task of each device
	Marks   []string
	Traps   []string                // code by site
	Where   func(rip uint64) string // place of an address, for crashes; may be nil
}

// Options are the choices of a run.
type Options struct {
	Timeout time.Duration // silence that is a fault; 0: 30 s
	ICount  bool          // QEMU counts instructions exactly
	QEMU    string        // path of qemu-system-x86_64
}

// limits of what a guest may say in one request.
const (
	maxText  = 1 << 20
	maxFrame = 1 << 16
)

// Machine is a guest and its world.
type Machine struct {
	prog  Program
	opts  Options
	world *world.World
	cmd   *exec.Cmd
	dir   string
	in    io.WriteCloser // to the guest
	out   *deadlineReader
	wire  wire // frames over a network; nil when they go over the line
	text  []byte
	tr    *trace.Trace
	done  bool
	// Command repeats the run by hand.
	Command string
}

// wire carries frames of a unikernel.
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
	path := filepath.Join(m.dir, "prog")
	if err := os.WriteFile(path, p.ELF, 0o755); err != nil {
		m.Close()
		return nil, err
	}
	return m, m.start(exec.CommandContext(ctx, path, "--script"))
}

func prepare(p Program, w *world.World, o Options) (*Machine, error) {
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	dir, err := os.MkdirTemp("", "sinter-run-")
	if err != nil {
		return nil, err
	}
	return &Machine{prog: p, opts: o, world: w, dir: dir, tr: &trace.Trace{Program: p.Name}}, nil
}

// start runs the command with the line to the guest on its standard streams.
func (m *Machine) start(cmd *exec.Cmd) error {
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd.Stdout = w
	m.cmd, m.in, m.out = cmd, in, &deadlineReader{r, m.opts.Timeout}
	m.Command = cmd.String()
	err = cmd.Start()
	w.Close()
	if err != nil {
		m.Close()
	}
	return err
}

// deadlineReader fails when nothing arrives for a while.
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
		return n, fmt.Errorf("the program said nothing for %v", r.timeout)
	}
	return n, err
}

// Close ends the guest and removes its files.
func (m *Machine) Close() {
	if m.in != nil {
		m.in.Close()
	}
	if m.out != nil {
		m.out.f.Close()
	}
	if m.cmd != nil && m.cmd.Process != nil {
		m.cmd.Process.Kill()
		m.cmd.Wait() //nolint:errcheck // killed on purpose
	}
	if m.wire != nil {
		m.wire.close()
	}
	os.RemoveAll(m.dir)
}

// Done reports that the run has ended.
func (m *Machine) Done() bool { return m.done }

// Trace returns what was observed.
func (m *Machine) Trace() *trace.Trace { return m.tr }

// request is what a guest says.
type request struct {
	kind byte
	a, b uint32
	data []byte
}

func (m *Machine) read() (request, error) {
	var h [16]byte
	if _, err := io.ReadFull(m.out, h[:1]); err != nil {
		return request{}, err
	}
	if h[0] == '\n' {
		return request{}, m.crash()
	}
	if _, err := io.ReadFull(m.out, h[1:]); err != nil {
		return request{}, err
	}
	r := request{kind: h[0], a: binary.LittleEndian.Uint32(h[4:]), b: binary.LittleEndian.Uint32(h[8:])}
	n := binary.LittleEndian.Uint32(h[12:])
	if h[1]|h[2]|h[3] != 0 || n > maxText {
		return r, fmt.Errorf("the program said % x, which is no request", h)
	}
	r.data = make([]byte, n)
	_, err := io.ReadFull(m.out, r.data)
	return r, err
}

// crash reads the line of a processor exception.
func (m *Machine) crash() error {
	line := make([]byte, 0, 96)
	var c [1]byte
	for len(line) < 96 {
		if _, err := io.ReadFull(m.out, c[:]); err != nil || c[0] == '\n' {
			break
		}
		line = append(line, c[0])
	}
	var vector, code, rip, addr uint64
	if _, err := fmt.Sscanf(string(line), "CRASH %x %x %x %x", &vector, &code, &rip, &addr); err != nil {
		return fmt.Errorf("the program said %q, which is no request", line)
	}
	return &Crash{Vector: vector, Code: code, RIP: rip, Addr: addr, Where: m.where(rip)}
}

func (m *Machine) where(rip uint64) string {
	if m.prog.Where == nil {
		return "-"
	}
	return m.prog.Where(rip)
}

// Crash is a processor exception in a unikernel.
type Crash struct {
	Vector, Code, RIP, Addr uint64
	Where                   string // file:line
}

// Error says what happened and where.
func (c *Crash) Error() string {
	return fmt.Sprintf("processor exception %d (code %#x, address %#x) at %s, rip %#x", c.Vector, c.Code, c.Addr, c.Where, c.RIP)
}

// Step serves one request.
func (m *Machine) Step() error {
	r, err := m.read()
	if err != nil {
		m.Close()
		return fmt.Errorf("%s: %w", m.prog.Name, err)
	}
	if err := m.serve(r); err != nil {
		m.Close()
		return fmt.Errorf("%s: %w", m.prog.Name, err)
	}
	if m.done {
		m.Close()
	}
	return nil
}

func (m *Machine) serve(r request) error {
	switch r.kind {
	case 'P':
		m.text = append(m.text, r.data...)
		return nil
	case 'L':
		return m.log(r)
	case 'M':
		return m.mark(r.a)
	case 'X':
		return m.trap(r)
	case 'H':
		m.end(trace.Ended)
		return nil
	case 'Q':
		return m.reply(m.ready())
	case 'W':
		return m.wait(r.a)
	case 'T':
		return m.take(int(r.a), int(r.b))
	case 'S':
		return m.sent(int(r.a), r.data)
	case 'N':
		return m.sentOverWire(int(r.a), int(r.b))
	case 'C':
		now := m.world.Now()
		return m.reply(uint32(now), uint32(now>>32))
	}
	return fmt.Errorf("the program asked %q, which is no request", r.kind)
}

func (m *Machine) reply(words ...uint32) error {
	var b []byte
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	_, err := m.in.Write(b)
	return err
}

func (m *Machine) end(s trace.Status) {
	m.tr.Status = s
	m.done = true
}

func (m *Machine) task(i uint32) (string, error) {
	if int(i) >= len(m.prog.Tasks) {
		return "", fmt.Errorf("the program named task %d of %d", i, len(m.prog.Tasks))
	}
	return m.prog.Tasks[i], nil
}
