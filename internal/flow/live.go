package flow

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/live"
	"github.com/sinter-lang/sinter/internal/medium"
	"github.com/sinter-lang/sinter/internal/proc"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/monitor"
	"github.com/sinter-lang/sinter/sim/process"
)

// Outline is the program as a service on a machine. Its image is not built yet.
func (p *Program) Outline(machine string) (*live.Image, error) {
	if p.Tree.System == nil {
		return nil, UserErrorf("%s declares no system: there is nothing to run", p.Name)
	}
	if p.Form > FromIR {
		return nil, UserErrorf("--live wants a program; %s is %s", p.Path, p.Form)
	}
	return &live.Image{Name: p.Name, Devices: p.serviceDevices(), Linked: p.linked(machine), Words: p.words}, nil
}

// Service builds the image for an outline as the given product.
func (p *Program) Service(ctx context.Context, product string, im *live.Image) error {
	img, err := p.X86(ctx, x86.Product(product))
	if err != nil {
		return err
	}
	im.ELF, im.Size, im.Where = img.ELF, len(img.Stripped), x86.Places(img.ELF)
	if img.EFI != nil {
		im.Boot = medium.Image(img.EFI)
	}
	if p.opts.Watched {
		im.Watch, err = p.watch(img)
	}
	return err
}

// SourceLine is the source line that a message about a trap or a crash names, with its number,
// as one indented line. The result is "" if the message names no line of the program.
func (p *Program) SourceLine(text string) string {
	file, number, ok := live.Place(text)
	if !ok {
		return ""
	}
	for _, f := range p.Files {
		lines := strings.Split(f.Text, "\n")
		if f.Name == file && number >= 1 && number <= len(lines) {
			return fmt.Sprintf("  %d | %s\n", number, lines[number-1])
		}
	}
	return ""
}

// ReadProgram reads an executable.
func ReadProgram(path string) ([]byte, error) { return readInput(path, "an executable", maxCapture) }

// Places returns a function that maps an address in an executable to a source position.
func Places(elf []byte) func(uint64) string { return x86.Places(elf) }

// serviceDevices are the devices of the program, with the sockets of their stacks.
func (p *Program) serviceDevices() []live.Device {
	var all []live.Device
	for i, d := range p.Tree.System.Devices {
		dev := live.Device{Name: d.Name, Home: live.Home(d.Home)}
		switch port.ShapeOf(d.Kind) {
		case port.Command:
			switch {
			case isDisk(&d):
				dev.Kind = live.Disk
			case isSource(&d):
				dev.Kind = live.Random
			default:
				dev.Kind = live.Bus
			}
		case port.Level:
			dev.Kind = live.Pin
		case port.Stream:
			dev.Kind = live.Serial
		}
		for _, s := range p.Tree.System.Sockets {
			if s.Device == i {
				dev.Ports = append(dev.Ports, s.Port)
			}
		}
		all = append(all, dev)
	}
	return all
}

// linked lists the parts that an image contains besides the program: drivers of devices, and
// services of the library.
func (p *Program) linked(machine string) []string {
	drivers := map[string][]string{
		Native: {"descriptor", "file", "getrandom"}, Unikernel: {"virtio-net", "virtio-blk", "virtio-rng"}, Monitor: {"rings", "sectors", "host"},
	}[machine]
	var list []string
	for _, d := range p.Tree.System.Devices {
		switch {
		case isMessage(&d):
			list = append(list, d.Name+" ("+drivers[0]+")")
		case isDisk(&d):
			list = append(list, d.Name+" ("+drivers[1]+")")
		case isSource(&d):
			list = append(list, d.Name+" ("+drivers[2]+")")
		}
	}
	stacks := 0
	for i := range p.Tree.System.Devices {
		for _, s := range p.Tree.System.Sockets {
			if s.Device == i {
				stacks++
				break
			}
		}
	}
	if stacks > 0 {
		list = append(list, "ARP, IPv4, ICMP, UDP")
	}
	return list
}

// LiveMachine is the preferred machine for a service on this computer. It is the monitor if the
// monitor can run here, else QEMU, else a process.
func LiveMachine() string {
	if monitor.Available() == nil {
		return Monitor
	}
	if _, err := exec.LookPath("qemu-system-x86_64"); err == nil {
		return Unikernel
	}
	return Native
}

// QEMU is the path of QEMU, an outside tool.
func QEMU() (string, error) {
	path, err := exec.LookPath("qemu-system-x86_64")
	if err != nil {
		return "", &MissingTool{"qemu-system-x86_64", "qemu-system-x86"}
	}
	return path, nil
}

// probe is a guest with an instruction of every class that images use: integers of all widths,
// multiplication and division, floats, copies of blocks of memory, and the console. It also
// runs a loop a million times. This loop reveals an accelerator that executes a guest's kernel
// one instruction at a time.
const probe = `
task probe() {
  var x: u64 = 88172645463325252
  var y: f64 = 1.0
  var b: bytes<256>
  for i in 0..1000000 {
    x = x ^ x << 13
    x = x ^ x >> 7
    x = x ^ x << 17
  }
  for i in 0..100 { y = y * 1.5 / 1.25 + 0.5 }
  b.resize(200)
  let c = b
  log.print("probe {x} {x * 3 / 7 % 1001} {y > 2.0} {c.len}")
}
system probe { run probe() }
`

// probeTime is the time limit for the probe: a hundred times the time that a CPU needs.
const probeTime = 1500 * time.Millisecond

// KVMServes reports why QEMU cannot use KVM here. The result is nil if QEMU can use KVM. A
// probe guest must end in time under KVM, and must print the same output as without KVM.
func KVMServes(ctx context.Context, o live.Options) error {
	f, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("cannot open /dev/kvm: %s", Reason(err))
	}
	f.Close()
	p, err := LoadFiles([]*diag.File{{Name: "probe.sn", Text: probe}}, Options{})
	if err != nil {
		return err
	}
	img, err := p.X86(ctx, x86.Product(o.Product()))
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sinter-probe-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	kernel := filepath.Join(dir, "probe.elf")
	if err := os.WriteFile(kernel, img.Stripped, 0o644); err != nil {
		return err
	}
	said := map[string]string{}
	for _, accel := range []string{"kvm", "tcg"} {
		limit := probeTime
		if accel == "tcg" {
			limit *= 10
		}
		if said[accel], err = runProbe(ctx, process.Options{QEMU: o.QEMU, Chipset: o.Chipset, Accel: accel}, kernel, limit); err != nil {
			return fmt.Errorf("a probe guest under %s %w", accel, err)
		}
	}
	if said["kvm"] != said["tcg"] {
		return fmt.Errorf("a probe guest says %q under KVM and %q without it", said["kvm"], said["tcg"])
	}
	return nil
}

func runProbe(ctx context.Context, o process.Options, kernel string, limit time.Duration) (string, error) {
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	args := process.QEMUArgs(o, kernel, "")
	cmd := proc.Command(ctx, args[0], args[1:]...)
	out, _ := cmd.Output() // QEMU's exit status for code 0 is 1
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("has not ended after %v", limit)
	case !strings.Contains(string(out), "probe "):
		return "", fmt.Errorf("ends with %s and without its line", cmd.ProcessState)
	}
	return string(out), nil
}
