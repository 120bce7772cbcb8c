package world

import (
	"encoding/binary"

	"github.com/sinter-lang/sinter/ir/port"
)

// SectorSize is the size of a sector of a disk in bytes.
const SectorSize = 512

// DiskSectors is the size of a disk that has no image.
const DiskSectors = 2048

// A disk is a device that answers: the program sends a command and takes the answer at once. A
// command is an operation and a sector number, 32 bits each, little-endian. A write adds the
// bytes of the sector. An answer is a status. A successful read adds the bytes.
const (
	DiskRead  = 1
	DiskWrite = 2
	DiskFlush = 3
)

// The statuses of an answer.
const (
	DiskOK      = 0
	DiskPastEnd = 1 // there is no such sector
	DiskError   = 2 // it cannot do the command, or does not know it
)

// Disk is a disk of whole sectors. A write is in the cache until a flush makes it durable. A
// read returns the last written bytes.
type Disk struct {
	data    []byte
	durable map[uint32][]byte // contents before the unflushed writes
	ables   []Able
}

// Able says whether a disk can do a command on some sectors from a time on. The last Able that
// fits a command counts. If none fits, the disk can do the command.
type Able struct {
	Time     uint64 // in microseconds
	Op       uint32
	From, To uint32 // sectors, both included; all for a flush
	Can      bool
}

// NewDisk returns a disk with a copy of an image, padded with zeros to whole sectors.
func NewDisk(image []byte) *Disk {
	n := (len(image) + SectorSize - 1) / SectorSize * SectorSize
	d := &Disk{data: make([]byte, n), durable: map[uint32][]byte{}}
	copy(d.data, image)
	return d
}

// Image returns a copy of the contents, flushed or not.
func (d *Disk) Image() []byte { return append([]byte(nil), d.data...) }

// Unflushed returns the largest possible number of sectors that differ from the durable
// contents.
func (d *Disk) Unflushed() int { return len(d.durable) }

// Sector returns the contents of a sector, flushed or not.
func (d *Disk) Sector(i int) []byte { return d.data[i*SectorSize : (i+1)*SectorSize] }

// IsUnflushed reports whether a sector was written since the last flush.
func (d *Disk) IsUnflushed(i int) bool { return d.durable[uint32(i)] != nil }

// Crash loses the unflushed writes to the sectors that lost selects. All other writes become
// durable.
func (d *Disk) Crash(lost func(i int) bool) {
	for i, old := range d.durable {
		if lost(int(i)) {
			copy(d.Sector(int(i)), old)
		}
	}
	clear(d.durable)
}

// Add adds an Able to the disk.
func (d *Disk) Add(a Able) { d.ables = append(d.ables, a) }

// Can reports whether the disk can do a command at a time. It does not check that the sector
// exists.
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

// last is the time of the last Able.
func (d *Disk) last() uint64 {
	last := uint64(0)
	for _, a := range d.ables {
		last = max(last, a.Time)
	}
	return last
}

// Do does a command at a time and returns the answer. A failed command changes nothing.
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
