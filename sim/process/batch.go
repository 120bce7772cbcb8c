package process

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/sinter-lang/sinter/sim/world"
)

// batches decides how many inputs the harness sends to a guest (the running program) in
// advance. The guest sends nothing while it works on a batch. So the next batch is smaller if
// the last batch took long.
type batches struct {
	size int
	sent time.Time
	said []byte // the last batch; the next one reuses its buffer
}

// batchHead is the size in bytes of the header of a batch: the ready mask, the number of bytes
// of waiting frames, the number of bytes of all frames, and the clock.
const batchHead = 20

// Limits of the size of a batch, and the intended time of a guest for one batch.
const (
	mostAhead  = 1 << 10
	batchTakes = 50 * time.Millisecond
)

// next returns the size of the next batch.
func (b *batches) next(now time.Time) int {
	switch {
	case b.size == 0:
		b.size = 1
	case now.Sub(b.sent) < batchTakes:
		b.size = min(2*b.size, mostAhead)
	default:
		b.size = max(b.size/4, 1)
	}
	b.sent = now
	return b.size
}

// batch lets the world act until a device in mask has a frame. The answer contains the waiting
// frames and the next arrivals, in at most `room` bytes. The guest processes these frames
// without further requests, and then reports its steps. An answer without frames is the same as
// the answer to a wait.
func (m *Machine) batch(mask uint32, room int) error {
	for m.readyFor(mask) == 0 {
		if !m.world.AdvanceOr(world.Never) {
			return m.reply(0, 0, 0, 0, 0)
		}
	}
	room += batchHead
	b, ok := m.waiting(append(m.batches.said[:0], make([]byte, batchHead)...), room)
	here := len(b)
	if ok {
		for _, in := range m.world.Ahead(m.batches.next(time.Now())) {
			dev := m.deviceOf(in.Device)
			if dev < 0 || len(b)+arrivalSize(in.Data) > room {
				break
			}
			b = appendArrival(b, in.Time, dev, in.Data)
		}
	}
	now := m.world.Now()
	for i, x := range [...]uint32{m.ready(), uint32(here - batchHead), uint32(len(b) - batchHead), uint32(now), uint32(now >> 32)} {
		binary.LittleEndian.PutUint32(b[4*i:], x)
	}
	m.batches.said = b
	_, err := m.in.Write(b)
	return err
}

// waiting appends the frames that wait at devices. waiting returns false if there is no room
// for all of these frames.
func (m *Machine) waiting(b []byte, room int) ([]byte, bool) {
	before := b
	for dev, at := range m.dev {
		if at < 0 {
			continue
		}
		for _, frame := range m.world.Waiting(at) {
			if len(b)+arrivalSize(frame) > room {
				return before, false
			}
			b = appendArrival(b, m.world.Now(), dev, frame)
		}
	}
	return b, true
}

// deviceOf returns the program's number of a device of the world. The result is -1 if the
// program does not have the device.
func (m *Machine) deviceOf(at int) int {
	for dev, have := range m.dev {
		if have == at {
			return dev
		}
	}
	return -1
}

func arrivalSize(frame []byte) int { return 16 + (len(frame)+7)&^7 }

// appendArrival appends a frame in the form that the guest reads (struct arrival of
// hal/batch.c).
func appendArrival(b []byte, at uint64, dev int, frame []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, at)
	b = binary.LittleEndian.AppendUint32(b, uint32(dev))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(frame)))
	b = append(b, frame...)
	return append(b, make([]byte, -len(frame)&7)...)
}

// waited handles a wait that the guest made within a batch, without a request: the world repeats
// this wait for a device of mask.
func (m *Machine) waited(mask uint32) error {
	for m.readyFor(mask) == 0 {
		if !m.world.AdvanceOr(world.Never) {
			return errors.New("the program went on although no input is left")
		}
	}
	return nil
}
