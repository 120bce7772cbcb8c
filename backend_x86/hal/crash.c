// Exceptions of a PVH guest. Each prints one line, which the host tool turns into file:line.
#include "hal.h"

static void word(u64 x) {
  char s[18];
  for (int i = 15; i >= 0; i--, x >>= 4) s[i] = "0123456789abcdef"[x & 15];
  s[16] = ' ';
  hal_write(s, 17);
}

enum { STUB = 2, PUSHED = 5 }; // bytes of a stub, and words that the CPU pushes for an exception

extern u64 __interrupt_stack_top[];

// stack points to the last word that the stubs pushed. Vector v has 2 * (32 - v) such words below
// the CPU's own words, and an error code adds one. So an odd number of words means an error code.
NORETURN void pvh_crash(const u64 *stack, u64 address) {
  const u64 *frame = __interrupt_stack_top - PUSHED;
  u32 words = (u32)(frame - stack), code = words & 1;
  hal_write("\nCRASH ", 7); // CRASH vector code rip address
  word(32 - words / STUB);
  word(code ? frame[-1] : 0);
  word(frame[0]);
  word(address);
  hal_write("\n", 1);
  hal_exit(END_CRASH);
}
