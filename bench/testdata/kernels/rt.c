// The two functions that compiled code calls although the source does not call them.
#include <stdint.h>
#include <stddef.h>
void *memset(void *d, int c, size_t n) {
  uint8_t *p = d;
  while (n--) { *p++ = (uint8_t)c; __asm__ volatile("" ::: "memory"); }
  return d;
}
void *memcpy(void *d, const void *s, size_t n) {
  uint8_t *p = d;
  const uint8_t *q = s;
  while (n--) { *p++ = *q++; __asm__ volatile("" ::: "memory"); }
  return d;
}
