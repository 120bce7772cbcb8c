#include "kernel.h"
#ifndef REPS
#define REPS 20000
#endif
static const char alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static uint8_t v[12288], o[16384];
static void encode(const uint8_t *v, uint8_t *out) {
  for (int i = 0; i < 4096; i++) {
    uint32_t w = (uint32_t)v[3 * i] << 16 | (uint32_t)v[3 * i + 1] << 8 | v[3 * i + 2];
    out[4 * i] = alphabet[w >> 18];
    out[4 * i + 1] = alphabet[w >> 12 & 63];
    out[4 * i + 2] = alphabet[w >> 6 & 63];
    out[4 * i + 3] = alphabet[w & 63];
  }
}
int main(void) {
  uint32_t s = 1, r = 0;
  for (int i = 0; i < 12288; i++) v[i] = (uint8_t)rnd(&s);
  for (uint32_t n = 0; n < REPS; n++) { encode(v, o); v[0] = o[7]; }
  for (int i = 0; i < 16384; i++) r = (r << 5 | r >> 27) ^ o[i];
  put_result(r);
}
