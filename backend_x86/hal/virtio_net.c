// Network devices (virtio 1.0 specification, section 5.1). A device has one receive and
// one transmit queue; device i of the program is the one whose MAC address ends in i, so
// that the order of slots does not matter.
#include "hal.h"

#if SN_DEVICES

enum { HEADER = 12, FRAME = SN_FRAME, SLOT = HEADER + (FRAME + 3) / 4 * 4 };

struct nic {
  volatile u32 *reg;
  struct queue rx, tx;
  u8 in[QSIZE][SLOT] __attribute__((aligned(4)));
  u8 out[SLOT] __attribute__((aligned(4)));
};
static struct nic nics[SN_DEVICES];

static void publish(struct nic *n, u32 number, struct queue *q, u16 id) {
  offer(q, id);
  notify(n->reg, number);
}

static void nic_start(volatile u32 *reg) {
  accept(reg, 1 << 5); // the device has a MAC address
  const volatile u8 *mac = (const volatile u8 *)(reg + CONFIG);
  u32 i = mac[5];
  if (i >= SN_DEVICES) return;
  struct nic *n = &nics[i];
  n->reg = reg;
  queue_start(reg, 0, &n->rx);
  queue_start(reg, 1, &n->tx);
  n->tx.avail.flags = 1; // no interrupt when a frame has left
  for (u16 k = 0; k < QSIZE; k++) n->rx.desc[k] = (struct desc){(u64)n->in[k], SLOT, 2, 0};
  n->tx.desc[0] = (struct desc){(u64)n->out, 0, 0, 0};
  reg[STATUS] = 15; // acknowledge, driver, features accepted, driver ready
  for (u16 k = 0; k < QSIZE; k++) publish(n, 0, &n->rx, k);
}

static int pending(u32 dev) { return sn_has_frames[dev] && nics[dev].rx.used.idx != nics[dev].rx.seen; }

// nic_missing reports whether a network device of the program was not found.
static int nic_missing(u32 dev) { return sn_has_frames[dev] && !nics[dev].reg; }

u32 hal_status(void) {
  u32 r = 0;
  for (u32 i = 0; i < SN_DEVICES; i++) r |= (u32)pending(i) << i;
  return r;
}

// Interrupts stay off but for the one instruction that sleeps, so that none is
// lost between the look and the sleep.
u32 hal_wait(u32 mask, u64 due) {
  for (;;) {
    for (u32 i = 0; i < SN_DEVICES; i++)
      if (sn_has_frames[i]) acknowledge(nics[i].reg);
    u32 r = hal_status();
#if SN_USES_ALARM
    if (due != NEVER && timer_arm(due)) r |= TIMER;
#endif
    (void)due;
    if (r & mask) return r;
    __asm__ volatile("sti; hlt; cli" ::: "memory");
  }
}

u32 hal_take(u32 dev, u8 *p, u32 cap) {
  struct nic *n = &nics[dev];
  u16 at = n->rx.seen % QSIZE;
  u32 id = n->rx.used.ring[at].id, len = n->rx.used.ring[at].len;
  n->rx.seen++;
  u32 got = 0;
  if (id < QSIZE && len > HEADER && len <= SLOT && len - HEADER <= cap) { // what a device says is checked
    got = len - HEADER;
    memcpy(p, n->in[id] + HEADER, got);
  }
  if (id < QSIZE) publish(n, 0, &n->rx, (u16)id);
  return got;
}

void hal_send(u32 dev, const u8 *p, u32 n) {
  struct nic *d = &nics[dev];
  if (n > FRAME) return;
  finish(&d->tx); // the last frame has left
  memset(d->out, 0, HEADER);
  memcpy(d->out + HEADER, p, n);
  d->tx.desc[0].len = HEADER + n;
  publish(d, 1, &d->tx, 0);
}

// In a script the harness announces a frame and then sends it over the wire.
void hal_script_frame(u32 dev, u8 *p, u32 n) {
  count_stop();
  hal_wait(1u << dev, NEVER);
  count_go();
  if (hal_take(dev, p, n) != n) fail("script: a frame of another length arrived");
}

void hal_script_send(u32 dev, const u8 *p, u32 n) {
  hal_send(dev, p, n);
  count_stop();
  finish(&nics[dev].tx);
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
