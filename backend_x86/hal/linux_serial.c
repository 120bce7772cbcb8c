// The serial lines of a Linux process: terminals in raw mode with 8 data bits, no parity and any
// speed (asm-generic/termbits.h), or inherited descriptors.
#include "hal.h"

#if SN_STREAMS
struct termios2 { u32 input, output, control, local; u8 line, chars[19]; u32 speed_in, speed_out; };
enum { TERM_BITS8 = 0x30, TERM_READ = 0x80, TERM_LOCAL = 0x800, TERM_ANY_SPEED = 0x1000, TERM_LEAST = 6 };
enum { NO_DOORKEEPER = 0x900 }; // O_NOCTTY | O_NONBLOCK: opening waits for no carrier
#define TERM_GET 0x802c542a
#define TERM_SET 0x402c542b

// Reasons why a terminal cannot be a serial line.
enum { NO_TERMINAL = -1, BAD_SPEED = -2 };

// serial opens PATH or PATH:BAUD.
static int serial(const char *where) {
  char path[256];
  u32 n = 0, last = 0, baud = 0;
  for (; where[n]; n++)
    if (where[n] == ':') last = n;
  if (last && last + 1 < n) {
    for (u32 i = last + 1; i < n && baud <= 100000000; i++) {
      if (where[i] < '0' || where[i] > '9') return BAD_SPEED;
      baud = baud * 10 + (u32)(where[i] - '0');
    }
    if (!baud || baud > 100000000) return BAD_SPEED;
    n = last;
  }
  if (!n || n >= sizeof path) return NO_TERMINAL;
  memcpy(path, where, n);
  path[n] = 0;
  long fd = sys(SYS_open, (long)path, 2 | NO_DOORKEEPER, 0, 0);
  struct termios2 t;
  if (fd < 0 || sys(SYS_ioctl, fd, TERM_GET, (long)&t, 0)) return NO_TERMINAL;
  t.input = t.output = t.local = 0;
  t.control = TERM_BITS8 | TERM_READ | TERM_LOCAL | TERM_ANY_SPEED;
  t.speed_in = t.speed_out = baud ? baud : 115200;
  t.chars[TERM_LEAST] = 1; // a read returns the available bytes
  t.chars[TERM_LEAST - 1] = 0;
  return sys(SYS_ioctl, fd, TERM_SET, (long)&t, 0) ? BAD_SPEED : (int)fd;
}

// write_all writes bytes to a descriptor and waits until it accepts all of them. It returns 0
// if the descriptor is closed.
static int write_all(int fd, const u8 *p, u32 n) {
  while (n) {
    long k = sys(SYS_write, fd, (long)p, n, 0);
    if (k == EAGAIN) {
      struct { int fd; short events, revents; } room = {fd, 4, 0};
      sys(SYS_ppoll, (long)&room, 1, 0, 0);
    }
    if (k == EAGAIN || k == EINTR) continue;
    if (k <= 0) return 0;
    p += k;
    n -= (u32)k;
  }
  return 1;
}
#endif
