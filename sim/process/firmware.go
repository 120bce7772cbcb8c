package process

import "strconv"

// Firmware is that of a computer, which the Debian package ovmf has.
const Firmware = "/usr/share/ovmf/OVMF.fd"

// firmwareMemory is what the firmware and a program beside it need, in MiB.
const firmwareMemory = 128

// FirmwareArgs is the command line of a computer with a UEFI firmware that starts from the
// image of a disk. It has nothing of virtual machines: no kernel on the command line and no
// device for exits. What the program writes to the disk is lost.
func FirmwareArgs(qemu, medium string, mib int) []string {
	return []string{
		qemu, "-M", "q35,smbus=off,usb=off,vmport=off", "-accel", "tcg", "-m", strconv.Itoa(max(firmwareMemory, mib)),
		"-nodefaults", "-no-user-config", "-display", "none", "-vga", "std", "-no-reboot", "-serial", "stdio", "-bios", Firmware,
		"-drive", "if=none,id=boot,format=raw,snapshot=on,file=" + medium, "-device", "ide-hd,drive=boot,bootindex=0",
	}
}
