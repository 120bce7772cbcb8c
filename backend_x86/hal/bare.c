// The start of a kernel on a computer, before the start of its devices.
#include "hal.h"
#include "handover.h"

// serial_line makes the console 115,200 baud, 8 bits, no parity, one stop bit.
static void serial_line(void) {
  outb(COM1 + 1, 0);
  outb(COM1 + 3, 0x83);
  outb(COM1, 1);
  outb(COM1 + 1, 0);
  outb(COM1 + 3, 3);
  outb(COM1 + 2, 7);
}

// screen_start maps the pixels and clears them. The characters are drawn twice as large if 80
// of these fit on a line.
static void screen_start(void) {
  enum { LARGE = 2 * 80 * CELL_WIDTH + 2 * MARGIN };
  const struct handover *h = &firmware;
  if (!h->screen || h->width < 2 * MARGIN + CELL_WIDTH || h->height < 2 * MARGIN + CELL_HEIGHT) return;
  volatile u32 *pixels = reach(h->screen, (u64)h->pitch * h->height * 4);
  for (u64 k = 0; k < (u64)h->pitch * h->height; k++) pixels[k] = 0;
  screen.size = h->width >= LARGE ? 2 : 1;
  screen.pitch = h->pitch;
  screen.columns = (h->width - 2 * MARGIN) / (CELL_WIDTH * screen.size);
  screen.lines = (h->height - 2 * MARGIN) / (CELL_HEIGHT * screen.size);
  screen.pixels = pixels;
}

// local_controller maps the registers of the local interrupt controller into memory. The
// firmware may have left the controller in x2APIC mode. To leave that mode, the controller must
// first be switched off.
static void local_controller(void) {
  enum { APIC_BASE = 0x1b, ON = 1 << 11, X2 = 1 << 10 };
  u32 low, high;
  __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(APIC_BASE));
  if (low & X2) __asm__ volatile("wrmsr" ::"c"(APIC_BASE), "a"(low & ~(ON | X2)), "d"(high));
  if (low & X2 || !(low & ON)) __asm__ volatile("wrmsr" ::"c"(APIC_BASE), "a"((low & ~X2) | ON), "d"(high));
  *(volatile u32 *)0xfee000f0 = 0x100 | SPURIOUS;
  *(volatile u32 *)0xfee00080 = 0; // accept interrupts of all vectors
}

static void bare_start(const struct handover *h) {
  firmware = *h;
#if SN_USES_NOW
  acpi_timer = (u16)h->timer;
#endif
  serial_line();
  screen_start();
  local_controller();
}
