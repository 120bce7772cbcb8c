#include "kernel.h"
#ifndef REPS
#define REPS 100000
#endif
enum { N = 128, T = 16 };
static const int16_t tap[T] = {-120, -260, -300, 80, 1100, 2700, 4400, 5500, 5500, 4400, 2700, 1100, 80, -300, -260, -120};
static int16_t in[N + T], out[N];
NOINLINE void kernel(void) {
  int32_t integral = 0, last = 0;
  for (int i = 0; i < N; i++) {
    int32_t s = 0;
    for (int k = 0; k < T; k++) s += (int32_t)tap[k] * in[i + k];
    int32_t y = s >> 15;
    int32_t err = 1000 - y;
    integral += err;
    if (integral > 20000) integral = 20000;
    if (integral < -20000) integral = -20000;
    int32_t u = (err * 1229 + integral * 123 + (err - last) * 614) >> 10;
    last = err;
    if (u > 32767) u = 32767;
    if (u < -32768) u = -32768;
    out[i] = (int16_t)u;
  }
}
int main(void) {
  uint32_t s = 1, r = 0;
  for (int i = 0; i < N + T; i++) in[i] = (int16_t)((rnd(&s) & 4095) - 1024);
  for (uint32_t n = 0; n < REPS; n++) {
    kernel();
    in[0] = out[7] & 4095;
  }
  for (int i = 0; i < N; i++) r = (r << 5 | r >> 27) ^ (uint16_t)out[i];
  put_result(r);
  return 0;
}
