// Disks (virtio 1.0 specification, section 5.2). One request at a time, polled: a disk
// operation never waits for anything else.
#include "hal.h"

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
  offer(&d->q, 0);
  notify(d->reg, 0);
  finish(&d->q);
  acknowledge(d->reg);
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

// disk_missing reports whether a disk of the program was not found.
static int disk_missing(u32 dev) { return sn_is_disk[dev] && !disks[dev].reg; }
#endif
