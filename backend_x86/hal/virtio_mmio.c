// The transport of virtio-mmio version 2 (virtio 1.0 specification, section 4.2). The registers
// of a device lie in memory, at an address from the command line. virtio_pci.c has the same
// operations for the other transport.
#include "hal.h"

#if SN_DEVICES

typedef volatile u32 *virtio; // 0: no device

// Registers, as indices of 32-bit words.
enum {
  MAGIC = 0, VERSION = 1, DEVICE = 2, DEVICE_FEATURES = 4, DEVICE_SELECT = 5, DRIVER_FEATURES = 8, DRIVER_SELECT = 9, QUEUE = 12, QUEUE_MAX = 13, QUEUE_NUM = 14,
  QUEUE_READY = 17, NOTIFY = 20, INT_STATUS = 24, INT_ACK = 25, STATUS = 28, QUEUE_DESC = 32, QUEUE_DRIVER = 36, QUEUE_DEVICE = 40,
  CONFIG = 64
};

static void address(volatile u32 *reg, u32 at, const volatile void *p) {
  reg[at] = (u32)(u64)p;
  reg[at + 1] = (u32)((u64)p >> 32);
}

static void queue_start(virtio d, u32 n, struct queue *q, u32 size) {
  d[QUEUE] = n;
  if (d[QUEUE_MAX] < size) fail("virtio: the device's queues are too short");
  d[QUEUE_NUM] = size;
  address(d, QUEUE_DESC, q->desc);
  address(d, QUEUE_DRIVER, &q->avail);
  address(d, QUEUE_DEVICE, &q->used);
  d[QUEUE_READY] = 1;
}

// notify tells a device that the queue with a number has new entries.
INLINE void notify(virtio d, struct queue *q, u32 number) { (void)q, d[NOTIFY] = number; }

// acknowledge ends the interrupts that a device has raised.
INLINE void acknowledge(virtio d) { d[INT_ACK] = d[INT_STATUS]; }

// settings are the registers that are specific to the kind of a device.
INLINE const volatile u32 *settings(virtio d) { return d + CONFIG; }

static void reset(virtio d) { d[STATUS] = 0; }

// begin starts a device with the known features that it has. It returns them.
static u32 begin(virtio d, u32 known) {
  reset(d);
  d[STATUS] = 3; // acknowledge, driver
  d[DEVICE_SELECT] = 0;
  known &= d[DEVICE_FEATURES];
  d[DRIVER_SELECT] = 0;
  d[DRIVER_FEATURES] = known;
  d[DRIVER_SELECT] = 1;
  d[DRIVER_FEATURES] = 1; // version 1
  d[STATUS] = 11;
  if (!(d[STATUS] & 8)) fail("virtio: the device refused its features");
  return known;
}

// ready ends the start of a device, after its queues are set up.
static void ready(virtio d) { d[STATUS] = 15; }
#endif
