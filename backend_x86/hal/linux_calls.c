// System calls, and the functions that other parts build on them. These serve the console,
// which is also the line to the harness, the end of the process, and the time.
#include "hal.h"

enum { SYS_read = 0, SYS_write = 1, SYS_open = 2, SYS_close = 3, SYS_dup2 = 33, SYS_mmap = 9, SYS_mprotect = 10, SYS_ioctl = 16, SYS_getpid = 39, SYS_socket = 41, SYS_sendmsg = 46, SYS_recvmsg = 47, SYS_getsockname = 51, SYS_getsockopt = 55, SYS_connect = 42, SYS_fcntl = 72, SYS_flock = 73, SYS_close_range = 436, SYS_lseek = 8, SYS_pread64 = 17, SYS_pwrite64 = 18, SYS_fdatasync = 75, SYS_prctl = 157, SYS_futex = 202, SYS_sched_getaffinity = 204, SYS_seccomp = 317, SYS_getrandom = 318, SYS_preadv2 = 327, SYS_clock_gettime = 228, SYS_exit_group = 231, SYS_ppoll = 271 };
enum { MONOTONIC = 1 };
// Descriptors of the devices, of the captures that they write, of the notification socket, and
// of UDP sockets.
enum { FIRST = 3, OUTS = FIRST + SN_DEVICES, NOTIFY = OUTS + (SN_NETS ? SN_DEVICES : 0), UDPS = NOTIFY + 1, PAST = UDPS + 8 };
enum { EINTR = -4, EIO = -5, EAGAIN = -11, ECONNRESET = -104 };

static long sys6(long n, long a, long b, long c, long d, long e, long f) {
  long r;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return r;
}

static long sys5(long n, long a, long b, long c, long d, long e) { return sys6(n, a, b, c, d, e, 0); }
static long sys(long n, long a, long b, long c, long d) { return sys6(n, a, b, c, d, 0, 0); }

static u8 notifies, told; // systemd wants notifications of the process's state; the process has reported that it is ready

// tell reports the state of the process to the process that started it (sd_notify).
static void tell(const char *state, u32 n) {
  if (notifies) sys(SYS_write, NOTIFY, (long)state, n, 0);
}

// tell_ready reports readiness when the program waits for the first time.
__attribute__((unused)) static void tell_ready(void) {
  if (!told) tell("READY=1", 7);
  told = 1;
}

// Output is gathered during a batch (batch.c). It is written before a read, at the end, and when
// the buffer is full.
#define SN_BATCH (SN_NETS && !SN_LEVELS && !SN_STREAMS && !SN_DISKS && !SN_EXCHANGES)
static void write_out(const u8 *b, u32 n) {
  while (n) {
    long k = sys(SYS_write, 1, (long)b, n, 0);
    while (k <= 0) sys(SYS_exit_group, END_CRASH, 0, 0, 0);
    b += k;
    n -= (u32)k;
  }
}

#if SN_BATCH
static u8 hal_gather, gathered[1 << 15];
static u32 gathered_len;

static void hal_flush(void) {
  u32 n = gathered_len;
  gathered_len = 0;
  write_out(gathered, n);
}
#else
INLINE void hal_flush(void) {}
#endif

NORETURN void hal_exit(u32 code) {
  hal_flush();
  if (told) tell("STOPPING=1", 10);
  else tell("READY=1\nSTOPPING=1", 18);
  for (;;) sys(SYS_exit_group, code, 0, 0, 0);
}

void hal_write(const void *p, u32 n) {
#if SN_BATCH
  if (hal_gather && n <= sizeof gathered) {
    if (n > sizeof gathered - gathered_len) hal_flush();
    memcpy(gathered + gathered_len, p, n);
    gathered_len += n;
    return;
  }
  hal_flush();
#endif
  write_out(p, n);
}

void hal_read(void *p, u32 n) {
  hal_flush();
  u8 *b = p;
  while (n) {
    long k = sys(SYS_read, 0, (long)b, n, 0);
    if (k <= 0) hal_exit(END_CRASH); // the harness has closed the connection
    b += k;
    n -= (u32)k;
  }
}

#if SN_USES_NOW
// The function that reads a clock without a system call. It comes from the library that the kernel
// maps into each process (vDSO). It is 0 if there is no such function. The function makes the
// system call itself if it cannot read a clock otherwise.
static int (*vdso_clock)(int clock, i64 *t);

struct section { u32 name, kind; u64 flags, at, offset, size; u32 link, info; u64 align, entry; };
struct symbol { u32 name; u8 info, other; u16 section; u64 value, size; };

// clock_find sets vdso_clock. The library's address is in the auxiliary vector, which follows the
// environment (System V ABI for x86-64, 3.4.3).
static void clock_find(char **env) {
  enum { LIBRARY = 33, SYMBOLS = 11, SECTIONS_AT = 40, SECTION_SIZE = 58, SECTIONS = 60 };
  static const char wanted[] = "__vdso_clock_gettime";
  while (*env++) {}
  const u64 *aux = (const u64 *)env;
  while (aux[0] && aux[0] != LIBRARY) aux += 2;
  const u8 *base = (const u8 *)(aux[0] ? aux[1] : 0);
  if (!base || *(const u16 *)(base + SECTION_SIZE) != sizeof(struct section)) return;
  const struct section *all = (const struct section *)(base + *(const u64 *)(base + SECTIONS_AT));
  for (const struct section *s = all; s < all + *(const u16 *)(base + SECTIONS); s++) {
    if (s->kind != SYMBOLS) continue;
    const struct symbol *list = (const struct symbol *)(base + s->offset);
    for (u64 k = 0; k < s->size / sizeof *list; k++) {
      const char *name = (const char *)(base + all[s->link].offset + list[k].name);
      u32 n = 0;
      while (n < sizeof wanted - 1 && name[n] == wanted[n]) n++;
      if (n == sizeof wanted - 1 && !name[n]) vdso_clock = (int (*)(int, i64 *))(base + list[k].value);
    }
  }
}

u64 hal_now(void) {
  static u64 start;
  i64 t[2];
  if (!vdso_clock || vdso_clock(MONOTONIC, t)) sys(SYS_clock_gettime, MONOTONIC, (long)t, 0, 0);
  u64 us = (u64)t[0] * 1000000 + (u64)t[1] / 1000;
  if (!start) start = us;
  return us - start;
}
#endif
