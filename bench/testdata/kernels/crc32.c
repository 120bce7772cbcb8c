// CRC-32 (IEEE, reflected) of 1 KiB, bit by bit.
#include "kernel.h"
static uint8_t buf[1024];
NOINLINE uint32_t kernel(const uint8_t *p, uint32_t n) {
  uint32_t c = 0xffffffffu;
  while (n--) {
    c ^= *p++;
    for (int k = 0; k < 8; k++) c = (c >> 1) ^ (0xedb88320u & -(c & 1));
  }
  return ~c;
}
int main(void) {
  uint32_t s = 1;
  for (int i = 0; i < 1024; i++) buf[i] = (uint8_t)rnd(&s);
  uint32_t r = 0;
  for (uint32_t n = 0; n < ROUNDS(80000); n++) {
    mark(1);
    r = kernel(buf, sizeof buf);
    mark(0);
    buf[0] = (uint8_t)r;
  }
  put_result(r);
  return 0;
}
