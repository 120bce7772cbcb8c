// A UEFI firmware starts the program in efi.c, which loads the kernel. This file defines the
// data that efi.c passes to the kernel.
#ifndef HANDOVER_H
#define HANDOVER_H
struct handover {
  u64 zero[3], line; // as a loader of PVH guests passes it; enter.s sets the line
  u64 screen;        // address of the pixels; 0: there is no screen
  u32 width, height, pitch; // in pixels of four bytes
  u32 timer;         // port of the ACPI timer, 0 if there is none
  u64 reset;         // the firmware's ResetSystem
  u64 cr0, cr3, cr4; // the firmware's CPU state, which enter.s saves
};
#endif
