package live

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/sim/process"
)

// File is a file in a folder for a hypervisor or systemd.
type File struct {
	Name    string
	Text    string
	Program bool // the file is executable
}

// Bundle is the input of a hypervisor: the image, its configuration, and the command, with
// paths relative to the folder. Options describe the machine for which the image is built.
type Bundle struct {
	Options Options
	Files   func(im *Image) []File
}

// BundleFor returns the bundle for a hypervisor.
func BundleFor(vmm string) (Bundle, error) {
	o := Options{Machine: Unikernel, Chipset: Chipset(vmm)}
	switch vmm {
	case "qemu", "qemu-q35":
		return Bundle{o, func(im *Image) []File { return qemuBundle(im, o.Chipset) }}, nil
	case "qemu-uefi":
		return Bundle{o, computerBundle}, nil
	case "firecracker":
		return Bundle{o, firecrackerBundle}, nil
	case "cloud-hypervisor":
		return Bundle{Options{Machine: Unikernel, Chipset: process.Q35}, cloudBundle}, nil
	case "monitor":
		return Bundle{}, wrong("--vmm monitor: the monitor is a part of this tool: `sinter run P --live --vmm monitor` runs a program in it, and `-o P.elf --product hvt` writes its image")
	}
	return Bundle{}, wrong("--vmm %s: expected qemu, qemu-q35, qemu-uefi, firecracker or cloud-hypervisor", vmm)
}

// interfaceName is the name of the default TAP interface of a device.
func interfaceName(im *Image, i int) string {
	n := 0
	for _, d := range im.Devices[:i] {
		if d.Kind == Net {
			n++
		}
	}
	return fmt.Sprintf("tap%d", n)
}

// script is the beginning of a script in a bundle. The script works from any current directory.
const script = "#!/bin/sh\ncd \"$(dirname \"$0\")\" || exit 2\n"

// bundled is an image on QEMU's own network, with all its ports forwarded.
func bundled(im *Image, c process.Chipset) *service {
	s := &service{im: im, o: Options{Chipset: c, Disks: bundleDisks(im)}}
	for _, d := range im.Devices {
		for _, p := range d.Ports {
			s.o.Forwards = append(s.o.Forwards, Forward{Host: 10000 + p%50000, Guest: p})
		}
	}
	return s
}

// said returns comments that list the forwarded ports.
func (s *service) said() string {
	var b strings.Builder
	for _, f := range s.o.Forwards {
		fmt.Fprintf(&b, "# udp 127.0.0.1:%d is port %d of the program\n", f.Host, f.Guest)
	}
	return b.String()
}

// computerBundle makes a disk for a computer, and a script that starts the disk in QEMU.
// The computer in QEMU has UEFI firmware, an invisible screen, the serial line as console,
// and cards of kind e1000.
func computerBundle(im *Image) []File {
	disk := im.Name + ".raw"
	s := bundled(im, process.Computer)
	args := append(process.FirmwareArgs("qemu-system-x86_64", disk, process.MemoryOfImage(im.ELF)), s.qemuDevices()...)
	missing := fmt.Sprintf("[ -e %s ] || { echo 'missing: apt-get install ovmf' >&2; exit 2; }\n", process.Firmware)
	run := script + s.said() + missing + makeDisks(im) + "exec " + shellLine(args) + "\n"
	return []File{{disk, string(im.Boot), false}, {im.Name + ".elf", string(im.ELF), false}, {"run.sh", run, true}}
}

// qemuBundle uses QEMU's own network, so its script runs without root.
func qemuBundle(im *Image, c process.Chipset) []File {
	kernel := im.Name + ".elf"
	s := bundled(im, c)
	mem := process.Options{QEMU: "qemu-system-x86_64", Chipset: c, Memory: process.MemoryOfImage(im.ELF)}
	args := append(process.QEMUArgs(mem, kernel, strings.Join(im.Words, " ")), s.qemuDevices()...)
	var b strings.Builder
	b.WriteString(script + s.said() + makeDisks(im))
	fmt.Fprintf(&b, "%s &\npid=$!\ntrap 'kill $pid' INT TERM HUP\nwait $pid\ncode=$?\n", shellLine(args))
	b.WriteString("[ $code -gt 128 ] && { wait $pid; exit 130; }\nexit $(( (code - 1) / 2 ))\n")
	return []File{{kernel, string(im.ELF), true}, {"run.sh", b.String(), true}}
}

func bundleDisks(im *Image) (all []Pair) {
	for _, d := range im.Devices {
		if d.Kind == Disk {
			all = append(all, Pair{d.Name, d.Name + ".img"})
		}
	}
	return all
}

// makeDisks creates missing disks with 1 MiB.
func makeDisks(im *Image) string {
	var b strings.Builder
	for _, p := range bundleDisks(im) {
		fmt.Fprintf(&b, "[ -e %s ] || truncate -s 1M %s\n", p.Value, p.Value)
	}
	return b.String()
}

// Parts of a configuration of Firecracker.
type (
	bootSource struct {
		Kernel string `json:"kernel_image_path"`
		Args   string `json:"boot_args"`
	}
	drive struct {
		ID       string `json:"drive_id"`
		Path     string `json:"path_on_host"`
		Root     bool   `json:"is_root_device"`
		ReadOnly bool   `json:"is_read_only"`
	}
	network struct {
		ID   string `json:"iface_id"`
		MAC  string `json:"guest_mac"`
		Host string `json:"host_dev_name"`
	}
	machineConfig struct {
		CPUs int `json:"vcpu_count"`
		MiB  int `json:"mem_size_mib"`
	}
	firecracker struct {
		Boot     bootSource    `json:"boot-source"`
		Drives   []drive       `json:"drives"`
		Machine  machineConfig `json:"machine-config"`
		Networks []network     `json:"network-interfaces"`
		Entropy  *struct{}     `json:"entropy,omitempty"` // a source of random bytes
	}
)

// firecrackerBundle uses TAP interfaces. Disks are in the order of the program, because
// Firecracker chooses the serial numbers of disks itself.
func firecrackerBundle(im *Image) []File {
	kernel := im.Name + ".elf"
	conf := firecracker{Boot: bootSource{Kernel: kernel, Args: strings.Join(append([]string{"sn.disks=order"}, im.Words...), " ")}, Machine: machineConfig{1, process.MemoryOfImage(im.ELF)}, Drives: []drive{}, Networks: []network{}}
	for i, d := range im.Devices {
		switch d.Kind {
		case Disk:
			conf.Drives = append(conf.Drives, drive{ID: d.Name, Path: d.Name + ".img"})
		case Random:
			conf.Entropy = &struct{}{}
		default:
			conf.Networks = append(conf.Networks, network{d.Name, fmt.Sprintf("52:54:00:00:00:%02x", i), interfaceName(im, i)})
		}
	}
	text, err := json.MarshalIndent(conf, "", "  ")
	if err != nil {
		panic("live: " + err.Error()) // only strings and numbers
	}
	run := script + makeDisks(im) + "exec firecracker --no-api --config-file " + shellLine([]string{im.Name + ".json"}) + "\n"
	return []File{{kernel, string(im.ELF), true}, {im.Name + ".json", string(text) + "\n", false}, {"run.sh", run, true}}
}

// cloudBundle uses TAP interfaces, and disks in the order of the program. Its devices are on
// PCI, like the devices of q35.
func cloudBundle(im *Image) []File {
	const least = 16 // MiB
	kernel := im.Name + ".elf"
	args := []string{
		"cloud-hypervisor", "--kernel", kernel, "--cmdline", strings.Join(append([]string{"sn.disks=order"}, im.Words...), " "),
		"--cpus", "boot=1", "--memory", fmt.Sprintf("size=%dM", max(least, process.MemoryOfImage(im.ELF))), "--serial", "tty", "--console", "off",
	}
	var nets, disks []string
	for i, d := range im.Devices {
		switch d.Kind {
		case Disk:
			disks = append(disks, "path="+d.Name+".img")
		case Random: // this machine gives each guest a source of random bytes
		default:
			nets = append(nets, fmt.Sprintf("tap=%s,mac=52:54:00:00:00:%02x", interfaceName(im, i), i))
		}
	}
	if len(disks) > 0 {
		args = append(append(args, "--disk"), disks...)
	}
	if len(nets) > 0 {
		args = append(append(args, "--net"), nets...)
	}
	return []File{{kernel, string(im.ELF), true}, {"run.sh", script + makeDisks(im) + "exec " + shellLine(args) + "\n", true}}
}

// Systemd makes a process and its unit. The unit allows only what the process needs. If every
// network of a program has a stack, there is a second unit. The second unit passes UDP
// sockets for the program's ports, instead of TAP interfaces.
func Systemd(im *Image) []File {
	files := []File{{im.Name, string(im.ELF), true}, {im.Name + ".service", unit(im, nil), false}}
	if given := sockets(im); given != nil {
		files = append(append(files, File{im.Name + "-udp.service", unit(im, given), false}), given...)
	}
	return files
}

// mostSockets is the largest number of UDP sockets that a process accepts.
const mostSockets = 8

// sockets are the units that bind the ports of a program, one unit for each port. The list
// is empty if sockets cannot replace all networks of the program. The name of a socket tells
// the process which device and port it serves.
func sockets(im *Image) []File {
	var files []File
	for _, d := range im.Devices {
		if d.Kind == Net && len(d.Ports) == 0 {
			return nil
		}
		for _, p := range d.Ports {
			text := fmt.Sprintf("[Unit]\nDescription=port %d of %s, made by sinter\n\n[Socket]\nListenDatagram=0.0.0.0:%d\nFileDescriptorName=%s.%d\nService=%s-udp.service\n\n[Install]\nWantedBy=sockets.target\n", p, im.Name, p, d.Name, p, im.Name)
			files = append(files, File{fmt.Sprintf("%s-%s-%d.socket", im.Name, d.Name, p), text, false})
		}
	}
	if len(files) > mostSockets {
		return nil
	}
	return files
}

// unit is a service unit. The service uses the given sockets, or TAP interfaces if no sockets are
// given.
func unit(im *Image, given []File) string {
	var args []string
	taps := 0
	for i, d := range im.Devices {
		switch {
		case d.Kind == Disk:
			args = append(args, fmt.Sprintf("%s=file:/var/lib/%s/%s.img", d.Name, im.Name, d.Name))
		case given == nil && d.Kind == Net:
			taps++
			args = append(args, fmt.Sprintf("%s=tap:%s", d.Name, interfaceName(im, i)))
		}
	}
	args = append(args, im.Words...)
	var b strings.Builder
	fmt.Fprintf(&b, "[Unit]\nDescription=%s, made by sinter\nAfter=network.target\n\n[Service]\n", im.Name)
	for _, f := range given {
		fmt.Fprintf(&b, "Sockets=%s\n", f.Name)
	}
	for _, p := range bundleDisks(im) {
		fmt.Fprintf(&b, "ExecStartPre=/bin/sh -c '[ -e /var/lib/%s/%s ] || truncate -s 1M /var/lib/%s/%s'\n", im.Name, p.Value, im.Name, p.Value)
	}
	fmt.Fprintf(&b, "ExecStart=%s\n", strings.Join(append([]string{"/usr/local/bin/" + im.Name}, args...), " "))
	b.WriteString("Type=notify\nNotifyAccess=main\nRestart=on-failure\nRestartPreventExitStatus=1\n")
	if taps > 0 {
		b.WriteString("CapabilityBoundingSet=CAP_NET_ADMIN\nDevicePolicy=closed\nDeviceAllow=/dev/net/tun rw\n")
	} else {
		b.WriteString("CapabilityBoundingSet=\nPrivateDevices=yes\n")
	}
	if len(bundleDisks(im)) > 0 {
		fmt.Fprintf(&b, "StateDirectory=%s\n", im.Name)
	}
	b.WriteString("NoNewPrivileges=yes\nProtectSystem=strict\nProtectHome=yes\nPrivateTmp=yes\nMemoryDenyWriteExecute=yes\n")
	if given == nil { // otherwise the sockets start the service
		b.WriteString("\n[Install]\nWantedBy=multi-user.target\n")
	}
	return b.String()
}
