// This file is for a machine without pins and buses. In a scripted run the program asks the
// harness for levels and transfers (common.c). Without a harness such a program never starts:
// the start of the guest or the monitor refuses it.
#include "hal.h"

#if SN_LEVELS
static u32 hal_level(u32 dev) { return (void)dev, 0; }
static void hal_set_level(u32 dev, u32 level) { (void)dev, (void)level; }
#endif
#if SN_BUSES
static u32 hal_transfer(u32 dev, u32 address, u8 *out, u32 n, u8 *in, u32 wanted) {
  return (void)dev, (void)address, (void)out, (void)n, (void)in, (void)wanted, BUS_REFUSED;
}
#endif
