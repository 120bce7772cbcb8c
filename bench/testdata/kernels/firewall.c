// 64 IPv4 packets: check the header checksum, hash the five-tuple, look the flow up in an open-addressed
// table of 128 entries, count the packet and decide. Results: accepted packets << 16 | bad checksums << 8 | unknown
// flows, and then a mix of the flow counters.
#include "kernel.h"
enum { NPKT = 64, TBL = 128 };
struct flow { uint32_t src, dst, ports, proto, action, hits; };
static uint8_t pkt[NPKT][24];
static struct flow table[TBL];
static inline uint32_t rol(uint32_t x, int n) { return x << n | x >> (32 - n); }
static inline uint32_t be16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }
static inline uint32_t ld32(const uint8_t *p) { return be16(p) << 16 | be16(p + 2); }
static uint32_t checksum(const uint8_t *p) {
  uint32_t s = 0;
  for (int i = 0; i < 20; i += 2) s += be16(p + i);
  s = (s & 0xffff) + (s >> 16);
  s += s >> 16;
  return s & 0xffff;
}
static inline uint32_t hash(uint32_t src, uint32_t dst, uint32_t ports, uint32_t proto) {
  uint32_t h = src ^ rol(dst, 7) ^ rol(ports, 13) ^ proto;
  h += h << 10;
  h ^= h >> 6;
  h += h << 3;
  h ^= h >> 11;
  h += h << 15;
  return h;
}
static uint32_t accepted, bad, unknown;
NOINLINE void kernel(void) {
  for (int i = 0; i < NPKT; i++) {
    const uint8_t *p = pkt[i];
    if (p[0] != 0x45 || checksum(p) != 0xffff) { bad++; continue; }
    uint32_t src = ld32(p + 12), dst = ld32(p + 16), ports = ld32(p + 20), proto = p[9];
    uint32_t k = hash(src, dst, ports, proto) & (TBL - 1);
    struct flow *f;
    for (;;) {
      f = &table[k];
      if (!f->proto) { unknown++; break; }
      if (f->src == src && f->dst == dst && f->ports == ports && f->proto == proto) {
        f->hits++;
        accepted += f->action;
        break;
      }
      k = (k + 1) & (TBL - 1);
    }
  }
}
int main(void) {
  uint32_t s = 1;
  for (int i = 0; i < NPKT; i++) {
    uint8_t *p = pkt[i];
    uint32_t src = 0x0a000000 | (rnd(&s) & 15), dst = 0xc0a80000 | (rnd(&s) & 3);
    uint32_t ports = (1024 + (rnd(&s) & 1)) << 16 | 80, proto = rnd(&s) & 1 ? 6 : 17;
    p[0] = 0x45; p[2] = 0; p[3] = 24; p[4] = (uint8_t)rnd(&s); p[8] = 64; p[9] = (uint8_t)proto;
    for (int k = 0; k < 4; k++) {
      p[12 + k] = (uint8_t)(src >> (24 - 8 * k));
      p[16 + k] = (uint8_t)(dst >> (24 - 8 * k));
      p[20 + k] = (uint8_t)(ports >> (24 - 8 * k));
    }
    uint32_t c = ~checksum(p) & 0xffff;
    p[10] = (uint8_t)(c >> 8);
    p[11] = (uint8_t)c;
    if ((i & 15) == 7) p[8]--;                       // a bad checksum now and then
    if ((i & 7) != 3) {                              // most flows are known
      uint32_t k = hash(src, dst, ports, proto) & (TBL - 1);
      while (table[k].proto &&
             !(table[k].src == src && table[k].dst == dst && table[k].ports == ports && table[k].proto == proto))
        k = (k + 1) & (TBL - 1);
      table[k].src = src; table[k].dst = dst; table[k].ports = ports; table[k].proto = proto;
      table[k].action = (ports >> 16) & 1 ? 0 : 1;
    }
  }
  for (uint32_t n = 0; n < ROUNDS(200000); n++) {
    mark(1);
    kernel();
    mark(0);
  }
  put_result(accepted << 16 | bad << 8 | unknown);
  uint32_t r = 0;
  for (int i = 0; i < TBL; i++) r = (r << 5 | r >> 27) ^ table[i].hits;
  put_result(r);
  return 0;
}
