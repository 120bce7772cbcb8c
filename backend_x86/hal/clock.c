// Time of a PVH guest: the time-stamp counter, which -icount makes an exact counter of
// instructions.
#include "hal.h"

#if SN_COUNT || SN_USES_NOW
static u64 tsc(void) {
  u32 a, d;
  __asm__ volatile("rdtsc" : "=a"(a), "=d"(d));
  return a | (u64)d << 32;
}
#endif

#if SN_COUNT
u64 hal_instructions(void) { return tsc(); }
#endif

#if SN_USES_NOW
// The rate of the time-stamp counter is measured once against the timer of the local
// interrupt controller, which counts down 1,000 times a microsecond in QEMU and KVM.
enum { APIC = 0xfee00000, TIMER_LVT = 0x320, TIMER_START = 0x380, TIMER_NOW = 0x390, TIMER_DIVIDE = 0x3e0, MASKED = 1 << 16 };

static volatile u32 *apic(u32 at) { return (volatile u32 *)(u64)(APIC + at); }

static u64 ticks_per_ms(void) {
  *apic(TIMER_LVT) = MASKED;
  *apic(TIMER_DIVIDE) = 11; // by one
  *apic(TIMER_START) = ~0u;
  u64 t = tsc();
  while (*apic(TIMER_NOW) > ~0u - 1000000) {}
  t = tsc() - t;
  *apic(TIMER_START) = 0;
  return t ? t : 1;
}

u64 hal_now(void) {
  static u64 start, rate;
  if (!rate) {
    rate = ticks_per_ms();
    start = tsc();
  }
  u64 ticks = tsc() - start;
  return ticks / rate * 1000 + ticks % rate * 1000 / rate;
}
#endif

#if SN_USES_ALARM
// timer_arm makes the next hlt end when due comes; 1: it has come.
static int timer_arm(u64 due) {
  enum { SPURIOUS = 0xf0, VECTOR = 32, LONGEST = 4000000 };
  u64 now = hal_now();
  if (now >= due) return 1;
  *apic(SPURIOUS) = 0x1ff; // on
  *apic(TIMER_DIVIDE) = 11;
  *apic(TIMER_LVT) = VECTOR;
  u64 left = due - now;
  *apic(TIMER_START) = (u32)(left < LONGEST ? left : LONGEST) * 1000;
  return 0;
}
#endif
