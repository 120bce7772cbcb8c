// The Linux process: a static executable without a C library. After its set-up it denies itself
// every system call that the program does not need.
//
//	prog                         no devices, or devices only in a script
//	prog eth0=tap:NAME           a TAP interface that exists
//	prog eth0=fd:3               an inherited socket or TAP, one frame a read
//	prog eth0=pcap:IN,OUT        frames from a capture, and to one
//	prog disk0=file:PATH         the image of a disk, whole sectors
//	prog led=gpio:CHIP:LINE      a pin: a line of a gpio character device, /dev/gpiochip0:4
//	prog line=tty:/dev/ttyUSB0   a serial line, at 115,200 baud or :BAUD
//	prog sn.eth0.host=10.0.0.2/24   an address of a stack (words.c)
//	prog sn.period=5s            the value of a config
//	                             descriptors of socket activation (linux_activation.c)
//	prog --script                the harness speaks on standard input and output
#include "hal.h"

// close_from closes all descriptors from fd on. A kernel before 5.9 closes them one by one.
static void close_from(u32 fd) {
  enum { USUAL_LIMIT = 1024 };
  if (!sys(SYS_close_range, fd, ~0u, 0, 0)) return;
  for (; fd < USUAL_LIMIT; fd++) sys(SYS_close, fd, 0, 0, 0);
}

enum { COPY = 0 }; // fcntl: the next free descriptor from a number on

// notify_socket is connected to the socket that systemd names in the environment, or -1. Its
// descriptor is above the descriptors of the devices.
static long notify_socket(char **env) {
  enum { LOCAL = 1, DATAGRAMS = 2, CLOSE = 0x80000, HEAD = 2 };
  static const char key[] = "NOTIFY_SOCKET=";
  struct { u16 family; char path[108]; } to = {LOCAL, {0}};
  for (; *env; env++) {
    u32 n = 0, k = 0;
    while (key[k] && (*env)[k] == key[k]) k++;
    if (key[k]) continue;
    for (; (*env)[k + n] && n < sizeof to.path; n++) to.path[n] = (*env)[k + n];
    if (n < 2 || n == sizeof to.path || (to.path[0] != '/' && to.path[0] != '@')) return -1;
    if (to.path[0] == '@') to.path[0] = 0; // an abstract name, not a file
    long fd = sys(SYS_socket, LOCAL, DATAGRAMS | CLOSE, 0, 0);
    if (fd < 0 || sys(SYS_connect, fd, (long)&to, HEAD + n, 0)) return -1;
    return sys(SYS_fcntl, fd, COPY, PAST, 0);
  }
  return -1;
}

// keep moves the socket of systemd to its descriptor and closes all descriptors after it.
static void keep(long notify) {
  u32 next = UDPS;
  notifies = notify >= 0 && sys(SYS_dup2, notify, NOTIFY, 0, 0) == NOTIFY;
  if (!notifies) sys(SYS_close, NOTIFY, 0, 0, 0);
#if SN_HOMES
  for (u32 k = 0; k < udps; k++) udp[k].fd = (int)sys(SYS_dup2, udp[k].fd, next++, 0, 0);
#endif
  close_from(next);
}

#if SN_WORDS
static NORETURN void refuse_line(const char *arg, const char *why) {
  warn(arg);
  warn(": ");
  warn(why);
  COMPLAIN("\n");
}
#endif

#if SN_DEVICES
// The arguments assign each device.
static const char *after(const char *s, const char *prefix) {
  while (*prefix)
    if (*s++ != *prefix++) return 0;
  return s;
}

// tap opens an existing TAP interface. A mistyped name would create a new interface that is
// connected to nothing. tap turns the interface's offloads off, because a frame could otherwise
// arrive with an incomplete checksum.
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

static int is_given(u32 i) {
#if SN_SOURCES
  if (sn_is_bus[i] == BUS_RANDOM) return 1;
#endif
#if SN_HOMES
  if (is_udp[i]) return 1;
#endif
  return fd_of[i] >= 0;
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
#if SN_SOURCES
    if (sn_is_bus[i] == BUS_RANDOM) refuse(arg, "this device is the kernel's, and is not given\n");
#endif
#if SN_BUSES
    if (sn_is_bus[i]) {
      v = after(rest + 1, sn_is_bus[i] == BUS_PLAIN ? "spi:" : "i2c:");
      if (!v) return 0;
      if ((fd_of[i] = bus(i, v)) < 0) refuse(arg, "cannot open this bus; write NAME=spi:/dev/spidev0.0, NAME=spi:/dev/spidev0.0:1000000 or NAME=i2c:/dev/i2c-1\n");
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
#if SN_NETS
    v = sn_has_frames[i] ? after(rest + 1, "pcap:") : 0;
    if (v) {
      const char *why = capture_open(i, v, &fd_of[i]);
      if (why) refuse(arg, why);
      return 1;
    }
#endif
    v = sn_has_frames[i] ? after(rest + 1, "tap:") : 0;
    if (v) fd_of[i] = tap(arg, v);
    return v != 0;
  }
  return 0;
}

// settle gives device i the descriptor FIRST + i, so that the filter can name it. It closes all
// other inherited descriptors.
static void settle(long notify) {
  for (u32 i = 0; i < SN_DEVICES; i++)
    if (fd_of[i] >= 0) fd_of[i] = (int)sys(SYS_fcntl, fd_of[i], COPY, PAST, 0);
#if SN_NETS
  for (u32 i = 0; i < SN_DEVICES; i++)
    if (is_capture[i]) out_of[i] = (int)sys(SYS_fcntl, out_of[i], COPY, PAST, 0);
#endif
#if SN_HOMES
  for (u32 k = 0; k < udps; k++) udp[k].fd = (int)sys(SYS_fcntl, udp[k].fd, COPY, PAST, 0);
#endif
  for (u32 i = 0; i < SN_DEVICES; i++) {
    if (fd_of[i] < 0) sys(SYS_close, FIRST + i, 0, 0, 0);
    else fd_of[i] = (int)sys(SYS_dup2, fd_of[i], FIRST + i, 0, 0);
#if SN_NETS
    if (is_capture[i]) out_of[i] = (int)sys(SYS_dup2, out_of[i], OUTS + i, 0, 0);
    else sys(SYS_close, OUTS + i, 0, 0, 0);
#endif
#if SN_LEVELS
    if (sn_is_level[i]) line_of[i] = fd_of[i];
#endif
  }
  keep(notify);
}
#else
static void settle(long notify) { keep(notify); }
#endif

// ---- the system-call filter, made from the program's needs and the mode

struct filter { u16 code; u8 jt, jf; u32 k; };
#define LOAD(at) {0x20, 0, 0, at}
#define PASS {0x06, 0, 0, 0x7fff0000}
#define KILL {0x06, 0, 0, 0x80000000}
#define BEGIN LOAD(4), {0x15, 1, 0, 0xc000003e}, KILL, LOAD(0) // x86-64 only
#define ALLOW(n) {0x15, 0, 1, n}, PASS

// A call whose first argument is from first to last.
#define ALLOW_ON(n, first, last) {0x15, 0, 5, n}, LOAD(16), {0x35, 0, 2, first}, {0x25, 1, 0, last}, PASS, KILL
#define ON_DEVICES(n) ALLOW_ON(n, FIRST, FIRST + SN_DEVICES - 1)

#if SN_DISKS
#define DISK_CALLS ON_DEVICES(SYS_pread64), ON_DEVICES(SYS_pwrite64), ON_DEVICES(SYS_fdatasync),
#else
#define DISK_CALLS
#endif

#if SN_HOMES
#define UDP_CALLS ALLOW_ON(SYS_recvmsg, UDPS, UDPS + UDP_MOST - 1), ALLOW_ON(SYS_sendmsg, UDPS, UDPS + UDP_MOST - 1),
#else
#define UDP_CALLS
#endif

// ioctl is allowed only for the requests of levels and transfers, on devices.
#if SN_LEVELS
#define LEVEL_REQUESTS(pass) {0x15, pass, 0, GPIO_GET_VALUES}, {0x15, pass - 1, 0, GPIO_SET_VALUES},
#else
#define LEVEL_REQUESTS(pass) {0x15, 0, 0, 0}, {0x15, 0, 0, 0},
#endif
#if SN_BUSES
#define BUS_REQUESTS(pass) {0x15, pass, 0, SPI_TRANSFER}, {0x15, pass - 1, 0, I2C_TRANSFER},
#else
#define BUS_REQUESTS(pass) {0x15, 0, 0, 0}, {0x15, 0, 0, 0},
#endif
#if SN_LEVELS || SN_BUSES
#define LEVEL_CALLS \
  {0x15, 0, 10, SYS_ioctl}, LOAD(16), {0x35, 0, 6, FIRST}, {0x25, 5, 0, FIRST + SN_DEVICES - 1}, LOAD(24), LEVEL_REQUESTS(4) BUS_REQUESTS(2) KILL, PASS,
#else
#define LEVEL_CALLS
#endif

// Allows getrandom without flags, for a program with a source of random bytes.
#if SN_SOURCES
#define RANDOM_CALLS {0x15, 0, 4, SYS_getrandom}, LOAD(32), {0x15, 0, 1, 0}, PASS, KILL,
#else
#define RANDOM_CALLS
#endif

// Threads are started before the filter is set. They sleep and wake each other by futex.
#if SN_THREADS
#define THREAD_CALLS ALLOW(SYS_futex),
#else
#define THREAD_CALLS
#endif

static const struct filter scripted_calls[] = {BEGIN, ALLOW_ON(SYS_read, 0, 0), ALLOW_ON(SYS_write, 1, 2), ALLOW(SYS_exit_group), THREAD_CALLS DISK_CALLS KILL};

static const struct filter live_calls[] = {
    BEGIN,
#if SN_DEVICES // first the calls that each frame needs
    UDP_CALLS ON_DEVICES(SYS_preadv2), ALLOW_ON(SYS_write, 1, NOTIFY),
    ON_DEVICES(SYS_read),
#else
    {0x15, 0, 5, SYS_write}, LOAD(16), {0x15, 2, 0, 1}, {0x15, 1, 0, NOTIFY}, KILL, PASS,
#endif
#if SN_DEVICES || SN_USES_ALARM
    ALLOW(SYS_ppoll),
#endif
#if SN_USES_NOW
    ALLOW_ON(SYS_clock_gettime, MONOTONIC, MONOTONIC),
#endif
    ALLOW(SYS_exit_group),
    THREAD_CALLS DISK_CALLS LEVEL_CALLS RANDOM_CALLS KILL,
};

static void lock(void) {
  struct { u16 n; const struct filter *f; } prog = {sizeof live_calls / sizeof *live_calls, live_calls};
  if (hal_scripted) prog.n = sizeof scripted_calls / sizeof *scripted_calls, prog.f = scripted_calls;
#if SN_THREADS
  enum { FILTER = 1, ALL_THREADS = 1 };
  long refused = sys(SYS_prctl, 38, 1, 0, 0) || sys(SYS_seccomp, FILTER, ALL_THREADS, (long)&prog, 0);
#else
  long refused = sys(SYS_prctl, 38, 1, 0, 0) || sys(SYS_prctl, 22, 2, (long)&prog, 0);
#endif
  if (refused) COMPLAIN("this kernel accepts no system-call filter\n");
}

#if SN_DEVICES
// forms says after the name of device i what may stand there.
static const char *forms(u32 i) {
  if (sn_is_bus[i] == BUS_RANDOM) return 0; // the kernel has it
  if (sn_is_bus[i]) return sn_is_bus[i] == BUS_PLAIN ? "=spi:PATH[:HZ]" : "=i2c:PATH";
  if (sn_has_frames[i]) return "={tap:NAME|fd:N|pcap:IN,OUT}";
  if (sn_is_stream[i]) return "={tty:PATH[:BAUD]|fd:N}";
  if (sn_is_level[i]) return "=gpio:CHIP:LINE";
  return "=file:PATH";
}
#endif

// usage names the argument that cannot be met and the reason, then all arguments of the program.
static NORETURN void usage(const char *what, const char *why) {
  warn(what);
  warn(why);
  warn("\nusage: [--script]");
#if SN_DEVICES
  for (u32 i = 0; i < SN_DEVICES; i++) {
    if (!forms(i)) continue;
    warn(" ");
    warn(sn_device_name(i));
    warn(forms(i));
  }
#endif
#if SN_HOMES
  warn(" [sn.DEVICE.host=ADDRESS/BITS] [sn.DEVICE.gateway=ADDRESS]");
#endif
#if SN_CONFIGS
  warn(" [sn.CONFIG=VALUE]...");
#endif
  COMPLAIN("\n");
}

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
#if SN_WORDS
    else if (after_prefix(argv[i], "sn.")) {
      const char *why = word_set(argv[i] + 3);
      if (why) refuse_line(argv[i], why);
    }
#endif
    else usage(argv[i], ": the program has no such argument");
  }
#if SN_WORDS
  const char *whom, *why = words_check(&whom);
  if (why) refuse_line(whom, why);
#endif
#if SN_NETS
  if (!hal_scripted) activate(argv + sp[0] + 1);
#endif
#if SN_DEVICES
  for (u32 i = 0; i < SN_DEVICES; i++)
    if ((!hal_scripted || sn_is_disk[i]) && !is_given(i)) usage(sn_device_name(i), ": this device is not given");
#endif
  settle(hal_scripted ? -1 : notify_socket(argv + sp[0] + 1));
#if SN_THREADS
  if (!threads_made(end_quiet)) COMPLAIN("this process cannot have as many threads as its tasks need\n");
#endif
#if SN_USES_NOW
  clock_find(argv + sp[0] + 1);
  if (!hal_scripted) hal_now(); // the first call starts the clock
#endif
  lock();
#if SN_THREADS
  threads_go();
#endif
  // planted faults stand here
  sn_main();
  hal_exit(END_OK);
}
