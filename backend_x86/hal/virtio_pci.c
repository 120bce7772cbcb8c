// The transport of virtio over PCI (virtio 1.0 specification, section 4.1). A function's
// capabilities give the addresses of the registers. virtio_mmio.c has the same operations for
// the other transport.
#include "hal.h"

#if SN_DEVICES

struct common {
  u32 device_select, device_features, driver_select, driver_features;
  u16 config_vector, queues;
  u8 status, generation;
  u16 queue, size, vector, enable, bell;
  u32 desc[2], driver[2], device[2];
};

typedef struct {
  volatile struct common *c;
  volatile u8 *bells;
  u32 step; // distance between the notification registers of two queues
  const volatile u32 *own;
  u16 vector; // of the queues' messages
} *virtio; // 0: no device

enum { NO_VECTOR = 0xffff, VIRTIO = 0x1af4 };

static void address(volatile u32 *reg, const volatile void *p) {
  reg[0] = (u32)(u64)p;
  reg[1] = (u32)((u64)p >> 32);
}

static void queue_start(virtio d, u32 n, struct queue *q, u32 size) {
  d->c->queue = (u16)n;
  if (d->c->size < size) fail("virtio: the device's queues are too short");
  d->c->size = (u16)size;
  d->c->vector = d->vector;
  if (d->c->vector != d->vector) fail("virtio: the device has no message for its interrupts");
  address(d->c->desc, q->desc);
  address(d->c->driver, &q->avail);
  address(d->c->device, &q->used);
  q->bell = (volatile u16 *)(d->bells + d->c->bell * d->step);
  d->c->enable = 1;
}

// notify tells a device that the queue with a number has new entries.
INLINE void notify(virtio d, struct queue *q, u32 number) { (void)d, *q->bell = (u16)number; }

// acknowledge does nothing: a message needs no end-of-interrupt command.
INLINE void acknowledge(virtio d) { (void)d; }

// settings are the registers that are specific to the kind of a device.
INLINE const volatile u32 *settings(virtio d) { return d->own; }

// reset waits until the device is in its power-on state, and gives up after some time.
static void reset(virtio d) {
  enum { LOOKS = 1 << 20 };
  d->c->status = 0;
  for (u32 k = 0; d->c->status; k++)
    if (k == LOOKS) fail("virtio: a device cannot be reset");
}

// begin starts a device with the known features that the device has. It returns these features.
static u32 begin(virtio d, u32 known) {
  reset(d);
  d->c->status = 3; // acknowledge, driver
  d->c->config_vector = NO_VECTOR;
  d->c->device_select = 0;
  known &= d->c->device_features;
  d->c->driver_select = 0;
  d->c->driver_features = known;
  d->c->driver_select = 1;
  d->c->driver_features = 1; // version 1
  d->c->status = 11;
  if (!(d->c->status & 8)) fail("virtio: the device refused its features");
  return known;
}

// ready ends the start of a device, after its queues are set up.
static void ready(virtio d) { d->c->status = 15; }

// virtio_at finds the registers of a function. It returns 0 if the function has no such
// registers, or only registers of older versions.
static int virtio_at(virtio d, u32 f) {
  enum { COMMON = 1, BELLS = 2, OWN = 4 };
  *d = (__typeof__(*d)){.vector = NO_VECTOR};
  pci_enable(f, 0);
  u32 at = 0;
  for (u32 k = 0; k < CAPS && (at = capability(f, CAP_VENDOR, at)); k++) {
    volatile u8 *p = 0;
    u32 kind = pci_byte(f, at + 3);
    if (kind == COMMON || kind == BELLS || kind == OWN) p = registers(f, pci_byte(f, at + 4), pci_get(f, at + 8), pci_get(f, at + 12));
    if (kind == COMMON && !d->c) d->c = (volatile struct common *)p;
    if (kind == BELLS && !d->bells) d->bells = p, d->step = pci_get(f, at + 16);
    if (kind == OWN && !d->own) d->own = (const volatile u32 *)p;
  }
  return d->c && d->bells && d->own;
}
#endif
