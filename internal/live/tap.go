package live

import (
	"net"
	"os"
	"syscall"
	"unsafe"
)

// Requests of /dev/net/tun (linux/if_tun.h).
const (
	tunSetIff     = 0x400454ca
	tunSetOffload = 0x400454d0
	iffTap        = 2
	iffNoPI       = 0x1000
	mostName      = 15
)

// checkTap checks that an interface exists. A mistyped name would create an interface that is
// connected to nothing.
func checkTap(name string) error {
	if len(name) == 0 || len(name) > mostName {
		return wrong("--tap: the name of an interface has 1 to %d characters, got %q", mostName, name)
	}
	if _, err := net.InterfaceByName(name); err != nil {
		return wrong("--tap: there is no interface %s; `ip tuntap add %s mode tap` makes one", name, name)
	}
	return nil
}

// openTap opens a TAP interface. Offloads are turned off, because a frame could otherwise
// arrive with an incomplete checksum.
func openTap(name string) (*os.File, error) {
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, wrong("--tap: cannot open /dev/net/tun: %s", reason(err))
	}
	var req [40]byte
	copy(req[:mostName], name)
	req[16], req[17] = iffTap&0xff, iffNoPI>>8
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), tunSetIff, uintptr(unsafe.Pointer(&req))); e != 0 {
		syscall.Close(fd)
		return nil, wrong("--tap: cannot take %s: %s (the interface is not a TAP, belongs to another user, or is in use)", name, e.Error())
	}
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), tunSetOffload, 0); e != 0 {
		syscall.Close(fd)
		return nil, wrong("--tap: cannot turn the offloads of %s off: %s", name, e.Error())
	}
	return os.NewFile(uintptr(fd), name), nil
}

// OpenTap opens an existing TAP interface.
func OpenTap(name string) (*os.File, error) {
	if err := checkTap(name); err != nil {
		return nil, err
	}
	return openTap(name)
}
