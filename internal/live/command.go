package live

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/sim/process"
)

// ByHand returns the reason why a user cannot run a service by hand, or nil if a user can.
func ByHand(im *Image, o Options) error {
	if o.Machine == Monitor {
		return wrong("--print-command: the monitor is a part of this tool; `sinter run --live` is the command, or --on unikernel")
	}
	for i, d := range im.Devices {
		if o.Machine == Native && d.Kind == Net && im.value(Net, o.Taps, i) == "" {
			return wrong("--print-command --on native: a process by hand needs an interface for `%s`: --tap %s=NAME", d.Name, d.Name)
		}
	}
	return nil
}

// Command is a shell line that runs the service without this tool. The line leaves the files
// that it uses. The exit code of the line follows the tool's scheme.
func Command(im *Image, o Options) (string, error) {
	if err := errors.Join(ByHand(im, o), checkMemory(im, o)); err != nil {
		return "", err
	}
	s := &service{im: im, o: o}
	defer s.close()
	for i, d := range im.Devices {
		if d.Kind != Disk {
			continue
		}
		if err := s.prepareDisk(im.value(Disk, o.Disks, i)); err != nil {
			return "", err
		}
	}
	if o.Machine == Native {
		return s.nativeCommand()
	}
	dir, err := os.MkdirTemp("", "sinter-live-")
	if err != nil {
		return "", err
	}
	kernel := filepath.Join(dir, im.Name+".elf")
	if err := os.WriteFile(kernel, im.ELF, 0o755); err != nil {
		return "", err
	}
	args := process.QEMUArgs(process.Options{QEMU: o.QEMU, Chipset: o.Chipset, Accel: o.Accel, Memory: o.Memory}, kernel, strings.Join(im.Words, " "))
	args = append(args, s.qemuDevices()...)
	return shellLine(args) + "; (exit $(( ($? - 1) / 2 )))", nil
}

// qemuDevices are QEMU's arguments for the devices, with QEMU's own network.
func (s *service) qemuDevices() (args []string) {
	if s.im.has(Random) {
		args = append(args, s.o.Chipset.Random()...)
	}
	for i, d := range s.im.Devices {
		switch {
		case d.Kind == Disk:
			args = append(args, s.o.Chipset.Disk(i, s.im.value(Disk, s.o.Disks, i))...)
		case d.Kind == Random:
		case s.tapOf(i) != "":
			args = append(args, s.o.Chipset.Card(i, "tap,script=no,downscript=no,ifname="+s.tapOf(i))...)
		default:
			args = append(args, s.o.Chipset.Card(i, s.userNetwork(i))...)
		}
		if d.Kind == Net && s.o.Pcap != "" {
			args = append(args, "-object", fmt.Sprintf("filter-dump,id=f%d,netdev=n%d,file=%s", i, i, numbered(s.o.Pcap, i)))
		}
	}
	return args
}

// numbered adds the number of device i to a file name. QEMU writes one capture per device.
func numbered(path string, i int) string {
	if i == 0 {
		return path
	}
	return fmt.Sprintf("%s.%d", path, i)
}

// userNetwork is QEMU's own network with the addresses of the image.
func (s *service) userNetwork(i int) string {
	d := s.im.Devices[i]
	b := "user"
	if len(d.Ports) == 0 {
		return b
	}
	size := 0
	for m := d.Home.Mask; m != 0; m <<= 1 {
		size++
	}
	g := newGateway(nil, d.Home, nil)
	b += fmt.Sprintf(",net=%s/%d,host=%s", dotted(d.Home.Host&d.Home.Mask), size, dotted(g.own))
	for _, f := range s.o.Forwards {
		if at, err := s.im.socket(f); err == nil && at == i {
			b += fmt.Sprintf(",hostfwd=udp:127.0.0.1:%d-%s:%d", f.Host, dotted(d.Home.Host), f.Guest)
		}
	}
	return b
}

// nativeCommand is the command for a process. The process gets frames only from TAP
// interfaces: without this tool, no program forwards datagrams to it.
func (s *service) nativeCommand() (string, error) {
	args := slices.Clone(s.im.Words)
	for i, d := range s.im.Devices {
		switch {
		case d.Kind == Disk:
			args = append(args, d.Name+"=file:"+s.im.value(Disk, s.o.Disks, i))
		case d.Kind == Net:
			args = append(args, d.Name+"=tap:"+s.tapOf(i))
		}
	}
	dir, err := os.MkdirTemp("", "sinter-live-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, s.im.Name)
	if err := os.WriteFile(path, s.im.ELF, 0o755); err != nil {
		return "", err
	}
	return shellLine(append([]string{path}, args...)), nil
}

// shellLine quotes the words of a command.
func shellLine(args []string) string {
	var out []string
	for _, a := range args {
		if a == "" || strings.Trim(a, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=.,:/+@%") != "" {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		out = append(out, a)
	}
	return strings.Join(out, " ")
}
