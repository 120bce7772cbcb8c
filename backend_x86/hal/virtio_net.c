// Network devices (virtio 1.0 specification, section 5.1). A device has one receive and
// one transmit queue; device i of the program is the one whose MAC address ends in i, so
// that the order of slots does not matter.
#include "hal.h"

#if SN_DEVICES

// Frames wait in QSIZE slots for the program, and in OUT slots for the device.
enum { HEADER = 12, FRAME = SN_FRAME, SLOT = HEADER + (FRAME + 3) / 4 * 4, OUT = 16 };

struct nic {
  volatile u32 *reg;
  struct queue rx, tx;
  u32 free;    // slots of out that the device does not hold
  u8 stalled;  // the device has not taken a frame for long
  u32 dropped; // frames for which no slot was free
  u8 in[QSIZE][SLOT] __attribute__((aligned(4)));
  u8 out[OUT][SLOT] __attribute__((aligned(4)));
};
static struct nic nics[SN_DEVICES];

static void publish(struct nic *n, u32 number, struct queue *q, u16 id) {
  if (offer(q, id)) notify(n->reg, number);
}

static void nic_start(volatile u32 *reg) {
  accept(reg, 1 << 5); // the device has a MAC address
  const volatile u8 *mac = (const volatile u8 *)(reg + CONFIG);
  u32 i = mac[5];
  if (i >= SN_DEVICES || !sn_has_frames[i]) return;
  struct nic *n = &nics[i];
  if (n->reg) fail("virtio: two network devices have MAC addresses that end alike");
  n->reg = reg;
#if SN_HOMES
  if (sn_station[i] && !hal_scripted) { // a script's frames are the same on every machine
    u64 a = 0;
    for (u32 k = 0; k < 6; k++) a = a << 8 | mac[k];
    *sn_station[i] = a;
  }
#endif
  n->free = (1u << OUT) - 1;
  queue_start(reg, 0, &n->rx);
  queue_start(reg, 1, &n->tx);
  n->rx.avail.flags = QUIET; // until somebody waits
  n->tx.avail.flags = QUIET; // no interrupt when a frame has left
  for (u16 k = 0; k < QSIZE; k++) n->rx.desc[k] = (struct desc){(u64)n->in[k], SLOT, 2, 0};
  for (u16 k = 0; k < OUT; k++) n->tx.desc[k] = (struct desc){(u64)n->out[k], 0, 0, 0};
  reg[STATUS] = 15; // acknowledge, driver, features accepted, driver ready
  for (u16 k = 0; k < QSIZE; k++) publish(n, 0, &n->rx, k);
}

static int pending(u32 dev) {
#if SN_STREAMS
  if (sn_is_stream[dev]) return serial_pending(dev);
#endif
  return sn_has_frames[dev] && answered(&nics[dev].rx);
}

// nic_missing reports whether a network device of the program was not found.
static int nic_missing(u32 dev) { return sn_has_frames[dev] && !nics[dev].reg; }

u32 hal_status(void) {
  u32 r = 0;
  for (u32 i = 0; i < SN_DEVICES; i++) r |= (u32)pending(i) << i;
  return r;
}

// wake asks for interrupts at frames that arrive, or for none.
static void wake(u16 flags) {
  for (u32 i = 0; i < SN_DEVICES; i++) {
    if (!sn_has_frames[i]) continue;
    nics[i].rx.avail.flags = flags;
    if (!flags) acknowledge(nics[i].reg); // of an edge only the next one counts
  }
  __asm__ volatile("mfence" ::: "memory");
}

// Interrupts stay off but for the one instruction that sleeps, so that none is
// lost between the look and the sleep. Who finds something at once asks for none.
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
  struct nic *n = &nics[dev];
  if (!answered(&n->rx)) return 0;
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

// sent takes back the slots whose frames have left.
static void sent(struct nic *d) {
  for (; answered(&d->tx); d->tx.seen++) {
    u32 id = d->tx.used.ring[d->tx.seen % QSIZE].id;
    if (id < OUT) d->free |= 1u << id;
    d->stalled = 0;
  }
}

// A frame for which no slot becomes free in some time is lost, as on a wire: a device that
// has stalled must not stop the program. From then on nobody waits for it.
void hal_send(u32 dev, const u8 *p, u32 n) {
  enum { LOOKS = 20000 };
#if SN_STREAMS
  if (sn_is_stream[dev]) {
    serial_send(dev, p, n);
    return;
  }
#endif
  struct nic *d = &nics[dev];
  if (n > FRAME) return;
  sent(d);
  if (!d->free && !d->stalled) {
    notify(d->reg, 1);
    d->stalled = (u8)!await(&d->tx, LOOKS);
    sent(d);
  }
  if (!d->free) {
    d->dropped++;
    return;
  }
  u16 k = (u16)__builtin_ctz(d->free);
  d->free &= ~(1u << k);
  memset(d->out[k], 0, HEADER);
  memcpy(d->out[k] + HEADER, p, n);
  d->tx.desc[k].len = HEADER + n;
  publish(d, 1, &d->tx, k);
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
  while (nics[dev].free != (1u << OUT) - 1) sent(&nics[dev]);
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
