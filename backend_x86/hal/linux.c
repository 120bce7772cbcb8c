// The Linux process: a static executable without a C library. After its set-up it
// forbids itself every system call that the program does not need.
//
//	prog                         no devices, or devices only in a script
//	prog eth0=tap:NAME           a TAP interface
//	prog eth0=fd:3               an inherited socket or TAP, one frame a read
//	prog disk0=file:PATH         the image of a disk, whole sectors
//	prog --script                the harness speaks on standard input and output
#include "hal.h"

enum { SYS_read = 0, SYS_write = 1, SYS_open = 2, SYS_ioctl = 16, SYS_lseek = 8, SYS_pread64 = 17, SYS_pwrite64 = 18, SYS_fdatasync = 75, SYS_prctl = 157, SYS_clock_gettime = 228, SYS_exit_group = 231, SYS_ppoll = 271 };
enum { EINTR = -4, EAGAIN = -11 };

static long sys(long n, long a, long b, long c, long d) {
  long r;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = 0;
  __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
  return r;
}

__asm__(".globl _start\n_start: xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call start\n");

NORETURN void hal_exit(u32 code) {
  for (;;) sys(SYS_exit_group, code, 0, 0, 0);
}

void hal_write(const void *p, u32 n) {
  const u8 *b = p;
  while (n) {
    long k = sys(SYS_write, 1, (long)b, n, 0);
    if (k <= 0) hal_exit(END_CRASH);
    b += k;
    n -= (u32)k;
  }
}

void hal_read(void *p, u32 n) {
  u8 *b = p;
  while (n) {
    long k = sys(SYS_read, 0, (long)b, n, 0);
    if (k <= 0) hal_exit(END_CRASH); // the harness went away
    b += k;
    n -= (u32)k;
  }
}

#if SN_USES_NOW
u64 hal_now(void) {
  static u64 start;
  i64 t[2];
  sys(SYS_clock_gettime, 1, (long)t, 0, 0);
  u64 us = (u64)t[0] * 1000000 + (u64)t[1] / 1000;
  if (!start) start = us;
  return us - start;
}
#endif

// left_until is how many microseconds are left, NEVER when due never comes.
static u64 left_until(u64 due) {
#if SN_USES_ALARM
  u64 now = hal_now();
  if (due != NEVER) return due > now ? due - now : 0;
#endif
  (void)due;
  return NEVER;
}

#if SN_DEVICES
static int fd_of[SN_DEVICES];

// The head of each device's queue: read ahead by status, consumed by take. A device
// whose other end is closed gives nothing any more.
static u8 head[SN_DEVICES][65536];
static u32 head_len[SN_DEVICES];
static u8 closed[SN_DEVICES];

// fill reads ahead at the devices of mask that have no frame, sleeping for at most so
// many microseconds; it reports whether one of them can still give one.
static int fill(u32 mask, u64 us) {
  struct { int fd; short events, revents; } p[SN_DEVICES];
  i64 time[2] = {(i64)(us / 1000000), (i64)(us % 1000000 * 1000)};
  int open = 0;
  for (u32 i = 0; i < SN_DEVICES; i++) {
    int wanted = !sn_is_disk[i] && mask >> i & 1 && !head_len[i] && !closed[i];
    p[i].fd = wanted ? fd_of[i] : -1;
    p[i].events = 1;
    p[i].revents = 0;
    open |= wanted;
  }
  if (!open && (us == NEVER || !us)) return 0;
  sys(SYS_ppoll, (long)p, SN_DEVICES, us == NEVER ? 0 : (long)time, 0);
  for (u32 i = 0; i < SN_DEVICES; i++) {
    if (!p[i].revents) continue;
    long n = sys(SYS_read, fd_of[i], (long)head[i], sizeof head[i], 0);
    if (n > 0) head_len[i] = (u32)n;
    else if (n != EINTR && n != EAGAIN) closed[i] = 1;
  }
  return open;
}

static u32 ready(void) {
  u32 r = 0;
  for (u32 i = 0; i < SN_DEVICES; i++) r |= (u32)(head_len[i] != 0) << i;
  return r;
}

u32 hal_status(void) {
  fill(~0u, 0);
  return ready();
}

u32 hal_wait(u32 mask, u64 due) {
  for (;;) {
    u64 left = left_until(due);
    u32 r = ready() | (left ? 0 : TIMER);
    if (r & mask) return r;
    if (!fill(mask, left) && due == NEVER) hal_exit(END_WAITING); // nothing will ever come
  }
}

u32 hal_take(u32 dev, u8 *p, u32 cap) {
  u32 n = head_len[dev];
  head_len[dev] = 0;
  if (n > cap) return 0;
  memcpy(p, head[dev], n);
  return n;
}

void hal_send(u32 dev, const u8 *p, u32 n) { sys(SYS_write, fd_of[dev], (long)p, n, 0); }

void hal_script_frame(u32 dev, u8 *p, u32 n) { (void)dev, hal_read(p, n); }
void hal_script_send(u32 dev, const u8 *p, u32 n) { ask('S', dev, 0, p, n); }

#if SN_DISKS
static u64 sectors[SN_DEVICES];

static int disk(u32 dev, const char *path) {
  long fd = sys(SYS_open, (long)path, 2, 0, 0), n = fd < 0 ? fd : sys(SYS_lseek, fd, 0, 2, 0);
  if (n < 0) return -1;
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

// ---- arguments

static const char *after(const char *s, const char *prefix) {
  while (*prefix)
    if (*s++ != *prefix++) return 0;
  return s;
}

static int tap(const char *name) {
  struct { char name[16]; short flags; char pad[22]; } req = {{0}, 0x1002, {0}}; // IFF_TAP | IFF_NO_PI
  for (u32 i = 0; i < 15 && name[i]; i++) req.name[i] = name[i];
  long fd = sys(SYS_open, (long)"/dev/net/tun", 2, 0, 0);
  if (fd < 0 || sys(SYS_ioctl, fd, 0x400454ca, (long)&req, 0) < 0) return -1;
  return (int)fd;
}

static int number(const char *s) {
  int n = 0;
  for (; *s >= '0' && *s <= '9'; s++) n = n * 10 + *s - '0';
  return *s ? -1 : n;
}

static int bind(const char *arg) {
  for (u32 i = 0; i < SN_DEVICES; i++) {
    const char *rest = after(arg, sn_device_name(i));
    if (!rest || *rest != '=') continue;
    const char *v;
#if SN_DISKS
    if (sn_is_disk[i]) {
      v = after(rest + 1, "file:");
      return v && (fd_of[i] = disk(i, v)) >= 0;
    }
#endif
    v = after(rest + 1, "fd:");
    if (v) return (fd_of[i] = number(v)) >= 0;
    v = after(rest + 1, "tap:");
    return v && (fd_of[i] = tap(v)) >= 0;
  }
  return 0;
}
#else
u32 hal_status(void) { return 0; }
u32 hal_wait(u32 mask, u64 due) {
  u64 left;
  while ((left = left_until(due)) && due != NEVER) {
    i64 time[2] = {(i64)(left / 1000000), (i64)(left % 1000000 * 1000)};
    sys(SYS_ppoll, 0, 0, (long)time, 0);
  }
  if (left || !(mask & TIMER)) hal_exit(END_STUCK);
  return TIMER;
}
#endif

// ---- the system-call filter, made of what the program uses and how it runs

struct filter { u16 code; u8 jt, jf; u32 k; };
#define LOAD(at) {0x20, 0, 0, at}
#define ALLOW(n) {0x15, 0, 1, n}, {0x06, 0, 0, 0x7fff0000}
#define KILL {0x06, 0, 0, 0x80000000}
#define BEGIN LOAD(4), {0x15, 1, 0, 0xc000003e}, KILL, LOAD(0) // x86-64 only

#if SN_DISKS
#define DISK_CALLS ALLOW(SYS_pread64), ALLOW(SYS_pwrite64), ALLOW(SYS_fdatasync),
#else
#define DISK_CALLS
#endif

static const struct filter scripted_calls[] = {BEGIN, ALLOW(SYS_read), ALLOW(SYS_write), ALLOW(SYS_exit_group), DISK_CALLS KILL};

static const struct filter live_calls[] = {
    BEGIN,
    ALLOW(SYS_exit_group),
#if SN_USES_LOG || SN_USES_TRAP || SN_DEVICES
    ALLOW(SYS_write),
#endif
#if SN_DEVICES
    ALLOW(SYS_read),
#endif
#if SN_DEVICES || SN_USES_ALARM
    ALLOW(SYS_ppoll),
#endif
#if SN_USES_NOW
    ALLOW(SYS_clock_gettime),
#endif
    DISK_CALLS KILL,
};

static NORETURN void complain(const char *text, u32 n) {
  sys(SYS_write, 2, (long)text, n, 0);
  hal_exit(END_USAGE);
}
#define COMPLAIN(text) complain(text, sizeof text - 1)

static void lock(void) {
  struct { u16 n; const struct filter *f; } prog = {sizeof live_calls / sizeof *live_calls, live_calls};
  if (hal_scripted) prog.n = sizeof scripted_calls / sizeof *scripted_calls, prog.f = scripted_calls;
  if (sys(SYS_prctl, 38, 1, 0, 0) || sys(SYS_prctl, 22, 2, (long)&prog, 0)) COMPLAIN("this kernel accepts no system-call filter\n");
}

static NORETURN void usage(void) { COMPLAIN("usage: [--script] [DEVICE=fd:N | DEVICE=tap:NAME | DISK=file:PATH]...\n"); }

NORETURN void start(long *sp) {
  char **argv = (char **)(sp + 1);
#if SN_DEVICES
  for (u32 i = 0; i < SN_DEVICES; i++) fd_of[i] = -1;
#endif
  for (long i = 1; i < sp[0]; i++) {
    const char *a = argv[i], *s = "--script";
    while (*s && *a == *s) a++, s++;
    if (!*s && !*a) hal_scripted = 1;
#if SN_DEVICES
    else if (bind(argv[i])) continue;
#endif
    else usage();
  }
#if SN_DEVICES
  for (u32 i = 0; i < SN_DEVICES; i++)
    if ((!hal_scripted || sn_is_disk[i]) && fd_of[i] < 0) usage();
#endif
  lock();
  // planted faults stand here
  sn_main();
  hal_exit(END_OK);
}
