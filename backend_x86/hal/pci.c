// The configuration space of PCI, which two ports access (PCI Local Bus Specification 3.0,
// section 3.2.2.3). The number of a function is bus * 256 + device * 8 + its number in the
// device.
#include "hal.h"

enum { PCI_COMMAND = 4, PCI_TYPE = 12, PCI_BARS = 16, PCI_BUSES = 24, PCI_LIST = 52, PCI_LINE = 60 };
enum { CAP_MSI = 5, CAP_VENDOR = 9, CAP_MSIX = 17, CAPS = 48 };

static u32 pci_get(u32 f, u32 at) {
  outl(0xcf8, 1u << 31 | f << 8 | (at & 0xfc));
  return inl(0xcfc);
}

static void pci_set(u32 f, u32 at, u32 v) {
  outl(0xcf8, 1u << 31 | f << 8 | (at & 0xfc));
  outl(0xcfc, v);
}

static u32 pci_byte(u32 f, u32 at) { return pci_get(f, at) >> 8 * (at & 3) & 255; }

// capability finds a capability of a kind. The search begins after a given capability, or at
// the beginning if after is 0. The result is 0 if there is none. The search ends even in a
// circular list.
static u32 capability(u32 f, u32 kind, u32 after) {
  u32 at = after ? after + 1 : PCI_LIST;
  if (!(pci_get(f, PCI_COMMAND) >> 20 & 1)) return 0;
  for (u32 k = 0; k < CAPS; k++) {
    at = pci_byte(f, at) & 0xfc;
    if (!at || pci_byte(f, at) == kind) return at;
    at++;
  }
  return 0;
}

// registers maps a part of the region of a function's base address register.
static volatile u8 *registers(u32 f, u32 bar, u32 offset, u32 size) {
  u32 low = bar < 6 ? pci_get(f, PCI_BARS + 4 * bar) : 1;
  u64 at = low & ~15u;
  if ((low & 7) == 4 && bar < 5) at |= (u64)pci_get(f, PCI_BARS + 4 * bar + 4) << 32;
  if (low & 1 || !at) fail("pci: the registers of a device have no address in memory");
  return reach(at + offset, size);
}

// pci_enable lets a function respond to memory accesses and access memory itself. The function
// sends its interrupts as messages, unless the argument allows its interrupt line.
static void pci_enable(u32 f, int line) {
  enum { MEMORY = 2, MASTER = 4, NO_LINE = 1 << 10 };
  u32 command = (pci_get(f, PCI_COMMAND) & 0xffff) | MEMORY | MASTER;
  pci_set(f, PCI_COMMAND, line ? command & ~NO_LINE : command | NO_LINE);
}

// A message is a write to the interrupt controller of this processor. It raises the vector that
// ends a hlt.
enum { MESSAGE_VECTOR = 32 };
static u32 message_to(void) {
  enum { APIC_ID = 0xfee00020, MESSAGES = 0xfee00000 };
  return MESSAGES | *(volatile u32 *)APIC_ID >> 24 << 12;
}

// msix sets the function's first interrupt message (MSI-X) to the vector that ends a hlt. It
// returns 0 if the function has no such messages.
static int msix(u32 f) {
  enum { ENABLE = 1u << 31, MASK_ALL = 1 << 30 };
  u32 at = capability(f, CAP_MSIX, 0);
  if (!at) return 0;
  u32 where = pci_get(f, at + 4);
  volatile u32 *entry = (volatile u32 *)registers(f, where & 7, where & ~7u, 16);
  entry[0] = message_to();
  entry[1] = 0;
  entry[2] = MESSAGE_VECTOR;
  entry[3] = 0; // not masked
  pci_set(f, at, (pci_get(f, at) | ENABLE) & ~MASK_ALL);
  return 1;
}

// msi does the same for a function with the older kind of messages (MSI). It has a single message.
__attribute__((unused)) static int msi(u32 f) {
  enum { ENABLE = 1 << 16, SEVERAL = 7 << 20, WIDE = 1 << 23 };
  u32 at = capability(f, CAP_MSI, 0);
  if (!at) return 0;
  u32 control = pci_get(f, at), wide = control & WIDE ? 4 : 0;
  pci_set(f, at + 4, message_to());
  if (wide) pci_set(f, at + 8, 0);
  pci_set(f, at + 8 + wide, MESSAGE_VECTOR);
  pci_set(f, at, (control | ENABLE) & ~SEVERAL);
  return 1;
}
