// The start of a PVH guest (QEMU microvm, Firecracker). It sets up the descriptor tables,
// chooses the mode from the kernel command line, and starts the devices and the program.
#include "hal.h"

extern u8 crash_stubs[], wake_stub[], line_stub[], spurious_stub[], __tables_start[], __tables_end[];
extern u64 pt_low[], gdt[];

#if !SN_BARE
enum { lines_open = 0 }; // of the old interrupt controllers
#endif

struct gate { u16 low, selector; u8 ist, kind; u16 middle; u32 high, zero; };
// The tables of the CPU are on separate pages, because these pages become read-only.
#define TABLE __attribute__((section(".bss.tables")))
static struct gate idt[SPURIOUS + 1] TABLE;
struct { u32 pad; u64 rsp[3]; u64 zero; u64 ist[7]; u64 zero2; u16 zero3, iomap; } __attribute__((packed)) tss TABLE;

static void gate(u32 n, const u8 *to) {
  u64 a = (u64)to;
  idt[n] = (struct gate){(u16)a, 24, 1, 0x8e, (u16)(a >> 16), (u32)(a >> 32), 0};
}

enum { TASK = 32 }; // the segment of tss in the table of boot.s

_Static_assert(sizeof tss == 104, "boot.s has the size of the task state segment");

// Interrupts and exceptions run on a separate stack, so that a red zone or a stack overflow
// cannot harm them.
static void descriptors(void) {
  for (u32 i = 0; i < 32; i++) gate(i, crash_stubs + STUB * i);
  gate(32, wake_stub);
#if SN_BARE
  for (u32 i = 33; i < SPURIOUS; i++) gate(i, line_stub);
#endif
  gate(SPURIOUS, spurious_stub);
  tss.ist[0] = (u64)__interrupt_stack_top;
  struct { u16 n; const void *p; } __attribute__((packed)) i = {sizeof idt - 1, idt};
  __asm__ volatile("lidt %0; ltr %w1" ::"m"(i), "r"(TASK)); // ltr marks the segment as busy, in constants that are not yet read-only
}

// harden makes the tables read-only. It enables the CPU's protections against running or
// reading memory that is not the guest's. It also masks the old interrupt controllers, whose
// vectors overlap the vectors of exceptions.
static void harden(void) {
  enum { WP = 1 << 16, UMIP = 1 << 11, SMEP = 1 << 20, SMAP = 1 << 21 };
  u64 cr0, cr3, cr4;
  u32 r[4];
  __asm__ volatile("mov %%cr0, %0; mov %%cr3, %1; mov %%cr4, %2" : "=r"(cr0), "=r"(cr3), "=r"(cr4));
  for (u64 a = (u64)__tables_start; a < (u64)__tables_end; a += 4096) pt_low[a / 4096] &= ~2ull;
  __asm__ volatile("mov %0, %%cr0; mov %1, %%cr3" ::"r"(cr0 | WP), "r"(cr3) : "memory");
  cpuid(0, r);
  if (r[0] >= 7) {
    cpuid(7, r);
    if (r[1] >> 7 & 1) cr4 |= SMEP;
    if (r[1] >> 20 & 1) cr4 |= SMAP;
    if (r[2] >> 2 & 1) cr4 |= UMIP;
    __asm__ volatile("mov %0, %%cr4" ::"r"(cr4));
  }
  outb(0x21, (u8)~lines_open);
  outb(0xa1, (u8)(~lines_open >> 8));
}

#if SN_WORDS
// is_known reports whether a word of the command line is one that this file or virtio.c reads.
static int is_known(const char *word) { return begins(word, "sn.script") || begins(word, "sn.disks=order"); }
#endif

void pvh_start(const u32 *info) {
  descriptors();
#if SN_BARE
  const char *line = SN_LINE; // no loader supplies a command line
  bare_start((const struct handover *)info);
#else
  const char *line = (const char *)(u64)info[6]; // command line, a 64-bit pointer at +24
#endif
  hal_scripted = (u8)has(line, "sn.script");
#if SN_WORDS
  words_of(line, is_known);
#endif
#if SN_DEVICES
  virtio_start(line);
#endif
  harden();
  // planted faults stand here
  count_go();
  sn_main();
  hal_exit(END_OK);
}
