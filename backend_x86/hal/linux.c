// The Linux process: a static executable without a C library. After its set-up it
// forbids itself every system call that the program does not need.
//
//	prog                         no devices, or devices only in a script
//	prog eth0=tap:NAME           a TAP interface
//	prog eth0=fd:3               an inherited socket or TAP, one frame a read
//	prog disk0=file:PATH         the image of a disk, whole sectors
//	prog led=gpio:CHIP:LINE      a pin: a line of a gpio character device, /dev/gpiochip0:4
//	prog --script                the harness speaks on standard input and output
#include "hal.h"

#if SN_LEVELS
static NORETURN void no_pin(const char *arg) {
  u32 n = 0;
  while (arg[n]) n++;
  sys(SYS_write, 2, (long)arg, n, 0);
  COMPLAIN(": no such line, or it is in use; write NAME=gpio:/dev/gpiochipN:LINE\n");
}
#endif

#if SN_DEVICES
// The arguments say where each device is.
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
#if SN_LEVELS
    if (sn_is_level[i]) {
      v = after(rest + 1, "gpio:");
      if (!v) return 0;
      if ((fd_of[i] = pin(i, v)) < 0) no_pin(arg);
      return 1;
    }
#endif
    v = after(rest + 1, "fd:");
    if (v) return (fd_of[i] = number(v)) >= 0;
    v = after(rest + 1, "tap:");
    return v && (fd_of[i] = tap(v)) >= 0;
  }
  return 0;
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

// Of ioctl only the two requests that move levels.
#if SN_LEVELS
#define LEVEL_CALLS {0x15, 0, 5, SYS_ioctl}, LOAD(24), {0x15, 1, 0, GPIO_GET_VALUES}, {0x15, 0, 1, GPIO_SET_VALUES}, {0x06, 0, 0, 0x7fff0000}, KILL,
#else
#define LEVEL_CALLS
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
    DISK_CALLS LEVEL_CALLS KILL,
};

static void lock(void) {
  struct { u16 n; const struct filter *f; } prog = {sizeof live_calls / sizeof *live_calls, live_calls};
  if (hal_scripted) prog.n = sizeof scripted_calls / sizeof *scripted_calls, prog.f = scripted_calls;
  if (sys(SYS_prctl, 38, 1, 0, 0) || sys(SYS_prctl, 22, 2, (long)&prog, 0)) COMPLAIN("this kernel accepts no system-call filter\n");
}

static NORETURN void usage(void) { COMPLAIN("usage: [--script] [DEVICE=fd:N | DEVICE=tap:NAME | DISK=file:PATH | PIN=gpio:CHIP:LINE]...\n"); }

__asm__(".globl _start\n_start: xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call start\n");

NORETURN void start(long *sp) {
  char **argv = (char **)(sp + 1);
  check_processor();
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
