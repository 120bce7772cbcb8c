// The parts that the C programs in strips share.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifndef P
#define P 2
#endif
#ifndef N
#define N 512
#endif
#ifndef STEPS
#define STEPS 100
#endif
enum { M = N / P };

static uint64_t bits(double d) {
  uint64_t u;
  memcpy(&u, &d, 8);
  return u;
}
