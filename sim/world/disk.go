package world

import (
	"encoding/binary"

	"github.com/sinter-lang/sinter/ir/port"
)

// SectorSize is the size of a sector of a disk in bytes.
const SectorSize = 512

// DiskSectors is the number of sectors of a disk that has no image.
const DiskSectors = 2048

// A disk is a device that answers: the program sends a command and gets an immediate answer. A
// command is an operation and a sector number, 32 bits each, little-endian. For a write, the
// bytes of the sector follow. An answer is a status. After a successful read, the bytes of the
// sector follow the status.
const (
	DiskRead  = 1
	DiskWrite = 2
	DiskFlush = 3
)

// The status codes in an answer.
const (
	DiskOK      = 0
	DiskPastEnd = 1 // the sector does not exist
	DiskError   = 2 // the disk cannot execute the command, or does not know it
)

// Disk is a disk that reads and writes whole sectors. Written data are in a cache until a flush
// makes the data durable. A read returns the bytes that were written last.
type Disk struct {
	data    []byte
	durable map[uint32][]byte // contents of sectors before their unflushed writes
	ables   []Able
}

// Able states whether a disk can execute a command on some sectors from some time on. If
// several entries fit a command, the last one applies. If no entry fits, the disk can execute
// the command.
type Able struct {
	Time     uint64 // in microseconds
	Op       uint32
	From, To uint32 // first and last sector; all sectors for a flush
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

// Unflushed returns an upper bound for the number of sectors that differ from the durable
// contents.
func (d *Disk) Unflushed() int { return len(d.durable) }

// Sector returns the contents of a sector, flushed or not.
func (d *Disk) Sector(i int) []byte { return d.data[i*SectorSize : (i+1)*SectorSize] }

// IsUnflushed reports whether a sector was written since the last flush.
func (d *Disk) IsUnflushed(i int) bool { return d.durable[uint32(i)] != nil }

// Crash drops the unflushed writes to the sectors that the function `lost` selects. All other
// writes become durable.
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

// Can reports whether the disk can execute a command at a given time. Can does not check that
// the sector exists.
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

// last returns the time of the last Able.
func (d *Disk) last() uint64 {
	last := uint64(0)
	for _, a := range d.ables {
		last = max(last, a.Time)
	}
	return last
}

// Do executes a command at a time and returns the answer. A failed command changes nothing.
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
