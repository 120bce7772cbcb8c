// The time of a PVH guest comes from the clock of KVM if there is one. Otherwise it comes from
// the time-stamp counter, which counts instructions exactly under -icount.
#include "hal.h"

static void cpuid(u32 leaf, u32 *r) {
  __asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(0));
}

// The spurious interrupt vector; its low four bits are ones (Intel SDM 3, 10.9).
enum { SPURIOUS = 47 };

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
// The timer of the local interrupt controller counts down 1,000 times a microsecond in
// QEMU and KVM.
enum { APIC = 0xfee00000, TIMER_LVT = 0x320, TIMER_START = 0x380, TIMER_NOW = 0x390, TIMER_DIVIDE = 0x3e0, MASKED = 1 << 16 };

static volatile u32 *apic(u32 at) { return (volatile u32 *)(u64)(APIC + at); }

// The time page of KVM's hypervisor interface (Linux, Documentation/virt/kvm/x86/msr.rst).
static volatile struct { u32 version, pad; u64 tsc, ns; u32 mul; signed char shift; u8 flags, pad2[2]; } page __attribute__((aligned(64)));

// kvm_clock makes the hypervisor write the time page. It returns 0 if there is no such clock.
static int kvm_clock(void) {
  enum { SYSTEM_TIME = 0x4b564d01, HAS_CLOCK = 1 << 3 };
  u32 r[4];
  cpuid(1, r);
  if (!(r[2] >> 31)) return 0;
  cpuid(0x40000000, r);
  if (r[1] != 0x4b4d564b || r[2] != 0x564b4d56 || r[3] != 0x4d) return 0; // KVMKVMKVM
  cpuid(0x40000001, r);
  if (!(r[0] & HAS_CLOCK)) return 0;
  u64 at = (u64)&page | 1;
  __asm__ volatile("wrmsr" ::"c"(SYSTEM_TIME), "a"((u32)at), "d"((u32)(at >> 32)) : "memory");
  return page.mul != 0;
}

static u64 kvm_now(void) {
  u32 version;
  u64 ns;
  do {
    version = page.version;
    u64 ticks = tsc() - page.tsc;
    ticks = page.shift < 0 ? ticks >> -page.shift : ticks << page.shift;
    ns = page.ns + (u64)((unsigned __int128)ticks * page.mul >> 32);
  } while (version & 1 || version != page.version);
  return ns / 1000;
}

#if SN_BARE
// On a bare computer the rate of the local timer is unknown. The rate is measured with
// the ACPI timer, which counts 3,579,545 times a second, in at least 24 bits (ACPI 6.5,
// section 4.8.2.1).
static u32 local_per_ms;
static u16 acpi_timer; // its port, 0 if there is none

// moment reads all three counters at nearly the same time. It takes several readings and keeps
// the reading with the shortest time between its two reads of the time-stamp counter.
static void moment(u64 *ticks, u32 *count, u32 *left) {
  u64 best = ~0ull;
  for (u32 k = 0; k < 8; k++) {
    u64 before = tsc();
    u32 c = inl(acpi_timer) & 0xffffff, l = *apic(TIMER_NOW);
    u64 gap = tsc() - before;
    if (gap < best) best = gap, *ticks = before + gap / 2, *count = c, *left = l;
  }
}

// ticks_per_ms compares the two other counters with the ACPI counter.
static u64 ticks_per_ms(void) {
  enum { HZ = 3579545, WINDOW = HZ / 100 };
  u64 t0, t1;
  u32 c0, c1, l0, l1;
  if (!acpi_timer) fail("this computer has no timer of ACPI, by which others are measured");
  *apic(TIMER_LVT) = MASKED;
  *apic(TIMER_DIVIDE) = 11; // by one
  *apic(TIMER_START) = ~0u;
  moment(&t0, &c0, &l0);
  while (((inl(acpi_timer) - c0) & 0xffffff) < WINDOW) {}
  moment(&t1, &c1, &l1);
  *apic(TIMER_START) = 0;
  u64 counted = (u64)((c1 - c0) & 0xffffff) * 1000, rate = (t1 - t0) * HZ / counted;
  local_per_ms = (u32)((u64)(l0 - l1) * HZ / counted);
  if (!local_per_ms) local_per_ms = 1;
  return rate ? rate : 1;
}
#else
enum { local_per_ms = 1000000 };

// sample reads both counters at nearly the same time. It takes several readings and keeps the
// reading with the shortest time between its two reads of the time-stamp counter.
static void sample(u64 *ticks, u32 *left) {
  u64 best = ~0ull;
  for (u32 k = 0; k < 8; k++) {
    u64 before = tsc();
    u32 l = *apic(TIMER_NOW);
    u64 gap = tsc() - before;
    if (gap < best) best = gap, *ticks = before + gap / 2, *left = l;
  }
}

// ticks_per_ms compares the time-stamp counter with the local timer, over the number of
// counts that the timer has really made. This number is read back, because a busy host can
// suspend the guest at any point.
static u64 ticks_per_ms(void) {
  enum { WINDOW = 4000000 }; // ns
  u64 t0, t1;
  u32 l0, l1;
  do {
    *apic(TIMER_LVT) = MASKED;
    *apic(TIMER_DIVIDE) = 11; // by one
    *apic(TIMER_START) = ~0u;
    sample(&t0, &l0);
    while (*apic(TIMER_NOW) > l0 - WINDOW) {}
    sample(&t1, &l1);
  } while (!l1); // repeat if the timer has reached zero meanwhile
  *apic(TIMER_START) = 0;
  u64 rate = (t1 - t0) * 1000000 / (l0 - l1);
  return rate ? rate : 1;
}
#endif

u64 hal_now(void) {
  static u64 start, rate;
  static u8 kvm;
  if (!rate) {
    kvm = (u8)(!SN_BARE && kvm_clock());
    rate = kvm ? 1 : ticks_per_ms();
    start = kvm ? kvm_now() : tsc();
  }
  if (kvm) return kvm_now() - start;
  u64 ticks = tsc() - start;
  return ticks / rate * 1000 + ticks % rate * 1000 / rate;
}
#endif

#if SN_USES_ALARM
// timer_arm makes the next hlt end at due. It returns 1 if due has already come.
static int timer_arm(u64 due) {
  enum { APIC_SPURIOUS = 0xf0, VECTOR = 32 };
  const u64 longest = 4000000000000ull / local_per_ms; // us, for a counter of 32 bits
  u64 now = hal_now();
  if (now >= due) return 1;
  *apic(APIC_SPURIOUS) = 0x100 | SPURIOUS; // on
  *apic(TIMER_DIVIDE) = 11;
  *apic(TIMER_LVT) = VECTOR;
  u64 left = due - now;
  *apic(TIMER_START) = (u32)((left < longest ? left : longest) * local_per_ms / 1000);
  return 0;
}
#endif
