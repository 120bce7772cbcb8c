// Network devices and disks: virtio-mmio version 2 (virtio 1.0 specification, sections
// 4.2, 5.1 and 5.2). A network device has one receive and one transmit queue; device i
// of the program is the one whose MAC address ends in i, so that the order of slots does not matter.
#include "hal.h"
#include "pvh.h"

#if SN_DEVICES

enum { QSIZE = 8, HEADER = 12, FRAME = SN_FRAME, SLOT = HEADER + (FRAME + 3) / 4 * 4 };

struct desc { u64 addr; u32 len; u16 flags, next; };
struct avail { u16 flags, idx, ring[QSIZE]; };
struct used { u16 flags, idx; struct { u32 id, len; } ring[QSIZE]; };
struct queue {
  struct desc desc[QSIZE] __attribute__((aligned(16)));
  struct avail avail __attribute__((aligned(4)));
  volatile struct used used __attribute__((aligned(4)));
  u16 seen;
};
struct nic {
  volatile u32 *reg;
  struct queue rx, tx;
  u8 in[QSIZE][SLOT] __attribute__((aligned(4)));
  u8 out[SLOT] __attribute__((aligned(4)));
};
static struct nic nics[SN_DEVICES];

// Registers, as indices of 32-bit words.
enum {
  MAGIC = 0, VERSION = 1, DEVICE = 2, DRIVER_FEATURES = 8, DRIVER_SELECT = 9, QUEUE = 12, QUEUE_MAX = 13, QUEUE_NUM = 14,
  QUEUE_READY = 17, NOTIFY = 20, INT_STATUS = 24, INT_ACK = 25, STATUS = 28, QUEUE_DESC = 32, QUEUE_DRIVER = 36, QUEUE_DEVICE = 40,
  CONFIG = 64
};

static NORETURN void fail(const char *why) {
  u32 n = 0;
  while (why[n]) n++;
  hal_write("\nFAULT \"", 8); // the harness shows what stands between the quotes
  hal_write(why, n);
  hal_write("\"\n", 2);
  hal_exit(END_CRASH);
}

static void address(volatile u32 *reg, u32 at, const volatile void *p) {
  reg[at] = (u32)(u64)p;
  reg[at + 1] = (u32)((u64)p >> 32);
}

static void queue_start(volatile u32 *reg, u32 n, struct queue *q) {
  reg[QUEUE] = n;
  if (reg[QUEUE_MAX] < QSIZE) fail("virtio: the device's queues are too short");
  reg[QUEUE_NUM] = QSIZE;
  address(reg, QUEUE_DESC, q->desc);
  address(reg, QUEUE_DRIVER, &q->avail);
  address(reg, QUEUE_DEVICE, &q->used);
  reg[QUEUE_READY] = 1;
}

static void publish(struct nic *n, u32 number, struct queue *q, u16 id) {
  q->avail.ring[q->avail.idx % QSIZE] = id;
  __asm__ volatile("" ::: "memory");
  q->avail.idx++;
  __asm__ volatile("mfence" ::: "memory");
  n->reg[NOTIFY] = number;
}

static void nic_start(volatile u32 *reg) {
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

static void accept(volatile u32 *reg, u32 features) {
  reg[STATUS] = 0;
  reg[STATUS] = 3;
  reg[DRIVER_SELECT] = 0;
  reg[DRIVER_FEATURES] = features;
  reg[DRIVER_SELECT] = 1;
  reg[DRIVER_FEATURES] = 1; // version 1
  reg[STATUS] = 11;
  if (!(reg[STATUS] & 8)) fail("virtio: the device refused its features");
}

// ---- disks: virtio 1.0 specification, section 5.2. One request at a time, polled:
// a disk operation never waits for anything else.

#if SN_DISKS
struct disk {
  volatile u32 *reg;
  struct queue q;
  struct { u32 type, reserved; u64 sector; } head;
  volatile u8 status;
  u8 data[SECTOR] __attribute__((aligned(16)));
};
static struct disk disks[SN_DEVICES], found;

enum { BLK_IN = 0, BLK_OUT = 1, BLK_FLUSH = 4, BLK_ID = 8 };

// request runs one request with n bytes of data, which the device writes or reads.
static int request(struct disk *d, u32 type, u64 sector, u32 n) {
  d->head.type = type;
  d->head.reserved = 0;
  d->head.sector = sector;
  d->status = 255;
  u16 k = 0;
  d->q.desc[k] = (struct desc){(u64)&d->head, 16, 1, 1};
  if (n) {
    k++;
    d->q.desc[k] = (struct desc){(u64)d->data, n, (u16)(type == BLK_OUT ? 1 : 3), 2};
  }
  k++;
  d->q.desc[k] = (struct desc){(u64)&d->status, 1, 2, 0};
  d->q.avail.ring[d->q.avail.idx % QSIZE] = 0;
  __asm__ volatile("" ::: "memory");
  d->q.avail.idx++;
  __asm__ volatile("mfence" ::: "memory");
  d->reg[NOTIFY] = 0;
  while (d->q.used.idx != d->q.avail.idx) __asm__ volatile("pause" ::: "memory");
  d->reg[INT_ACK] = d->reg[INT_STATUS];
  return d->status == 0;
}

// Disk i of the program is the one whose serial number is i.
static void disk_start(volatile u32 *reg) {
  accept(reg, 1 << 9); // the device flushes
  struct disk *d = &found;
  memset(d, 0, sizeof *d);
  d->reg = reg;
  d->q.avail.flags = 1; // no interrupts
  queue_start(reg, 0, &d->q);
  reg[STATUS] = 15;
  if (!request(d, BLK_ID, 0, 20)) fail("virtio: a disk without a serial number");
  u32 i = 0;
  for (const u8 *s = d->data; *s >= '0' && *s <= '9'; s++) i = i * 10 + *s - '0';
  reg[STATUS] = 0; // and again, with its queue in place
  if (i >= SN_DEVICES || !sn_is_disk[i]) return;
  accept(reg, 1 << 9);
  d = &disks[i];
  d->reg = reg;
  d->q.avail.flags = 1;
  queue_start(reg, 0, &d->q);
  reg[STATUS] = 15;
}

u32 hal_disk(u32 dev, u32 op, u32 sector, u8 *data) {
  struct disk *d = &disks[dev];
  u64 sectors = d->reg[CONFIG] | (u64)d->reg[CONFIG + 1] << 32;
  if (op == DISK_FLUSH) return request(d, BLK_FLUSH, 0, 0) ? DISK_OK : DISK_ERROR;
  if (sector >= sectors) return DISK_PAST_END;
  if (op == DISK_WRITE) memcpy(d->data, data, SECTOR);
  if (!request(d, op == DISK_READ ? BLK_IN : BLK_OUT, sector, SECTOR)) return DISK_ERROR;
  if (op == DISK_READ) memcpy(data, d->data, SECTOR);
  return DISK_OK;
}
#endif

// ---- interrupts: edge-triggered, all to one vector that only ends a hlt

static void interrupt(u32 gsi) {
  volatile u32 *ioapic = (volatile u32 *)0xfec00000;
  if (gsi >= 24) {
    ioapic = (volatile u32 *)0xfec10000;
    gsi -= 24;
  }
  ioapic[0] = 0x11 + 2 * gsi;
  ioapic[4] = 0;
  ioapic[0] = 0x10 + 2 * gsi;
  ioapic[4] = 32;
}

static u64 number(const char **p) {
  u64 x = 0;
  u32 base = 10;
  if ((*p)[0] == '0' && (*p)[1] == 'x') base = 16, *p += 2;
  for (;; (*p)++) {
    u32 c = (u8)**p, d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
    if (d >= base) return x;
    x = x * base + d;
  }
}

// The command line lists the devices as virtio_mmio.device=SIZE@ADDRESS:INTERRUPT.
void virtio_start(const char *line) {
  static const char key[] = "virtio_mmio.device=";
  *(volatile u32 *)0xfee000f0 = 0x1ff; // the local interrupt controller is on
  for (; *line; line++) {
    u32 i = 0;
    while (key[i] && line[i] == key[i]) i++;
    if (key[i]) continue;
    line += i;
    number(&line);
    if (*line == 'K') line++;
    if (*line++ != '@') fail("virtio: cannot read the command line");
    volatile u32 *reg = (volatile u32 *)number(&line);
    if (*line++ != ':') fail("virtio: cannot read the command line");
    u32 gsi = (u32)number(&line);
    line--;
    if (reg[MAGIC] != 0x74726976 || (reg[DEVICE] != 1 && reg[DEVICE] != 2)) continue;
    if (reg[VERSION] != 2) fail("virtio: a legacy device; give QEMU -global virtio-mmio.force-legacy=false");
    if (reg[DEVICE] == 1) {
      accept(reg, 1 << 5); // the device has a MAC address
      nic_start(reg);
      interrupt(gsi);
    }
#if SN_DISKS
    if (reg[DEVICE] == 2) disk_start(reg);
#endif
  }
#if SN_DISKS
  for (u32 i = 0; i < SN_DEVICES; i++)
    if (sn_is_disk[i] && !disks[i].reg) fail("virtio: a disk of the program is missing; its serial number is the device's number");
#endif
  for (u32 i = 0; i < SN_DEVICES; i++)
    if (!sn_is_disk[i] && !nics[i].reg) fail("virtio: a network device of the program is missing; its MAC address ends in the device's number");
}

// ---- the operations

static int pending(u32 dev) { return !sn_is_disk[dev] && nics[dev].rx.used.idx != nics[dev].rx.seen; }

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
      if (!sn_is_disk[i]) nics[i].reg[INT_ACK] = nics[i].reg[INT_STATUS];
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
  while (d->tx.used.idx != d->tx.avail.idx) __asm__ volatile("pause" ::: "memory"); // the last frame has left
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
  while (nics[dev].tx.used.idx != nics[dev].tx.avail.idx) __asm__ volatile("pause" ::: "memory");
  count_go();
  ask('N', dev, n, 0, 0);
}
#endif
