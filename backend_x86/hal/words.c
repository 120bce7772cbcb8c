// Words are arguments that set values at the start instead of at build time. Some words set
// network addresses: sn.NIC.host=10.0.0.2/24 and sn.NIC.gateway=10.0.0.1. Other words set
// configs: sn.NAME=VALUE. NIC may be omitted if only one device has addresses. A process gets
// the words as arguments, and a kernel on its command line. The monitor passes them to its guest.
#include "hal.h"

#if SN_WORDS
// after_prefix returns the text after a prefix, or 0 if the text does not begin with the prefix.
static const char *after_prefix(const char *s, const char *prefix) {
  while (*prefix)
    if (*s++ != *prefix++) return 0;
  return s;
}

// word_ends reports whether a word ends at s. An argument may contain blanks.
static int word_ends(const char *s) { return !*s || (!SN_ARGUMENTS && *s == ' '); }

// decimal reads a number that is at most `most`. It returns 0 if there is none.
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
#endif

#if SN_CONFIGS
static u8 config_given[SN_CONFIGS];

// digits_of reads a 64-bit number, decimal or hexadecimal after 0x. It returns 0 if there is
// none.
static const char *digits_of(const char *s, u64 *x) {
  u64 base = 10;
  u32 n = 0;
  if (s[0] == '0' && s[1] == 'x') base = 16, s += 2;
  for (*x = 0;; s++, n++) {
    u32 c = (u8)*s, d = c - '0';
    if (d > 9) d = (c | 32) - 'a' < 6 ? (c | 32) - 'a' + 10 : 99;
    if (d >= base) return n ? s : 0;
    if (*x > (~0ull - d) / base) return 0;
    *x = *x * base + d;
  }
}

// number_of reads a value for a config that is a number or a time. It returns 0 for any other
// text.
static const char *number_of(const char *s, u32 kind, u64 *x) {
  u32 a;
  const char *end = dotted(s, &a);
  if (end && kind == 'u') return *x = a, end;
  u64 scale = 1;
  int minus = kind == 'i' && *s == '-';
  s = digits_of(s + minus, x);
  if (!s) return 0;
  if (kind == 't') {
    if (after_prefix(s, "us")) s += 2;
    else if (after_prefix(s, "ms")) scale = 1000, s += 2;
    else if (*s == 's') scale = 1000000, s++;
    else return 0;
  }
  if (kind != 'u' && *x > (~0ull >> 1) / scale) return 0;
  *x *= scale;
  if (minus) *x = -*x;
  return s;
}

// config_put stores a value in the location of a table row. It returns 0 if the row does not
// accept the value.
static int config_put(u32 k, const char *s) {
  u32 size = sn_config[k].size;
  u8 *at = sn_config[k].at;
  u64 x = 0;
  switch (sn_config[k].kind) {
  case 'b':
    if (size > 4) { // a sequence of bytes: its length, then the text
      u32 n = 0;
      for (; !word_ends(s + n); n++)
        if (n == size - 4) return 0;
      memcpy(at + 4, s, n);
      *(u32 *)at = n;
      return 1;
    }
    const char *yes = after_prefix(s, "true");
    x = yes != 0;
    s = yes ? yes : after_prefix(s, "false");
    break;
  case 'i':
  case 't':
    s = number_of(s, sn_config[k].kind, &x);
    if ((i64)x < (i64)sn_config[k].lo || (i64)x > (i64)sn_config[k].hi) return 0;
    break;
  default:
    s = number_of(s, 'u', &x);
    if (x < sn_config[k].lo || x > sn_config[k].hi) return 0;
  }
  if (!s || !word_ends(s)) return 0;
  memcpy(at, &x, size);
  return 1;
}

// config_set uses a word if it sets a config, which may have several locations. It returns an
// error text, or 0.
static const char *config_set(const char *w, int *known) {
  const char *v;
  *known = 0;
  for (u32 k = 0; k < SN_CONFIGS; k++) {
    if (!(v = after_prefix(w, sn_config[k].name)) || *v != '=') continue;
    *known = 1;
    if (config_given[k]++) return "given twice";
    if (!config_put(k, v + 1)) return sn_config[k].want;
  }
  return 0;
}
#endif

#if SN_HOMES
#define HOME_WORDS "expected host=10.0.0.2/24 or gateway=10.0.0.1 after the name of a device"
#if SN_CONFIGS
#define NO_WORD HOME_WORDS ", or a config that the start may set; others are built in"
#define NO_DEVICE NO_WORD
#else
#define NO_WORD HOME_WORDS
#define NO_DEVICE "no network device with addresses has this name"
#endif
enum { HAS_HOST = 1, HAS_GATEWAY = 2 };
static u8 given[SN_DEVICES];

// is_host reports whether an address can belong to a host of a network.
static int is_host(u32 a, u32 mask) { return a >> 24 && a >> 24 != 127 && a >> 24 < 224 && a & ~mask && (a | mask) != ~0u; }

// device_of finds the device of a word, and the text after the device's name.
static const char *device_of(const char *w, u32 *dev) {
  u32 only = SN_DEVICES;
  for (u32 i = 0; i < SN_DEVICES; i++) {
    if (!sn_home[i][0]) continue;
    only = i;
    const char *rest = after_prefix(w, sn_device_name(i));
    *dev = i;
    if (rest && *rest == '.') return rest + 1;
  }
  *dev = only;
  return SN_HOMES == 1 ? w : 0;
}

// home_set uses a word that sets an address of a device. It returns an error text, or 0.
static const char *home_set(const char *w) {
  u32 dev, address, size, both;
  const char *field = device_of(w, &dev), *v;
  if (!field) return NO_DEVICE;
  if ((v = after_prefix(field, "host="))) both = HAS_HOST;
  else if ((v = after_prefix(field, "gateway="))) both = HAS_GATEWAY;
  else return NO_WORD;
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

// homes_check checks the addresses after all words are read. It returns an error text, or 0. A
// gateway that no word gave and that lies in another network is removed.
static const char *homes_check(u32 *dev) {
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

#if SN_WORDS
// word_set executes the part of a word after "sn.". It returns an error text, or 0.
static const char *word_set(const char *w) {
#if SN_CONFIGS
  int known;
  const char *why = config_set(w, &known);
  if (known) return why;
#endif
#if SN_HOMES
  return home_set(w);
#else
  return "expected a config that the start may set; others are built in";
#endif
}

// words_check checks the values that words have set, after all words are read. If a value is
// wrong, it stores the word's name in *whom and returns an error text. Otherwise it returns
// 0.
static const char *words_check(const char **whom) {
#if SN_PORTS
  for (u32 k = 0; k < SN_PORTS; k++)
    for (u32 i = 0; i < sn_ports[k].n; i++)
      for (u32 j = 0; j < i; j++)
        if (sn_ports[k].of[i] == sn_ports[k].of[j]) return *whom = "ports", "two sockets of a device have one";
#endif
#if SN_HOMES
  u32 dev;
  const char *why = homes_check(&dev);
  if (why) return *whom = sn_device_name(dev), why;
#endif
  return (void)whom, (const char *)0;
}
#endif

#if !SN_ARGUMENTS && SN_WORDS
// print_name writes a name up to a blank. The output fits between quotes.
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

// words_of uses the words of a line that begin with sn., except words that the caller knows.
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
  const char *whom, *why = words_check(&whom);
  if (why) refuse_word(whom, why);
}
#endif
