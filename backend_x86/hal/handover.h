// The data that the program started by a UEFI firmware (efi.c) passes to the kernel that it has
// loaded.
#ifndef HANDOVER_H
#define HANDOVER_H
struct handover {
  u64 zero[3], line; // as from a loader of PVH guests; enter.s sets the line
  u64 screen;        // address of its pixels; 0: there is none
  u32 width, height, pitch; // in pixels of four bytes
  u32 timer;         // port of the ACPI timer; 0: there is none
  u64 reset;         // the firmware's ResetSystem
  u64 cr0, cr3, cr4; // the processor state of the firmware: enter.s
};
#endif
