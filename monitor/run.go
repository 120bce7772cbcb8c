package monitor

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Net is the other end of a network device.
type Net interface {
	// Receive puts the next frame into buf and returns the length of the frame, or 0 when there
	// is no frame. The result is the full length even for a frame that is longer than buf.
	Receive(buf []byte) (int, error)
	// Send takes a frame.
	Send(frame []byte) error
	// FD returns a descriptor that becomes readable when a frame has arrived.
	FD() int
}

// Block is a disk.
type Block interface {
	io.ReaderAt
	io.WriterAt
	Sync() error
	// Sectors is the size of the disk.
	Sectors() uint64
}

// Config is the guest's environment: its devices, console and settings.
type Config struct {
	Console io.Writer // the output of the guest
	Script  io.Reader // not nil: a harness drives the run and replies here
	Nets    map[string]Net
	Blocks  map[string]Block
	Words   []string      // start words, such as sn.nic.host=10.0.0.2/24
	Exits   *atomic.Int64 // counts exits of the guest while it runs; may be nil
	// Watch receives a reader that reads the guest's memory by virtual address. Before that
	// memory is released, Watch is called with nil. Watch may be nil.
	Watch func(memory io.ReaderAt)
	// Save receives the guest's state before the guest sleeps for the first time, and again at
	// the end of the run if the guest then sleeps. Save may be nil.
	Save func(state []byte) error
	// State is a saved state from which the guest continues. Without a saved state (nil), the
	// guest starts at the entry of the image.
	State []byte
}

// Crash is an exception of the guest, or an invalid request.
type Crash struct {
	Address uint64 // of the instruction
	Fault   uint64 // the last unmapped address that was accessed; 0: none
	Why     string
}

// Error describes where the crash was.
func (c *Crash) Error() string {
	if c.Fault != 0 {
		return fmt.Sprintf("%s at %#x, address %#x", c.Why, c.Address, c.Fault)
	}
	return fmt.Sprintf("%s at %#x", c.Why, c.Address)
}

// Result describes how a run ended.
type Result struct {
	Code  int // exit code that the program gave
	Exits int // of the vCPU
}

// monitor is a running guest.
type monitor struct {
	vm    *vm
	guest *guest
	conf  Config
	ports []*device
	began time.Time
	exits int
	kick  atomic.Bool // the run must end
	wake  [2]int      // a pipe that ends a wait
	code  int
	done  bool
	saved bool
}

// Run runs an image until the image ends or crashes, or ctx ends. If conf lacks a device of
// the image, Run fails before the guest starts.
func Run(ctx context.Context, im *Image, conf Config) (Result, error) {
	m := &monitor{conf: conf, wake: [2]int{-1, -1}}
	defer m.close()
	if err := m.setUp(im); err != nil {
		return Result{}, err
	}
	runtime.LockOSThread() // only the thread that made the vCPU may run it
	defer runtime.UnlockOSThread()
	defer m.stopWith(ctx)()
	err := m.loop(ctx)
	return Result{Code: m.code, Exits: m.exits}, err
}

func (m *monitor) setUp(im *Image) (err error) {
	if err := m.attach(im); err != nil {
		return err
	}
	if m.guest, err = newGuest(im); err != nil {
		return err
	}
	if m.vm, err = newVM(); err != nil {
		return err
	}
	if err := m.vm.give(0, 0, m.guest.ram); err != nil {
		return err
	}
	if m.conf.Watch != nil {
		m.conf.Watch(m.guest)
	}
	for i, d := range m.ports {
		d.findRings(m.guest, i)
	}
	if err := m.giveWords(im.words); err != nil {
		return err
	}
	if err := syscall.Pipe2(m.wake[:], syscall.O_CLOEXEC|syscall.O_NONBLOCK); err != nil {
		return fmt.Errorf("a pipe: %w", err)
	}
	scripted := uint64(0)
	if m.conf.Script != nil {
		scripted = 1
	}
	m.began = time.Now()
	if err := m.vm.start(m.guest, [2]uint64{scripted, m.scale()}); err != nil || m.conf.State == nil {
		return err
	}
	return m.restore(m.conf.State)
}

// giveWords puts the start words where the program looks for them.
func (m *monitor) giveWords(to words) error {
	text := strings.Join(m.conf.Words, " ")
	if text == "" {
		return nil
	}
	if len(text) >= int(to.room) {
		return fmt.Errorf("the words of the start have %d bytes, and the program takes %d", len(text), max(0, int(to.room)-1))
	}
	b, ok := m.guest.bytes(to.at, uint64(to.room), canWrite)
	if !ok {
		return fmt.Errorf("the room for words at %#x is not the program's own", to.at)
	}
	copy(b, text)
	return nil
}

// scale is the factor that converts ticks of the time-stamp counter to microseconds: ticks *
// scale / 2^64. If the host does not report the rate, scale is 0, and the guest asks the
// monitor for the time.
func (m *monitor) scale() uint64 {
	khz := m.vm.tscKHz()
	if khz <= 1000 {
		return 0
	}
	// 2^64 * 1000 / kHz, rounded down.
	return uint64((1<<63)/uint64(khz)) * 2000
}

// stopWith ends the run when ctx ends. For this, it forces the vCPU out of the guest, or the
// monitor out of a wait. The returned function stops the observation of ctx.
func (m *monitor) stopWith(ctx context.Context) func() {
	thread, over := syscall.Gettid(), make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-over:
			return
		case <-ctx.Done():
		}
		m.kick.Store(true)
		syscall.Write(m.wake[1], []byte{0}) //nolint:errcheck // a full pipe wakes as well
		for {
			m.vm.run[immediateExit] = 1
			// The Go runtime ignores this signal when it did not send it.
			syscall.Tgkill(syscall.Getpid(), thread, syscall.SIGURG) //nolint:errcheck // it may have ended
			select {
			case <-over:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() {
		close(over)
		<-ended
	}
}

// immediateExit is the byte of the run area that makes KVM_RUN return at once.
const immediateExit = 1

// loop enters the guest and serves its calls.
func (m *monitor) loop(ctx context.Context) error {
	for !m.done {
		why, err := m.vm.enter(&m.kick)
		if m.kick.Load() {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
		m.exits++
		if m.conf.Exits != nil {
			m.conf.Exits.Add(1)
		}
		switch why {
		case exitIO:
			err = m.call(ctx)
		case exitShutdown:
			err = m.crash("the program made an exception")
		case exitHLT:
			err = m.crash("the program stopped the processor")
		case exitMMIO:
			err = m.crash("the program left its memory")
		default:
			err = m.crash(fmt.Sprintf("the virtual machine stopped for reason %d", why))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// crash makes an error that contains the guest's program counter.
func (m *monitor) crash(why string) error {
	c := &Crash{Why: why}
	if r, err := m.vm.getRegs(); err == nil {
		c.Address = r.RIP
	}
	if s, err := m.vm.getSregs(); err == nil {
		c.Fault = s.CR2
	}
	return c
}

// The calls of the guest.
const (
	callExit   = 1 // a: code
	callWrite  = 2 // a: address, b: bytes
	callRead   = 3 // a: address, b: bytes; from the harness
	callWait   = 4 // a: mask, b: deadline in us or all ones; gives the ready mask
	callNow    = 5 // gives us
	callDisk   = 6 // device; a: operation, b: sector, c: address; gives a status
	callPoll   = 7 // fills and drains the rings; gives the ready mask
	callRandom = 8 // device; a: address, b: bytes
	callPort   = 0xe0
	blockBytes = 40
)

// call serves one call. The guest has written the address of its block to the port.
func (m *monitor) call(ctx context.Context) error {
	a := m.vm.area
	if a.Port != callPort || a.Direction != 1 || a.Size != 4 || a.Count != 1 {
		return m.crash(fmt.Sprintf("the program used port %#x", a.Port))
	}
	at := uint64(binary.LittleEndian.Uint32(m.vm.run[a.Data:]))
	b, ok := m.guest.bytes(at, blockBytes, canWrite)
	if !ok {
		return m.crash(fmt.Sprintf("the program made a call with a block at %#x, which is not in its data", at))
	}
	u := binary.LittleEndian
	c := call3{op: u.Uint32(b), device: u.Uint32(b[4:]), a: u.Uint64(b[8:]), b: u.Uint64(b[16:]), c: u.Uint64(b[24:])}
	result, err := m.serve(ctx, c)
	var wrong *refused
	if errors.As(err, &wrong) {
		return m.crash("the program " + wrong.why)
	}
	u.PutUint64(b[32:], result)
	return err
}

// call3 is a call: the operation, the device, and three arguments.
type call3 struct {
	op, device uint32
	a, b, c    uint64
}

// refused is a call that no image made by Sinter makes.
type refused struct{ why string }

func (r *refused) Error() string { return r.why }

func refuse(format string, args ...any) error { return &refused{fmt.Sprintf(format, args...)} }

func (m *monitor) serve(ctx context.Context, c call3) (uint64, error) {
	switch c.op {
	case callExit:
		m.done, m.code = true, int(uint8(c.a))
		return 0, m.drain()
	case callWrite:
		return 0, m.write(c.a, c.b)
	case callRead:
		return 0, m.readScript(c.a, c.b)
	case callWait:
		return m.wait(ctx, uint32(c.a), c.b)
	case callNow:
		return m.now(), nil
	case callDisk:
		return m.disk(c)
	case callPoll:
		return m.poll()
	case callRandom:
		return 0, m.random(c)
	}
	return 0, refuse("made call %d, which does not exist", c.op)
}

// now is the time since the start in us.
func (m *monitor) now() uint64 { return uint64(time.Since(m.began).Microseconds()) }

func (m *monitor) write(at, n uint64) error {
	b, ok := m.guest.bytes(at, n, canRead)
	if !ok {
		return refuse("wrote %d bytes at %#x, which are not all its own", n, at)
	}
	_, err := m.conf.Console.Write(b)
	return err
}

func (m *monitor) readScript(at, n uint64) error {
	b, ok := m.guest.bytes(at, n, canWrite)
	if !ok || m.conf.Script == nil {
		return refuse("read %d bytes to %#x, which it may not", n, at)
	}
	_, err := io.ReadFull(m.conf.Script, b)
	return err
}

func (m *monitor) close() {
	if m.vm != nil {
		m.vm.close()
	}
	if m.guest != nil {
		if m.conf.Watch != nil {
			m.conf.Watch(nil)
		}
		m.guest.close()
	}
	for _, fd := range m.wake {
		if fd >= 0 {
			syscall.Close(fd)
		}
	}
}
