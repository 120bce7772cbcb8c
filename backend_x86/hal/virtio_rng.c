// Random bytes come from a virtio device (virtio 1.0 specification, section 5.4). If there is no
// such device, they come from the processor (RDRAND, Intel SDM volume 1, 7.3.17). All sources of
// the program share the device.
#include "hal.h"

#if SN_SOURCES
static virtio rng; // 0: there is no device
static struct queue rng_queue; // has one entry, because many devices have short queues
static u8 rng_bytes[256];

static void rng_start(virtio d) {
  if (rng) return;
  rng = d;
  begin(d, 0);
  rng_queue.avail.flags = QUIET;
  queue_start(d, 0, &rng_queue, 1);
  ready(d);
}

// rng_ask asks the device for at most n bytes and returns the number of received bytes.
static u32 rng_ask(u32 n) {
  enum { LOOKS = 1 << 30, WRITTEN = 2 }; // a minute or more
  rng_queue.desc[0] = (struct desc){(u64)rng_bytes, n, WRITTEN, 0};
  if (offer(&rng_queue, 0)) notify(rng, &rng_queue, 0);
  if (!await(&rng_queue, LOOKS)) fail("virtio: the source of random bytes does not answer");
  u32 got = rng_queue.used.ring[0].len;
  if (answered(&rng_queue) != 1 || rng_queue.used.ring[0].id || !got || got > n) fail("virtio: the source of random bytes answers what it was not asked");
  rng_queue.seen++;
  acknowledge(rng);
  return got;
}

// rng_missing reports whether the machine has no random bytes: no device, and no RDRAND.
static int rng_missing(void) {
  enum { RDRAND = 1 << 30 };
  u32 r[4];
  cpuid(1, r);
  return !rng && !(r[2] & RDRAND);
}

// processor_bytes returns 8 random bytes from the processor. The processor may have no bytes for a
// moment.
static u64 processor_bytes(void) {
  enum { TRIES = 1000 };
  u64 x;
  u8 ok = 0;
  for (u32 k = 0; k < TRIES && !ok; k++) __asm__ volatile("rdrand %0; setc %1" : "=r"(x), "=qm"(ok)::"cc");
  if (!ok) fail("the processor gives no random bytes");
  return x;
}

static void hal_random(u32 dev, u8 *p, u32 n) {
  (void)dev;
  for (u32 got; n; p += got, n -= got) {
    if (rng) {
      got = rng_ask(n < sizeof rng_bytes ? n : sizeof rng_bytes);
      memcpy(p, rng_bytes, got);
    } else {
      u64 x = processor_bytes();
      got = n < sizeof x ? n : sizeof x;
      memcpy(p, &x, got);
    }
  }
}
#endif
