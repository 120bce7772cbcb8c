// A Linux process takes random bytes from the kernel (getrandom). The kernel waits at most once
// after the start of the computer.
#include "hal.h"

#if SN_SOURCES
static void hal_random(u32 dev, u8 *p, u32 n) {
  while (n) {
    long k = sys(SYS_getrandom, (long)p, n, 0, 0);
    if (k == EINTR) continue;
    if (k <= 0) end_for(dev, ": this kernel gives no random bytes\n", 36, END_CRASH);
    p += k;
    n -= (u32)k;
  }
}
#endif
