#include "kernel.h"
#ifndef REPS
#define REPS 200000
#endif
static int32_t a[16][16], b[16][16], c[16][16];
NOINLINE void kernel(void) {
  for (int i = 0; i < 16; i++)
    for (int j = 0; j < 16; j++) {
      int32_t s = 0;
      for (int k = 0; k < 16; k++) s += a[i][k] * b[k][j];
      c[i][j] = s;
    }
}
int main(void) {
  uint32_t s = 1, r = 0;
  for (int i = 0; i < 16; i++)
    for (int j = 0; j < 16; j++) {
      a[i][j] = (int32_t)(rnd(&s) & 255);
      b[i][j] = (int32_t)(rnd(&s) & 255);
    }
  for (uint32_t n = 0; n < REPS; n++) {
    kernel();
    a[0][0] = c[3][5] & 255;
  }
  for (int i = 0; i < 16; i++)
    for (int j = 0; j < 16; j++) r = (r << 5 | r >> 27) ^ (uint32_t)c[i][j];
  put_result(r);
  return 0;
}
