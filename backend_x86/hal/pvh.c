// The PVH guest (QEMU microvm, Firecracker): serial console, exit device,
// exceptions, and the choice of mode from the kernel command line.
#include "hal.h"
#include "pvh.h"

void outb(u16 port, u8 v) { __asm__ volatile("outb %0, %1" ::"a"(v), "Nd"(port)); }
u8 inb(u16 port) {
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
  outb(0x64, 0xfe);          // Firecracker: reset by the keyboard controller
  for (;;) __asm__ volatile("cli; hlt");
}

// ---- exceptions: one line that the host tool turns into file:line

static void word(u64 x) {
  char s[18];
  for (int i = 15; i >= 0; i--, x >>= 4) s[i] = "0123456789abcdef"[x & 15];
  s[16] = ' ';
  hal_write(s, 17);
}

extern u8 crash_stubs[], wake_stub[], __interrupt_stack_top[];
enum { STUB = 5 };                     // bytes of a stub
enum { HAS_CODE = 1 << 8 | 31 << 10 | 1 << 17 | 1 << 21 | 3 << 29 }; // vectors with an error code

// stack holds the return address into the stubs, an error code where the
// processor gives one, and the address of the instruction.
NORETURN void pvh_crash(const u64 *stack, u64 address) {
  u32 vector = (u32)(stack[0] - (u64)crash_stubs) / STUB - 1;
  u32 code = HAS_CODE >> vector & 1;
  hal_write("\nCRASH ", 7); // CRASH vector code rip address
  word(vector);
  word(code ? stack[1] : 0);
  word(stack[1 + code]);
  word(address);
  hal_write("\n", 1);
  hal_exit(END_CRASH);
}

struct gate { u16 low, selector; u8 ist, kind; u16 middle; u32 high, zero; };
static struct gate idt[33];
static struct { u32 pad; u64 rsp[3]; u64 zero; u64 ist[7]; u64 zero2; u16 zero3, iomap; } __attribute__((packed)) tss;
static u64 gdt[6];

static void gate(u32 n, const u8 *to) {
  u64 a = (u64)to;
  idt[n] = (struct gate){(u16)a, 24, 1, 0x8e, (u16)(a >> 16), (u32)(a >> 32), 0};
}

// Interrupts and exceptions run on a stack of their own, so that neither a red
// zone nor an overrun stack harms them.
static void descriptors(void) {
  for (u32 i = 0; i < 32; i++) gate(i, crash_stubs + STUB * i);
  gate(32, wake_stub);
  tss.ist[0] = (u64)__interrupt_stack_top;
  u64 t = (u64)&tss;
  gdt[1] = 0x00cf9b000000ffff;
  gdt[2] = 0x00cf93000000ffff;
  gdt[3] = 0x00af9b000000ffff;
  gdt[4] = (sizeof tss - 1) | (t & 0xffffff) << 16 | 0x89ull << 40 | (t >> 24 & 0xff) << 56;
  gdt[5] = t >> 32;
  struct { u16 n; const void *p; } __attribute__((packed)) g = {sizeof gdt - 1, gdt}, i = {sizeof idt - 1, idt};
  __asm__ volatile("lgdt %0; lidt %1; ltr %w2" ::"m"(g), "m"(i), "r"(32));
}

// ---- time: the time-stamp counter, which -icount makes an exact counter of instructions

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
int timer_arm(u64 due) {
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

// ---- start

static int has(const char *line, const char *what) {
  for (; *line; line++) {
    u32 i = 0;
    while (what[i] && line[i] == what[i]) i++;
    if (!what[i]) return 1;
  }
  return 0;
}

void pvh_start(const u32 *info) {
  const char *line = (const char *)(u64)info[6]; // command line, a 64-bit pointer at +24
  descriptors();
  hal_scripted = (u8)has(line, "sn.script");
#if SN_DEVICES
  virtio_start(line);
#endif
  // planted faults stand here
  count_go();
  sn_main();
  hal_exit(END_OK);
}

#if !SN_DEVICES
u32 hal_status(void) { return 0; }
u32 hal_wait(u32 mask, u64 due) {
#if SN_USES_ALARM
  while (mask & TIMER) {
    if (timer_arm(due)) return TIMER;
    __asm__ volatile("sti; hlt; cli" ::: "memory");
  }
#endif
  (void)mask, (void)due;
  hal_exit(END_STUCK);
}
#endif
