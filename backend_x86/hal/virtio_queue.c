// The queues of virtio devices in memory (virtio 1.0 specification, section 2.4): rings of
// descriptors that the driver fills and the device consumes.
#include "hal.h"

#if SN_DEVICES

enum { QSIZE = 64 };

struct desc { u64 addr; u32 len; u16 flags, next; };
struct avail { u16 flags, idx, ring[QSIZE]; };
struct used { u16 flags, idx; struct { u32 id, len; } ring[QSIZE]; };
struct queue {
  struct desc desc[QSIZE] __attribute__((aligned(16)));
  volatile struct avail avail __attribute__((aligned(4)));
  volatile struct used used __attribute__((aligned(4)));
  u16 seen; // position in the used ring
  volatile u16 *bell; // notification register of the device, over PCI
};

// The flag by which a side suppresses notifications from the other side.
enum { QUIET = 1 };

// offer makes a descriptor available to the device. It reports whether the device wants a
// notification (section 2.4.7). A device that is already working on the queue needs no
// notification.
INLINE int offer(struct queue *q, u16 id) {
  q->avail.ring[q->avail.idx % QSIZE] = id;
  __asm__ volatile("" ::: "memory");
  q->avail.idx++;
  __asm__ volatile("mfence" ::: "memory");
  return !(q->used.flags & QUIET);
}

// answered is the number of the device's answers that are not yet read.
INLINE u16 answered(struct queue *q) { return (u16)(q->used.idx - q->seen); }

// await polls for an answer up to looks times. It returns 0 if none has come.
static int await(struct queue *q, u32 looks) {
  while (!answered(q)) {
    if (!looks--) return 0;
    __asm__ volatile("pause" ::: "memory");
  }
  return 1;
}
#endif
