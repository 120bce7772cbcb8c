// Devices of PCI. All buses are searched, including the buses after bridges. Network devices of
// virtio wake the program by messages (MSI-X).
#include "hal.h"

#if SN_DEVICES

// The identities of virtio devices: of version 1, and of devices that also support version 1.
enum { NET_1 = 0x1041, BLOCK_1 = 0x1042, RNG_1 = 0x1044, NET_BOTH = 0x1000, BLOCK_BOTH = 0x1001, RNG_BOTH = 0x1005 };

static void found_at(u32 f, u32 id, int in_order) {
  enum { MOST = 32 };
  static __typeof__(*(virtio)0) devices[MOST];
  static u32 used;
  u32 kind = id >> 16;
  int net = kind == NET_1 || kind == NET_BOTH, block = kind == BLOCK_1 || kind == BLOCK_BOTH;
  int random = SN_SOURCES && (kind == RNG_1 || kind == RNG_BOTH);
#if SN_BARE
  if (e1000_knows(id)) e1000_start(f);
#endif
  if ((id & 0xffff) != VIRTIO || !(net || block || random)) return;
  if (used == MOST) fail("virtio: more than 32 devices");
  virtio d = &devices[used++];
  if (!virtio_at(d, f)) fail("virtio: a legacy device; give QEMU's device disable-modern=off");
  if (net) {
    if (!msix(f)) fail("virtio: a network device without MSI-X");
    d->vector = 0;
    nic_start(d);
  }
#if SN_DISKS
  if (block) disk_start(d, in_order);
#endif
#if SN_SOURCES
  if (random) rng_start(d);
#endif
  (void)in_order;
}

// find starts the devices that exist. A bus has a larger number than the bus of the bridge that
// leads to it.
static void find(const char *line, int in_order) {
  enum { BRIDGE = 1, NOTHING = 0xffff };
  u32 last = 0;
  (void)line;
  for (u32 f = 0; f >> 8 <= last; f++) {
    u32 id = pci_get(f, 0), type = pci_get(f, PCI_TYPE) >> 16 & 255;
    if ((id & 0xffff) == NOTHING) {
      if (!f) return; // without a host bridge
      if (!(f & 7)) f |= 7;
      continue;
    }
    if ((type & 127) == BRIDGE) {
      u32 most = pci_get(f, PCI_BUSES) >> 16 & 255;
      if (most > last) last = most;
    } else {
      found_at(f, id, in_order);
    }
    if (!(f & 7) && !(type & 128)) f |= 7; // it has one function
  }
}
#endif
