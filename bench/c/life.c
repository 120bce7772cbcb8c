// Conway's Game of Life on 254 x 254 cells with a dead border.
#include "kernel.h"
static uint8_t a[256][256], b[256][256];
static void step(uint8_t a[restrict 256][256], uint8_t b[restrict 256][256]) {
  for (int i = 1; i < 255; i++)
    for (int j = 1; j < 255; j++) {
      uint8_t n = a[i - 1][j - 1] + a[i - 1][j] + a[i - 1][j + 1] + a[i][j - 1] + a[i][j + 1] + a[i + 1][j - 1] + a[i + 1][j] + a[i + 1][j + 1];
      b[i][j] = n == 3 || (n == 2 && a[i][j] == 1);
    }
}
int main(void) {
  uint32_t s = 1, r = 0;
  for (int i = 1; i < 255; i++)
    for (int j = 1; j < 255; j++) a[i][j] = rnd(&s) >> 8 & 1;
  for (uint32_t n = 0; n < 1000; n++) { step(a, b); step(b, a); }
  for (int i = 0; i < 256; i++)
    for (int j = 0; j < 256; j++) r = (r << 5 | r >> 27) ^ a[i][j];
  put_result(r);
}
