// A machine without pins. With a harness the program asks that for levels (common.c); without
// one the start of the guest, or its monitor, has refused to run it.
#include "hal.h"

#if SN_LEVELS
static u32 hal_level(u32 dev) { return (void)dev, 0; }
static void hal_set_level(u32 dev, u32 level) { (void)dev, (void)level; }
#endif
