// Package live runs an x86-64 product as a service: as a Linux process, in QEMU or in our own
// monitor. It attaches the network and disks, and runs until the service ends or a signal
// comes.
//
//	client of the host          this package                        the image
//	udp 127.0.0.1:10007  ──▶  gateway: ARP, UDP, ping  ◀─frames─▶  nic
//	tap0                 ◀──────────── the descriptor, or a relay that records ──▶
//
// For a network device, all machines get the same kind of descriptor: a TAP interface, or
// one end of a socket pair that carries one frame per message. So one forwarder in Go serves
// all machines. It needs neither root nor QEMU's own network. The package does not depend on
// the compiler: an Image is bytes and a description of the image's devices. Start reading at
// Run.
package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sinter-lang/sinter/sim/process"
)

// The machines that a service runs on.
const (
	Native    = "native"
	Unikernel = "unikernel"
	Monitor   = "monitor"
)

// Kind is the kind of a device.
type Kind int

// The kinds of devices.
const (
	Net Kind = iota
	Disk
	Pin
	Serial
	Bus
	Random // a source of random bytes
)

// Device is a device of an image.
type Device struct {
	Name  string
	Kind  Kind
	Home  Home
	Ports []int // UDP ports of the sockets of the device; empty for a device without a stack
}

// Home are the addresses of a network device that has a stack.
type Home struct{ Host, Mask, Gateway uint32 }

// Image is the image of a service.
type Image struct {
	Name    string
	ELF     []byte // with line tables
	Size    int    // bytes without the line tables
	Boot    []byte // for product uefi: the image of a disk that boots it
	Devices []Device
	Words   []string                // start words with the addresses of its devices
	Linked  []string                // readable names of the parts besides the program
	Where   func(rip uint64) string // source position of an address
	Watch   *Watch                  // readable state in the image's memory; nil: the image was built without such state
}

// Options describe how the image runs.
type Options struct {
	Machine  string
	Chipset  process.Chipset // chipset of QEMU
	Accel    string          // accelerator of QEMU: tcg or kvm
	QEMU     string          // path of qemu-system-x86_64
	Memory   int             // memory of a unikernel in MiB; 0: as much as the image needs
	Forwards []Forward
	Taps     []Pair                   // DEVICE=INTERFACE; the device may be empty if there is only one
	Disks    []Pair                   // DEVICE=FILE
	Size     int64                    // size of a disk whose file is missing; 0: a missing file is an error
	Metrics  string                   // address for /metrics, such as 127.0.0.1:9100; empty: none
	Wire     *Wire                    // disturbance of frames on the network; nil: none
	Pcap     string                   // a capture of all frames of the network devices
	Restore  string                   // file with a state from which a guest of the monitor continues; empty: the guest starts
	For      time.Duration            // 0: until the service ends or ctx does
	Snapshot func(state []byte) error // stores the state of a waiting guest of the monitor; nil: nothing is stored
	Stdout   io.Writer
	Ready    func(Started)     // called once, when the service answers
	Trapped  func(text string) // called with the line of a trap that ended the service
	Dropped  func(text string) // called at the end with lines about dropped frames, for a watched image
}

// Product is the name of the product that the machine runs.
func (o Options) Product() string {
	switch {
	case o.Machine == Native:
		return "linux"
	case o.Machine == Monitor:
		return "hvt"
	case o.Chipset == process.Q35:
		return "pvh-pci"
	case o.Chipset == process.Computer:
		return "uefi"
	}
	return "pvh"
}

// Chipset is the chipset that a value of --vmm chooses.
func Chipset(vmm string) process.Chipset {
	switch vmm {
	case "qemu-q35":
		return process.Q35
	case "qemu-uefi":
		return process.Computer
	}
	return process.Microvm
}

// Pair is a flag DEVICE=VALUE.
type Pair struct{ Device, Value string }

// Started is a service that answers.
type Started struct {
	Name, Machine string
	Reach         []string      // how to reach the service, in readable form
	After         time.Duration // from the start of its machine to its first frame
	Answers       bool          // whether the service has answered; unknown for a service without a stack
	Size          int           // bytes of the image
	Memory        int           // KiB that the machine gives the service; 0: as much as the process needs
	Linked        []string
	Metrics       string // address of the metrics; empty: none
}

// String is the line about a service that answers.
func (s Started) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s", s.Name, s.Machine)
	if s.Answers {
		fmt.Fprintf(&b, " answers after %.1f ms", float64(s.After.Microseconds())/1000)
	} else {
		b.WriteString(" has started")
	}
	if len(s.Reach) > 0 {
		fmt.Fprintf(&b, " at %s", strings.Join(s.Reach, ", "))
	}
	fmt.Fprintf(&b, "; image %d bytes", s.Size)
	if s.Memory > 0 {
		fmt.Fprintf(&b, ", memory %d KiB", s.Memory)
	}
	if len(s.Linked) > 0 {
		fmt.Fprintf(&b, "; linked: %s", strings.Join(s.Linked, ", "))
	}
	if s.Metrics != "" {
		fmt.Fprintf(&b, "; metrics at %s", s.Metrics)
	}
	return b.String()
}

// UserError is a user's request that cannot be met.
type UserError struct{ text string }

// Error gives one line.
func (u UserError) Error() string { return u.text }

func wrong(format string, args ...any) error { return UserError{fmt.Sprintf(format, args...)} }

// Crash is the error for an image that an exception or a signal ended.
type Crash struct{ text string }

// Error gives one line.
func (c Crash) Error() string { return c.text }

// service is a running image, with everything that serves it.
type service struct {
	im      *Image
	o       Options
	ends    []*os.File // descriptors for the image, by device; nil for disks
	links   []*link    // our ends of the network devices
	closers []io.Closer
	capture *capture
	dir     string
	began   time.Time
	reach   []string
	memory  int
	heard   chan time.Time
	console *console

	gateways []*gateway
	wires    []*spoiled
	scrape   string // address of the metrics
	beganAt  atomic.Int64
	exits    atomic.Int64 // exits of a guest of the monitor

	seeing sync.Mutex
	see    io.ReaderAt // the memory of the image while it runs
	last   string      // text about the frames that its stacks have dropped
}

// Run runs an image until it ends, and returns its exit code. If ctx ends, the run ends too,
// and counts as a success.
func Run(ctx context.Context, im *Image, o Options) (code int, err error) {
	if err := errors.Join(Check(im, o), checkMemory(im, o)); err != nil {
		return 0, err
	}
	s := &service{im: im, o: o, heard: make(chan time.Time, 1), console: &console{to: o.Stdout}}
	s.o.Stdout = s.console
	defer s.close()
	if s.dir, err = os.MkdirTemp("", "sinter-live-"); err != nil {
		return 0, err
	}
	if err := s.attach(); err != nil {
		return 0, err
	}
	if o.Metrics != "" {
		if err := s.serveMetrics(); err != nil {
			return 0, err
		}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if o.For > 0 {
		var done context.CancelFunc
		ctx, done = context.WithTimeout(ctx, o.For)
		defer done()
	}
	go s.announce(ctx, s.asks()) // asks is called now: later a child process takes s.ends over
	s.began = time.Now()
	s.beganAt.Store(s.began.UnixNano())
	code, err = s.machine()(ctx)
	if o.Trapped != nil && code == trapped {
		o.Trapped(s.console.lastWords())
	}
	if o.Dropped != nil && s.last != "" {
		o.Dropped(s.last)
	}
	if ctx.Err() != nil && !errors.As(err, new(Crash)) {
		return 0, nil
	}
	return code, err
}

func (s *service) machine() func(context.Context) (int, error) {
	switch s.o.Machine {
	case Unikernel:
		return s.unikernel
	case Monitor:
		return s.monitor
	}
	return s.native
}

// settle is the time after which a service without a stack counts as started.
const settle = 200 * time.Millisecond

// announce reports that the service answers. With a stack, it answers when its first frame
// arrives. That frame answers our request for its MAC address.
func (s *service) announce(ctx context.Context, asks bool) {
	st := Started{Name: s.im.Name, Machine: s.o.Machine, Reach: s.reach, Size: s.im.Size, Linked: s.im.Linked, Metrics: s.scrape}
	var later <-chan time.Time
	if !asks {
		later = time.After(settle)
	}
	select {
	case <-ctx.Done():
		return
	case at := <-s.heard:
		st.Answers, st.After = true, at.Sub(s.began)
	case <-later:
	}
	if st.Memory = s.memory; s.o.Ready != nil {
		s.o.Ready(st)
	}
}

// asks reports whether one of our gateways asks for the image's MAC address.
func (s *service) asks() bool {
	for i, d := range s.im.Devices {
		if s.ends[i] != nil && len(d.Ports) > 0 && s.tapOf(i) == "" {
			return true
		}
	}
	return false
}

// close releases the resources of the service.
func (s *service) close() {
	for _, l := range s.links {
		l.close()
	}
	for _, f := range s.ends {
		if f != nil {
			f.Close()
		}
	}
	for _, c := range s.closers {
		c.Close()
	}
	if s.capture != nil {
		s.capture.close()
	}
	if s.dir != "" {
		os.RemoveAll(s.dir)
	}
}
