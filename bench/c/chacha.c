// ChaCha20 (RFC 8439) over 4096 bytes.
#include "kernel.h"
static uint32_t words[1024];
static uint32_t left(uint32_t x, int n) { return x << n | x >> (32 - n); }
#define QUARTER(a, b, c, d) \
  a += b; d = left(d ^ a, 16); c += d; b = left(b ^ c, 12); \
  a += b; d = left(d ^ a, 8); c += d; b = left(b ^ c, 7)
static void block(const uint32_t *restrict key, uint32_t *restrict out) {
  uint32_t x[16];
  for (int i = 0; i < 16; i++) x[i] = key[i];
  for (int i = 0; i < 10; i++) {
    QUARTER(x[0], x[4], x[8], x[12]);
    QUARTER(x[1], x[5], x[9], x[13]);
    QUARTER(x[2], x[6], x[10], x[14]);
    QUARTER(x[3], x[7], x[11], x[15]);
    QUARTER(x[0], x[5], x[10], x[15]);
    QUARTER(x[1], x[6], x[11], x[12]);
    QUARTER(x[2], x[7], x[8], x[13]);
    QUARTER(x[3], x[4], x[9], x[14]);
  }
  for (int i = 0; i < 16; i++) out[i] ^= x[i] + key[i];
}
int main(void) {
  uint32_t key[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}, r = 0;
  for (int i = 4; i < 12; i++) key[i] = 0x03020100 + 0x04040404 * (i - 4);
  for (uint32_t n = 0; n < 30000; n++) {
    for (uint32_t k = 0; k < 64; k++) {
      block(key, words + 16 * k);
      key[12]++;
    }
  }
  for (int i = 0; i < 1024; i++) r = (r << 5 | r >> 27) ^ words[i];
  put_result(r);
}
