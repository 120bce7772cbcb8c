package live

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Wire simulates a bad wire between a network device and its network. In each direction, given
// percentages of the frames are lost, doubled, swapped with the next frame, or changed in one
// byte. The seed determines which frames are disturbed.
type Wire struct {
	Lose, Duplicate, Reorder, Corrupt float64 // percentages
	Seed                              uint64
}

// ParseWire reads loss=5,duplicate=1,reorder=2.5,corrupt=1,seed=7. Omitted values are 0.
func ParseWire(s string) (*Wire, error) {
	w := &Wire{}
	parts := map[string]*float64{"loss": &w.Lose, "duplicate": &w.Duplicate, "reorder": &w.Reorder, "corrupt": &w.Corrupt}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(s, ",") {
		name, value, _ := strings.Cut(part, "=")
		if seen[name] {
			return nil, wrong("--wire %s: %s is given twice", s, name)
		}
		seen[name] = true
		if name == "seed" {
			n, err := strconv.ParseUint(value, 10, 64)
			if err != nil {
				return nil, wrong("--wire %s: seed=%s: expected a number", s, value)
			}
			w.Seed = n
			continue
		}
		if parts[name] == nil {
			return nil, wrong("--wire %s: expected parts of loss=5,duplicate=1,reorder=2,corrupt=1,seed=7, found %q", s, part)
		}
		p, err := strconv.ParseFloat(value, 64)
		if err != nil || !(p >= 0 && p <= 100) {
			return nil, wrong("--wire %s: %s=%s: expected how many of a hundred frames, 0 to 100", s, name, value)
		}
		*parts[name] = p
	}
	return w, nil
}

// direction is one direction of a bad wire, with the counts of its faults.
type direction struct {
	wire *Wire
	rng  *rand.Rand
	held []byte // a frame that waits until the next one has left

	lost, doubled, swapped, corrupted atomic.Int64
}

// newDirection returns a direction with a separate random sequence. The number `way` is
// different for each direction of each device.
func (w *Wire) newDirection(way uint64) *direction {
	return &direction{wire: w, rng: rand.New(rand.NewPCG(w.Seed, way))}
}

// one returns true with a given probability in per cent. Each call draws a random number,
// even if the probability is 0. So the rate of one kind of fault does not change which
// frames have another kind.
func (d *direction) one(of float64) bool { return d.rng.Float64()*100 < of }

// pass returns, in order, the frames that leave the wire when a frame enters.
func (d *direction) pass(frame []byte) (out [][]byte) {
	lose, double, swap, corrupt := d.one(d.wire.Lose), d.one(d.wire.Duplicate), d.one(d.wire.Reorder), d.one(d.wire.Corrupt)
	at, with := d.rng.Uint32(), byte(1+d.rng.IntN(255))
	if lose {
		d.lost.Add(1)
		return nil
	}
	frame = append([]byte(nil), frame...)
	if corrupt && summed(frame) {
		frame[14+int(at)%(len(frame)-14)] ^= with
		d.corrupted.Add(1)
		if double && (!swap || d.held != nil) {
			d.corrupted.Add(1) // both copies of the frame leave the wire
		}
	}
	if swap && d.held == nil {
		d.held = frame
		d.swapped.Add(1)
		return nil
	}
	out = append(out, frame)
	if double {
		d.doubled.Add(1)
		out = append(out, frame)
	}
	return append(out, d.flush()...)
}

// flush returns the held frame, if there is one.
func (d *direction) flush() [][]byte {
	if d.held == nil {
		return nil
	}
	f := d.held
	d.held = nil
	return [][]byte{f}
}

// summed reports whether the receiver can detect damage in a frame. An IPv4 packet has
// checksums. An ARP packet has none: on a real wire, the checksum of the Ethernet frame
// protects it.
func summed(frame []byte) bool { return len(frame) > 34 && frame[12] == 8 && frame[13] == 0 }

// holdTime is the longest time for which a frame waits until the next one has left.
const holdTime = 20 * time.Millisecond

// spoil puts a simulated bad wire between our end of a device and its user, and returns the new
// end. If one of the two ends is closed, the wire forwards no more frames.
func (s *service) spoil(ours *os.File, device string) (*os.File, error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("a socket pair for a bad wire: %w", err)
	}
	outer, left := &link{f: os.NewFile(uintptr(fds[0]), "wire")}, os.NewFile(uintptr(fds[1]), "end of the wire")
	inner := &link{f: ours}
	s.links = append(s.links, inner, outer)
	w := &spoiled{device: device, in: s.o.Wire.newDirection(2 * uint64(len(s.wires))), out: s.o.Wire.newDirection(2*uint64(len(s.wires)) + 1)}
	s.wires = append(s.wires, w)
	go w.in.carry(outer, inner)
	go w.out.carry(inner, outer)
	return left, nil
}

// spoiled is a bad wire of a device.
type spoiled struct {
	device  string
	in, out *direction
}

// carry forwards frames in one direction until an end is closed.
func (d *direction) carry(from, to *link) {
	buf := make([]byte, maxFrame)
	for {
		if d.held != nil {
			from.f.SetReadDeadline(time.Now().Add(holdTime)) //nolint:errcheck // the socket is open, so this does not fail
		}
		n, err := from.receive(buf)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			from.f.SetReadDeadline(time.Time{}) //nolint:errcheck // see above
			for _, f := range d.flush() {
				to.send(f)
			}
			continue
		case err != nil:
			return
		}
		for _, f := range d.pass(buf[:n]) {
			to.send(f)
		}
	}
}

// count adds the counters of a wire.
func (w *spoiled) count(f *family) {
	for _, d := range []struct {
		name string
		of   *direction
	}{{"in", w.in}, {"out", w.out}} {
		for _, k := range []struct {
			name string
			n    *atomic.Int64
		}{{"loss", &d.of.lost}, {"duplicate", &d.of.doubled}, {"reorder", &d.of.swapped}, {"corrupt", &d.of.corrupted}} {
			f.add(k.n.Load(), "device", w.device, "direction", d.name, "fault", k.name)
		}
	}
}
