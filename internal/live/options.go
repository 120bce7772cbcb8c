package live

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/sim/process"
)

// Forward is a port of the host whose datagrams go to a port of the image.
type Forward struct{ Host, Guest int }

// ParseForward reads udp:HOST:GUEST.
func ParseForward(s string) (Forward, error) {
	parts := strings.Split(s, ":")
	switch {
	case parts[0] == "tcp":
		return Forward{}, wrong("-p %s: there is no TCP yet; -p udp:HOST:GUEST forwards datagrams", s)
	case len(parts) != 3 || parts[0] != "udp":
		return Forward{}, wrong("-p %s: expected udp:HOST:GUEST, such as udp:10007:7", s)
	}
	host, e1 := strconv.ParseUint(parts[1], 10, 16)
	guest, e2 := strconv.ParseUint(parts[2], 10, 16)
	if e1 != nil || e2 != nil || guest == 0 {
		return Forward{}, wrong("-p %s: a port is a number from 1 to 65535 (0 on the host: any that is free)", s)
	}
	return Forward{int(host), int(guest)}, nil
}

// ParsePair reads DEVICE=VALUE, or VALUE alone.
func ParsePair(s string) Pair {
	if device, value, ok := strings.Cut(s, "="); ok {
		return Pair{device, value}
	}
	return Pair{"", s}
}

// ParseSize reads a number of bytes such as 512, 64K, 1M or 2G. The size must be whole sectors
// of a disk.
func ParseSize(s string) (int64, error) {
	units := map[byte]int64{'K': 1 << 10, 'M': 1 << 20, 'G': 1 << 30}
	digits, unit := s, int64(1)
	if s != "" && units[s[len(s)-1]] != 0 {
		digits, unit = s[:len(s)-1], units[s[len(s)-1]]
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n <= 0 || n*unit%sector != 0 {
		return 0, wrong("--size %s: expected whole sectors of %d bytes, such as 64K or 1M", s, sector)
	}
	return n * unit, nil
}

// sector is the unit of disks.
const sector = 512

// Check checks the options against the devices of the image, before anything starts.
func Check(im *Image, o Options) error {
	for _, l := range []struct {
		flag string
		kind Kind
		list []Pair
	}{{"--tap", Net, o.Taps}, {"--disk", Disk, o.Disks}} {
		seen := map[int]bool{}
		for _, p := range l.list {
			i, err := im.find(l.flag, l.kind, p)
			if err != nil {
				return err
			}
			if seen[i] {
				return wrong("%s: `%s` is given twice", l.flag, im.Devices[i].Name)
			}
			seen[i] = true
		}
	}
	for _, p := range o.Taps {
		if err := checkTap(p.Value); err != nil {
			return err
		}
	}
	for _, p := range o.Disks {
		if err := checkDisk(p.Value, o.Size); err != nil {
			return err
		}
	}
	for _, f := range o.Forwards {
		if _, err := im.socket(f); err != nil {
			return err
		}
	}
	for i, d := range im.Devices {
		switch {
		case d.Kind == Pin:
			return wrong("%s has the pin `%s`: a live run has no pins (a Linux process takes lines of a gpio device: build --product linux)", im.Name, d.Name)
		case d.Kind == Serial:
			return wrong("%s has the serial line `%s`: a live run has none (a Linux process takes a terminal: build --product linux, and %s=tty:/dev/ttyUSB0)", im.Name, d.Name, d.Name)
		case d.Kind == Bus:
			return wrong("%s has the bus `%s`: a live run has none (a Linux process takes /dev/spidev0.0 or /dev/i2c-1: build --product linux)", im.Name, d.Name)
		case d.Kind == Disk && im.value(Disk, o.Disks, i) == "":
			return wrong("%s has the disk `%s`: say which file it is, --disk %s=FILE", im.Name, d.Name, d.Name)
		}
	}
	if o.Metrics != "" {
		if _, err := net.ResolveTCPAddr("tcp", o.Metrics); err != nil {
			return wrong("--metrics %s: expected an address and a port, such as 127.0.0.1:9100", o.Metrics)
		}
	}
	if o.Memory < 0 || o.Memory > 1<<16 {
		return wrong("--mem %d: expected MiB, at most %d", o.Memory, 1<<16)
	}
	if o.Memory > 0 && o.Machine != Unikernel {
		return wrong("--mem is for --on unikernel: the %s gives an image what it needs", map[string]string{Native: "kernel", Monitor: "monitor"}[o.Machine])
	}
	return nil
}

// checkMemory checks that the image fits into the memory. QEMU itself prints nothing if the memory
// is too small.
func checkMemory(im *Image, o Options) error {
	if least := process.LeastMemoryOfImage(im.ELF); o.Memory > 0 && o.Memory < least {
		return wrong("--mem %d: the image takes %d MiB of memory", o.Memory, least)
	}
	return nil
}

// has reports whether the image has a device of a kind.
func (im *Image) has(kind Kind) bool {
	return slices.ContainsFunc(im.Devices, func(d Device) bool { return d.Kind == kind })
}

// find gives the device for a flag.
func (im *Image) find(flag string, kind Kind, p Pair) (int, error) {
	var all []int
	for i, d := range im.Devices {
		if d.Kind == kind {
			all = append(all, i)
		}
	}
	what := map[Kind]string{Net: "network device", Disk: "disk"}[kind]
	switch {
	case len(all) == 0:
		return 0, wrong("%s: %s has no %s", flag, im.Name, what)
	case p.Value == "":
		return 0, wrong("%s: expected DEVICE=VALUE", flag)
	case p.Device == "" && len(all) == 1:
		return all[0], nil
	case p.Device == "":
		return 0, wrong("%s %s: %s has several; write DEVICE=%s with one of %s", flag, p.Value, im.Name, p.Value, im.names(all))
	}
	for _, i := range all {
		if im.Devices[i].Name == p.Device {
			return i, nil
		}
	}
	return 0, wrong("%s: %s has no %s `%s`; there is %s", flag, im.Name, what, p.Device, im.names(all))
}

func (im *Image) names(list []int) string {
	var out []string
	for _, i := range list {
		out = append(out, "`"+im.Devices[i].Name+"`")
	}
	return strings.Join(out, ", ")
}

// value is the value of a flag for device i of a kind, or "" if there is none. The flags
// have been checked before.
func (im *Image) value(kind Kind, list []Pair, i int) string {
	for _, p := range list {
		if at, err := im.find("", kind, p); err == nil && at == i {
			return p.Value
		}
	}
	return ""
}

// socket returns the index of the device whose socket a forward leads to.
func (im *Image) socket(f Forward) (int, error) {
	var have []string
	for i, d := range im.Devices {
		for _, p := range d.Ports {
			if p == f.Guest {
				return i, nil
			}
			have = append(have, fmt.Sprintf("%d at `%s`", p, d.Name))
		}
	}
	if len(have) == 0 {
		return 0, wrong("-p udp:%d:%d: %s has no UDP socket", f.Host, f.Guest, im.Name)
	}
	return 0, wrong("-p udp:%d:%d: %s has no UDP socket at port %d; it has %s", f.Host, f.Guest, im.Name, f.Guest, strings.Join(have, ", "))
}

func (s *service) tapOf(i int) string { return s.im.value(Net, s.o.Taps, i) }
