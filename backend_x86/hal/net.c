// The program's view of its devices: which devices have input, how to wait for input, and how
// frames come in and go out. The drivers of the devices are in files before this one.
#include "hal.h"

#if SN_DEVICES

// CARD calls an operation of the driver that serves a device.
#if SN_BARE
#define CARD(dev, operation) (e1000s[dev].reg ? e1000_##operation : nic_##operation)
#else
#define CARD(dev, operation) nic_##operation
#endif

static int pending(u32 dev) {
#if SN_STREAMS
  if (sn_is_stream[dev]) return serial_pending(dev);
#endif
  return sn_has_frames[dev] && CARD(dev, pending)(dev);
}

u32 hal_status(void) {
  u32 r = 0;
  for (u32 i = 0; i < SN_DEVICES; i++) r |= (u32)pending(i) << i;
  return r;
}

// wake turns interrupts for arriving frames on or off.
static void wake(u16 flags) {
  for (u32 i = 0; i < SN_DEVICES; i++)
    if (sn_has_frames[i]) CARD(i, wake)(i, flags);
  __asm__ volatile("mfence" ::: "memory");
}

// hal_wait turns interrupts on only for the instruction that sleeps. So no interrupt is lost
// between the check and the sleep. If the first check finds input, interrupts stay off.
u32 hal_wait(u32 mask, u64 due) {
  for (u32 asked = 0;; asked = 1) {
    u32 r = hal_status();
#if SN_USES_ALARM
    if (due != NEVER && timer_arm(due)) r |= TIMER;
#endif
    (void)due;
    if (r & mask) {
      if (asked) wake(QUIET);
      return r;
    }
    if (asked) __asm__ volatile("sti; hlt; cli" ::: "memory");
    wake(0);
  }
}

u32 hal_take(u32 dev, u8 *p, u32 cap) {
#if SN_STREAMS
  if (sn_is_stream[dev]) return serial_take(dev, p, cap);
#endif
  return CARD(dev, take)(dev, p, cap);
}

void hal_send(u32 dev, const u8 *p, u32 n) {
#if SN_STREAMS
  if (sn_is_stream[dev]) {
    serial_send(dev, p, n);
    return;
  }
#endif
  CARD(dev, send)(dev, p, n);
}

// In a scripted run the harness announces a frame and then sends it over the wire.
void hal_script_frame(u32 dev, u8 *p, u32 n) {
  count_stop();
  hal_wait(1u << dev, NEVER);
  count_go();
  if (hal_take(dev, p, n) != n) fail("script: a frame of another length arrived");
}

void hal_script_send(u32 dev, const u8 *p, u32 n) {
  hal_send(dev, p, n);
  count_stop();
  CARD(dev, left)(dev);
  count_go();
  ask('N', dev, n, 0, 0);
}

#else
u32 hal_status(void) { return 0; }
u32 hal_wait(u32 mask, u64 due) {
#if SN_USES_ALARM
  while (mask & TIMER) {
    if (timer_arm(due)) return TIMER;
    __asm__ volatile("sti; hlt; cli" ::: "memory");
  }
#endif
  (void)mask, (void)due;
  hal_exit(END_STUCK);
}
#endif
