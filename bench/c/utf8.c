// Checks that bytes are UTF-8 (Unicode 15, table 3-7), and counts the characters.
#include "kernel.h"
enum { N = 8192 };
static uint8_t text[N];
static int more(uint8_t c) { return (c & 0xc0) == 0x80; }
static uint32_t characters(const uint8_t *v, uint32_t n) {
  uint32_t i = 0, count = 0;
  while (i < n) {
    uint8_t c = v[i];
    if (c < 0x80) {
      i += 1;
    } else if (c >= 0xc2 && c <= 0xdf) {
      if (n - i < 2 || !more(v[i + 1])) return 0;
      i += 2;
    } else if (c >= 0xe0 && c <= 0xef) {
      if (n - i < 3) return 0;
      uint8_t d = v[i + 1];
      if (!more(d) || !more(v[i + 2]) || (c == 0xe0 && d < 0xa0) || (c == 0xed && d > 0x9f)) return 0;
      i += 3;
    } else if (c >= 0xf0 && c <= 0xf4) {
      if (n - i < 4) return 0;
      uint8_t d = v[i + 1];
      if (!more(d) || !more(v[i + 2]) || !more(v[i + 3]) || (c == 0xf0 && d < 0x90) || (c == 0xf4 && d > 0x8f)) return 0;
      i += 4;
    } else {
      return 0;
    }
    count++;
  }
  return count;
}
static uint32_t write(uint32_t n, uint32_t x) {
  if (x < 0x80) { text[n++] = x; return n; }
  if (x < 0x800) { text[n++] = 0xc0 | x >> 6; text[n++] = 0x80 | (x & 63); return n; }
  if (x < 0x10000) { text[n++] = 0xe0 | x >> 12; text[n++] = 0x80 | (x >> 6 & 63); text[n++] = 0x80 | (x & 63); return n; }
  text[n++] = 0xf0 | x >> 18; text[n++] = 0x80 | (x >> 12 & 63); text[n++] = 0x80 | (x >> 6 & 63); text[n++] = 0x80 | (x & 63);
  return n;
}
int main(void) {
  uint32_t s = 1, n = 0, r = 0;
  while (n < N - 8) {
    uint32_t kind = rnd(&s) >> 8 & 15, x = rnd(&s) >> 8;
    n = write(n, kind < 10 ? x & 0x7f : kind < 13 ? 0x80 + x % 0x700 : kind < 15 ? 0x1000 + (x & 0x7fff) : 0x10000 + (x & 0xffff));
  }
  text[0] = 'a';
  for (uint32_t k = 0; k < 10000; k++) {
    r += characters(text, n);
    text[0] = r & 0x7f;
  }
  text[n - 1] = 0x80;
  put_result(r);
  put_result(characters(text, n));
}
