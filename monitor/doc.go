// Package monitor runs one image of product hvt in a virtual machine without a kernel mode. The
// package uses /dev/kvm directly and serves the devices that the image names.
//
// The vCPU starts in 64-bit mode at ring 3, with access to one port. The monitor makes the page
// tables from the image's segments. Text can be executed, constants can only be read, and data
// can be written but never executed. No other memory is mapped, so the guest cannot address the
// page tables. So an image has no boot code, drivers or descriptor tables, and cannot change
// its own mappings. An exception finds no handler: the vCPU shuts down, and the monitor reads
// its program counter.
//
//	image                          monitor
//	out %eax, $0xe0                a call: eax is the address of its block
//	struct {op, device, a, b, c, result}
//	   write, read                 the console, or the line to the harness
//	   wait mask due               sleeps until a device of mask has a frame, or until due
//	   disk, now, flush, exit
//	rings in the image's memory    frames, both ways; filled and drained at each wait
//
// The guest is never trusted. The monitor checks each address, length and index from the guest
// against the image before use. A wrong value ends the run with an error message.
//
// Sources: Intel SDM volume 3 (4.5 paging; volume 1, 19.5 I/O privilege); the KVM API of the
// Linux kernel. The package does not depend on the compiler or the trace. Start reading at Run.
package monitor
