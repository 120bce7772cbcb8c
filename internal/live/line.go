package live

import (
	"os"
	"syscall"
	"unsafe"
)

// termios2 is a terminal whose speed may be any number (asm-generic/termbits.h).
type termios2 struct {
	input, output, control, local uint32
	line                          uint8
	chars                         [19]uint8
	speedIn, speedOut             uint32
}

// These are requests to terminals, and bits of a terminal's state.
const (
	termGet      = 0x802c542a
	termSet      = 0x402c542b
	termBits8    = 0x30
	termRead     = 0x80
	termLocal    = 0x800
	termAnySpeed = 0x1000
)

// OpenLine opens a serial line: a terminal in raw mode, with 8 data bits, no parity and the
// given speed. The file can be closed during a read.
func OpenLine(path string, baud uint64) (*os.File, error) {
	if baud < 1 || baud > 100_000_000 {
		return nil, wrong("a serial line has 1 to 100000000 baud, not %d", baud)
	}
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, wrong("cannot open the line %s: %s", path, reason(err))
	}
	var t termios2
	if !request(f, termGet, &t) {
		f.Close()
		return nil, wrong("%s is not a terminal", path)
	}
	t = termios2{control: termBits8 | termRead | termLocal | termAnySpeed, speedIn: uint32(baud), speedOut: uint32(baud)}
	t.chars[syscall.VMIN] = 1
	if !request(f, termSet, &t) {
		f.Close()
		return nil, wrong("%s does not take %d baud", path, baud)
	}
	return f, nil
}

// request sends a request to a terminal driver. The result is false if the driver refuses the
// request.
func request(f *os.File, what uintptr, t *termios2) bool {
	c, err := f.SyscallConn()
	if err != nil {
		return false
	}
	ok := false
	err = c.Control(func(fd uintptr) {
		_, _, e := syscall.Syscall(syscall.SYS_IOCTL, fd, what, uintptr(unsafe.Pointer(t)))
		ok = e == 0
	})
	return ok && err == nil
}
