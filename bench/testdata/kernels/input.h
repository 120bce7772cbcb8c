#ifndef INPUT_H
#define INPUT_H
#include <stdint.h>
// A small pseudo-random generator with which every kernel makes its own input.
static inline uint32_t rnd(uint32_t *s) {
  uint32_t x = *s;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  *s = x;
  return x;
}
#endif
