// Exceptions of a PVH guest. Each prints one line, which the host tool turns into file:line.
#include "hal.h"

static void word(u64 x) {
  char s[18];
  for (int i = 15; i >= 0; i--, x >>= 4) s[i] = "0123456789abcdef"[x & 15];
  s[16] = ' ';
  hal_write(s, 17);
}

enum { STUB = 5 };                     // bytes of a stub
enum { HAS_CODE = 1 << 8 | 31 << 10 | 1 << 17 | 1 << 21 | 3 << 29 }; // vectors with an error code

// stack points to the return address into the stubs. The error code follows if the exception
// has one, and then the address of the instruction.
NORETURN void pvh_crash(const u64 *stack, u64 address, u64 stubs) {
  u32 vector = (u32)(stack[0] - stubs) / STUB - 1;
  u32 code = HAS_CODE >> vector & 1;
  hal_write("\nCRASH ", 7); // CRASH vector code rip address
  word(vector);
  word(code ? stack[1] : 0);
  word(stack[1 + code]);
  word(address);
  hal_write("\n", 1);
  hal_exit(END_CRASH);
}
