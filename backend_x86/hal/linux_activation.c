// Socket activation as systemd does it (sd_listen_fds): the process LISTEN_PID inherits
// LISTEN_FDS descriptors from 3 on, with the names LISTEN_FDNAMES. A descriptor named `nic` is
// a TAP interface or a socket, and carries the frames of device nic. A UDP socket serves a port
// of the device's stack: port 7 if it is named `nic.7`, else the port that it is bound to. Any
// other name, such as a unit's name, means the only network device.
#include "hal.h"

#if SN_DEVICES
// refuse reports a wrong argument or name.
static NORETURN void refuse(const char *arg, const char *why) {
  warn(arg);
  warn(": ");
  warn(why);
  hal_exit(END_USAGE);
}
#endif

#if SN_NETS
enum { LISTEN_FIRST = 3 };

// variable is the value of an environment variable, 0 if it is not set.
static const char *variable(char **env, const char *key) {
  for (; *env; env++) {
    const char *s = *env, *k = key;
    while (*k && *s == *k) s++, k++;
    if (!*k && *s == '=') return s + 1;
  }
  return 0;
}

// whole reads a number that is the whole text up to an end character. It returns -1 if the text
// is not a number.
static long whole(const char *s, char end) {
  long n = 0;
  u32 k = 0;
  for (; s[k] >= '0' && s[k] <= '9' && k < 9; k++) n = n * 10 + (s[k] - '0');
  return k && (!s[k] || s[k] == end) ? n : -1;
}

// named finds the device and the port that a name up to a colon stands for. 0: no device has
// the name.
static int named(const char *name, u32 *dev, u32 *port) {
  for (u32 i = 0; i < SN_DEVICES; i++) {
    const char *s = name, *d = sn_device_name(i);
    while (*d && *s == *d) s++, d++;
    if (*d || (*s && *s != ':' && *s != '.')) continue;
    long p = *s == '.' ? whole(s + 1, ':') : 0;
    if (p < 0 || p > 65535 || (*s == '.' && !p)) refuse(name, "expected DEVICE or DEVICE.PORT\n");
    return *dev = i, *port = (u32)p, 1;
  }
  return 0;
}

// only finds the network device if there is exactly one.
static int only(u32 *dev) {
  for (u32 i = 0; i < SN_DEVICES; i++)
    if (sn_has_frames[i]) *dev = i;
  return SN_NETS == 1;
}

#if SN_HOMES
// need_gateway gives a gateway to a stack without one, because its sockets may have peers in
// any network.
static void need_gateway(u32 dev) {
  u32 host = *sn_home[dev][0], *gateway = sn_home[dev][2];
  for (u32 k = 1; !*gateway && k < 4; k++)
    if (is_host(host ^ k, *sn_home[dev][1])) *gateway = host ^ k;
}
#endif

// activate_one assigns descriptor fd to the device of a name.
static void activate_one(const char *name, int fd) {
  enum { GET_FLAGS = 1, STREAMS = 1 };
  u32 dev = 0, port = 0;
  if (!named(name, &dev, &port) && !only(&dev)) refuse(name, "several devices have frames: FileDescriptorName= is DEVICE or DEVICE.PORT\n");
  if (sys(SYS_fcntl, fd, GET_FLAGS, 0, 0) < 0) refuse(name, "this descriptor is not open\n");
  if (!sn_has_frames[dev]) refuse(name, "this device has no frames; it is an argument\n");
#if SN_HOMES
  struct address own = {{0}, {0}, {0}};
  u32 length = sizeof own, kind = 0, size = sizeof kind;
  if (!sys(SYS_getsockname, fd, (long)&own, (long)&length, 0) && (own.family[0] == INET || own.family[0] == INET6)) {
    enum { LEVEL = 1, TYPE = 3 };
    if (sys5(SYS_getsockopt, fd, LEVEL, TYPE, (long)&kind, (long)&size) || kind == STREAMS) refuse(name, "there is no TCP yet: expected a UDP socket\n");
    const char *why = fd_of[dev] >= 0 ? "this device is given twice\n" : udp_add(dev, fd, port, &own);
    if (why) refuse(name, why);
    need_gateway(dev);
    return;
  }
  if (is_udp[dev]) refuse(name, "this device is given twice\n");
#endif
  if (port) refuse(name, "a port wants a UDP socket\n");
  if (fd_of[dev] >= 0) refuse(name, "this device is given twice\n");
  fd_of[dev] = fd;
}

// activate takes the descriptors that were passed to this process, if any.
static void activate(char **env) {
  const char *pid = variable(env, "LISTEN_PID"), *count = variable(env, "LISTEN_FDS"), *names = variable(env, "LISTEN_FDNAMES");
  if (!pid || !count || whole(pid, 0) != sys(SYS_getpid, 0, 0, 0, 0)) return;
  long n = whole(count, 0);
  if (n < 0 || n > 64) refuse(count, "LISTEN_FDS is a number of descriptors, at most 64\n");
  if (!names) names = "";
  for (long k = 0; k < n; k++) {
    activate_one(names, LISTEN_FIRST + (int)k);
    while (*names && *names != ':') names++;
    if (*names) names++;
  }
}
#endif
