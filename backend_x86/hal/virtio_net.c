// Network devices (virtio 1.0 specification, section 5.1). A device has one receive queue and
// one transmit queue. Device i of the program is the device whose MAC address ends in i, so the
// order of the devices' slots does not matter.
#include "hal.h"

#if SN_DEVICES

// QSIZE slots hold frames for the program, and OUT slots hold frames for the device.
enum { HEADER = 12, FRAME = SN_FRAME, SLOT = HEADER + (FRAME + 3) / 4 * 4, OUT = 16 };

struct nic {
  virtio dev; // 0: not found
  struct queue rx, tx;
  u32 free;    // slots of out that the device does not hold
  u8 stalled;  // the device has taken no frame for a long time
  u32 dropped; // frames for which no slot was free
  u8 in[QSIZE][SLOT] __attribute__((aligned(4)));
  u8 out[OUT][SLOT] __attribute__((aligned(4)));
};
static struct nic nics[SN_DEVICES];

static void publish(struct nic *n, u32 number, struct queue *q, u16 id) {
  if (offer(q, id)) notify(n->dev, q, number);
}

// slot_of is the program's device that a card serves. If the number in the card's address
// is too large, the card serves no device.
static u32 slot_of(const volatile u8 *mac) {
#if SN_BARE
  static u32 next; // the cards of a computer have their own addresses, so cards are taken in order
  while (next < SN_DEVICES && !sn_has_frames[next]) next++;
  (void)mac;
  return next < SN_DEVICES ? next++ : SN_DEVICES;
#else
  u32 i = mac[5];
  return i < SN_DEVICES && sn_has_frames[i] ? i : SN_DEVICES;
#endif
}

// station_is gives a stack the MAC address of its card. A scripted run keeps the stack's own
// address, so its frames are the same on every machine.
static void station_is(u32 i, const volatile u8 *mac) {
#if SN_HOMES
  u64 a = 0;
  for (u32 k = 0; k < 6; k++) a = a << 8 | mac[k];
  if (sn_station[i] && !hal_scripted) *sn_station[i] = a;
#endif
  (void)i, (void)mac;
}

// nic_start takes a network device, if it belongs to the program.
static void nic_start(virtio d) {
  enum { HAS_MAC = 1 << 5 };
  if (!begin(d, HAS_MAC)) fail("virtio: a network device has no MAC address");
  const volatile u8 *mac = (const volatile u8 *)settings(d);
  u32 i = slot_of(mac);
  if (i == SN_DEVICES) return;
  struct nic *n = &nics[i];
  if (n->dev) fail("virtio: two network devices have MAC addresses that end alike");
  n->dev = d;
  station_is(i, mac);
  n->free = (1u << OUT) - 1;
  queue_start(n->dev, 0, &n->rx, QSIZE);
  queue_start(n->dev, 1, &n->tx, QSIZE);
  n->rx.avail.flags = QUIET; // until the program waits
  n->tx.avail.flags = QUIET; // no interrupt when a frame has been sent
  for (u16 k = 0; k < QSIZE; k++) n->rx.desc[k] = (struct desc){(u64)n->in[k], SLOT, 2, 0};
  for (u16 k = 0; k < OUT; k++) n->tx.desc[k] = (struct desc){(u64)n->out[k], 0, 0, 0};
  ready(n->dev);
  for (u16 k = 0; k < QSIZE; k++) publish(n, 0, &n->rx, k);
}

static int nic_pending(u32 dev) { return answered(&nics[dev].rx); }

// nic_missing reports whether a network device of the program was not found.
static int nic_missing(u32 dev) { return sn_has_frames[dev] && !nics[dev].dev; }

// nic_wake turns interrupts for arriving frames on or off.
static void nic_wake(u32 dev, u16 flags) {
  nics[dev].rx.avail.flags = flags;
  if (!flags) acknowledge(nics[dev].dev); // with edge triggering only the next edge counts
}

static u32 nic_take(u32 dev, u8 *p, u32 cap) {
  struct nic *n = &nics[dev];
  if (!answered(&n->rx)) return 0;
  u16 at = n->rx.seen % QSIZE;
  u32 id = n->rx.used.ring[at].id, len = n->rx.used.ring[at].len;
  n->rx.seen++;
  u32 got = 0;
  if (id < QSIZE && len > HEADER && len <= SLOT && len - HEADER <= cap) { // values from the device are checked
    got = len - HEADER;
    memcpy(p, n->in[id] + HEADER, got);
  }
  if (id < QSIZE) publish(n, 0, &n->rx, (u16)id);
  return got;
}

// sent takes back the slots whose frames have been sent.
static void sent(struct nic *d) {
  for (; answered(&d->tx); d->tx.seen++) {
    u32 id = d->tx.used.ring[d->tx.seen % QSIZE].id;
    if (id < OUT) d->free |= 1u << id;
    d->stalled = 0;
  }
}

// nic_send drops a frame if no slot becomes free in some time, as on a wire. A stalled device
// must not stop the program. After the first such drop the program does not wait for the
// device.
static void nic_send(u32 dev, const u8 *p, u32 n) {
  enum { LOOKS = 20000 };
  struct nic *d = &nics[dev];
  if (n > FRAME) return;
  sent(d);
  if (!d->free && !d->stalled) {
    notify(d->dev, &d->tx, 1);
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

// nic_left waits until all frames have been sent.
static void nic_left(u32 dev) {
  while (nics[dev].free != (1u << OUT) - 1) sent(&nics[dev]);
}
#endif
