// The devices of a PVH guest are found and started by kind.
#include "hal.h"

#if SN_DEVICES

static void virtio_start(const char *line) {
#if SN_BUSES
  if (!hal_scripted) fail("this machine has no buses: a program with SPI or I2C runs here with a harness only");
#endif
#if SN_LEVELS
  if (!hal_scripted) fail("this machine has no pins: a program with levels runs here with a harness only");
#endif
  *(volatile u32 *)0xfee000f0 = 0x100 | SPURIOUS; // the local interrupt controller is on
#if SN_STREAMS
  if (!hal_scripted) serial_start();
#endif
  find(line, has(line, "sn.disks=order"));
#if SN_DISKS
  for (u32 i = 0; i < SN_DEVICES; i++)
    if (disk_missing(i)) fail("virtio: a disk of the program is missing; its serial number is the device's number");
#endif
#if SN_SOURCES
  if (!hal_scripted && rng_missing()) fail("there are no random bytes: this machine has no virtio device for them, and its processor has no RDRAND");
#endif
#if SN_BARE
  for (u32 i = 0; i < SN_DEVICES; i++)
    if (nic_missing(i) && !e1000s[i].reg) fail("this computer has fewer network cards than the program has devices; known are virtio, e1000 (82540EM) and e1000e (82574L)");
#else
  for (u32 i = 0; i < SN_DEVICES; i++)
    if (nic_missing(i)) fail("virtio: a network device of the program is missing; its MAC address ends in the device's number");
#endif
}
#endif
