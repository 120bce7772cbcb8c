// The start of a PVH guest (QEMU microvm, Firecracker): descriptor tables, the choice of
// mode from the kernel command line, devices, program.
#include "hal.h"

extern u8 crash_stubs[], wake_stub[], __interrupt_stack_top[];

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

#if SN_HOMES
// is_known tells whether a word of the command line is one that this file or virtio.c reads.
static int is_known(const char *word) { return begins(word, "sn.script") || begins(word, "sn.disks=order"); }
#endif

void pvh_start(const u32 *info) {
  const char *line = (const char *)(u64)info[6]; // command line, a 64-bit pointer at +24
  descriptors();
  hal_scripted = (u8)has(line, "sn.script");
#if SN_DEVICES
#if SN_HOMES
  words_of(line, is_known);
#endif
  virtio_start(line);
#endif
  // planted faults stand here
  count_go();
  sn_main();
  hal_exit(END_OK);
}
