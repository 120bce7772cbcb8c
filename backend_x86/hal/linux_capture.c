// Capture files as the other end of a network device (pcap, little-endian, Ethernet). The
// device's frames come from one file, and the frames that it sends go to another. A program
// that does not read the time behaves the same in each run.
#include "hal.h"

#if SN_NETS
static u8 is_capture[SN_DEVICES];
static int out_of[SN_DEVICES];

struct capture { u32 magic; u16 major, minor; u32 zone, accuracy, longest, link; };
struct record { u32 seconds, micros, kept, length; };
enum { MAGIC_US = 0xa1b2c3d4u, MAGIC_NS = 0xa1b23c4du, LONGEST_FRAME = 65535, ETHERNET = 1 };

// read_all reads n bytes, or fewer at the end of a file.
static u32 read_all(int fd, void *p, u32 n) {
  u32 done = 0;
  while (done < n) {
    long k = sys(SYS_read, fd, (long)p + done, n - done, 0);
    if (k <= 0) break;
    done += (u32)k;
  }
  return done;
}

static int capture_write(int fd, const u8 *p, u32 n) {
  while (n) {
    long k = sys(SYS_write, fd, (long)p, n, 0);
    if (k <= 0) return 0;
    p += k;
    n -= (u32)k;
  }
  return 1;
}

// capture_next reads the next frame. 0: there is none; -1: the file is damaged.
static long capture_next(int fd, u8 *frame) {
  struct record r;
  do {
    u32 n = read_all(fd, &r, sizeof r);
    if (!n) return 0;
    if (n != sizeof r || r.kept > LONGEST_FRAME || read_all(fd, frame, r.kept) != r.kept) return -1;
  } while (!r.kept);
  return r.kept;
}

// capture_add writes a frame with the program's time.
static void capture_add(int fd, const u8 *p, u32 n) {
  u64 now = 0;
#if SN_USES_NOW
  now = hal_now();
#endif
  struct record r = {(u32)(now / 1000000), (u32)(now % 1000000), n, n};
  if (!capture_write(fd, (const u8 *)&r, sizeof r) || !capture_write(fd, p, n)) hal_exit(END_CRASH);
}

// capture_open opens IN,OUT. It returns an error text, or 0.
static const char *capture_open(u32 dev, const char *names, int *in) {
  enum { READ = 0, CREATE = 1 | 64 | 512, MODE = 420 };
  char name[256];
  u32 n = 0;
  while (names[n] && names[n] != ',' && n < sizeof name - 1) name[n] = names[n], n++;
  name[n] = 0;
  if (names[n] != ',' || !n || !names[n + 1]) return "expected two files, such as pcap:in.pcap,out.pcap\n";
  struct capture head;
  *in = (int)sys(SYS_open, (long)name, READ, 0, 0);
  if (*in < 0) return "cannot open the capture to read\n";
  if (read_all(*in, &head, sizeof head) != sizeof head || (head.magic != MAGIC_US && head.magic != MAGIC_NS) || head.link != ETHERNET)
    return "the first file is not a capture of Ethernet frames (pcap, little-endian)\n";
  out_of[dev] = (int)sys(SYS_open, (long)(names + n + 1), CREATE, MODE, 0);
  if (out_of[dev] < 0) return "cannot write the second file\n";
  head = (struct capture){MAGIC_US, 2, 4, 0, 0, LONGEST_FRAME, ETHERNET};
  if (!capture_write(out_of[dev], (const u8 *)&head, sizeof head)) return "cannot write the second file\n";
  is_capture[dev] = 1;
  return 0;
}
#endif
