// Functions that compilers call implicitly.
#include "hal.h"

void *memcpy(void *d, const void *s, unsigned long n) {
  void *r = d;
  __asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n)::"memory");
  return r;
}

void *memmove(void *d, const void *s, unsigned long n) {
  u8 *dp = d;
  const u8 *sp = s;
  if (dp <= sp || dp >= sp + n) return memcpy(d, s, n);
  while (n--) {
    dp[n] = sp[n];
    __asm__ volatile("" ::: "memory"); // else the loop becomes a call of the function itself
  }
  return d;
}

void *memset(void *d, int c, unsigned long n) {
  void *r = d;
  __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
  return r;
}
