// The program calls these functions, whose names begin with sn_. They are the same in every
// product. They render log events, and choose between live devices and the harness.
#include "hal.h"

#ifndef LOCK_IO // there is only one thread
#define LOCK_IO()
#define UNLOCK_IO()
#undef OTHERS_REST
#define OTHERS_REST()
#endif

// ---- log: text is gathered and written at the end of the event, or when full

#if SN_USES_LOG
static char text[256];
static u32 used, log_task, log_site;

static void put(char c) {
  if (used == sizeof text) {
    if (hal_scripted) ask('P', 0, 0, text, used);
    else hal_write(text, used);
    used = 0;
  }
  text[used++] = c;
}

void sn_log_text(const u8 *p, u32 n) {
  while (n--) put((char)*p++);
}

void sn_log_begin(u32 task, u32 site) {
  LOCK_IO();
  log_task = task;
  log_site = site;
  used = 0;
#if SN_MANY_TASKS
  if (hal_scripted) return;
  for (const char *s = sn_task_name(task); *s; s++) put(*s);
  put(':');
  put(' ');
#endif
}

void sn_log_end(void) {
  if (hal_scripted) ask('L', log_task, log_site, text, used);
  else {
    put('\n');
    hal_write(text, used);
  }
  UNLOCK_IO();
}

static void digits(u64 x, u32 base) {
  char d[20];
  u32 n = 0;
  do {
    u32 k = (u32)(x % base);
    d[n++] = (char)(k < 10 ? '0' + k : 'a' + k - 10);
    x /= base;
  } while (x);
  while (n) put(d[--n]);
}

void sn_log_u(u64 x) { digits(x, 10); }
void sn_log_hex(u64 x) { digits(x, 16); }
void sn_log_i(i64 x) {
  if (x < 0) put('-');
  digits(x < 0 ? 0 - (u64)x : (u64)x, 10);
}
void sn_log_bool(u64 x) {
  for (const char *s = x ? "true" : "false"; *s; s++) put(*s);
}

// sn_log_fix writes all digits of x / 2^frac; it is exact.
void sn_log_fix(i64 x, u32 frac) {
  u64 v = x < 0 ? 0 - (u64)x : (u64)x, mask = ((u64)1 << frac) - 1;
  if (x < 0) put('-');
  digits(v >> frac, 10);
  put('.');
  do {
    unsigned __int128 ten = (unsigned __int128)(v & mask) * 10;
    u64 high = (u64)(ten >> 64);
    v = (u64)ten;
    put((char)('0' + (frac ? high << (64 - frac) | v >> frac : 0)));
  } while (v & mask);
}

// sn_log_float writes a float like C99 %a, but subnormals also get a leading 1.
void sn_log_float(u64 x, u32 width) {
  u32 places = width == 32 ? 23 : 52;
  u64 part = x & (((u64)1 << places) - 1);
  i64 top = width == 32 ? 255 : 2047, exp = (i64)(x >> places) & top;
  if (exp == top && part) {
    sn_log_text((const u8 *)"nan", 3);
    return;
  }
  if (x >> (width - 1) & 1) put('-');
  if (exp == top) {
    sn_log_text((const u8 *)"inf", 3);
    return;
  }
  sn_log_text((const u8 *)"0x", 2);
  if (exp) exp -= top >> 1;
  else if (part) {
    for (exp = 1 - (top >> 1); !(part >> places); exp--) part <<= 1;
    part &= ((u64)1 << places) - 1;
  } else {
    sn_log_text((const u8 *)"0p+0", 4);
    return;
  }
  put('1');
  part <<= 64 - places;
  if (part) put('.');
  for (; part; part <<= 4) put("0123456789abcdef"[part >> 60]);
  put('p');
  put(exp < 0 ? '-' : '+');
  digits(exp < 0 ? (u64)-exp : (u64)exp, 10);
}

static void hex2(u8 c) {
  put("0123456789abcdef"[c >> 4]);
  put("0123456789abcdef"[c & 15]);
}

void sn_log_bytes(const u8 *b) {
  u32 n = *(const u32 *)b;
  for (b += 4; n--; b++) {
    switch (*b) {
    case '\n': put('\\'), put('n'); break;
    case '\r': put('\\'), put('r'); break;
    case '\t': put('\\'), put('t'); break;
    case '\\': put('\\'), put('\\'); break;
    case '"': put('\\'), put('"'); break;
    default:
      if (*b < 32 || *b > 126) put('\\'), put('x'), hex2(*b);
      else put((char)*b);
    }
  }
}
#endif

// ---- time, marks, ends

void sn_mark(u32 task, u32 mark) {
  LOCK_IO();
  if (hal_scripted) ask('M', task, mark, 0, 0);
  UNLOCK_IO();
  __asm__ volatile("" ::: "memory");
}

#if SN_USES_NOW
u64 sn_now(void) {
  if (!hal_scripted) return hal_now();
#if SN_BATCH
  if (batch_end) return batch_now;
#endif
  LOCK_IO();
  ask('C', 0, 0, 0, 0);
  u64 low = answer();
  low |= (u64)answer() << 32;
  UNLOCK_IO();
  return low;
}
#endif

#if SN_USES_TRAP
static void say(const char *s) {
  u32 n = 0;
  while (s[n]) n++;
  hal_write(s, n);
}

NORETURN void sn_trap(u32 task, u32 site) {
  LOCK_IO(); // for ever
  if (hal_scripted) last_request('X', task, site);
  else {
    say("trap in task ");
    say(sn_task_name(task));
    say(": ");
    say(sn_trap_text(site));
    say("\n");
  }
  hal_exit(END_TRAP);
}
#endif

INLINE NORETURN void run_ends(void) {
  if (hal_scripted) last_request('H', 0, 0);
  hal_exit(END_OK);
}

INLINE NORETURN void run_waits(u32 mask) {
  if (hal_scripted) last_request('E', mask, 0); // no input is left
  hal_exit(mask ? END_WAITING : END_STUCK);
}

#if SN_THREADS
NORETURN void sn_halt(void) { context_ends(); }
#else
NORETURN void sn_halt(void) { run_ends(); }
#endif

// ---- devices

u32 sn_status(void) {
  if (!hal_scripted) return hal_status();
#if SN_BATCH
  if (batch_end) return batch_ready();
#endif
  LOCK_IO();
  ask('Q', 0, 0, 0, 0);
  u32 ready = answer();
  UNLOCK_IO();
  return ready;
}

static u64 due = NEVER;
#if SN_USES_ALARM
void sn_alarm(u64 deadline) { due = deadline; }
#endif

static u32 ask_wait(u32 mask) {
  if (mask & TIMER) ask('A', (u32)due, (u32)(due >> 32), 0, 0);
  ask('W', mask, 0, 0, 0);
  return answer();
}

// world_wait lets the simulated world of a scripted run act until a port in mask is ready. It
// returns 0 when no input is left.
static u32 world_wait(u32 mask) {
#if SN_BATCH
  if (!(mask & TIMER)) return batch_wait(mask);
  batch_over();
#endif
  return ask_wait(mask);
}

u32 sn_wait(u32 mask) {
  if (!hal_scripted) {
    if (!mask) {
      OTHERS_REST();
      hal_exit(END_STUCK);
    }
    return hal_wait(mask, mask & TIMER ? due : NEVER);
  }
  OTHERS_REST(); // the world acts when all threads wait
  u32 ready = world_wait(mask);
  if (!ready) run_waits(mask);
  return ready;
}

#if SN_THREADS
// end_quiet ends the run when every context has ended or waits at a channel for ever.
static void end_quiet(u32 all_ended) {
  if (all_ended) run_ends();
  if (hal_scripted) world_wait(0); // inputs that nobody reads still arrive
  run_waits(0);
}
#endif

#if SN_DISKS
// A disk receives its command as a message and answers with a message (docs/trace.md). In a
// scripted run the simulated world may refuse a command. Then the disk never sees the command.
static u32 disk_length, disk_answer[1 + SECTOR / 4];

static void disk_ask(u32 dev, const u8 *buf) {
  u32 n = *(const u32 *)buf, status = DISK_ERROR, refused = DISK_OK;
  const u32 *command = (const u32 *)(buf + 4);
  u8 *data = (u8 *)(disk_answer + 1);
  if (hal_scripted) {
    ask('O', dev, 0, buf + 4, n);
    refused = answer();
  }
  disk_length = 4;
  if (n >= 8 && refused == DISK_OK) {
    u32 op = command[0];
    if (op == DISK_WRITE && n == 8 + SECTOR) memcpy(data, buf + 12, SECTOR);
    if (op == DISK_READ || op == DISK_FLUSH || (op == DISK_WRITE && n == 8 + SECTOR)) status = hal_disk(dev, op, command[1], data);
    if (op == DISK_READ && status == DISK_OK) disk_length += SECTOR;
  }
  disk_answer[0] = status;
  if (hal_scripted) ask('D', dev, 0, disk_answer, disk_length);
}

static u32 disk_take(u8 *buf, u32 cap) {
  u32 n = disk_length <= cap ? disk_length : 0;
  memcpy(buf + 4, disk_answer, n);
  *(u32 *)buf = n;
  return n != 0;
}
#endif

#if SN_EXCHANGES
// A bus carries out a command: code, argument, bytes. On a bus with addresses the argument is
// the address and, from bit 16 on, the number of wanted bytes. On other buses one byte is
// received for each byte sent. A source of random bytes takes only the number of wanted
// bytes.
static u32 bus_length, bus_answer[1 + BUS_BYTES / 4];

static void bus_ask(u32 dev, u8 *buf) {
  u32 n = *(const u32 *)buf, argument = ((const u32 *)buf)[2];
  if (hal_scripted) {
    ask('Y', dev, 0, buf + 4, n);
    bus_length = answer();
    if (bus_length > sizeof bus_answer) hal_exit(END_CRASH); // the harness is wrong
    hal_read(bus_answer, bus_length);
    return;
  }
  u32 wanted = sn_is_bus[dev] == BUS_PLAIN ? n - 8 : argument >> 16;
  if (n < 8 || wanted > BUS_BYTES) hal_exit(END_CRASH); // no program of the language does this
  bus_answer[0] = BUS_OK;
#if SN_SOURCES
  if (sn_is_bus[dev] == BUS_RANDOM) hal_random(dev, (u8 *)(bus_answer + 1), wanted);
#endif
#if SN_BUSES
  if (sn_is_bus[dev] != BUS_RANDOM) bus_answer[0] = hal_transfer(dev, argument & 0x7f, buf + 12, n - 8, (u8 *)(bus_answer + 1), wanted);
#endif
  bus_length = bus_answer[0] == BUS_OK ? 4 + wanted : 4;
}

static u32 bus_take(u8 *buf, u32 cap) {
  u32 n = bus_length <= cap ? bus_length : 0;
  memcpy(buf + 4, bus_answer, n);
  *(u32 *)buf = n;
  return n != 0;
}
#endif

#if SN_LEVELS
u32 sn_get(u32 dev) {
  if (!hal_scripted) return hal_level(dev);
  LOCK_IO();
  ask('G', dev, 0, 0, 0);
  u32 level = answer();
  UNLOCK_IO();
  return level;
}

void sn_put(u32 dev, u32 level) {
  LOCK_IO();
  if (hal_scripted) ask('U', dev, level, 0, 0);
  else hal_set_level(dev, level);
  UNLOCK_IO();
}
#endif

#if SN_DEVICES
// A buffer is its length and then its bytes.
INLINE u32 take_from(u32 dev, u8 *buf, u32 cap) {
  u32 n;
#if SN_DISKS
  if (sn_is_disk[dev]) return disk_take(buf, cap);
#endif
#if SN_EXCHANGES
  if (sn_is_bus[dev]) return bus_take(buf, cap);
#endif
#if SN_BATCH
  if (hal_scripted && batch_take(dev, buf + 4, cap, &n)) {
    *(u32 *)buf = n;
    return n != 0;
  }
#endif
  if (hal_scripted) {
    ask('T', dev, cap, 0, 0);
    n = answer();
    if (n > cap) hal_exit(END_CRASH); // the harness is wrong
#if SN_STREAMS
    if (sn_is_stream[dev]) hal_read(buf + 4, n);
    else
#endif
    if (n) hal_script_frame(dev, buf + 4, n);
  } else {
    n = hal_take(dev, buf + 4, cap);
  }
  *(u32 *)buf = n; // empty when the frame was too long
  return n != 0;
}

u32 sn_take(u32 dev, u8 *buf, u32 cap) {
  LOCK_IO();
  u32 got = take_from(dev, buf, cap);
  UNLOCK_IO();
  return got;
}

INLINE void send_to(u32 dev, const u8 *buf) {
  u32 n = *(const u32 *)buf;
  if (!n) return;
#if SN_DISKS
  if (sn_is_disk[dev]) {
    disk_ask(dev, buf);
    return;
  }
#endif
#if SN_EXCHANGES
  if (sn_is_bus[dev]) {
    bus_ask(dev, (u8 *)buf);
    return;
  }
#endif
#if SN_STREAMS
  if (hal_scripted && sn_is_stream[dev]) ask('S', dev, 0, buf + 4, n);
  else
#endif
  if (hal_scripted) hal_script_send(dev, buf + 4, n);
  else hal_send(dev, buf + 4, n);
}

void sn_send(u32 dev, const u8 *buf) {
  LOCK_IO();
  send_to(dev, buf);
  UNLOCK_IO();
}
#endif
