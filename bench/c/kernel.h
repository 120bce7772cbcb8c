// What the kernels in C share: the result line, and the generator of their inputs.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <math.h>
#define NOINLINE static
static inline void put_result(uint32_t v) { printf("result %x\n", v); }
static inline uint32_t rnd(uint32_t *s) {
  uint32_t x = *s;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  *s = x;
  return x;
}
