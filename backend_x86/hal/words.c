// Words that say at the start where the program's networks are, in place of the addresses
// that it was built with: sn.NIC.host=10.0.0.2/24 and sn.NIC.gateway=10.0.0.1. NIC may be
// left out when one device has addresses. They are arguments of a process, stand on the
// command line of a kernel, or come from the monitor.
#include "hal.h"

#if SN_HOMES
enum { HAS_HOST = 1, HAS_GATEWAY = 2 };
static u8 given[SN_DEVICES];

// behind is what comes after a beginning, 0 when a text has another one.
static const char *behind(const char *s, const char *prefix) {
  while (*prefix)
    if (*s++ != *prefix++) return 0;
  return s;
}

// decimal reads a number of at most so much; 0: there is none.
static const char *decimal(const char *s, u32 most, u32 *x) {
  u32 n = 0;
  for (*x = 0; *s >= '0' && *s <= '9'; s++, n++) {
    *x = *x * 10 + (u32)(*s - '0');
    if (*x > most) return 0;
  }
  return n ? s : 0;
}

// dotted reads an address such as 10.0.0.2.
static const char *dotted(const char *s, u32 *a) {
  *a = 0;
  for (u32 i = 0, x; i < 4; i++) {
    if (i && *s++ != '.') return 0;
    s = decimal(s, 255, &x);
    if (!s) return 0;
    *a = *a << 8 | x;
  }
  return s;
}

// is_host tells whether an address can be that of a host of a network.
static int is_host(u32 a, u32 mask) { return a >> 24 && a >> 24 != 127 && a >> 24 < 224 && a & ~mask && (a | mask) != ~0u; }

// device_of finds whose a word is, and what it says after the name.
static const char *device_of(const char *w, u32 *dev) {
  u32 only = SN_DEVICES;
  for (u32 i = 0; i < SN_DEVICES; i++) {
    if (!sn_home[i][0]) continue;
    only = i;
    const char *rest = behind(w, sn_device_name(i));
    *dev = i;
    if (rest && *rest == '.') return rest + 1;
  }
  *dev = only;
  return SN_HOMES == 1 ? w : 0;
}

// word_set takes what follows sn. of a word. It gives what is wrong with it, or 0.
static const char *word_set(const char *w) {
  u32 dev, address, size, both;
  const char *field = device_of(w, &dev), *v;
  if (!field) return "no network device with addresses has this name";
  if ((v = behind(field, "host="))) both = HAS_HOST;
  else if ((v = behind(field, "gateway="))) both = HAS_GATEWAY;
  else return "expected host=10.0.0.2/24 or gateway=10.0.0.1 after the name of a device";
  if (given[dev] & both) return "given twice";
  given[dev] |= (u8)both;
  v = dotted(v, &address);
  if (v && both == HAS_HOST && *v == '/') {
    v = decimal(v + 1, 30, &size);
    if (!size) v = 0;
    if (v) *sn_home[dev][1] = ~0u << (32 - size);
  }
  if (!v || (*v && *v != ' ')) return both == HAS_HOST ? "expected an address such as 10.0.0.2/24, of 1 to 30 bits" : "expected an address such as 10.0.0.1";
  *sn_home[dev][both == HAS_HOST ? 0 : 2] = address;
  return 0;
}

// words_check looks at the addresses when all words are there. It gives what is wrong, or
// 0. A gateway that is of another network and was not asked for is none.
static const char *words_check(u32 *dev) {
  for (u32 i = 0; i < SN_DEVICES; i++) {
    if (!given[i]) continue;
    u32 host = *sn_home[i][0], mask = *sn_home[i][1], *gateway = sn_home[i][2];
    *dev = i;
    if (!is_host(host, mask)) return "the address is not that of a host of its network";
    int near = is_host(*gateway, mask) && !((host ^ *gateway) & mask) && host != *gateway;
    if (!near && given[i] & HAS_GATEWAY) return "the gateway is not another host of the device's network";
    if (!near) *gateway = 0;
    for (u32 k = 0; k < SN_DEVICES; k++)
      if (k != i && sn_home[k][0] && *sn_home[k][0] == host) return "another device has the same address";
  }
  return 0;
}
#endif

#if !SN_ARGUMENTS && SN_HOMES
// print_name writes a name up to a blank, fit to stand between quotes.
static void print_name(const char *s) {
  for (; *s && *s != ' '; s++) hal_write(*s == '"' || *s == '\\' || *s < 32 ? "?" : s, 1);
}

static NORETURN void refuse_word(const char *name, const char *why) {
  u32 n = 0;
  while (why[n]) n++;
  hal_write("\nFAULT \"", 8);
  print_name(name);
  hal_write(": ", 2);
  hal_write(why, n);
  hal_write("\"\n", 2);
  hal_exit(END_USAGE);
}

// words_of takes the words of a line that begin with sn. but for those that are known.
static void words_of(const char *line, int (*known)(const char *word)) {
  for (;;) {
    while (*line == ' ') line++;
    if (!*line) break;
    if (line[0] == 's' && line[1] == 'n' && line[2] == '.' && !known(line)) {
      const char *why = word_set(line + 3);
      if (why) refuse_word(line, why);
    }
    while (*line && *line != ' ') line++;
  }
  u32 dev;
  const char *why = words_check(&dev);
  if (why) refuse_word(sn_device_name(dev), why);
}
#endif
