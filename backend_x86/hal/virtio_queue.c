// The queues of virtio devices in memory (virtio 1.0 specification, section 2.4): rings
// of descriptors that the driver fills and the device uses up.
#include "hal.h"

#if SN_DEVICES

enum { QSIZE = 8 };

struct desc { u64 addr; u32 len; u16 flags, next; };
struct avail { u16 flags, idx, ring[QSIZE]; };
struct used { u16 flags, idx; struct { u32 id, len; } ring[QSIZE]; };
struct queue {
  struct desc desc[QSIZE] __attribute__((aligned(16)));
  struct avail avail __attribute__((aligned(4)));
  volatile struct used used __attribute__((aligned(4)));
  u16 seen;
};

// offer makes a descriptor available to the device.
INLINE void offer(struct queue *q, u16 id) {
  q->avail.ring[q->avail.idx % QSIZE] = id;
  __asm__ volatile("" ::: "memory");
  q->avail.idx++;
  __asm__ volatile("mfence" ::: "memory");
}

// finish waits until the device has used all that it was offered.
INLINE void finish(struct queue *q) {
  while (q->used.idx != q->avail.idx) __asm__ volatile("pause" ::: "memory");
}
#endif
