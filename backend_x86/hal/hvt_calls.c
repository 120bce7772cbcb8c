// Calls of the monitor (package monitor describes them). They serve the console, which is also
// the line to the harness, the end of the run, and the time.
#include "hal.h"

enum { CALL_EXIT = 1, CALL_WRITE = 2, CALL_READ = 3, CALL_WAIT = 4, CALL_NOW = 5, CALL_DISK = 6, CALL_POLL = 7, CALL_RANDOM = 8 };

// A call is one `out` instruction. Its operand is the 32-bit address of this block in the
// data segment.
static struct { u32 op, device; u64 a, b, c, result; } block;

static __attribute__((noinline)) u64 call(u32 op, u32 device, u64 a, u64 b, u64 c) {
  block.op = op;
  block.device = device;
  block.a = a;
  block.b = b;
  block.c = c;
  __asm__ volatile("outl %0, $0xe0" ::"a"((u32)(u64)&block) : "memory");
  return block.result;
}

NORETURN void hal_exit(u32 code) {
  for (;;) call(CALL_EXIT, 0, code, 0, 0);
}

void hal_write(const void *p, u32 n) { call(CALL_WRITE, 0, (u64)p, n, 0); }
void hal_read(void *p, u32 n) { call(CALL_READ, 0, (u64)p, n, 0); }

#if SN_USES_NOW
static u64 scale, first; // microseconds per tick, times 2^64; the counter at the start

static u64 ticks(void) {
  u32 low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return low | (u64)high << 32;
}

u64 hal_now(void) {
  if (!scale) return call(CALL_NOW, 0, 0, 0, 0);
  return (u64)((unsigned __int128)(ticks() - first) * scale >> 64);
}
#endif
