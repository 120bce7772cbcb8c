// Instructions of the core of t. Each function is one instruction.
#ifndef T_H
#define T_H

#include <stdint.h>

// rd = (rs1 shl 5) xor rs1
static inline uint32_t one(uint32_t rs1) {
  uint32_t rd;
  __asm__(".insn r 0x2b, 2, 1, %0, %1, x0" : "=r"(rd) : "r"(rs1));
  return rd;
}

// rd = (rs1 and rs2) xor rs3
static inline uint32_t mix(uint32_t rs1, uint32_t rs2, uint32_t rs3) {
  uint32_t rd;
  __asm__(".insn r4 0x5b, 3, 1, %0, %1, %2, %3" : "=r"(rd) : "r"(rs1), "r"(rs2), "r"(rs3));
  return rd;
}

#endif
