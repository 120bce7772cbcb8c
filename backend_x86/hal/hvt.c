// The start of a guest of the monitor. It is called at ring 3 with a stack, so nothing
// has to be set up; the manifest says what the monitor must give.
#include "hal.h"

extern u8 __stack_size[];

__attribute__((section(".note.sinter"), used, aligned(4))) static const struct {
  u32 owner, size, kind;
  char name[8];
  u64 stack, rings;
  u32 slots, slot;
  char ports[sizeof SN_MANIFEST];
} __attribute__((packed)) note = {7, 24 + sizeof SN_MANIFEST, 1, "Sinter", (u64)__stack_size, RINGS, RING_SLOTS, RING_SIZE, SN_MANIFEST};

NORETURN void _start(u64 scripted, u64 microseconds) {
  hal_scripted = (u8)scripted;
#if SN_USES_NOW
  scale = microseconds;
  first = ticks();
#else
  (void)microseconds;
#endif
  // planted faults stand here
  count_go();
  sn_main();
  hal_exit(END_OK);
}
