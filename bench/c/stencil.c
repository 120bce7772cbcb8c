#include "kernel.h"
#ifndef REPS
#define REPS 4000
#endif
static double a[256][256], b[256][256];
static void sweep(double a[restrict 256][256], double b[restrict 256][256]) {
  for (int i = 1; i < 255; i++)
    for (int j = 1; j < 255; j++)
      b[i][j] = 0.5 * a[i][j] + 0.125 * (a[i - 1][j] + a[i + 1][j] + a[i][j - 1] + a[i][j + 1]);
}
int main(void) {
  for (int i = 0; i < 256; i++) for (int j = 0; j < 256; j++) b[i][j] = a[i][j] = (i * j) & 15;
  for (uint32_t n = 0; n < REPS; n++) { sweep(a, b); sweep(b, a); }
  uint64_t r = 0;
  for (int i = 0; i < 256; i++) for (int j = 0; j < 256; j++) { uint64_t u; memcpy(&u, &a[i][j], 8); r = (r << 5 | r >> 59) ^ u; }
  printf("result %llx\n", (unsigned long long)r);
}
