package monitor

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
)

// page is the unit of memory protection.
const page = 4096

// The limits on an image.
const (
	lowest    = 0x10000    // bytes at the bottom of the address space that stay unmapped
	highest   = 0xc0000000 // the end of the address space that images use
	mostStack = 64 << 20
	mostPorts = 31
	mostSlots = 1 << 12
	slotLimit = 1 << 16
	noteOwner = "Sinter"
	noteKind  = 1
	noteHead  = 48 // bytes before the text of a manifest
)

// part is a segment of an image in memory.
type part struct {
	at    uint64 // first byte
	size  uint64
	data  []byte // its beginning; zeros follow
	flags elf.ProgFlag
}

// Port is a device that an image asks for.
type Port struct {
	Name string
	Kind string // one of portKinds
}

// rings describes where the frames of the network devices are. Each device has two rings. The
// ring to the guest comes first.
type rings struct {
	at          uint64
	slots, size uint32 // of one ring: its slots, and the bytes of each
}

// bytes is the size of a ring: two counters, then the slots. A slot is a length and its bytes.
func (r rings) bytes() uint64 { return 8 + uint64(r.slots)*uint64(4+r.size) }

// words describes where the program reads its start words.
type words struct {
	at   uint64
	room uint32 // bytes, with a zero at the end
}

// Image is a checked executable of product hvt.
type Image struct {
	Ports []Port

	entry, stack uint64
	parts        []part
	rings        rings
	words        words
	clock        uint64            // address where the program keeps the rate of its clock; 0: it keeps none
	sum          [sha256.Size]byte // of the file
}

// Load checks an executable and its manifest, a note of owner Sinter:
//
//	u64 stack       bytes
//	u64 rings       address
//	u32 slots, size
//	u64 words       address
//	u32 room, 0
//	u64 clock       address of the rate of its clock, 0 without one
//	text            a line "NAME KIND" for each device, then a byte 0
func Load(file []byte) (*Image, error) {
	f, err := elf.NewFile(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("not an executable: %w", err)
	}
	if f.Class != elf.ELFCLASS64 || f.Machine != elf.EM_X86_64 || f.Type != elf.ET_EXEC {
		return nil, fmt.Errorf("expected a static executable for x86-64, found %s %s %s", f.Class, f.Machine, f.Type)
	}
	im := &Image{entry: f.Entry, sum: sha256.Sum256(file)}
	var note []byte
	for _, p := range f.Progs {
		switch p.Type {
		case elf.PT_LOAD:
			err = im.segment(p, len(file))
		case elf.PT_NOTE:
			if n := manifest(p, len(file), f.ByteOrder); n != nil {
				note = n
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if note == nil {
		return nil, fmt.Errorf("the executable has no manifest: it is not of product hvt")
	}
	if err := im.read(note, f.ByteOrder); err != nil {
		return nil, err
	}
	return im, im.check()
}

// segment adds a segment that must be in memory.
func (im *Image) segment(p *elf.Prog, file int) error {
	end := p.Vaddr + p.Memsz
	switch {
	case p.Memsz == 0:
		return nil
	case p.Vaddr < lowest || end < p.Vaddr || end > highest:
		return fmt.Errorf("a segment at %#x of %#x bytes is outside of %#x to %#x", p.Vaddr, p.Memsz, lowest, highest)
	case p.Filesz > p.Memsz || p.Filesz > uint64(file):
		return fmt.Errorf("a segment at %#x has %#x bytes in the file and %#x in memory", p.Vaddr, p.Filesz, p.Memsz)
	case p.Flags&elf.PF_W != 0 && p.Flags&elf.PF_X != 0:
		return fmt.Errorf("a segment at %#x can be written and executed", p.Vaddr)
	}
	data := make([]byte, p.Filesz)
	if _, err := io.ReadFull(p.Open(), data); err != nil {
		return fmt.Errorf("a segment at %#x: %w", p.Vaddr, err)
	}
	im.parts = append(im.parts, part{at: p.Vaddr, size: p.Memsz, data: data, flags: p.Flags})
	return nil
}

// manifest finds the image's note in a segment of notes.
func manifest(p *elf.Prog, file int, order binary.ByteOrder) []byte {
	if p.Filesz > uint64(file) {
		return nil
	}
	data := make([]byte, p.Filesz)
	if _, err := io.ReadFull(p.Open(), data); err != nil {
		return nil
	}
	for len(data) >= 12 {
		owner, size, kind := uint64(order.Uint32(data)), uint64(order.Uint32(data[4:])), order.Uint32(data[8:])
		data = data[12:]
		at := (owner + 3) &^ 3
		if at > uint64(len(data)) || size > uint64(len(data))-at {
			return nil
		}
		if kind == noteKind && string(data[:owner]) == noteOwner+"\x00" {
			return data[at : at+size]
		}
		data = data[min(at+(size+3)&^3, uint64(len(data))):]
	}
	return nil
}

// portKinds lists the kinds of devices that an image may request.
func portKinds() []string {
	return []string{"net", "block", "pin", "serial", "transfers", "random"}
}

// read parses the manifest.
func (im *Image) read(note []byte, order binary.ByteOrder) error {
	if len(note) < noteHead {
		return fmt.Errorf("the manifest has %d bytes, expected %d or more", len(note), noteHead)
	}
	im.stack = order.Uint64(note)
	im.rings = rings{at: order.Uint64(note[8:]), slots: order.Uint32(note[16:]), size: order.Uint32(note[20:])}
	im.words = words{at: order.Uint64(note[24:]), room: order.Uint32(note[32:])}
	im.clock = order.Uint64(note[40:])
	text, _, _ := bytes.Cut(note[noteHead:], []byte{0})
	for line := range strings.Lines(string(text)) {
		name, kind, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !ok || !slices.Contains(portKinds(), kind) {
			return fmt.Errorf("the manifest asks for %q, expected a name and %s", line, strings.Join(portKinds(), ", "))
		}
		im.Ports = append(im.Ports, Port{Name: name, Kind: kind})
	}
	return nil
}

// check compares the manifest with the segments.
func (im *Image) check() error {
	for i, p := range im.parts {
		for _, q := range im.parts[:i] {
			if p.at/page <= (q.at+q.size-1)/page && q.at/page <= (p.at+p.size-1)/page {
				return fmt.Errorf("the segments at %#x and %#x share a page", q.at, p.at)
			}
		}
	}
	if im.stack == 0 || im.stack > mostStack {
		return fmt.Errorf("the manifest asks for a stack of %d bytes, at most %d", im.stack, mostStack)
	}
	if len(im.Ports) > mostPorts {
		return fmt.Errorf("the manifest asks for %d devices, at most %d", len(im.Ports), mostPorts)
	}
	if n := im.nets(); n > 0 {
		r := im.rings
		if r.slots == 0 || r.slots&(r.slots-1) != 0 || r.slots > mostSlots || r.size == 0 || r.size > slotLimit || r.size%4 != 0 {
			return fmt.Errorf("the manifest asks for rings of %d slots of %d bytes", r.slots, r.size)
		}
		if r.at%4 != 0 || !im.holds(r.at, 2*uint64(len(im.Ports))*r.bytes(), elf.PF_W) {
			return fmt.Errorf("the rings at %#x are not in memory that the program may write", r.at)
		}
	}
	if w := im.words; w.room > 0 && !im.holds(w.at, uint64(w.room), elf.PF_W) {
		return fmt.Errorf("the room for words at %#x is not in memory that the program may write", w.at)
	}
	if im.clock != 0 && !im.holds(im.clock, 8, elf.PF_W) {
		return fmt.Errorf("the clock at %#x is not in memory that the program may write", im.clock)
	}
	if !im.holds(im.entry, 1, elf.PF_X) {
		return fmt.Errorf("the entry %#x is not in text", im.entry)
	}
	return nil
}

// Memory is the memory size of a guest of the image, in bytes, without page tables.
func (im *Image) Memory() uint64 {
	n := pages(im.stack)
	for _, p := range im.parts {
		n += pages(p.at%page + p.size)
	}
	return n
}

// nets counts the network devices.
func (im *Image) nets() (n int) {
	for _, p := range im.Ports {
		if p.Kind == "net" {
			n++
		}
	}
	return n
}

// holds reports whether n bytes at an address are in a segment that has the flags.
func (im *Image) holds(at, n uint64, flags elf.ProgFlag) bool {
	for _, p := range im.parts {
		if at >= p.at && at-p.at <= p.size && n <= p.size-(at-p.at) {
			return p.flags&flags == flags
		}
	}
	return false
}
