package world

import (
	"encoding/binary"

	"github.com/sinter-lang/sinter/ir/port"
)

// SectorSize is the size of a sector of a disk in bytes.
const SectorSize = 512

// DiskSectors is the size of a disk that has no image.
const DiskSectors = 2048

// A disk is a device that answers: the program sends a command and takes the
// answer at once. A command is an operation and a sector number, 32 bits each,
// little-endian, and for a write the sector's bytes; an answer is a status and
// for a read that succeeds the bytes.
const (
	DiskRead  = 1
	DiskWrite = 2
	DiskFlush = 3
)

// The statuses of an answer.
const (
	DiskOK      = 0
	DiskPastEnd = 1 // there is no such sector
	DiskError   = 2 // it cannot do that, or does not know the command
)

// Disk is a disk of whole sectors. A write is in the cache until a flush makes it
// durable; what is read is what was written last.
type Disk struct {
	data    []byte
	durable map[uint32][]byte // contents before the writes that no flush has followed
	ables   []Able
}

// Able says from a time on whether a disk can do a command to some sectors. The last one that
// fits a command counts. Where none fits, the disk can do it.
type Able struct {
	Time     uint64 // in microseconds
	Op       uint32
	From, To uint32 // sectors, both included; all for a flush
	Can      bool
}

// NewDisk returns a disk with a copy of an image, filled up with zeros to whole
// sectors.
func NewDisk(image []byte) *Disk {
	n := (len(image) + SectorSize - 1) / SectorSize * SectorSize
	d := &Disk{data: make([]byte, n), durable: map[uint32][]byte{}}
	copy(d.data, image)
	return d
}

// Image returns a copy of what is written, flushed or not.
func (d *Disk) Image() []byte { return append([]byte(nil), d.data...) }

// Unflushed returns how many sectors differ from what is durable at most.
func (d *Disk) Unflushed() int { return len(d.durable) }

// Sector returns what a sector holds, flushed or not.
func (d *Disk) Sector(i int) []byte { return d.data[i*SectorSize : (i+1)*SectorSize] }

// IsUnflushed reports whether a sector was written and no flush has followed.
func (d *Disk) IsUnflushed(i int) bool { return d.durable[uint32(i)] != nil }

// Crash loses writes that no flush has followed: those to the sectors that lost
// tells. All others are durable then.
func (d *Disk) Crash(lost func(i int) bool) {
	for i, old := range d.durable {
		if lost(int(i)) {
			copy(d.Sector(int(i)), old)
		}
	}
	clear(d.durable)
}

// Add adds what the disk can do, or cannot.
func (d *Disk) Add(a Able) { d.ables = append(d.ables, a) }

// Can reports whether at a time the disk can do a command, if there is such a sector.
func (d *Disk) Can(now uint64, command []byte) bool {
	if len(command) < port.CommandSize {
		return false
	}
	op, sector := binary.LittleEndian.Uint32(command), binary.LittleEndian.Uint32(command[4:])
	for i := len(d.ables) - 1; i >= 0; i-- {
		if a := d.ables[i]; a.Time <= now && a.Op == op && a.From <= sector && sector <= a.To {
			return a.Can
		}
	}
	return true
}

// last is the time of the last change of what the disk can do.
func (d *Disk) last() uint64 {
	last := uint64(0)
	for _, a := range d.ables {
		last = max(last, a.Time)
	}
	return last
}

// Do carries out a command at a time and returns the answer. A command that fails changes
// nothing.
func (d *Disk) Do(now uint64, command []byte) []byte {
	if !d.Can(now, command) {
		return status(DiskError)
	}
	op, sector := binary.LittleEndian.Uint32(command), binary.LittleEndian.Uint32(command[4:])
	body := command[8:]
	if op == DiskFlush {
		clear(d.durable)
		return status(DiskOK)
	}
	at := uint64(sector) * SectorSize
	switch {
	case at+SectorSize > uint64(len(d.data)):
		return status(DiskPastEnd)
	case op == DiskRead:
		return append(status(DiskOK), d.data[at:at+SectorSize]...)
	case op == DiskWrite && len(body) == SectorSize:
		if _, known := d.durable[sector]; !known {
			d.durable[sector] = append([]byte(nil), d.data[at:at+SectorSize]...)
		}
		copy(d.data[at:], body)
		return status(DiskOK)
	}
	return status(DiskError)
}

func status(code uint32) []byte { return binary.LittleEndian.AppendUint32(nil, code) }
