// The Linux process: a static executable without a C library. After its set-up it
// forbids itself every system call that the program does not need.
//
//	prog                         no devices, or devices only in a script
//	prog eth0=tap:NAME           a TAP interface that exists
//	prog eth0=fd:3               an inherited socket or TAP, one frame a read
//	prog disk0=file:PATH         the image of a disk, whole sectors
//	prog led=gpio:CHIP:LINE      a pin: a line of a gpio character device, /dev/gpiochip0:4
//	prog line=tty:/dev/ttyUSB0   a serial line, at 115,200 baud or :BAUD
//	prog sn.eth0.host=10.0.0.2/24   an address of a stack (words.c)
//	prog --script                the harness speaks on standard input and output
#include "hal.h"

#if SN_DEVICES
// refuse says what is wrong with an argument.
static NORETURN void refuse(const char *arg, const char *why) {
  u32 n = 0, k = 0;
  while (arg[n]) n++;
  while (why[k]) k++;
  sys(SYS_write, 2, (long)arg, n, 0);
  sys(SYS_write, 2, (long)": ", 2, 0);
  complain(why, k);
}
#endif

#if SN_HOMES
static NORETURN void refuse_line(const char *arg, const char *why) {
  u32 n = 0, k = 0;
  while (arg[n]) n++;
  while (why[k]) k++;
  sys(SYS_write, 2, (long)arg, n, 0);
  sys(SYS_write, 2, (long)": ", 2, 0);
  sys(SYS_write, 2, (long)why, k, 0);
  complain("\n", 1);
}
#endif

#if SN_DEVICES
// The arguments say where each device is.
static const char *after(const char *s, const char *prefix) {
  while (*prefix)
    if (*s++ != *prefix++) return 0;
  return s;
}

// tap opens a TAP interface that is there: a mistyped name would make a new one, which
// nobody is connected to. Its offloads are off, or a frame may come with half a checksum.
static int tap(const char *arg, const char *name) {
  enum { INTERNET = 2, DATAGRAMS = 2, SIOCGIFINDEX = 0x8933, TUNSETIFF = 0x400454ca, TUNSETOFFLOAD = 0x400454d0 };
  struct { char name[16]; short flags; char pad[22]; } req = {{0}, 0, {0}};
  u32 n = 0;
  for (; name[n] && n < 16; n++) req.name[n] = name[n];
  if (!n || n == 16) refuse(arg, "the name of an interface has 1 to 15 characters\n");
  if (sys(SYS_ioctl, sys(SYS_socket, INTERNET, DATAGRAMS, 0, 0), SIOCGIFINDEX, (long)&req, 0) < 0) refuse(arg, "there is no such interface; `ip tuntap add NAME mode tap` makes one\n");
  memset(&req.flags, 0, sizeof req.pad);
  req.flags = 0x1002; // IFF_TAP | IFF_NO_PI
  long fd = sys(SYS_open, (long)"/dev/net/tun", 2, 0, 0);
  if (fd < 0) refuse(arg, "cannot open /dev/net/tun\n");
  if (sys(SYS_ioctl, fd, TUNSETIFF, (long)&req, 0) < 0) refuse(arg, "cannot take the interface: the interface is not a TAP, belongs to another user, or is in use\n");
  if (sys(SYS_ioctl, fd, TUNSETOFFLOAD, 0, 0) < 0) refuse(arg, "cannot turn the offloads of the interface off\n");
  return (int)fd;
}

// inherited reads the number of a descriptor, which must be open.
static int inherited(const char *arg, const char *s) {
  enum { GET_FLAGS = 1 };
  u32 n = 0, k = 0;
  for (; s[k] >= '0' && s[k] <= '9' && k < 9; k++) n = n * 10 + (u32)(s[k] - '0');
  if (!k || s[k]) refuse(arg, "expected the number of a descriptor, such as fd:3\n");
  if (sys(SYS_fcntl, n, GET_FLAGS, 0, 0) < 0) refuse(arg, "this descriptor is not open\n");
  return (int)n;
}

static int bind(const char *arg) {
  for (u32 i = 0; i < SN_DEVICES; i++) {
    const char *rest = after(arg, sn_device_name(i));
    if (!rest || *rest != '=') continue;
    if (fd_of[i] >= 0) refuse(arg, "this device is given twice\n");
    const char *v;
#if SN_DISKS
    if (sn_is_disk[i]) {
      v = after(rest + 1, "file:");
      if (!v) return 0;
      fd_of[i] = disk(i, v);
      if (fd_of[i] == NO_FILE) refuse(arg, "cannot open this file for reading and writing\n");
      if (fd_of[i] == ODD_SIZE) refuse(arg, "the file is not one or more whole sectors of 512 bytes\n");
      if (fd_of[i] == IN_USE) refuse(arg, "the file is the disk of another run\n");
      return 1;
    }
#endif
#if SN_LEVELS
    if (sn_is_level[i]) {
      v = after(rest + 1, "gpio:");
      if (!v) return 0;
      if ((fd_of[i] = pin(i, v)) < 0) refuse(arg, "no such line, or it is in use; write NAME=gpio:/dev/gpiochipN:LINE\n");
      return 1;
    }
#endif
#if SN_STREAMS
    v = sn_is_stream[i] ? after(rest + 1, "tty:") : 0;
    if (v) {
      fd_of[i] = serial(v);
      if (fd_of[i] == NO_TERMINAL) refuse(arg, "cannot open this as a terminal; write NAME=tty:/dev/ttyUSB0 or NAME=tty:/dev/ttyUSB0:9600\n");
      if (fd_of[i] == BAD_SPEED) refuse(arg, "the terminal does not take this speed\n");
      return 1;
    }
#endif
    v = after(rest + 1, "fd:");
    if (v) {
      fd_of[i] = inherited(arg, v);
      return 1;
    }
    v = sn_has_frames[i] ? after(rest + 1, "tap:") : 0;
    if (v) fd_of[i] = tap(arg, v);
    return v != 0;
  }
  return 0;
}

// used reports whether a descriptor serves a device.
static int used_fd(u32 fd) {
  for (u32 i = 0; i < SN_DEVICES; i++) {
    if (fd_of[i] == (int)fd) return 1;
#if SN_LEVELS
    if (sn_is_level[i] && line_of[i] == (int)fd) return 1;
#endif
  }
  return 0;
}

// close_others closes what was inherited for nothing: all between the descriptors of the
// devices, and all after them.
static void close_others(void) {
  u32 from = 3, last = 2;
  for (u32 i = 0; i < SN_DEVICES; i++) {
    if (fd_of[i] > (int)last) last = (u32)fd_of[i];
#if SN_LEVELS
    if (sn_is_level[i] && line_of[i] > (int)last) last = (u32)line_of[i];
#endif
  }
  for (u32 fd = 3; fd <= last; fd++) {
    if (!used_fd(fd)) continue;
    if (fd > from) sys(SYS_close_range, from, fd - 1, 0, 0);
    from = fd + 1;
  }
  sys(SYS_close_range, from, ~0u, 0, 0); // a kernel before 5.9 keeps them
}
#else
static void close_others(void) { sys(SYS_close_range, 3, ~0u, 0, 0); }
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

#if SN_HOMES
#define USAGE_WORDS " | sn.DEVICE.host=ADDRESS/BITS | sn.DEVICE.gateway=ADDRESS"
#else
#define USAGE_WORDS ""
#endif
static NORETURN void usage(void) { COMPLAIN("usage: [--script] [DEVICE=fd:N | DEVICE=tap:NAME | DISK=file:PATH | PIN=gpio:CHIP:LINE | SERIAL=tty:PATH[:BAUD]" USAGE_WORDS "]...\n"); }

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
#if SN_HOMES
    else if (behind(argv[i], "sn.")) {
      const char *why = word_set(argv[i] + 3);
      if (why) refuse_line(argv[i], why);
    }
#endif
    else usage();
  }
#if SN_HOMES
  u32 of;
  const char *why = words_check(&of);
  if (why) refuse_line(sn_device_name(of), why);
#endif
#if SN_DEVICES
  for (u32 i = 0; i < SN_DEVICES; i++)
    if ((!hal_scripted || sn_is_disk[i]) && fd_of[i] < 0) usage();
#endif
  close_others();
  lock();
  // planted faults stand here
  sn_main();
  hal_exit(END_OK);
}
