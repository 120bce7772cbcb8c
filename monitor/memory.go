package monitor

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"syscall"
)

// Bits of an entry of a page table (Intel SDM volume 3, 4.5).
const (
	present  = 1 << 0
	writable = 1 << 1
	user     = 1 << 2
	accessed = 1 << 5
	dirty    = 1 << 6
	noExec   = 1 << 63
)

// stackTop is the end of the stack. Nothing is mapped directly below or above the stack.
const stackTop = 0xf0000000

// taskAt is the address of the task state, which the guest cannot reach.
const taskAt = 0xf8000000

// system marks a mapping that only the CPU itself uses.
const system elf.ProgFlag = 1 << 30

// guest is the memory of an image. Physical addresses are offsets in ram. `ram` holds the parts
// of the image and then the stack, each on separate pages, and then the page tables. No entry
// of the tables maps the tables themselves, so the guest cannot reach them.
type guest struct {
	im       *Image
	ram      []byte
	mappings []mapping
	tables   []byte // the pages of the page tables; the first page is the root
	base     uint64 // physical address of tables
	used     int    // bytes of tables in use
}

// mapping maps size bytes at a virtual address to the bytes of ram from offset on.
type mapping struct {
	at, size uint64
	offset   uint64
	flags    elf.ProgFlag
}

func pages(n uint64) uint64 { return (n + page - 1) / page * page }

// newGuest lays out an image and makes its page tables.
func newGuest(im *Image) (*guest, error) {
	g := &guest{im: im}
	end := uint64(0)
	add := func(at, size uint64, flags elf.ProgFlag) {
		first := at / page * page
		g.mappings = append(g.mappings, mapping{at: first, size: pages(at + size - first), offset: end, flags: flags})
		end += pages(at + size - first)
	}
	for _, p := range im.parts {
		add(p.at, p.size, p.flags)
	}
	stack := pages(im.stack)
	add(stackTop-stack, stack, elf.PF_R|elf.PF_W)
	task := end
	add(taskAt, page, system)
	// There are four levels. Each mapping may begin and end in separate tables.
	most := 1 + len(g.mappings)*2*2 + int(end/(512*page)) + len(g.mappings)*2
	var err error
	if g.ram, err = anonymous(int(end) + most*page); err != nil {
		return nil, fmt.Errorf("%d bytes for the guest: %w", end, err)
	}
	g.base, g.tables, g.used = end, g.ram[end:], page
	writeTask(g.ram[task:])
	for i, p := range im.parts {
		copy(g.ram[g.mappings[i].offset+p.at-g.mappings[i].at:], p.data)
	}
	for _, p := range g.mappings {
		for off := uint64(0); off < p.size; off += page {
			g.mapPage(p.at+off, p.offset+off, p.flags)
		}
	}
	return g, nil
}

// anonymous returns memory that takes no room until it is used.
func anonymous(n int) ([]byte, error) {
	return syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANONYMOUS|syscall.MAP_NORESERVE)
}

// mapPage enters a page into the tables.
func (g *guest) mapPage(at, physical uint64, flags elf.ProgFlag) {
	table := uint64(0)
	for shift := 39; shift > 12; shift -= 9 {
		entry := g.tables[table+(at>>shift&511)*8:]
		v := binary.LittleEndian.Uint64(entry)
		if v == 0 {
			v = g.base + uint64(g.used) | present | writable | user | accessed
			g.used += page
			binary.LittleEndian.PutUint64(entry, v)
		}
		table = v&^(page-1)&^noExec - g.base
	}
	v := physical | present | accessed
	if flags&system == 0 {
		v |= user
	}
	if flags&elf.PF_W != 0 {
		v |= writable | dirty
	}
	if flags&elf.PF_X == 0 {
		v |= noExec
	}
	binary.LittleEndian.PutUint64(g.tables[table+(at>>12&511)*8:], v)
}

// bytes returns n bytes of the guest at a virtual address, if one mapping with the wanted flags
// contains all of them.
func (g *guest) bytes(at, n uint64, flags elf.ProgFlag) ([]byte, bool) {
	for _, p := range g.mappings {
		if at >= p.at && at-p.at <= p.size && n <= p.size-(at-p.at) {
			from := p.offset + at - p.at
			return g.ram[from : from+n : from+n], p.flags&flags == flags && p.flags&system == 0
		}
	}
	return nil, false
}

// ReadAt reads the guest's memory at a virtual address.
func (g *guest) ReadAt(to []byte, at int64) (int, error) {
	b, ok := g.bytes(uint64(at), uint64(len(to)), 0)
	if !ok {
		return 0, fmt.Errorf("the guest has no %d bytes at %#x", len(to), at)
	}
	return copy(to, b), nil
}

func (g *guest) close() { syscall.Munmap(g.ram) } //nolint:errcheck // nothing is left to do
