package world

import "encoding/binary"

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
	DiskError   = 2 // no command
)

// Disk is a disk of whole sectors. A write is in the cache until a flush makes it
// durable; what is read is what was written last.
type Disk struct {
	data    []byte
	durable map[uint32][]byte // contents before the writes that no flush has followed
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

// Do carries out a command and returns the answer.
func (d *Disk) Do(command []byte) []byte {
	if len(command) < 8 {
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
