// The serial console of a PVH guest, which is also the line to the harness, and the
// exit device.
#include "hal.h"

static void outb(u16 port, u8 v) { __asm__ volatile("outb %0, %1" ::"a"(v), "Nd"(port)); }
static u8 inb(u16 port) {
  u8 v;
  __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
  return v;
}

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

// begins reports whether a line begins with a word, whole.
static int begins(const char *line, const char *word) {
  while (*word && *line == *word) line++, word++;
  return !*word && (!*line || *line == ' ');
}

// has reports whether a word stands on the command line, whole.
static int has(const char *line, const char *word) {
  for (;;) {
    while (*line == ' ') line++;
    if (!*line) return 0;
    if (begins(line, word)) return 1;
    while (*line && *line != ' ') line++;
  }
}
