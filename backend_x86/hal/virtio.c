// The devices of a PVH guest: found on the command line, and started by what they are.
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

// The command line lists the devices as virtio_mmio.device=SIZE@ADDRESS:INTERRUPT.
static void virtio_start(const char *line) {
#if SN_BUSES
  if (!hal_scripted) fail("this machine has no buses: a program with SPI or I2C runs here with a harness only");
#endif
#if SN_LEVELS
  if (!hal_scripted) fail("this machine has no pins: a program with levels runs here with a harness only");
#endif
  static const char key[] = "virtio_mmio.device=";
#if SN_DISKS
  int in_order = has(line, "sn.disks=order");
#endif
  *(volatile u32 *)0xfee000f0 = 0x100 | SPURIOUS; // the local interrupt controller is on
#if SN_STREAMS
  if (!hal_scripted) serial_start();
#endif
  for (; *line; line++) {
    u32 i = 0;
    while (key[i] && line[i] == key[i]) i++;
    if (key[i]) continue;
    line += i;
    number(&line);
    if (*line == 'K') line++;
    if (*line++ != '@') fail("virtio: cannot read the command line");
    volatile u32 *reg = (volatile u32 *)number(&line);
    if (*line++ != ':') fail("virtio: cannot read the command line");
    u32 gsi = (u32)number(&line);
    line--;
    if (reg[MAGIC] != 0x74726976 || (reg[DEVICE] != 1 && reg[DEVICE] != 2)) continue;
    if (reg[VERSION] != 2) fail("virtio: a legacy device; give QEMU -global virtio-mmio.force-legacy=false");
    if (reg[DEVICE] == 1) {
      nic_start(reg);
      interrupt(gsi);
    }
#if SN_DISKS
    if (reg[DEVICE] == 2) disk_start(reg, in_order);
#endif
  }
#if SN_DISKS
  for (u32 i = 0; i < SN_DEVICES; i++)
    if (disk_missing(i)) fail("virtio: a disk of the program is missing; its serial number is the device's number");
#endif
  for (u32 i = 0; i < SN_DEVICES; i++)
    if (nic_missing(i)) fail("virtio: a network device of the program is missing; its MAC address ends in the device's number");
}
#endif
