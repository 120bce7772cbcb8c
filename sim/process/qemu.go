package process

import (
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sinter-lang/sinter/sim/world"
)

// Chipset is a machine type of QEMU on which a unikernel boots.
type Chipset string

// The chipsets.
const (
	Microvm Chipset = ""    // virtio-mmio, for product pvh
	Q35     Chipset = "q35" // virtio over PCI, for product pvh-pci
	// Computer is q35 used like a physical computer, with firmware and the standard cards of
	// QEMU (FirmwareArgs), for product uefi.
	Computer Chipset = "computer"
)

// commonArgs are the QEMU arguments for every chipset.
var commonArgs = []string{
	"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio", "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
}

// machine returns the arguments that select a chipset and switch off the parts that the
// unikernel does not use. Without ACPI, a microvm passes its virtio devices on the kernel
// command line.
func (c Chipset) machine() []string {
	if c == Q35 {
		return []string{"-M", "q35,smbus=off,sata=off,usb=off,vmport=off,hpet=off"}
	}
	return []string{
		"-M", "microvm,x-option-roms=off,pic=off,pit=off,rtc=off,acpi=off", "-global", "virtio-mmio.force-legacy=false",
	}
}

// device returns the QEMU name of a virtio device on the chipset. A network card needs no boot
// ROM.
func (c Chipset) device(kind string) string {
	switch {
	case c == Computer && kind == "net":
		return "e1000,romfile="
	case c == Q35 && kind == "net":
		return "virtio-net-pci,romfile="
	case c == Q35 || c == Computer:
		return "virtio-" + kind + "-pci"
	}
	return "virtio-" + kind + "-device"
}

// exact makes the time-stamp counter count instructions exactly.
var exact = []string{"-icount", "shift=0,sleep=off"}

// QEMUArgs returns the command line that boots a kernel, beginning with the QEMU program. line
// is the command line of the kernel itself, and is empty for a live run.
func QEMUArgs(o Options, kernel, line string) []string {
	args := slices.Concat([]string{o.QEMU}, o.Chipset.machine(), commonArgs)
	if o.Accel == "kvm" {
		args = append(args, "-accel", "kvm", "-cpu", "host,-arch-capabilities")
	} else {
		args = append(args, "-accel", "tcg")
	}
	args = append(args, "-m", strconv.Itoa(MemoryOf(o, kernel)))
	if o.ICount {
		args = append(args, exact...)
	}
	args = append(args, "-kernel", kernel)
	if line != "" {
		args = append(args, "-append", line)
	}
	return args
}

// leastMemory is the memory in MiB of a guest that has little static memory.
const leastMemory = 4

// MemoryOf returns the memory for a kernel in MiB: the value in the options, or else the size
// that the image needs.
func MemoryOf(o Options, kernel string) int {
	if o.Memory > 0 {
		return o.Memory
	}
	data, err := os.ReadFile(kernel)
	if err != nil {
		return leastMemory // QEMU then reports the error in the file
	}
	return MemoryOfImage(data)
}

// MemoryOfImage returns the memory that a kernel needs, in MiB. The memory must contain the
// whole image and two MiB after the image, for the data of the loader.
func MemoryOfImage(kernel []byte) int { return max(leastMemory, int(imageEnd(kernel)>>20)+3) }

// LeastMemoryOfImage returns the memory in MiB that is needed to load a kernel.
func LeastMemoryOfImage(kernel []byte) int { return int((imageEnd(kernel) + 1<<20 - 1) >> 20) }

// imageEnd returns the end address of an image in memory, below 4 GiB. The result is 0 if the
// bytes are not an image.
func imageEnd(kernel []byte) uint64 {
	f, err := elf.NewFile(bytes.NewReader(kernel))
	if err != nil {
		return 0
	}
	end := uint64(0)
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD {
			end = max(end, p.Vaddr+p.Memsz)
		}
	}
	return min(end, 1<<32)
}

// liveQEMU is the shell command with which a user boots a kernel. The network cards share the
// built-in network of QEMU.
func liveQEMU(o Options, kernel string, p *Program) []string {
	args, lines, sources := QEMUArgs(o, kernel, strings.Join(p.Words, " ")), 0, 0
	for i, name := range p.Devices {
		switch {
		case p.isDisk(i):
			args = append(args, o.Chipset.Disk(i, name+".img")...)
		case p.isStream(i):
			args = append(args, LineArgs(lines, fmt.Sprintf("pty,id=s%d", lines))...)
			lines++
		case p.isSource(i):
			sources++
			if sources == 1 { // the program's sources share the device
				args = append(args, o.Chipset.Random()...)
			}
		case p.isLevel(i), p.isBus(i): // a PVH guest has no such device, and reports that
		case i < len(p.Ports):
			backend := "user"
			for _, port := range p.Ports[i] {
				backend += fmt.Sprintf(",hostfwd=udp:127.0.0.1:%d-:%d", 10000+port%50000, port)
			}
			args = append(args, o.Chipset.Card(i, backend)...)
		default:
			args = append(args, o.Chipset.Card(i, "user")...)
		}
	}
	return args
}

// wired reports whether frames of a device go over a wire of QEMU.
func (p *Program) wired(dev int) bool {
	return !p.isDisk(dev) && !p.isLevel(dev) && !p.isStream(dev) && !p.isBus(dev)
}

// LineArgs returns the arguments for the nth serial line in addition to the console. At most
// two lines are possible. The program identifies the lines by their order. `backend` is a
// character device of QEMU with the identity sN.
func LineArgs(n int, backend string) []string {
	return []string{
		"-chardev", backend,
		"-device", fmt.Sprintf("isa-serial,chardev=s%d,iobase=%#x,irq=%d", n, [...]int{0x2f8, 0x3e8}[n%2], 3+n%2),
	}
}

// Disk returns the arguments for a disk. The program identifies its disks by their serial
// numbers.
func (c Chipset) Disk(i int, file string) []string {
	return []string{
		"-drive", fmt.Sprintf("file=%s,if=none,format=raw,id=d%d", file, i),
		"-device", fmt.Sprintf("%s,drive=d%d,serial=%d", c.device("blk"), i, i),
	}
}

// Random returns the arguments for a source of random bytes.
func (c Chipset) Random() []string { return []string{"-device", c.device("rng")} }

// Card returns the arguments for a network card. The program identifies its network devices by
// the last byte of the MAC address.
func (c Chipset) Card(i int, backend string) []string {
	return []string{
		"-netdev", fmt.Sprintf("%s,id=n%d", backend, i),
		"-device", fmt.Sprintf("%s,netdev=n%d,mac=52:54:00:00:00:%02x", c.device("net"), i, i),
	}
}

// exitStatus is the exit status of QEMU after the guest writes a code to the exit device.
func exitStatus(code int) int { return 2*code + 1 }

// NewUnikernel boots the executable in QEMU. Frames go over datagram sockets, with one pair of
// sockets for each device.
func NewUnikernel(ctx context.Context, p Program, w *world.World, o Options) (*Machine, error) {
	m, err := prepare(p, w, o)
	if err != nil {
		return nil, err
	}
	if err := m.boot(ctx); err != nil {
		m.Close()
		return nil, fmt.Errorf("%s: %w", p.Name, err)
	}
	return m, nil
}

func (m *Machine) boot(ctx context.Context) error {
	m.host.status, m.host.emulated = exitStatus, true
	kernel := filepath.Join(m.host.dir, "kernel.elf")
	if err := os.WriteFile(kernel, m.prog.ELF, 0o644); err != nil {
		return err
	}
	m.Command = strings.Join(liveQEMU(m.opts, kernel, &m.prog), " ")
	if err := m.writeDisks(); err != nil {
		return err
	}
	args := QEMUArgs(m.opts, kernel, strings.Join(append([]string{"sn.script"}, m.prog.Words...), " "))
	for i := range m.prog.Devices {
		if m.prog.isDisk(i) {
			args = append(args, m.opts.Chipset.Disk(i, m.diskFile(i))...)
		}
	}
	if n := len(m.prog.Devices); n > 0 {
		wire, extra, err := newDatagrams(m.opts.Chipset, n, m.prog.wired)
		if err != nil {
			return err
		}
		m.wire, args = wire, append(args, extra...)
	}
	return m.start(ctx, args[0], args[1:]...)
}

// datagrams is a wire made of Unix datagram sockets. For device i, the harness binds the socket
// dev<i>.host, and QEMU binds dev<i>.guest.
type datagrams struct {
	dir   string
	conns []*net.UnixConn
	peers []*net.UnixAddr
}

func newDatagrams(c Chipset, devices int, with func(int) bool) (*datagrams, []string, error) {
	dir, err := os.MkdirTemp("", "sinter-net-") // because names of sockets must be short
	if err != nil {
		return nil, nil, err
	}
	d := &datagrams{dir: dir}
	var args []string
	for i := range devices {
		if !with(i) {
			d.conns, d.peers = append(d.conns, nil), append(d.peers, nil)
			continue
		}
		host := filepath.Join(dir, fmt.Sprintf("dev%d.host", i))
		guest := filepath.Join(dir, fmt.Sprintf("dev%d.guest", i))
		conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: host, Net: "unixgram"})
		if err != nil {
			d.close()
			return nil, nil, err
		}
		d.conns = append(d.conns, conn)
		d.peers = append(d.peers, &net.UnixAddr{Name: guest, Net: "unixgram"})
		args = append(args, c.Card(i, fmt.Sprintf("dgram,local.type=unix,local.path=%s,remote.type=unix,remote.path=%s", guest, host))...)
	}
	return d, args, nil
}

func (d *datagrams) send(dev int, frame []byte) error {
	_, err := d.conns[dev].WriteToUnix(frame, d.peers[dev])
	return err
}

func (d *datagrams) receive(dev int, timeout time.Duration) ([]byte, error) {
	buf := make([]byte, maxFrame)
	if err := d.conns[dev].SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return nil, err
	}
	n, _, err := d.conns[dev].ReadFromUnix(buf)
	return buf[:n], err
}

func (d *datagrams) close() {
	for _, c := range d.conns {
		if c != nil {
			c.Close()
		}
	}
	os.RemoveAll(d.dir)
}
