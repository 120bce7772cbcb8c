#include "kernel.h"
#ifndef REPS
#define REPS 15000
#endif
enum { N = 256 };
static int32_t a[N];
NOINLINE void kernel(int32_t *v, int n) {
  int lo_s[16], hi_s[16], sp = 0, lo = 0, hi = n - 1;
  for (;;) {
    while (hi - lo > 8) {
      int m = lo + ((hi - lo) >> 1);
      int32_t x = v[lo], y = v[m], z = v[hi];
      int32_t p = x < y ? (y < z ? y : (x < z ? z : x)) : (x < z ? x : (y < z ? z : y));
      int i = lo, j = hi;
      while (i <= j) {
        while (v[i] < p) i++;
        while (v[j] > p) j--;
        if (i <= j) { int32_t t = v[i]; v[i] = v[j]; v[j] = t; i++; j--; }
      }
      if (j - lo > hi - i) { lo_s[sp] = lo; hi_s[sp] = j; sp++; lo = i; }
      else { lo_s[sp] = i; hi_s[sp] = hi; sp++; hi = j; }
    }
    if (!sp) break;
    sp--; lo = lo_s[sp]; hi = hi_s[sp];
  }
  for (int i = 1; i < n; i++) {
    int32_t x = v[i];
    int j = i;
    while (j > 0 && v[j - 1] > x) { v[j] = v[j - 1]; j--; }
    v[j] = x;
  }
}
int main(void) {
  uint32_t s = 1, r = 0, bad = 0;
  for (uint32_t n = 0; n < REPS; n++) {
    for (int i = 0; i < N; i++) a[i] = (int32_t)rnd(&s);
    kernel(a, N);
  }
  for (int i = 0; i < N; i++) {
    r = (r << 5 | r >> 27) ^ (uint32_t)a[i];
    if (i && a[i - 1] > a[i]) bad++;
  }
  put_result(r);
  put_result(bad);
  return 0;
}
