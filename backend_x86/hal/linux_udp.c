// UDP sockets of the host that replace a network, as socket activation passes them. Each serves
// one port of a stack. A datagram that arrives at a socket becomes a frame, and a frame from
// the stack becomes a datagram again. This file answers the stack's ARP requests. The peer
// 127.0.0.1 appears to the program as the gateway, because no host has that address on a wire.
#include "hal.h"

#if SN_HOMES
enum { UDP_MOST = 8, HEADERS = 42, LONGEST = 1472, ANSWERS = 4 };
enum { INET = 2, INET6 = 10, DONTWAIT = 0x40, LOOPBACK = 0x7f000001 };

static struct { int fd; u32 dev, port; u8 wide; } udp[UDP_MOST]; // wide: its addresses are IPv6 addresses
static u32 udps;
static u8 is_udp[SN_DEVICES];
static u8 answers[SN_DEVICES][ANSWERS][HEADERS]; // to the stack's ARP requests
static u32 answer_put[SN_DEVICES], answer_taken[SN_DEVICES];

struct address { u8 family[2], port[2], rest[24]; }; // sockaddr_in and sockaddr_in6
struct piece { void *at; u64 n; };
struct message { struct address *name; u32 name_len, pad; struct piece *pieces; u64 count; void *control; u64 control_len; u32 flags, pad2; };

static u32 get32(const u8 *p) { return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3]; }
static u32 get16(const u8 *p) { return (u32)p[0] << 8 | p[1]; }
static void put16(u8 *p, u32 x) { p[0] = (u8)(x >> 8), p[1] = (u8)x; }
static void put32(u8 *p, u32 x) { put16(p, x >> 16), put16(p + 2, x); }

// station writes the MAC address that belongs to an IPv4 address. A stack makes its own address
// in the same way.
static void station(u8 *p, u32 address) { put16(p, 0x0200), put32(p + 2, address); }

// transfer sends or receives a datagram at socket k, and returns its length or an error.
static long transfer(long call, u32 k, struct address *a, u32 len, void *at, u32 n, long flags) {
  enum { TRUNCATED = 0x20 };
  struct piece piece = {at, n};
  struct message m = {a, len, 0, &piece, 1, 0, 0, 0, 0};
  long r = sys(call, udp[k].fd, (long)&m, flags, 0);
  return r >= 0 && m.flags & TRUNCATED ? EAGAIN : r;
}

// udp_next makes a frame from the next datagram at socket k. It returns 0 if there is no datagram.
// It waits for a datagram unless flags contain DONTWAIT.
static u32 udp_next(u32 k, u8 *f, long flags) {
  struct address from;
  long n = transfer(SYS_recvmsg, k, &from, sizeof from, f + HEADERS, LONGEST, flags);
  const u8 *ip = udp[k].wide ? from.rest + 16 : from.rest;
  if (n < 0 || (udp[k].wide && (get16(from.rest + 14) != 0xffff || get32(from.rest + 4) | get32(from.rest + 8)))) return 0; // not IPv4
  u32 *const *home = sn_home[udp[k].dev];
  u32 peer = get32(ip), host = *home[0], sum = 0;
  if (peer == LOOPBACK) peer = *home[2];
  station(f, host), station(f + 6, peer), put16(f + 12, 0x0800);
  memset(f + 14, 0, 20);
  f[14] = 0x45, f[20] = 0x40, f[22] = 64, f[23] = 17;
  put16(f + 16, 28 + (u32)n), put32(f + 26, peer), put32(f + 30, host);
  for (u32 i = 14; i < 34; i += 2) sum += get16(f + i);
  sum = (sum & 0xffff) + (sum >> 16);
  put16(f + 24, ~(sum + (sum >> 16)));
  memcpy(f + 34, from.port, 2);
  put16(f + 36, udp[k].port), put16(f + 38, 8 + (u32)n), put16(f + 40, 0); // without a checksum
  return HEADERS + (u32)n;
}

// udp_answer returns the next answer to an ARP request of the stack; 0: there is none.
static u32 udp_answer(u32 dev, u8 *f) {
  if (answer_taken[dev] == answer_put[dev]) return 0;
  memcpy(f, answers[dev][answer_taken[dev]++ % ANSWERS], HEADERS);
  return HEADERS;
}

// udp_asked answers an ARP request for any address except the stack's own.
static void udp_asked(u32 dev, const u8 *p) {
  u32 wanted = get32(p + 38);
  if (get16(p + 20) != 1 || wanted == *sn_home[dev][0] || answer_put[dev] - answer_taken[dev] == ANSWERS) return;
  u8 *f = answers[dev][answer_put[dev]++ % ANSWERS];
  memcpy(f, p + 6, 6);
  station(f + 6, wanted);
  memcpy(f + 12, p + 12, 8); // Ethernet, IPv4
  put16(f + 20, 2), station(f + 22, wanted), put32(f + 28, wanted);
  memcpy(f + 32, p + 22, 10);
}

// udp_send takes a frame of a stack. It drops any frame that is not a datagram of one of the
// sockets.
static void udp_send(u32 dev, u8 *p, u32 n) {
  if (n >= HEADERS && get16(p + 12) == 0x0806) udp_asked(dev, p);
  if (n < HEADERS || get16(p + 12) != 0x0800 || p[23] != 17) return;
  u32 to = get32(p + 30), length = get16(p + 38);
  for (u32 k = 0; k < udps; k++) {
    if (udp[k].dev != dev || udp[k].port != get16(p + 34) || length < 8 || length > n - 34) continue;
    struct address a = {{udp[k].wide ? INET6 : INET, 0}, {p[36], p[37]}, {0}};
    u8 *ip = a.rest;
    if (udp[k].wide) put16(a.rest + 14, 0xffff), ip += 16;
    put32(ip, to == *sn_home[dev][2] ? LOOPBACK : to);
    transfer(SYS_sendmsg, k, &a, udp[k].wide ? sizeof a : 16, p + HEADERS, length - 8, DONTWAIT);
    return;
  }
}

// udp_add gives a device a socket for a port. Port 0 means the port that the socket is bound to.
// It returns an error text, or 0.
static const char *udp_add(u32 dev, int fd, u32 port, const struct address *own) {
  if (!sn_home[dev][0]) return "a UDP socket is for a device with sockets of the program, others take frames\n";
  if (udps == UDP_MOST) return "there are more than 8 UDP sockets\n";
  udp[udps].fd = fd;
  udp[udps].dev = dev;
  udp[udps].port = port ? port : get16(own->port);
  udp[udps].wide = own->family[0] == INET6;
  for (u32 k = 0; k < udps; k++)
    if (udp[k].dev == dev && udp[k].port == udp[udps].port) return "two UDP sockets are for one port\n";
  udps++;
  is_udp[dev] = 1;
  return 0;
}
#endif
