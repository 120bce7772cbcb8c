// The Fourier transform of 1024 complex numbers in place, radix 2, with a table of roots.
#include "kernel.h"
enum { LOG = 10, N = 1 << LOG };
static double re[N], im[N], wr[N / 2], wi[N / 2];
static void transform(double *restrict re, double *restrict im, const double *restrict wr, const double *restrict wi) {
  for (uint32_t i = 0, j = 0; i < N; i++) {
    if (i < j) {
      double t = re[i]; re[i] = re[j]; re[j] = t;
      t = im[i]; im[i] = im[j]; im[j] = t;
    }
    uint32_t bit = N / 2;
    while (j & bit) { j ^= bit; bit >>= 1; }
    j |= bit;
  }
  for (uint32_t s = 0; s < LOG; s++) {
    uint32_t half = 1u << s;
    for (uint32_t g = 0; g < N / 2 >> s; g++)
      for (uint32_t k = 0; k < half; k++) {
        uint32_t a = 2 * g * half + k, b = a + half, w = k << (LOG - 1 - s);
        double xr = re[b] * wr[w] - im[b] * wi[w], xi = re[b] * wi[w] + im[b] * wr[w];
        re[b] = re[a] - xr; im[b] = im[a] - xi;
        re[a] = re[a] + xr; im[a] = im[a] + xi;
      }
  }
}
int main(void) {
  uint32_t s = 1;
  double c = 1, d = 0;
  for (int i = 0; i < N / 2; i++) {
    wr[i] = c; wi[i] = d;
    double e = c * 0.9999811752826011 - d * -0.006135884649154475;
    d = c * -0.006135884649154475 + d * 0.9999811752826011;
    c = e;
  }
  for (int i = 0; i < N; i++) re[i] = (double)(rnd(&s) & 255), im[i] = (double)(rnd(&s) & 255);
  for (uint32_t n = 0; n < 12000; n++) {
    transform(re, im, wr, wi);
    for (int i = 0; i < N; i++) re[i] *= 0.03125, im[i] *= 0.03125;
  }
  uint64_t r = 0;
  for (int i = 0; i < N; i++) { uint64_t u; memcpy(&u, &re[i], 8); r = (r << 5 | r >> 59) ^ u; }
  printf("result %llx\n", (unsigned long long)r);
}
