package amd64

import (
	"fmt"
	"runtime"
	"syscall"
	"unsafe"
)

// Program is code in executable pages.
type Program struct{ pages []byte }

// Available reports whether generated code can run on this computer.
func Available() bool { return true }

// Load puts the code into pages that are executable and not writable. The garbage collector
// releases the pages together with the Program.
func (c *Code) Load() (*Program, error) {
	code := c.Bytes()
	pages, err := syscall.Mmap(-1, 0, max(len(code), 1), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return nil, fmt.Errorf("no memory for %d bytes of code: %w", len(code), err)
	}
	copy(pages, code)
	if err := syscall.Mprotect(pages, syscall.PROT_READ|syscall.PROT_EXEC); err != nil {
		_ = syscall.Munmap(pages)
		return nil, fmt.Errorf("the system does not allow code that is made at run time: %w", err)
	}
	p := &Program{pages}
	runtime.AddCleanup(p, func(b []byte) { _ = syscall.Munmap(b) }, pages)
	return p, nil
}

// Run calls the code at byte offset entry and returns RAX. RBX holds the address of block, and
// RDI holds arg.
func (p *Program) Run(entry int, block *uint64, arg uint64) uint64 {
	v := call(unsafe.Pointer(&p.pages[entry]), unsafe.Pointer(block), arg)
	runtime.KeepAlive(p)
	return v
}

// Address returns the address of a block of words, for code that reads and writes the block.
// The caller must keep the block alive. The Go heap does not move the block.
func Address(block []uint64) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(block)))) }

//go:noescape
func call(code, block unsafe.Pointer, arg uint64) uint64
