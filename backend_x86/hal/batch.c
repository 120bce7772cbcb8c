// A batch holds the next frames of the script. The harness sends them in advance. The guest
// then needs no harness: the next frame arrives when the program waits for one. The guest
// reports this with 'w' and 't', which get no answer. The harness repeats the steps in its own
// simulated world, so either side may end the batch at any time.
#include "hal.h"

#if SN_BATCH
enum { BATCH = 1 << 18 };
struct arrival { u64 time; u32 dev, len; }; // and then len bytes, up to a multiple of 8
static u8 batch[BATCH] __attribute__((aligned(8)));
static u32 batch_end, batch_next; // bytes received, and the bytes of the frames that have arrived
static u32 batch_at[SN_DEVICES];  // of each device: where the search for its next frame begins
static u64 batch_now;

static u32 arrival_size(const struct arrival *a) { return (u32)sizeof *a + (a->len + 7) / 8 * 8; }

// batch_over returns control of time and input to the harness.
static void batch_over(void) {
  hal_flush();
  hal_gather = 0;
  batch_end = batch_next = 0;
  for (u32 i = 0; i < SN_DEVICES; i++) batch_at[i] = 0;
}

// batch_head is the first frame in a device's queue, 0 if the queue is empty.
static const struct arrival *batch_head(u32 dev) {
  while (batch_at[dev] < batch_next) {
    const struct arrival *a = (const struct arrival *)(batch + batch_at[dev]);
    if (a->dev == dev) return a;
    batch_at[dev] += arrival_size(a);
  }
  return 0;
}

static u32 batch_ready(void) {
  u32 r = 0;
  for (u32 i = 0; i < SN_DEVICES; i++) r |= (u32)(batch_head(i) != 0) << i;
  return r;
}

// batch_whole checks a batch of end bytes. The batch must consist of whole frames for devices
// that exist, and next must be the beginning of a frame or the end.
static u32 batch_whole(u32 next, u32 end) {
  u32 at = 0, found = next == end;
  while (at < end) {
    const struct arrival *a = (const struct arrival *)(batch + at);
    found |= at == next;
    if (end - at < sizeof *a || a->dev >= SN_DEVICES || a->len > end - at - sizeof *a) return 0;
    at += arrival_size(a);
  }
  return found && at == end;
}

// batch_wait is a wait without a deadline.
static u32 batch_wait(u32 mask) {
  u32 r = batch_ready(), head[5];
  while (!(r & mask) && batch_next < batch_end) {
    const struct arrival *a = (const struct arrival *)(batch + batch_next);
    if (a->time > batch_now) batch_now = a->time;
    batch_next += arrival_size(a);
    r |= 1u << a->dev;
  }
  if (r & mask) {
    ask('w', mask, 0, 0, 0);
    return r;
  }
  batch_over();
  ask('B', mask, BATCH, 0, 0);
  hal_read(head, sizeof head); // ready, bytes that have arrived, all bytes, the clock
  if (head[2] > BATCH) hal_exit(END_CRASH); // the harness is wrong
  hal_read(batch, head[2]);
  if (!batch_whole(head[1], head[2])) hal_exit(END_CRASH);
  batch_next = head[1];
  batch_end = head[2];
  batch_now = head[3] | (u64)head[4] << 32;
  hal_gather = batch_end != 0;
  return head[0];
}

// batch_take takes the first frame of a device's queue. It reports whether the batch had one.
static u32 batch_take(u32 dev, u8 *buf, u32 cap, u32 *n) {
  const struct arrival *a = batch_head(dev);
  if (!a) return 0;
  *n = a->len <= cap ? a->len : 0;
  memcpy(buf, a + 1, *n);
  batch_at[dev] += arrival_size(a);
  ask('t', dev, cap, 0, 0);
  return 1;
}
#endif
