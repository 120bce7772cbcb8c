// The interface of a C kernel that is timed as a process. Results are printed as lines, and the
// work is repeated so often that its time can be measured. testdata/kernels/kernel.h is the
// interface for a core.
#pragma once
#include <stdint.h>
#include "input.h"
#include <stdio.h>
#include <string.h>
#include <math.h>
#define NOINLINE static
static inline void put_result(uint32_t v) { printf("result %x\n", v); }
static inline void mark(uint32_t v) { (void)v; }
#define ROUNDS(n) (n)
