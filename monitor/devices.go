package monitor

import (
	"context"
	"crypto/rand"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// The access rights that a call may ask for in guest memory.
const (
	canRead  = elf.PF_R
	canWrite = elf.PF_R | elf.PF_W
)

// SectorSize is the unit of a disk, in bytes.
const SectorSize = 512

// device is a device of the image, with the Net or Block that serves it.
type device struct {
	Port
	net   Net
	block Block
	in    ring // frames to the guest
	out   ring // frames from the guest
	room  []byte
	// Dropped counts frames that found the guest's ring full.
	Dropped int
}

// attach connects each device of the image to its counterpart in conf.
func (m *monitor) attach(im *Image) error {
	for _, p := range im.Ports {
		d := &device{Port: p}
		switch {
		case p.Kind == "net":
			d.net = m.conf.Nets[p.Name]
			if d.net == nil && m.conf.Script == nil {
				return fmt.Errorf("the program asks for the network device `%s`, which it was not given", p.Name)
			}
		case p.Kind == "pin":
			if m.conf.Script == nil {
				return fmt.Errorf("the program asks for the pin `%s`; a guest of the monitor has no pins without a harness", p.Name)
			}
		case p.Kind == "serial":
			if m.conf.Script == nil {
				return fmt.Errorf("the program asks for the serial line `%s`; a guest of the monitor has none without a harness", p.Name)
			}
		case p.Kind == "transfers":
			if m.conf.Script == nil {
				return fmt.Errorf("the program asks for the bus `%s`; a guest of the monitor has none without a harness", p.Name)
			}
		case p.Kind == "random": // the host's random bytes
		default:
			if d.block = m.conf.Blocks[p.Name]; d.block == nil {
				return fmt.Errorf("the program asks for the disk `%s`, which it was not given", p.Name)
			}
		}
		m.ports = append(m.ports, d)
	}
	return nil
}

// ring is a queue of frames in guest memory. It holds two counters, the number of frames put
// and the number of frames taken, and then slots. A slot is a length and bytes. The monitor
// writes one counter and only reads the other one. The guest writes the counter that the
// monitor reads. `own` is the monitor's private copy of the counter that the monitor writes.
// The guest cannot change this copy.
type ring struct {
	mem         []byte
	slots, size uint32
	own         uint32
}

// findRings finds the rings of device i of an image.
func (d *device) findRings(g *guest, i int) {
	if d.Kind != "net" {
		return
	}
	r := g.im.rings
	for k, to := range []*ring{&d.in, &d.out} {
		mem, _ := g.bytes(r.at+uint64(2*i+k)*r.bytes(), r.bytes(), canWrite)
		*to = ring{mem: mem, slots: r.slots, size: r.size}
	}
	d.room = make([]byte, r.size)
}

func (r *ring) counter(k int) *uint32 { return (*uint32)(unsafe.Pointer(&r.mem[4*k])) }

// put appends a frame to the ring. put returns false when there is no room, or when the guest
// claims to have taken frames that were never put.
func (r *ring) put(n uint32, frame []byte) bool {
	taken := atomic.LoadUint32(r.counter(1))
	if r.own-taken >= r.slots {
		return false
	}
	slot := r.slot(r.own)
	binary.LittleEndian.PutUint32(slot, n)
	copy(slot[4:], frame)
	r.own++
	atomic.StoreUint32(r.counter(0), r.own)
	return true
}

func (r *ring) slot(k uint32) []byte {
	at := 8 + uint64(k&(r.slots-1))*uint64(4+r.size)
	return r.mem[at : at+4+uint64(r.size)]
}

// take copies the next frame of the ring into buf. The result is nil when the ring has no frame.
func (r *ring) take(buf []byte) ([]byte, error) {
	put := atomic.LoadUint32(r.counter(0))
	if put == r.own {
		return nil, nil
	}
	if put-r.own > r.slots {
		return nil, refuse("says that %d frames are in a ring of %d", put-r.own, r.slots)
	}
	slot := r.slot(r.own)
	n := binary.LittleEndian.Uint32(slot)
	if n > r.size {
		return nil, refuse("sends a frame of %d bytes, at most %d", n, r.size)
	}
	frame := buf[:copy(buf[:n], slot[4:])]
	r.own++
	atomic.StoreUint32(r.counter(1), r.own)
	return frame, nil
}

// waiting reports whether there are frames that the guest has not taken.
func (r *ring) waiting() bool { return r.own != atomic.LoadUint32(r.counter(1)) }

// drain forwards the frames that the guest has sent.
func (m *monitor) drain() error {
	for _, d := range m.ports {
		if d.net == nil {
			continue
		}
		for {
			frame, err := d.out.take(d.room)
			if err != nil {
				return err
			}
			if frame == nil {
				break
			}
			if err := d.net.Send(frame); err != nil {
				return fmt.Errorf("device %s: %w", d.Name, err)
			}
		}
	}
	return nil
}

// fill puts arrived frames into the rings, as far as there is room. The result is a mask of the
// devices that have frames for the guest.
func (m *monitor) fill() (ready uint64, err error) {
	for i, d := range m.ports {
		if d.net == nil {
			continue
		}
		for d.in.own-atomic.LoadUint32(d.in.counter(1)) < d.in.slots {
			n, err := d.net.Receive(d.room)
			if err != nil {
				return 0, fmt.Errorf("device %s: %w", d.Name, err)
			}
			if n == 0 {
				break
			}
			d.in.put(uint32(n), d.room[:min(n, len(d.room))])
		}
		if d.in.waiting() {
			ready |= 1 << i
		}
	}
	return ready, nil
}

func (m *monitor) poll() (uint64, error) {
	if err := m.drain(); err != nil {
		return 0, err
	}
	return m.fill()
}

// never is the deadline that never comes. timer is the bit for the deadline, in the mask and in
// the result of a wait.
const (
	never = 1<<64 - 1
	timer = 1 << 31
)

// wait sleeps until a device of the mask has a frame, or until the deadline.
func (m *monitor) wait(ctx context.Context, mask uint32, due uint64) (uint64, error) {
	for {
		ready, err := m.poll()
		if err != nil {
			return 0, err
		}
		if mask&timer != 0 && m.now() >= due {
			ready |= timer
		}
		if ready&uint64(mask) != 0 {
			return ready, nil
		}
		over := m.kick.Load()
		if err := m.save(over); err != nil {
			return 0, err
		}
		if over {
			return 0, ctx.Err()
		}
		if err := m.sleep(mask, due); err != nil {
			return 0, err
		}
	}
}

// pollFD is struct pollfd.
type pollFD struct {
	fd              int32
	events, revents int16
}

// sleep waits for a descriptor of a device in the mask, the end of the run, or the deadline.
func (m *monitor) sleep(mask uint32, due uint64) error {
	fds := []pollFD{{fd: int32(m.wake[0]), events: 1}}
	for i, d := range m.ports {
		if d.net != nil && mask>>i&1 != 0 {
			fds = append(fds, pollFD{fd: int32(d.net.FD()), events: 1})
		}
	}
	var limit *syscall.Timespec
	if mask&timer != 0 && due != never {
		left := min(due-min(due, m.now()), uint64(24*time.Hour/time.Microsecond))
		t := syscall.NsecToTimespec(int64(left) * 1000)
		limit = &t
	}
	_, _, e := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&fds[0])), uintptr(len(fds)), uintptr(unsafe.Pointer(limit)), 0, 0, 0)
	if e != 0 && !errors.Is(e, syscall.EINTR) {
		return fmt.Errorf("waiting for devices: %w", e)
	}
	return nil
}

// The operations of a disk, and their statuses.
const (
	diskRead  = 1
	diskWrite = 2
	diskFlush = 3

	diskOK      = 0
	diskPastEnd = 1
	diskError   = 2
)

// disk serves an operation on a sector.
func (m *monitor) disk(c call3) (uint64, error) {
	if uint64(c.device) >= uint64(len(m.ports)) || m.ports[c.device].block == nil {
		return 0, refuse("asked device %d, which is not one of its disks", c.device)
	}
	d := m.ports[c.device].block
	if c.a == diskFlush {
		return diskStatus(d.Sync()), nil
	}
	flags := elf.ProgFlag(canRead)
	if c.a == diskRead {
		flags = canWrite
	}
	b, ok := m.guest.bytes(c.c, SectorSize, flags)
	if !ok || c.a != diskRead && c.a != diskWrite {
		return 0, refuse("asked a disk for operation %d at %#x, which it may not", c.a, c.c)
	}
	if c.b >= d.Sectors() {
		return diskPastEnd, nil
	}
	at := int64(c.b) * SectorSize
	if c.a == diskRead {
		_, err := d.ReadAt(b, at)
		return diskStatus(err), nil
	}
	_, err := d.WriteAt(b, at)
	return diskStatus(err), nil
}

// mostRandom is the largest number of random bytes that a call can request.
const mostRandom = 512

// random fills memory of the guest with random bytes from the host.
func (m *monitor) random(c call3) error {
	if uint64(c.device) >= uint64(len(m.ports)) || m.ports[c.device].Kind != "random" {
		return refuse("asked device %d for random bytes, which is not one of its sources", c.device)
	}
	b, ok := m.guest.bytes(c.a, c.b, canWrite)
	if !ok || c.b > mostRandom {
		return refuse("asked for %d random bytes at %#x, which it may not", c.b, c.a)
	}
	_, err := rand.Read(b)
	return err
}

func diskStatus(err error) uint64 {
	if err != nil {
		return diskError
	}
	return diskOK
}
