// This file finds the devices of virtio-mmio. The command line lists them as
// virtio_mmio.device=SIZE@ADDRESS:INTERRUPT.
#include "hal.h"

#if SN_DEVICES

static u64 number(const char **p) {
  u64 x = 0;
  u32 base = 10;
  if ((*p)[0] == '0' && (*p)[1] == 'x') base = 16, *p += 2;
  for (;; (*p)++) {
    u32 c = (u8)**p, d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
    if (d >= base) return x;
    x = x * base + d;
  }
}

// find starts the devices that exist.
static void find(const char *line, int in_order) {
  static const char key[] = "virtio_mmio.device=";
  for (; *line; line++) {
    u32 i = 0;
    while (key[i] && line[i] == key[i]) i++;
    if (key[i]) continue;
    line += i;
    number(&line);
    if (*line == 'K') line++;
    if (*line++ != '@') fail("virtio: cannot read the command line");
    virtio d = (virtio)number(&line);
    if (*line++ != ':') fail("virtio: cannot read the command line");
    u32 gsi = (u32)number(&line);
    line--;
    if (d[MAGIC] != 0x74726976 || (d[DEVICE] != 1 && d[DEVICE] != 2 && d[DEVICE] != 4)) continue;
    if (d[VERSION] != 2) fail("virtio: a legacy device; give QEMU -global virtio-mmio.force-legacy=false");
    if (d[DEVICE] == 1) {
      nic_start(d);
      interrupt(gsi);
    }
#if SN_DISKS
    if (d[DEVICE] == 2) disk_start(d, in_order);
#endif
#if SN_SOURCES
    if (d[DEVICE] == 4) rng_start(d);
#endif
  }
  (void)in_order;
}
#endif
