// The serial console of a PVH guest, which is also the line to the harness, and the exit device.
#include "hal.h"

enum { COM1 = 0x3f8, EXIT_PORT = 0xf4 };

void hal_write(const void *p, u32 n) {
  for (const u8 *b = p; n--; b++) {
    while (!(inb(COM1 + 5) & 0x20)) {}
    outb(COM1, *b);
  }
}

void hal_read(void *p, u32 n) {
  for (u8 *b = p; n--; b++) {
    while (!(inb(COM1 + 5) & 1)) {}
    *b = inb(COM1);
  }
}

NORETURN void hal_exit(u32 code) {
  outb(EXIT_PORT, (u8)code); // QEMU's exit status becomes code * 2 + 1
  outb(0x600, 0x34);         // cloud-hypervisor: power off
  outb(0x64, 0xfe);          // Firecracker: reset by the keyboard controller
  for (;;) __asm__ volatile("cli; hlt");
}
