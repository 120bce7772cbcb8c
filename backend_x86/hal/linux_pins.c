// The pins of a Linux process: lines of a gpio character device (linux/gpio.h, the second
// version of its interface). An input is sampled only while the program waits.
#include "hal.h"

#if SN_LEVELS
struct gpio_values { u64 bits, mask; };
struct gpio_request {
  u32 offsets[64];
  char consumer[32];
  u64 flags;
  u32 attributes, padding[5];
  u8 attribute[10][24];
  u32 lines, events, padding2[5];
  int fd;
};
enum { GPIO_INPUT = 4, GPIO_OUTPUT = 8, GPIO_EDGES = 16 | 32 };
#define GPIO_GET_LINE 0xc250b407
#define GPIO_GET_VALUES 0xc010b40e
#define GPIO_SET_VALUES 0xc010b40f

static int line_of[SN_DEVICES];
static u32 level_of[SN_DEVICES], known_level[SN_DEVICES];

// pins_sample reads all inputs.
static void pins_sample(void) {
  for (u32 i = 0; i < SN_DEVICES; i++) {
    struct gpio_values v = {0, 1};
    if (sn_is_level[i] != LEVEL_IN) continue;
    if (sys(SYS_ioctl, line_of[i], GPIO_GET_VALUES, (long)&v, 0)) hal_exit(END_CRASH); // the chip was unplugged
    level_of[i] = v.bits & 1;
  }
}

// pins_ready is the mask of inputs whose level the program does not know yet.
static u32 pins_ready(void) {
  u32 r = 0;
  for (u32 i = 0; i < SN_DEVICES; i++) r |= (u32)(level_of[i] != known_level[i]) << i;
  return r;
}

static u32 hal_level(u32 dev) { return known_level[dev] = level_of[dev]; }

static void hal_set_level(u32 dev, u32 level) {
  struct gpio_values v = {level, 1};
  if (sys(SYS_ioctl, line_of[dev], GPIO_SET_VALUES, (long)&v, 0)) hal_exit(END_CRASH);
}

// pin requests line CHIP:LINE. An output is low at first.
static int pin(u32 dev, const char *where) {
  char chip[64];
  u32 n = 0, last = 0, line = 0;
  for (; where[n]; n++)
    if (where[n] == ':') last = n;
  if (!last || last >= sizeof chip || last + 1 == n) return -1;
  for (u32 i = last + 1; i < n; i++) {
    if (where[i] < '0' || where[i] > '9' || line > 9999) return -1;
    line = line * 10 + (u32)(where[i] - '0');
  }
  memcpy(chip, where, last);
  chip[last] = 0;
  long fd = sys(SYS_open, (long)chip, 2, 0, 0);
  struct gpio_request r;
  memset(&r, 0, sizeof r);
  r.offsets[0] = line;
  memcpy(r.consumer, "sinter", 6);
  r.flags = sn_is_level[dev] == LEVEL_IN ? GPIO_INPUT | GPIO_EDGES : GPIO_OUTPUT;
  r.lines = 1;
  if (fd < 0 || sys(SYS_ioctl, fd, GPIO_GET_LINE, (long)&r, 0)) return -1;
  return line_of[dev] = r.fd;
}
#endif
