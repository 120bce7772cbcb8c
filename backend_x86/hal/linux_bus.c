// The buses of a Linux process: spidev (linux/spi/spidev.h) and i2c-dev (linux/i2c-dev.h).
#include "hal.h"

#if SN_BUSES
struct spi_transfer { u64 out, in; u32 length, hz; u16 delay; u8 bits, change, out_lines, in_lines, word_delay, pad; };
struct i2c_message { u16 address, flags, length; u8 *data; };
struct i2c_messages { struct i2c_message *list; u32 count; };
enum { I2C_IN = 1, NO_DEVICE = -6, NO_DEVICE_YET = -121 };
#define SPI_SET_MODE 0x40016b01
#define SPI_TRANSFER 0x40206b00
#define I2C_TRANSFER 0x0707

static u32 hz_of[SN_DEVICES];

// bus opens PATH, or PATH:HZ for SPI.
static int bus(u32 dev, const char *where) {
  char path[64];
  u32 n = 0, last = 0;
  u8 mode = 0;
  for (; where[n]; n++)
    if (where[n] == ':') last = n;
  if (last && sn_is_bus[dev] == BUS_PLAIN) {
    for (u32 i = last + 1; i < n; i++) {
      if (where[i] < '0' || where[i] > '9' || hz_of[dev] > 100000000) return -1;
      hz_of[dev] = hz_of[dev] * 10 + (u32)(where[i] - '0');
    }
    if (!hz_of[dev]) return -1;
    n = last;
  }
  if (!n || n >= sizeof path) return -1;
  memcpy(path, where, n);
  path[n] = 0;
  long fd = sys(SYS_open, (long)path, 2, 0, 0);
  if (fd >= 0 && sn_is_bus[dev] == BUS_PLAIN && sys(SYS_ioctl, fd, SPI_SET_MODE, (long)&mode, 0)) return -1;
  return (int)fd;
}

// hal_transfer carries out a command. It sends n bytes and receives wanted bytes, and returns a
// BUS_ status.
static u32 hal_transfer(u32 dev, u32 address, u8 *out, u32 n, u8 *in, u32 wanted) {
  long end;
  if (sn_is_bus[dev] == BUS_PLAIN) {
    struct spi_transfer t = {(u64)out, (u64)in, n, hz_of[dev], 0, 8, 0, 0, 0, 0, 0};
    end = sys(SYS_ioctl, fd_of[dev], SPI_TRANSFER, (long)&t, 0);
  } else {
    struct i2c_message m[2] = {{(u16)address, 0, (u16)n, out}, {(u16)address, I2C_IN, (u16)wanted, in}};
    u32 first = !n && wanted;
    struct i2c_messages all = {m + first, !first + (wanted != 0)};
    end = sys(SYS_ioctl, fd_of[dev], I2C_TRANSFER, (long)&all, 0);
    if (end == NO_DEVICE || end == NO_DEVICE_YET) return BUS_REFUSED;
  }
  if (end < 0) end_for(dev, ": the bus does not do what the program asks for\n", 48, END_CRASH);
  return BUS_OK;
}
#endif
