//go:build !linux || !amd64

package amd64

import (
	"errors"
	"unsafe"
)

// Program is code in executable pages. On this computer there is none.
type Program struct{}

// Available reports whether generated code can run on this computer.
func Available() bool { return false }

// Load fails, because this computer cannot run such code.
func (c *Code) Load() (*Program, error) {
	return nil, errors.New("x86-64 code runs on Linux on x86-64 only")
}

// Run is never called, because Load returns no Program.
func (p *Program) Run(int, *uint64, uint64) uint64 { return 0 }

// Address returns the address of a block of words.
func Address(block []uint64) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(block)))) }
