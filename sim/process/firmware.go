package process

import "strconv"

// Firmware is the path of the UEFI firmware, which the Debian package ovmf installs.
const Firmware = "/usr/share/ovmf/OVMF.fd"

// firmwareMemory is the memory in MiB for the firmware and a program together.
const firmwareMemory = 128

// FirmwareArgs returns the QEMU command line of a computer with UEFI firmware that boots from a
// disk image. The computer has no special features of virtual machines: no kernel on the
// command line and no exit device. QEMU discards the writes of the program to the disk.
func FirmwareArgs(qemu, medium string, mib int) []string {
	return []string{
		qemu, "-M", "q35,smbus=off,usb=off,vmport=off", "-accel", "tcg", "-m", strconv.Itoa(max(firmwareMemory, mib)),
		"-nodefaults", "-no-user-config", "-display", "none", "-vga", "std", "-no-reboot", "-serial", "stdio", "-bios", Firmware,
		"-drive", "if=none,id=boot,format=raw,snapshot=on,file=" + medium, "-device", "ide-hd,drive=boot,bootindex=0",
	}
}
