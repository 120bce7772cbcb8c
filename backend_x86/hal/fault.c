// This file ends a guest that cannot continue, and sets up the interrupts that arrive over lines.
#include "hal.h"

static NORETURN void fail(const char *why) {
  u32 n = 0;
  while (why[n]) n++;
  hal_write("\nFAULT \"", 8); // the harness shows the text between the quotes
  hal_write(why, n);
  hal_write("\"\n", 2);
  hal_exit(END_CRASH);
}

// Interrupts are edge-triggered and go to one vector, which only ends a hlt.
__attribute__((unused)) static void interrupt(u32 gsi) {
  volatile u32 *ioapic = (volatile u32 *)0xfec00000;
  if (gsi >= 24) {
    ioapic = (volatile u32 *)0xfec10000;
    gsi -= 24;
  }
  ioapic[0] = 0x11 + 2 * gsi;
  ioapic[4] = 0;
  ioapic[0] = 0x10 + 2 * gsi;
  ioapic[4] = 32;
}
