// Disks (virtio 1.0 specification, section 5.2). One request runs at a time, and the driver
// polls for its answer. While it polls, the program waits for no other event.
#include "hal.h"

#if SN_DISKS
struct disk {
  virtio dev; // 0: not found
  struct queue q;
  u32 features;
  struct { u32 type, reserved; u64 sector; } head;
  volatile u8 status;
  u8 data[SECTOR] __attribute__((aligned(16)));
};
static struct disk disks[SN_DEVICES], found;

enum { FLUSHES = 1 << 9, READ_ONLY = 1 << 5 };
enum { BLK_IN = 0, BLK_OUT = 1, BLK_FLUSH = 4, BLK_ID = 8 };

// request runs one request with n bytes of data, which the device writes or reads. If the
// device never answers or gives a wrong answer, the program ends.
static int request(struct disk *d, u32 type, u64 sector, u32 n) {
  enum { LOOKS = 1 << 30 }; // a minute or more
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
  if (offer(&d->q, 0)) notify(d->dev, &d->q, 0);
  if (!await(&d->q, LOOKS)) fail("virtio: a disk does not answer");
  u32 at = d->q.seen % QSIZE;
  if (answered(&d->q) != 1 || d->q.used.ring[at].id || d->q.used.ring[at].len > n + 1) fail("virtio: a disk answers what it was not asked");
  d->q.seen++;
  acknowledge(d->dev);
  return d->status == 0;
}

// disk_begin starts a disk with the features that both it and this driver know.
static void disk_begin(struct disk *d, virtio dev) {
  d->dev = dev;
  d->features = begin(dev, FLUSHES | READ_ONLY);
  d->q.avail.flags = QUIET;
  queue_start(d->dev, 0, &d->q, QSIZE);
  ready(d->dev);
}

// serial reads a disk's serial number, which must be digits only. The result is -1 if the disk
// is not one of the program's.
static int serial(const u8 *s) {
  u32 n = 0, i = 0;
  for (; n < 20 && s[n]; n++) {
    if (s[n] < '0' || s[n] > '9' || n > 2) return -1;
    i = i * 10 + s[n] - '0';
  }
  return n && i < SN_DEVICES && sn_is_disk[i] ? (int)i : -1;
}

// Disk i of the program is the disk whose serial number is i. Firecracker chooses the serial
// numbers itself. So with the word sn.disks=order on the command line, the disks are assigned
// in order.
static void disk_start(virtio d, int in_order) {
  int i = -1;
  if (in_order) {
    for (u32 k = SN_DEVICES; k--;)
      if (sn_is_disk[k] && !disks[k].dev) i = (int)k;
  } else {
    memset(&found, 0, sizeof found);
    disk_begin(&found, d);
    if (request(&found, BLK_ID, 0, 20)) i = serial(found.data);
    reset(d); // and again, with its queue in place
  }
  if (i < 0) return;
  if (disks[i].dev) fail("virtio: two disks have one serial number");
  disk_begin(&disks[i], d);
}

u32 hal_disk(u32 dev, u32 op, u32 sector, u8 *data) {
  struct disk *d = &disks[dev];
  u64 sectors = settings(d->dev)[0] | (u64)settings(d->dev)[1] << 32;
  if (op == DISK_FLUSH) return !(d->features & FLUSHES) || request(d, BLK_FLUSH, 0, 0) ? DISK_OK : DISK_ERROR;
  if (sector >= sectors) return DISK_PAST_END;
  if (op == DISK_WRITE && d->features & READ_ONLY) return DISK_ERROR;
  if (op == DISK_WRITE) memcpy(d->data, data, SECTOR);
  if (!request(d, op == DISK_READ ? BLK_IN : BLK_OUT, sector, SECTOR)) return DISK_ERROR;
  if (op == DISK_READ) memcpy(data, d->data, SECTOR);
  return DISK_OK;
}

// disk_missing reports whether a disk of the program was not found.
static int disk_missing(u32 dev) { return sn_is_disk[dev] && !disks[dev].dev; }
#endif
