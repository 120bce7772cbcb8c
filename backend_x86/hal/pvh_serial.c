// The serial lines of a PVH guest: 16550 UARTs beside the UART of the console. Line i of the
// program is the ith of these ports. This option makes QEMU add one:
//
//	-device isa-serial,chardev=ID,iobase=0x2f8,irq=3
#include "hal.h"

#if SN_STREAMS
enum { LINES = 2, WAITING = 4096 };
enum { DATA = 0, WANTED = 1, FIFO = 2, FORMAT = 3, MODEM = 4, STATE = 5, SCRATCH = 7 };

// Bytes that have arrived and are not yet taken: the UART holds 16 bytes.
static struct serial { u32 put, taken; u8 data[WAITING]; } serials[SN_STREAMS];

static u16 serial_at(u32 dev) {
  static const u16 at[LINES] = {0x2f8, 0x3e8};
  return at[sn_is_stream[dev] - 1];
}

// serial_pending reads the bytes of the UART and reports whether bytes wait.
static int serial_pending(u32 dev) {
  struct serial *s = &serials[sn_is_stream[dev] - 1];
  while (s->put - s->taken < WAITING && inb(serial_at(dev) + STATE) & 1) s->data[s->put++ % WAITING] = inb(serial_at(dev) + DATA);
  return s->put != s->taken;
}

// is_virtual reports whether a hypervisor runs this machine (CPUID leaf 1, bit 31 of ECX).
static int is_virtual(void) {
  u32 r[4];
  cpuid(1, r);
  return r[2] >> 31;
}

static void serial_start(void) {
  static const u8 gsi[LINES] = {3, 4};
  for (u32 i = 0; i < SN_DEVICES; i++) {
    if (!sn_is_stream[i]) continue;
    if (sn_is_stream[i] > LINES) fail("this machine has two serial lines besides the console, the program more");
    u16 at = serial_at(i);
    outb(at + SCRATCH, 0xa5);
    if (inb(at + SCRATCH) != 0xa5) fail("a serial line of the program is missing; give QEMU -device isa-serial,chardev=ID,iobase=0x2f8,irq=3, for a second one 0x3e8 and 4");
    outb(at + WANTED, 0);
    outb(at + FORMAT, 0x83); // the divisor for 115,200 baud
    outb(at + DATA, 1);
    outb(at + WANTED, 0);
    outb(at + FORMAT, 3); // 8 bits, no parity, one stop bit
    // The queue becomes empty when it is switched on. A real UART needs the queue, or it
    // loses bytes. The UART of a hypervisor needs no queue, because the hypervisor holds
    // bytes back while a byte waits.
    if (!is_virtual()) outb(at + FIFO, 7);
    serial_pending(i); // bytes that came before the guest
    outb(at + MODEM, 0x0b);
    outb(at + WANTED, 1); // interrupts when bytes have arrived
    interrupt(gsi[sn_is_stream[i] - 1]);
  }
}

static u32 serial_take(u32 dev, u8 *p, u32 cap) {
  struct serial *s = &serials[sn_is_stream[dev] - 1];
  u32 n = 0;
  while (n < cap && s->taken != s->put) p[n++] = s->data[s->taken++ % WAITING];
  return n;
}

static void serial_send(u32 dev, const u8 *p, u32 n) {
  while (n--) {
    while (!(inb(serial_at(dev) + STATE) & 0x20)) serial_pending(dev);
    outb(serial_at(dev) + DATA, *p++);
  }
}
#endif
