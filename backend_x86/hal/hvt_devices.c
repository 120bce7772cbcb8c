// The devices of a guest of the monitor. Frames go through rings in the guest's own memory,
// which the monitor fills and drains at each call of CALL_WAIT and CALL_POLL.
#include "hal.h"

#if SN_NETS
enum { SLOTS = 64, SLOT_SIZE = (SN_FRAME + 3) / 4 * 4 };

struct ring {
  volatile u32 put, taken; // frames so far
  struct { u32 n; u8 data[SLOT_SIZE]; } slot[SLOTS];
};
static struct ring rings[SN_DEVICES][2]; // to the guest, from the guest
#define RINGS ((u64)rings)
#define RING_SLOTS SLOTS
#define RING_SIZE SLOT_SIZE

// x86 keeps the order of loads among each other and of stores among each other.
#define ORDER __asm__ volatile("" ::: "memory")

static u32 ready(void) {
  u32 r = 0;
  for (u32 i = 0; i < SN_DEVICES; i++) r |= (u32)(rings[i][0].put != rings[i][0].taken) << i;
  return r;
}

u32 hal_take(u32 dev, u8 *p, u32 cap) {
  struct ring *r = &rings[dev][0];
  u32 k = r->taken % SLOTS, n = r->slot[k].n;
  ORDER;
  if (n > cap || n > SLOT_SIZE) n = 0;
  memcpy(p, r->slot[k].data, n);
  ORDER;
  r->taken++;
  return n;
}

void hal_send(u32 dev, const u8 *p, u32 n) {
  struct ring *r = &rings[dev][1];
  if (r->put - r->taken == SLOTS) call(CALL_POLL, 0, 0, 0, 0);
  if (n > SLOT_SIZE) return;
  u32 k = r->put % SLOTS;
  r->slot[k].n = n;
  memcpy(r->slot[k].data, p, n);
  ORDER;
  r->put++;
}
#else
#define RINGS 0
#define RING_SLOTS 0
#define RING_SIZE 0
static u32 ready(void) { return 0; }
#if SN_DEVICES
u32 hal_take(u32 dev, u8 *p, u32 cap) { return (void)dev, (void)p, (void)cap, 0; }
void hal_send(u32 dev, const u8 *p, u32 n) { (void)dev, (void)p, (void)n; }
#endif
#endif

u32 hal_status(void) {
  u32 r = ready();
  return r ? r : (u32)call(CALL_POLL, 0, 0, 0, 0);
}

u32 hal_wait(u32 mask, u64 due) { return (u32)call(CALL_WAIT, 0, mask, due, 0); }

#if SN_DEVICES
void hal_script_frame(u32 dev, u8 *p, u32 n) { (void)dev, hal_read(p, n); }
void hal_script_send(u32 dev, const u8 *p, u32 n) { ask('S', dev, 0, p, n); }
#endif

#if SN_DISKS
u32 hal_disk(u32 dev, u32 op, u32 sector, u8 *data) { return (u32)call(CALL_DISK, dev, op, sector, (u64)data); }
#endif

#if SN_SOURCES
static void hal_random(u32 dev, u8 *p, u32 n) { call(CALL_RANDOM, dev, (u64)p, n, 0); }
#endif
