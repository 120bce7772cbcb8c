//go:build !linux || !amd64

package amd64

import (
	"errors"
	"unsafe"
)

// Program is code in executable pages. There is none on this computer.
type Program struct{}

// Available reports whether code can run here.
func Available() bool { return false }

// Load says that this computer does not run such code.
func (c *Code) Load() (*Program, error) {
	return nil, errors.New("x86-64 code runs on Linux on x86-64 only")
}

// Run is never reached: Load gives no Program.
func (p *Program) Run(int, *uint64, uint64) uint64 { return 0 }

// Address is where a block of words is.
func Address(block []uint64) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(block)))) }
