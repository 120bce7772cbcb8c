// The random bytes of a Linux process come from the kernel (getrandom). The kernel makes a process
// wait for them only soon after the start of the computer, and at most once.
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
