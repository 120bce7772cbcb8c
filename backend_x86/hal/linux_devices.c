// The devices of a Linux process, which are descriptors and files. This file also waits for
// devices and for a deadline.
#include "hal.h"

// left_until is the number of microseconds until due. It is NEVER if due never comes.
static u64 left_until(u64 due) {
#if SN_USES_ALARM
  if (due == NEVER) return NEVER;
  u64 now = hal_now();
  return due > now ? due - now : 0;
#else
  (void)due;
  return NEVER;
#endif
}

#if SN_DEVICES
static int fd_of[SN_DEVICES];

// The first element of each device's queue. status reads it ahead, and take removes it.
// If the other end of a device is closed, the device gives no further elements.
static u8 head[SN_DEVICES][65536];
static u32 head_len[SN_DEVICES];
#if SN_STREAMS
static u32 head_at[SN_DEVICES]; // for a stream: bytes already taken
#endif
static u8 closed[SN_DEVICES];

// end_for ends the process and names the device that caused the end.
static NORETURN void end_for(u32 dev, const char *why, u32 length, u32 code) {
  const char *name = sn_device_name(dev);
  u32 n = 0;
  while (name[n]) n++;
  sys(SYS_write, 2, (long)name, n, 0);
  sys(SYS_write, 2, (long)why, length, 0);
  hal_exit(code);
}

// gone ends the process because a device no longer exists: its interface was deleted.
static NORETURN void gone(u32 dev) { end_for(dev, ": the device is gone\n", 21, END_CRASH); }

#if SN_NETS
static NORETURN void spoilt(u32 dev) { end_for(dev, ": the capture is cut off or spoilt\n", 35, END_USAGE); }
#endif

#if SN_HOMES
#define SN_UDP_MOST UDP_MOST
#else
#define SN_UDP_MOST 0
#endif

// The number of status checks after a read frame that make no system call. A network stack makes
// this number of status checks between the receipt of a frame and the answer to it.
enum { FREE_LOOKS = 3 };
static u8 fresh;

// arrived records the result n of a read at device i.
static void arrived(u32 i, long n) {
  if (n > 0) head_len[i] = sn_has_frames[i] || sn_is_stream[i] ? (u32)n : 0; // 0 for a pin, whose change carries no bytes
  else if (!n || n == ECONNRESET || (n == EIO && sn_is_stream[i])) closed[i] = 1;
  else if (n != EINTR && n != EAGAIN) gone(i);
  if (n > 0) fresh = FREE_LOOKS;
}

#if SN_NETS
// read_alone reads at the only descriptor that can provide a frame: the descriptor of device i, or
// of socket k if k is at least 0. So a busy program reads frame after frame, and does not first
// ask whether there is a frame. If there is no deadline, read_alone sleeps in the read. It returns 0
// if a ppoll must follow. It also returns 0 if the descriptor or the kernel does not support such
// a read.
static int read_alone(u32 i, int k, u64 us) {
  enum { NOWAIT = 8, NOT_SUPPORTED = -95, NO_CALL = -38 };
#if SN_HOMES
  if (k >= 0) {
    head_len[i] = udp_next((u32)k, head[i], us == NEVER ? 0 : DONTWAIT);
    if (head_len[i]) fresh = FREE_LOOKS;
    return head_len[i] || !us;
  }
#endif
  (void)k;
  struct { void *at; u64 n; } piece = {head[i], sizeof head[i]};
  long n = sys6(SYS_preadv2, fd_of[i], (long)&piece, 1, -1, -1, us == NEVER ? 0 : NOWAIT);
  if (n == NOT_SUPPORTED || n == NO_CALL) return 0;
  arrived(i, n);
  return n != EAGAIN || !us;
}
#endif

// fill reads ahead at the devices of mask that have no frame. It sleeps for at most us
// microseconds and reports whether one of these devices can still give a frame.
static int fill(u32 mask, u64 us) {
  u32 from = 0, places = 0; // descriptors that can provide a frame: the last one, and their number
  struct { int fd; short events, revents; } p[SN_DEVICES + SN_UDP_MOST];
  i64 time[2] = {(i64)(us / 1000000), (i64)(us % 1000000 * 1000)};
  int open = 0;
  for (u32 i = 0; i < SN_DEVICES; i++) {
    int wanted = (sn_has_frames[i] || sn_is_stream[i] || sn_is_level[i] == 1) && mask >> i & 1 && !head_len[i] && !closed[i];
#if SN_HOMES
    if (wanted && is_udp[i] && (head_len[i] = udp_answer(i, head[i]))) return 1;
#endif
    p[i].fd = wanted ? fd_of[i] : -1;
    p[i].events = 1;
    p[i].revents = 0;
    open |= wanted;
    if (p[i].fd >= 0) from = i, places++;
  }
  u32 count = SN_DEVICES;
#if SN_HOMES
  for (u32 k = 0; k < udps; k++, count++) {
    u32 i = udp[k].dev;
    p[count].fd = mask >> i & 1 && !head_len[i] ? udp[k].fd : -1;
    p[count].events = 1;
    p[count].revents = 0;
    if (p[count].fd >= 0) from = count, places++;
  }
#endif
  if (!open && (us == NEVER || !us)) return 0;
#if SN_NETS
  if (places == 1 && from >= SN_DEVICES + 0u) {
#if SN_HOMES
    if (read_alone(udp[from - SN_DEVICES].dev, (int)(from - SN_DEVICES), us)) return open;
#endif
  } else if (places == 1 && sn_has_frames[from] && !is_capture[from] && read_alone(from, -1, us)) {
    return open;
  }
#endif
  sys(SYS_ppoll, (long)p, count, us == NEVER ? 0 : (long)time, 0);
#if SN_HOMES
  for (u32 k = 0; k < udps; k++)
    if (p[SN_DEVICES + k].revents && !head_len[udp[k].dev] && (head_len[udp[k].dev] = udp_next(k, head[udp[k].dev], DONTWAIT))) fresh = FREE_LOOKS;
#endif
  for (u32 i = 0; i < SN_DEVICES; i++) {
    if (!p[i].revents) continue;
#if SN_NETS
    if (is_capture[i]) {
      long k = capture_next(fd_of[i], head[i]);
      if (k < 0) spoilt(i);
      head_len[i] = (u32)k;
      closed[i] = !k;
      continue;
    }
#endif
    arrived(i, sys(SYS_read, fd_of[i], (long)head[i], sizeof head[i], 0));
  }
  return open;
}

static u32 ready(void) {
  u32 r = 0;
  for (u32 i = 0; i < SN_DEVICES; i++) r |= (u32)(head_len[i] != 0) << i;
#if SN_LEVELS
  r |= pins_ready();
#endif
  return r;
}

u32 hal_status(void) {
#if !SN_LEVELS
  if (fresh) {
    fresh--;
    return ready();
  }
#endif
  fill(~0u, 0);
  return ready();
}

u32 hal_wait(u32 mask, u64 due) {
  tell_ready();
  for (;;) {
    u64 left = left_until(due);
#if SN_LEVELS
    pins_sample();
#endif
    u32 r = ready() | (left ? 0 : TIMER);
    if (r & mask) return r;
    if (!fill(mask, left) && due == NEVER) { // no input will ever come
      OTHERS_REST();
      hal_exit(END_WAITING);
    }
  }
}

u32 hal_take(u32 dev, u8 *p, u32 cap) {
  u32 n = head_len[dev];
#if SN_STREAMS
  if (sn_is_stream[dev]) {
    n -= head_at[dev];
    if (n > cap) n = cap;
    memcpy(p, head[dev] + head_at[dev], n);
    if ((head_at[dev] += n) == head_len[dev]) head_at[dev] = head_len[dev] = 0;
    return n;
  }
#endif
  head_len[dev] = 0;
  if (n > cap) return 0;
  memcpy(p, head[dev], n);
  return n;
}

void hal_send(u32 dev, const u8 *p, u32 n) {
#if SN_STREAMS
  if (sn_is_stream[dev]) {
    if (!write_all(fd_of[dev], p, n)) gone(dev);
    return;
  }
#endif
#if SN_NETS
  if (is_capture[dev]) {
    capture_add(out_of[dev], p, n);
    return;
  }
#endif
#if SN_HOMES
  if (is_udp[dev]) {
    udp_send(dev, (u8 *)p, n);
    return;
  }
#endif
  sys(SYS_write, fd_of[dev], (long)p, n, 0);
}

void hal_script_frame(u32 dev, u8 *p, u32 n) { (void)dev, hal_read(p, n); }
void hal_script_send(u32 dev, const u8 *p, u32 n) { ask('S', dev, 0, p, n); }

#if SN_DISKS
static u64 sectors[SN_DEVICES];

// Reasons why a file cannot be a disk.
enum { NO_FILE = -1, ODD_SIZE = -2, IN_USE = -3 };

// disk opens the image of a disk and locks it for the life of the process.
static int disk(u32 dev, const char *path) {
  enum { EXCLUSIVE_OR_NOT = 2 | 4 };
  long fd = sys(SYS_open, (long)path, 2, 0, 0), n = fd < 0 ? fd : sys(SYS_lseek, fd, 0, 2, 0);
  if (n < 0) return NO_FILE;
  if (!n || n % SECTOR) return ODD_SIZE;
  if (sys(SYS_flock, fd, EXCLUSIVE_OR_NOT, 0, 0)) return IN_USE;
  sectors[dev] = (u64)n / SECTOR;
  return (int)fd;
}

u32 hal_disk(u32 dev, u32 op, u32 sector, u8 *data) {
  long n = SECTOR;
  if (op != DISK_FLUSH && sector >= sectors[dev]) return DISK_PAST_END;
  switch (op) {
  case DISK_READ: n = sys(SYS_pread64, fd_of[dev], (long)data, SECTOR, (long)sector * SECTOR); break;
  case DISK_WRITE: n = sys(SYS_pwrite64, fd_of[dev], (long)data, SECTOR, (long)sector * SECTOR); break;
  default: return sys(SYS_fdatasync, fd_of[dev], 0, 0, 0) ? DISK_ERROR : DISK_OK;
  }
  return n == SECTOR ? DISK_OK : DISK_ERROR;
}
#endif
#else
u32 hal_status(void) { return 0; }
u32 hal_wait(u32 mask, u64 due) {
  tell_ready();
  u64 left;
  while ((left = left_until(due)) && due != NEVER) {
    i64 time[2] = {(i64)(left / 1000000), (i64)(left % 1000000 * 1000)};
    sys(SYS_ppoll, 0, 0, (long)time, 0);
  }
  if (left || !(mask & TIMER)) {
    OTHERS_REST();
    hal_exit(END_STUCK);
  }
  return TIMER;
}
#endif
