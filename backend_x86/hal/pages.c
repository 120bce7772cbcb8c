// Pages for the registers of devices. A firmware or a hypervisor may put PCI registers anywhere
// in the address space, even above 4 GiB. The pages are mapped before the tables become
// read-only.
#include "hal.h"

extern u64 pml4[];

// Tables beyond the boot's own: enough for four regions far from each other.
enum { SPARES = 8 };
static u64 spare[SPARES][512] __attribute__((aligned(4096), section(".bss.tables")));

// below is the table that an entry points to. A missing table is created.
static u64 *below(u64 *entry) {
  static u32 used;
  if (!(*entry & 1)) {
    if (used == SPARES) fail("the registers of devices lie in too many regions");
    *entry = (u64)spare[used++] | 3;
  }
  return (u64 *)(*entry & ~0xfffull);
}

// reach maps the pages of some registers, uncached and not executable.
static void *reach(u64 at, u64 size) {
  enum { LARGE = 0x200000, PRESENT_WRITE_UNCACHED_LARGE = 0x93 };
  for (u64 a = at & ~(u64)(LARGE - 1); a < at + size; a += LARGE) {
    u64 *e = &below(&below(&pml4[a >> 39 & 511])[a >> 30 & 511])[a >> 21 & 511];
    if (!(*e & 1)) *e = a | PRESENT_WRITE_UNCACHED_LARGE | 1ull << 63;
  }
  return (void *)at;
}
