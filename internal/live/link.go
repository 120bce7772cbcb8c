package live

import (
	"encoding/binary"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// maxFrame is the longest frame on a link.
const maxFrame = 1 << 16

// link is our end of a network device. Each read and each write is one frame.
type link struct {
	f       *os.File
	capture *capture // nil: not recorded
	device  string   // device at the other end; empty: the outer end of a relay
	in, out count    // frames to the image and from it
	dropped atomic.Int64
	long    atomic.Int64 // datagrams that are too long for a frame
}

// send sends a frame to the other end. If there is no room, the frame is lost, as on a wire.
func (l *link) send(frame []byte) {
	conn, err := l.f.SyscallConn()
	if err != nil {
		return
	}
	done := false
	err = conn.Write(func(fd uintptr) bool {
		n, e := syscall.Write(int(fd), frame)
		done = e == nil && n == len(frame)
		return true // never waits
	})
	if err != nil || !done {
		l.dropped.Add(1)
		return
	}
	l.in.add(len(frame))
	l.capture.record(frame)
}

// receive waits for a frame.
func (l *link) receive(buf []byte) (int, error) {
	for {
		n, err := l.f.Read(buf)
		if err == nil && n > 0 {
			l.out.add(n)
			l.capture.record(buf[:n])
		}
		if !errors.Is(err, syscall.ECONNREFUSED) {
			return n, err
		}
		time.Sleep(time.Millisecond) // the other end of the datagram socket does not exist yet
	}
}

func (l *link) close() { l.f.Close() }

// relay carries frames in one direction until an end is closed.
func relay(from, to *link) {
	buf := make([]byte, maxFrame)
	for {
		n, err := from.receive(buf)
		if err != nil {
			return
		}
		to.send(buf[:n])
	}
}

// capture is a file of frames (pcap, link type Ethernet, microseconds).
type capture struct {
	mu sync.Mutex
	f  *os.File
}

// newCapture begins a file.
func newCapture(path string) (*capture, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, wrong("--pcap: cannot write %s: %s", path, reason(err))
	}
	head := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	head = binary.LittleEndian.AppendUint16(head, 2)
	head = binary.LittleEndian.AppendUint16(head, 4)
	for _, v := range []uint32{0, 0, maxFrame, 1} {
		head = binary.LittleEndian.AppendUint32(head, v)
	}
	if _, err := f.Write(head); err != nil {
		f.Close()
		return nil, wrong("--pcap: cannot write %s: %s", path, reason(err))
	}
	return &capture{f: f}, nil
}

// record adds a frame. If a write fails, the capture stays incomplete.
func (c *capture) record(frame []byte) {
	if c == nil {
		return
	}
	now := time.Now()
	var b []byte
	for _, v := range []uint32{uint32(now.Unix()), uint32(now.Nanosecond() / 1000), uint32(len(frame)), uint32(len(frame))} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.f.Write(append(b, frame...)) //nolint:errcheck // see above
}

func (c *capture) close() { c.f.Close() }
