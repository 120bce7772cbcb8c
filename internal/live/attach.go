package live

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/sinter-lang/sinter/monitor"
)

// attach creates the host side of each device.
func (s *service) attach() error {
	s.ends = make([]*os.File, len(s.im.Devices))
	if s.o.Pcap != "" {
		c, err := newCapture(s.o.Pcap)
		if err != nil {
			return err
		}
		s.capture = c
	}
	for i, d := range s.im.Devices {
		var err error
		switch {
		case d.Kind == Disk:
			err = s.prepareDisk(s.im.value(Disk, s.o.Disks, i))
		case d.Kind == Random:
		case s.tapOf(i) != "":
			err = s.attachTap(i)
		default:
			err = s.attachGateway(i)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// frameRoom is the number of bytes of frames that a socket pair can hold: one burst.
const frameRoom = 1 << 20

// pair makes a socket pair for frames: our end and the image's end.
func (s *service) pair() (ours, theirs *os.File, err error) {
	kind := syscall.SOCK_SEQPACKET // with this kind a process notices that the other end has closed
	if s.o.Machine == Unikernel {
		kind = syscall.SOCK_DGRAM // QEMU requires this kind of socket
	}
	fds, err := syscall.Socketpair(syscall.AF_UNIX, kind|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("a socket pair for frames: %w", err)
	}
	for _, fd := range fds {
		syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_SNDBUF, frameRoom) //nolint:errcheck // a smaller buffer works too
	}
	return os.NewFile(uintptr(fds[0]), "frames"), os.NewFile(uintptr(fds[1]), "frames of the image"), nil
}

// attachGateway gives a device a separate network with the forwarded ports.
func (s *service) attachGateway(i int) error {
	ours, theirs, err := s.pair()
	if err != nil {
		return err
	}
	s.ends[i] = theirs
	d := s.im.Devices[i]
	if s.o.Wire != nil {
		if ours, err = s.spoil(ours, d.Name); err != nil {
			return err
		}
	}
	l := &link{f: ours, capture: s.capture, device: d.Name}
	s.links = append(s.links, l)
	if len(d.Ports) == 0 {
		s.reach = append(s.reach, fmt.Sprintf("`%s` (connected to nothing; --tap %s=NAME)", d.Name, d.Name))
	}
	g := newGateway(l, d.Home, s.heard)
	for _, f := range s.o.Forwards {
		if at, err := s.im.socket(f); err != nil || at != i {
			continue
		}
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: f.Host})
		if err != nil {
			return wrong("-p udp:%d:%d: cannot listen at 127.0.0.1:%d: %s", f.Host, f.Guest, f.Host, reason(err))
		}
		s.closers = append(s.closers, conn)
		s.reach = append(s.reach, fmt.Sprintf("udp %s (port %d of %s)", conn.LocalAddr(), f.Guest, dotted(d.Home.Host)))
		g.forward(conn, f.Guest)
	}
	if len(d.Ports) > 0 && len(g.forwards) == 0 {
		s.reach = append(s.reach, fmt.Sprintf("%s (no port leads there; -p udp:HOST:%d)", dotted(d.Home.Host), d.Ports[0]))
	}
	s.closers, s.gateways = append(s.closers, g), append(s.gateways, g)
	g.start(len(d.Ports) > 0)
	return nil
}

// attachTap gives a device a TAP interface. The image gets the descriptor of the interface.
// If the frames are recorded or counted, the image gets one end of a relay instead.
func (s *service) attachTap(i int) error {
	name, d := s.tapOf(i), s.im.Devices[i]
	tap, err := openTap(name)
	if err != nil {
		return err
	}
	reach := fmt.Sprintf("interface %s", name)
	if len(d.Ports) > 0 {
		reach = fmt.Sprintf("%s over interface %s", dotted(d.Home.Host), name)
	}
	s.reach = append(s.reach, reach)
	if !s.relays() {
		s.ends[i] = tap
		return nil
	}
	ours, theirs, err := s.pair()
	if err != nil {
		tap.Close()
		return err
	}
	s.ends[i] = theirs
	if s.o.Wire != nil {
		if ours, err = s.spoil(ours, d.Name); err != nil {
			tap.Close()
			return err
		}
	}
	inner, outer := &link{f: ours, capture: s.capture, device: d.Name}, &link{f: tap}
	s.links = append(s.links, inner, outer)
	go relay(inner, outer)
	go relay(outer, inner)
	return nil
}

// relays reports whether frames of interfaces pass through this process. This is so if the
// frames are recorded, counted or disturbed.
func (s *service) relays() bool { return s.capture != nil || s.o.Metrics != "" || s.o.Wire != nil }

// checkDisk checks that a file can be a disk. A missing file needs a size from the user.
func checkDisk(path string, size int64) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist) && size == 0:
		return wrong("--disk: there is no file %s; --size 1M makes one", path)
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return wrong("--disk: %s: %s", path, reason(err))
	case !info.Mode().IsRegular():
		return wrong("--disk: %s is not a regular file", path)
	case info.Size()%sector != 0 || info.Size() == 0:
		return wrong("--disk: %s has %d bytes; a disk is whole sectors of %d", path, info.Size(), sector)
	}
	return nil
}

// prepareDisk creates the file of a disk if the file is missing, and locks it for QEMU.
func (s *service) prepareDisk(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	switch {
	case err == nil:
		if err := errors.Join(f.Truncate(s.o.Size), f.Close()); err != nil {
			return wrong("--disk: cannot make %s: %s", path, reason(err))
		}
	case !errors.Is(err, os.ErrExist):
		return wrong("--disk: cannot make %s: %s", path, reason(err))
	}
	if s.o.Machine != Unikernel {
		return nil // the process and the monitor lock their disks themselves
	}
	lock, err := monitor.OpenBlock(path)
	if err != nil {
		return wrong("--disk: %s", err)
	}
	s.closers = append(s.closers, lock)
	return nil
}

// reason is the cause of a system error, without the path.
func reason(err error) string {
	var no syscall.Errno
	if errors.As(err, &no) {
		return no.Error()
	}
	return err.Error()
}

// dotted formats an IPv4 address.
func dotted(a uint32) string {
	return fmt.Sprintf("%d.%d.%d.%d", a>>24, a>>16&255, a>>8&255, a&255)
}
