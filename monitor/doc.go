// Package monitor runs one image of product hvt in a virtual machine without a kernel
// mode. It is a tender over /dev/kvm, made for the devices that the image names.
//
// The vCPU starts in 64-bit mode at ring 3, where one port is allowed. The monitor makes its page
// tables from the image's segments: text may be executed, constants only read, data
// written and never executed; all else is not mapped. The tables lie outside of what
// the guest can address. So an image has neither boot code nor drivers nor
// descriptor tables, and cannot change its own mappings. An exception finds no
// handler: the vCPU shuts down, and the monitor reads where it was.
//
//	image                          monitor
//	out %eax, $0xe0                a call: eax is the address of its block
//	struct {op, device, a, b, c, result}
//	   write, read                 the console, or the line to the harness
//	   wait mask due               sleeps until a device of mask has a frame, or until due
//	   disk, now, flush, exit
//	rings in the image's memory    frames, both ways; filled and drained at each wait
//
// The guest is never trusted: each address, length and index that comes from it is
// checked against its image before it is used, and a wrong one ends the run with a
// sentence.
//
// Sources: Intel SDM volume 3 (4.5 paging; volume 1, 19.5 I/O privilege); the KVM API of the
// Linux kernel. The package knows no compiler and no trace. Start reading at Run.
package monitor
