#include "kernel.h"
#ifndef REPS
#define REPS 30
#endif
static uint32_t escape(double cr, double ci) {
  double x = 0, y = 0;
  uint32_t k = 0;
  while (k < 200) {
    double x2 = x * x, y2 = y * y;
    if (x2 + y2 > 4.0) return k;
    y = 2.0 * x * y + ci;
    x = x2 - y2 + cr;
    k++;
  }
  return k;
}
int main(void) {
  uint32_t sum = 0;
  for (uint32_t n = 0; n < REPS; n++) {
    double off = (double)n * 0.0001;
    for (int i = 0; i < 200; i++)
      for (int j = 0; j < 300; j++) sum = sum * 31 + escape(j * 0.01 - 2.0 + off, i * 0.01 - 1.0);
  }
  put_result(sum);
}
