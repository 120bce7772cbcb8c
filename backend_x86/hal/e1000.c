// Network cards from Intel: 82540EM (QEMU's e1000) and 82574L (e1000e), with their legacy
// descriptors (PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's Manual,
// sections 3 and 13). A card wakes the program by a message if possible, else by its interrupt
// line.
#include "hal.h"

// The lines of the old interrupt controllers that cards use, as a bit mask. Bit 2 is the line
// that leads to the second controller.
static u16 lines_open;

#if SN_DEVICES

enum { IN = 64, OUTS = 16, ROOM = 2048 };

struct received { u64 addr; u16 len, sum; u8 status, errors; u16 special; };
struct leaving { u64 addr; u16 len; u8 sum_at, command, status, sum_from; u16 special; };

struct e1000 {
  volatile u32 *reg; // 0: not found
  u32 rx_at, tx_at;
  u32 dropped;
  u8 stalled;
  volatile struct received rx[IN] __attribute__((aligned(128)));
  volatile struct leaving tx[OUTS] __attribute__((aligned(128)));
  u8 in[IN][ROOM], out[OUTS][ROOM];
};
static struct e1000 e1000s[SN_DEVICES];

// Registers, as indices of 32-bit words.
enum {
  CTRL = 0, CAUSE = 0xc0 / 4, MASK_SET = 0xd0 / 4, MASK_CLEAR = 0xd8 / 4, RCTL = 0x100 / 4, TCTL = 0x400 / 4, TIPG = 0x410 / 4,
  RX_BASE = 0x2800 / 4, RX_HEAD = 0x2810 / 4, RX_TAIL = 0x2818 / 4, TX_BASE = 0x3800 / 4, TX_HEAD = 0x3810 / 4, TX_TAIL = 0x3818 / 4,
  GROUPS = 0x5200 / 4, OWN_LOW = 0x5400 / 4, OWN_HIGH = 0x5404 / 4
};
enum { DONE = 1, WHOLE = 2 };

static int e1000_knows(u32 id) { return id == 0x100e8086 || id == 0x10d38086; }

// ring gives the card the address of its descriptors.
static void e1000_ring(volatile u32 *reg, u32 at, const volatile void *p, u32 size) {
  reg[at] = (u32)(u64)p;
  reg[at + 1] = (u32)((u64)p >> 32);
  reg[at + 2] = size;
}

// open_line enables a line of the old interrupt controllers, and gives it a vector from 32 on.
// The firmware has reported which line the card uses. The controllers need no end-of-interrupt
// command.
static void open_line(u32 line) {
  enum { LOCAL_LINE_0 = 0xfee00350, FROM_OUTSIDE = 7 << 8 };
  if (line < 3 || line > 14) fail("the firmware gives a network card no interrupt");
  lines_open |= (u16)(1 << line | 1 << 2);
  for (u32 k = 0; k < 2; k++) {
    u16 port = k ? 0xa0 : 0x20;
    outb(port, 0x11);
    outb(port + 1, (u8)(32 + 8 * k));
    outb(port + 1, k ? 2 : 4);
    outb(port + 1, 3);
    outb(port + 1, 0xff); // until the start is complete
  }
  u16 level = line < 8 ? 0x4d0 : 0x4d1;
  outb(level, (u8)(inb(level) | 1 << line % 8));
  *(volatile u32 *)LOCAL_LINE_0 = FROM_OUTSIDE;
}

// e1000_reset returns the card to its power-on state. The card reads its address from its own
// memory.
static void e1000_reset(volatile u32 *reg) {
  enum { RESET = 1 << 26, LINK_UP = 1 << 6, SPEED = 1 << 5, LOOKS = 1 << 20 };
  reg[MASK_CLEAR] = ~0u;
  reg[CTRL] |= RESET;
  for (u32 k = 0; reg[CTRL] & RESET; k++)
    if (k == LOOKS) fail("e1000: the card cannot be reset");
  reg[MASK_CLEAR] = ~0u;
  reg[CAUSE] = reg[CAUSE];
  reg[CTRL] |= LINK_UP | SPEED;
  for (u32 k = 0; k < 128; k++) reg[GROUPS + k] = 0;
}

// e1000_start starts a card if the program has a device that no other card serves yet. The
// card hands over all frames on the wire, as the virtio cards do.
static void e1000_start(u32 f) {
  enum { ON = 1 << 1, ALL = 3 << 3, BROADCAST = 1 << 15, NO_SUM = 1 << 26, PAD = 1 << 3, COLLISIONS = 15 << 4 | 64 << 12, GAPS = 10 | 8 << 10 | 6 << 20 };
  pci_enable(f, 1);
  volatile u32 *reg = (volatile u32 *)registers(f, 0, 0, 0x20000);
  e1000_reset(reg);
  u8 mac[6];
  for (u32 k = 0; k < 6; k++) mac[k] = (u8)(reg[k < 4 ? OWN_LOW : OWN_HIGH] >> 8 * (k % 4));
  u32 i = slot_of(mac);
  if (i == SN_DEVICES) return;
  station_is(i, mac);
  struct e1000 *n = &e1000s[i];
  n->reg = reg;
  for (u32 k = 0; k < IN; k++) n->rx[k].addr = (u64)n->in[k];
  for (u32 k = 0; k < OUTS; k++) n->tx[k].addr = (u64)n->out[k], n->tx[k].status = DONE;
  e1000_ring(reg, RX_BASE, n->rx, sizeof n->rx);
  e1000_ring(reg, TX_BASE, n->tx, sizeof n->tx);
  reg[RX_HEAD] = reg[TX_HEAD] = reg[TX_TAIL] = 0;
  reg[TIPG] = GAPS;
  reg[TCTL] = ON | PAD | COLLISIONS;
  reg[RCTL] = ON | ALL | BROADCAST | NO_SUM;
  reg[RX_TAIL] = IN - 1;
  if (!msi(f)) open_line(pci_byte(f, PCI_LINE));
}

static int e1000_pending(u32 dev) { return e1000s[dev].rx[e1000s[dev].rx_at].status & DONE; }

// e1000_wake turns interrupts for arriving frames on or off.
static void e1000_wake(u32 dev, u16 flags) {
  enum { ARRIVED = 1 << 7, FULL = 1 << 6, FEW_LEFT = 1 << 4 };
  volatile u32 *reg = e1000s[dev].reg;
  if (flags) {
    reg[MASK_CLEAR] = ~0u;
    return;
  }
  reg[CAUSE] = reg[CAUSE];
  reg[MASK_SET] = ARRIVED | FULL | FEW_LEFT;
}

static u32 e1000_take(u32 dev, u8 *p, u32 cap) {
  struct e1000 *n = &e1000s[dev];
  volatile struct received *d = &n->rx[n->rx_at];
  if (!(d->status & DONE)) return 0;
  u32 len = d->len, got = 0;
  if (d->status & WHOLE && !d->errors && len <= ROOM && len <= cap) {
    got = len;
    memcpy(p, n->in[n->rx_at], len);
  }
  d->status = 0;
  __asm__ volatile("mfence" ::: "memory");
  n->reg[RX_TAIL] = n->rx_at;
  n->rx_at = (n->rx_at + 1) % IN;
  return got;
}

// e1000_send drops a frame if no slot becomes free in some time, as other cards do.
static void e1000_send(u32 dev, const u8 *p, u32 len) {
  enum { LOOKS = 20000, END = 1, CHECKSUM = 2, REPORT = 8 };
  struct e1000 *n = &e1000s[dev];
  volatile struct leaving *d = &n->tx[n->tx_at];
  if (len > ROOM) return;
  for (u32 k = 0; !n->stalled && !(d->status & DONE); k++) n->stalled = k == LOOKS;
  if (!(d->status & DONE)) {
    n->dropped++;
    return;
  }
  n->stalled = 0;
  memcpy(n->out[n->tx_at], p, len);
  d->len = (u16)len;
  d->command = END | CHECKSUM | REPORT;
  d->status = 0;
  n->tx_at = (n->tx_at + 1) % OUTS;
  __asm__ volatile("mfence" ::: "memory");
  n->reg[TX_TAIL] = n->tx_at;
}

// e1000_left waits until all frames have been sent.
static void e1000_left(u32 dev) {
  for (u32 k = 0; k < OUTS; k++)
    while (!(e1000s[dev].tx[k].status & DONE)) {}
}
#endif
