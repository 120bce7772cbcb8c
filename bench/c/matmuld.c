#include "kernel.h"
#ifndef REPS
#define REPS 10000
#endif
static double a[64][64], b[64][64], c[64][64];
static void product(double a[restrict 64][64], double b[restrict 64][64], double c[restrict 64][64]) {
  for (int i = 0; i < 64; i++) {
    for (int j = 0; j < 64; j++) c[i][j] = 0;
    for (int k = 0; k < 64; k++) {
      double x = a[i][k];
      for (int j = 0; j < 64; j++) c[i][j] += x * b[k][j];
    }
  }
}
int main(void) {
  for (int i = 0; i < 64; i++) for (int j = 0; j < 64; j++) { a[i][j] = (i * 7 + j & 31) * 0.125; b[i][j] = (i + j * 5 & 31) * 0.25; }
  for (uint32_t n = 0; n < REPS; n++) { product(a, b, c); a[0][0] = c[3][5] * 0.001; }
  uint64_t r = 0;
  for (int i = 0; i < 64; i++) for (int j = 0; j < 64; j++) { uint64_t u; memcpy(&u, &c[i][j], 8); r = (r << 5 | r >> 59) ^ u; }
  printf("result %llx\n", (unsigned long long)r);
}
