//go:build !linux || !amd64

package amd64

import (
	"errors"
	"unsafe"
)

// Program is code in executable pages. This computer has none.
type Program struct{}

// Available reports whether code can run here.
func Available() bool { return false }

// Load fails: this computer does not run such code.
func (c *Code) Load() (*Program, error) {
	return nil, errors.New("x86-64 code runs on Linux on x86-64 only")
}

// Run is never reached: Load gives no Program.
func (p *Program) Run(int, *uint64, uint64) uint64 { return 0 }

// Address is the address of a block of words.
func Address(block []uint64) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(block)))) }
