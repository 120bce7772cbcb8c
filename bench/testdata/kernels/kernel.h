// A kernel reports to its machine by storing words just above the 64 KiB of memory:
//   0x10000  a result word
//   0x10004  1: the timed region begins, 0: the timed region ends
//   0x10008  the end of the program
#ifndef KERNEL_H
#define KERNEL_H
#include <stdint.h>
#include "input.h"
#define MMIO(a) (*(volatile uint32_t *)(0x10000u + (a)))
static inline void put_result(uint32_t v) { MMIO(0) = v; }
static inline void mark(uint32_t v) { MMIO(4) = v; __asm__ volatile("" ::: "memory"); }
// A core executes the timed region once. A process repeats it.
#define ROUNDS(n) 1
#define NOINLINE __attribute__((noinline))
#endif
