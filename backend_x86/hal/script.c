// The harness's side of a run: requests over hal_write and hal_read drive the run.
#include "hal.h"

u8 hal_scripted; // the harness drives time and input

// A request is four words, then len bytes.
struct request { u32 kind, a, b, len; };

#if SN_COUNT
// The instructions of the program and of this layer. Instructions that wait for the harness are
// not counted.
static u64 spent, resumed;
// count_stop and count_go exclude instructions that do not belong to the program.
void count_stop(void) { spent += hal_instructions() - resumed; }
void count_go(void) { resumed = hal_instructions(); }
#else
void count_stop(void) {}
void count_go(void) {}
#endif

void ask(u32 kind, u32 a, u32 b, const void *p, u32 len) {
  count_stop();
  struct request r = {kind, a, b, len};
  hal_write(&r, sizeof r);
  if (len) hal_write(p, len);
  count_go();
}

u32 answer(void) {
  count_stop();
  u32 x;
  hal_read(&x, sizeof x);
  count_go();
  return x;
}

// A request that ends the run.
__attribute__((unused)) static void last_request(u32 kind, u32 a, u32 b) {
#if SN_COUNT
  count_stop();
  u64 n = spent;
  ask('I', (u32)n, (u32)(n >> 32), 0, 0);
#endif
  ask(kind, a, b, 0, 0);
}
