// Before any code of the program runs, the process checks that the CPU has the features for
// which the program was compiled.
#include "hal.h"

// warn writes a text to standard error.
__attribute__((unused)) static void warn(const char *text) {
  u32 n = 0;
  while (text[n]) n++;
  sys(SYS_write, 2, (long)text, n, 0);
}

static NORETURN void complain(const char *text, u32 n) {
  sys(SYS_write, 2, (long)text, n, 0);
  hal_exit(END_USAGE);
}
#define COMPLAIN(text) complain(text, sizeof text - 1)

#if SN_NEEDS
static void cpuid(u32 leaf, u32 *r) {
  __asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(0));
}

// The kernel must save the AVX and AVX-512 registers: bits 1, 2 and 5 to 7 of XCR0.
static u32 saved(void) {
  u32 r[4], low, high;
  cpuid(1, r);
  if (!(r[2] >> 27 & 1)) return 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

// lacking names the first missing feature. It is 0 if none is missing.
static const char *lacking(void) {
  u32 state = saved();
  for (u32 i = 0; i < SN_NEEDS; i++) {
    u32 leaf = sn_needs[i].leaf, r[4];
    const char *name = sn_needs[i].name;
    cpuid(leaf & 0x80000000, r);
    if (r[0] < leaf) return name;
    cpuid(leaf, r);
    if (!(r[sn_needs[i].reg] >> sn_needs[i].bit & 1)) return name;
    u32 kept = name[0] == 'A' && name[1] == 'V' ? (name[3] == '5' ? 0xe6 : 6) : 0;
    if ((state & kept) != kept) return name;
  }
  return 0;
}

static void check_processor(void) {
  const char *name = lacking();
  if (!name) return;
  u32 n = 0;
  while (name[n]) n++;
  sys(SYS_write, 2, (long)name, n, 0);
  COMPLAIN(" is not there on this processor; make the program for it with --cpu x86-64\n");
}
#else
static void check_processor(void) {}
#endif
