// The console of a computer without an operating system: the first serial line, and the screen
// whose pixels the firmware has reported. This file also ends a program there.
#include "hal.h"
#include "handover.h"

enum { COM1 = 0x3f8, GLYPH = 5, ROWS = 7, CELL_WIDTH = 6, CELL_HEIGHT = 8, MARGIN = 8 };

// font.h stands here

static struct {
  volatile u32 *pixels; // 0: there is no screen
  u32 pitch, columns, lines, size, x, y;
} screen;

static struct handover firmware;

// dots draws one dot of a character, size pixels in each direction.
static void dots(u32 x, u32 y, u32 colour) {
  for (u32 i = 0; i < screen.size; i++)
    for (u32 k = 0; k < screen.size; k++) screen.pixels[(MARGIN + y * screen.size + i) * screen.pitch + MARGIN + x * screen.size + k] = colour;
}

static void draw(u32 column, u32 line, u8 c) {
  const u8 *glyph = font[c < 32 || c > 126 ? '?' - 32 : c - 32];
  for (u32 y = 0; y < CELL_HEIGHT; y++)
    for (u32 x = 0; x < CELL_WIDTH; x++) {
      int on = x < GLYPH && y < ROWS && glyph[y] >> (GLYPH - 1 - x) & 1;
      dots(column * CELL_WIDTH + x, line * CELL_HEIGHT + y, on ? 0xe0e0e0 : 0);
    }
}

// next_line moves to the line below, from the last line to the first, and clears it. It does not
// scroll, because screen memory is slow to read.
static void next_line(void) {
  screen.x = 0;
  screen.y = (screen.y + 1) % screen.lines;
  for (u32 k = 0; k < screen.columns; k++) draw(k, screen.y, ' ');
}

static void show(u8 c) {
  if (!screen.pixels) return;
  if (c == '\n' || screen.x == screen.columns) next_line();
  if (c == '\n') return;
  draw(screen.x++, screen.y, c);
}

// hal_write gives up after some time, because the serial line may be absent.
void hal_write(const void *p, u32 n) {
  enum { LOOKS = 100000 };
  for (const u8 *b = p; n--; b++) {
    for (u32 k = 0; k < LOOKS && !(inb(COM1 + 5) & 0x20);) k++;
    outb(COM1, *b);
    show(*b);
  }
}

// A bare computer has no harness.
void hal_read(void *p, u32 n) { memset(p, 0, n); }

// power_off returns to the firmware's page tables, which still exist: the kernel's memory was
// allocated from the firmware before the firmware ended.
static void power_off(void) {
  enum { SHUTDOWN = 2, FIVE_LEVELS = 1 << 12 };
  void (*system)(u64 kind, u64 status, u64 size, const void *data) __attribute__((ms_abi)) = (void *)firmware.reset;
  if (!firmware.reset || firmware.cr4 & FIVE_LEVELS) return;
  __asm__ volatile("cli; mov %0, %%cr4; mov %1, %%cr3; mov %2, %%cr0" ::"r"(firmware.cr4), "r"(firmware.cr3), "r"(firmware.cr0) : "memory");
  system(SHUTDOWN, 0, 0, 0);
}

// hal_exit switches the computer off after the end of a program. After any other stop the
// screen stays as it is.
NORETURN void hal_exit(u32 code) {
  if (code == END_OK) power_off();
  for (;;) __asm__ volatile("cli; hlt");
}
