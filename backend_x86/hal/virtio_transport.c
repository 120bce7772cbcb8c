// The registers of a device: virtio-mmio version 2 (virtio 1.0 specification, section
// 4.2). What a device and a queue do at their start, and the interrupt of a device.
#include "hal.h"

#if SN_DEVICES

// Registers, as indices of 32-bit words.
enum {
  MAGIC = 0, VERSION = 1, DEVICE = 2, DEVICE_FEATURES = 4, DEVICE_SELECT = 5, DRIVER_FEATURES = 8, DRIVER_SELECT = 9, QUEUE = 12, QUEUE_MAX = 13, QUEUE_NUM = 14,
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

// notify tells a device that its queue of a number holds something new.
INLINE void notify(volatile u32 *reg, u32 number) { reg[NOTIFY] = number; }

// acknowledge ends the interrupts that a device has raised.
INLINE void acknowledge(volatile u32 *reg) { reg[INT_ACK] = reg[INT_STATUS]; }

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

// Interrupts are edge-triggered and go to one vector, which only ends a hlt.
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
#endif
