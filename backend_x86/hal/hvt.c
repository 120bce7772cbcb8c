// The start of a guest of the monitor. The monitor enters it at ring 3 with a stack, so no
// set-up is needed. The manifest lists the devices that the monitor must provide.
#include "hal.h"

extern u8 __stack_size[];

// The monitor writes the start words here.
#if SN_WORDS
static char words[512] = {0};
#define WORDS ((u64)words)
#define WORDS_ROOM sizeof words
static int is_known(const char *word) { return (void)word, 0; }
#else
#define WORDS 0
#define WORDS_ROOM 0
#endif

#if SN_USES_NOW
#define CLOCK ((u64)&scale)
#else
#define CLOCK 0
#endif

__attribute__((section(".note.sinter"), used, aligned(4))) static const struct {
  u32 owner, size, kind;
  char name[8];
  u64 stack, rings;
  u32 slots, slot;
  u64 words;
  u32 room, pad;
  u64 clock;
  char ports[sizeof SN_MANIFEST];
} __attribute__((packed)) note = {7, 48 + sizeof SN_MANIFEST, 1, "Sinter", (u64)__stack_size, RINGS, RING_SLOTS, RING_SIZE, WORDS, WORDS_ROOM, 0, CLOCK, SN_MANIFEST};

NORETURN void _start(u64 scripted, u64 microseconds) {
  hal_scripted = (u8)scripted;
#if SN_USES_NOW
  scale = microseconds;
  first = ticks();
#else
  (void)microseconds;
#endif
#if SN_WORDS
  words_of(words, is_known);
#endif
  // planted faults stand here
  count_go();
  sn_main();
  hal_exit(END_OK);
}
