#include "kernel.h"
#ifndef REPS
#define REPS 5000000
#endif
static uint8_t sbox[256];
static uint32_t te[256];
static inline uint8_t xtime(uint8_t x) { return (uint8_t)((x << 1) ^ (x & 0x80 ? 0x1b : 0)); }
static void make(void) {
  uint8_t p = 1, q = 1;
  for (int n = 0; n < 255; n++) {
    p ^= xtime(p);
    q ^= q << 1; q ^= q << 2; q ^= q << 4;
    if (q & 0x80) q ^= 0x09;
    uint8_t x = q ^ (uint8_t)(q << 1 | q >> 7) ^ (uint8_t)(q << 2 | q >> 6) ^ (uint8_t)(q << 3 | q >> 5) ^ (uint8_t)(q << 4 | q >> 4);
    sbox[p] = x ^ 0x63;
  }
  sbox[0] = 0x63;
  for (int i = 0; i < 256; i++) {
    uint8_t x = sbox[i], x2 = xtime(x);
    te[i] = (uint32_t)x2 << 24 | (uint32_t)x << 16 | (uint32_t)x << 8 | (uint8_t)(x2 ^ x);
  }
}
static uint32_t sub(uint32_t w) {
  return (uint32_t)sbox[w >> 24] << 24 | (uint32_t)sbox[w >> 16 & 255] << 16 | (uint32_t)sbox[w >> 8 & 255] << 8 | sbox[w & 255];
}
static void expand(const uint32_t *key, uint32_t *rk) {
  uint8_t rcon = 1;
  for (int i = 0; i < 4; i++) rk[i] = key[i];
  for (int i = 4; i < 44; i++) {
    uint32_t t = rk[i - 1];
    if (i % 4 == 0) { t = sub(t << 8 | t >> 24) ^ (uint32_t)rcon << 24; rcon = xtime(rcon); }
    rk[i] = rk[i - 4] ^ t;
  }
}
static inline uint32_t mix(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  uint32_t x = te[a >> 24], y = te[b >> 16 & 255], z = te[c >> 8 & 255], w = te[d & 255];
  return x ^ (y >> 8 | y << 24) ^ (z >> 16 | z << 16) ^ (w >> 24 | w << 8);
}
static inline uint32_t last(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return (uint32_t)sbox[a >> 24] << 24 | (uint32_t)sbox[b >> 16 & 255] << 16 | (uint32_t)sbox[c >> 8 & 255] << 8 | sbox[d & 255];
}
static void encrypt(const uint32_t *rk, uint32_t *s) {
  uint32_t a = s[0] ^ rk[0], b = s[1] ^ rk[1], c = s[2] ^ rk[2], d = s[3] ^ rk[3];
  for (int r = 1; r < 10; r++) {
    uint32_t e = mix(a, b, c, d) ^ rk[4 * r], f = mix(b, c, d, a) ^ rk[4 * r + 1];
    uint32_t g = mix(c, d, a, b) ^ rk[4 * r + 2], h = mix(d, a, b, c) ^ rk[4 * r + 3];
    a = e; b = f; c = g; d = h;
  }
  s[0] = last(a, b, c, d) ^ rk[40]; s[1] = last(b, c, d, a) ^ rk[41];
  s[2] = last(c, d, a, b) ^ rk[42]; s[3] = last(d, a, b, c) ^ rk[43];
}
int main(void) {
  uint32_t key[4] = {0x00010203, 0x04050607, 0x08090a0b, 0x0c0d0e0f}, rk[44];
  make();
  expand(key, rk);
  uint32_t s[4] = {0x00112233, 0x44556677, 0x8899aabb, 0xccddeeff};
  encrypt(rk, s);
  for (int i = 0; i < 4; i++) put_result(s[i]);
  for (uint32_t n = 0; n < REPS; n++) encrypt(rk, s);
  for (int i = 0; i < 4; i++) put_result(s[i]);
}
