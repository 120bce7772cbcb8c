// The program that a UEFI firmware starts (UEFI specification 2.10, sections 4, 7 and 12.9).
// The kernel follows it in the file. The program loads the kernel to its address, collects the
// data that only the firmware has, ends the firmware, and jumps to the kernel. It reads the
// firmware's structures by offsets.
#include "hal.h"
#include "handover.h"

#define EFI __attribute__((ms_abi))
#define AT(p, offset) (*(u64 *)((u64)(p) + (offset)))
#define WORD(p, offset) (*(u32 *)((u64)(p) + (offset)))

extern const u8 payload[] __attribute__((visibility("hidden")));

enum { CON_OUT = 64, RUNTIME = 88, BOOT = 96, TABLES = 104, TABLE_LIST = 112 };  // of the system table
enum { ALLOCATE_PAGES = 40, GET_MEMORY_MAP = 56, ALLOCATE_POOL = 64, EXIT = 232, SET_WATCHDOG = 256, LOCATE = 320 };
enum { RESET_SYSTEM = 104 };
enum { AT_ADDRESS = 2, LOADER_CODE = 1, LOADER_DATA = 2, PAGE = 4096 };

static void say(const u8 *st, const unsigned short *text) {
  const u8 *out = (const u8 *)AT(st, CON_OUT);
  u64 EFI (*print)(const void *, const unsigned short *) = (void *)AT(out, 8);
  print(out, text);
}

// end_of returns the end of the kernel's memory, and its beginning in *begin.
static u64 end_of(u64 *begin) {
  u64 end = 0;
  *begin = ~0ull;
  const u8 *h = payload + AT(payload, 32);
  for (u32 k = WORD(payload, 56) & 0xffff; k--; h += 56) {
    if (WORD(h, 0) != 1) continue;
    u64 at = AT(h, 16), size = AT(h, 40);
    if (at < *begin) *begin = at & ~(u64)(PAGE - 1);
    if (at + size > end) end = at + size;
  }
  return end;
}

// load copies the segments of the kernel to their addresses.
static void load(void) {
  const u8 *h = payload + AT(payload, 32);
  for (u32 k = WORD(payload, 56) & 0xffff; k--; h += 56) {
    if (WORD(h, 0) != 1) continue;
    u8 *to = (u8 *)AT(h, 16);
    memcpy(to, payload + AT(h, 8), AT(h, 32));
    memset(to + AT(h, 32), 0, AT(h, 40) - AT(h, 32));
  }
}

// find_screen gets the pixels of the screen from the firmware.
static void find_screen(const u8 *boot, struct handover *h) {
  enum { MODE = 24, INFO = 8, BASE = 24, WIDTH = 4, HEIGHT = 8, FORMAT = 12, PITCH = 32, NO_PIXELS = 3 };
  u64 graphics[2] = {0x4a3823dc9042a9de, 0x6a5180d0de7afb96};
  u64 EFI (*locate)(const void *, void *, u8 **) = (void *)AT(boot, LOCATE);
  u8 *gop = 0;
  if (locate(graphics, 0, &gop) || !gop) return;
  const u8 *mode = (const u8 *)AT(gop, MODE), *info = (const u8 *)AT(mode, INFO);
  if (WORD(info, FORMAT) >= NO_PIXELS) return;
  h->screen = AT(mode, BASE);
  h->width = WORD(info, WIDTH);
  h->height = WORD(info, HEIGHT);
  h->pitch = WORD(info, PITCH);
}

// find_timer finds the port of the timer in the tables of ACPI: XSDT, then FADT.
static void find_timer(const u8 *st, struct handover *h) {
  enum { XSDT = 24, LENGTH = 4, HEAD = 36, FACP = 0x50434146, PORT = 76, PORT_SIZE = 88 };
  const u8 *list = (const u8 *)AT(st, TABLE_LIST), *root = 0;
  for (u64 k = AT(st, TABLES); k--; list += 24)
    if (AT(list, 0) == 0x11d3e4f18868e871 && AT(list, 8) == 0x81883cc7800022bc) root = (const u8 *)AT(AT(list, 16), XSDT);
  if (!root) return;
  for (u32 at = HEAD; at + 8 <= WORD(root, LENGTH); at += 8) {
    const u8 *table = (const u8 *)AT(root, at);
    if (WORD(table, 0) == FACP && WORD(table, PORT_SIZE) >> 24 == 4) h->timer = WORD(table, PORT);
  }
}

// leave ends the firmware. The memory map may change in the meantime. In that case leave reads
// the map again and repeats.
static u64 leave(void *image, const u8 *boot) {
  enum { ROOM = 1 << 17, TRIES = 8 };
  u64 EFI (*pool)(u32, u64, u8 **) = (void *)AT(boot, ALLOCATE_POOL);
  u64 EFI (*map)(u64 *, u8 *, u64 *, u64 *, u32 *) = (void *)AT(boot, GET_MEMORY_MAP);
  u64 EFI (*exit)(void *, u64) = (void *)AT(boot, EXIT);
  u8 *room = 0;
  u64 status = pool(LOADER_DATA, ROOM, &room);
  for (u32 k = 0; k < TRIES && room; k++) {
    u64 size = ROOM, key = 0, step;
    u32 version;
    status = map(&size, room, &key, &step, &version);
    if (!status) status = exit(image, key);
    if (!status) break;
  }
  return status;
}

EFI u64 efi_main(void *image, const u8 *st) {
  const u8 *boot = (const u8 *)AT(st, BOOT);
  struct handover h = {.reset = AT(AT(st, RUNTIME), RESET_SYSTEM)};
  u64 EFI (*watchdog)(u64, u64, u64, void *) = (void *)AT(boot, SET_WATCHDOG);
  u64 EFI (*pages)(u32, u32, u64, u64 *) = (void *)AT(boot, ALLOCATE_PAGES);
  u64 begin, end = end_of(&begin);
  u64 status = pages(AT_ADDRESS, LOADER_CODE, (end - begin + PAGE - 1) / PAGE, &begin);
  if (status) {
    say(st, u"The memory that the program was made for, from 32 MiB on, is in use or not there.\r\n");
    return status;
  }
  load();
  watchdog(0, 0, 0, 0);
  find_screen(boot, &h);
  find_timer(st, &h);
  status = leave(image, boot);
  if (status) {
    say(st, u"The firmware does not end.\r\n");
    return status;
  }
  __asm__ volatile("jmp *%0" ::"r"(AT(payload, 24)), "D"(&h) : "memory");
  __builtin_unreachable();
}
