// The stencil of heat.sn with OpenMP.
#include <stdint.h>
#include <stdio.h>

#ifndef P
#define P 2
#endif
#ifndef N
#define N 1024
#endif
#ifndef STEPS
#define STEPS 400
#endif

static uint32_t g[2][N + 2][N];

// step makes a row. `restrict` promises that the new row overlaps no other row, so the compiler can use vectors.
static void step(uint32_t *restrict to, const uint32_t *above, const uint32_t *row, const uint32_t *below) {
  for (uint32_t x = 1; x < N - 1; x++) to[x] = (above[x] + below[x] + row[x - 1] + row[x + 1]) >> 2;
}

int main(void) {
  for (uint32_t y = 0; y < N; y++)
    for (uint32_t x = 0; x < N; x++) g[0][y + 1][x] = (y / (N / P) * 2654435761u + (y % (N / P) + 1) * 40503u + x * 9973u) & 0xfffff;
#pragma omp parallel num_threads(P)
  for (uint32_t t = 0; t < STEPS; t++) {
    uint32_t c = t % 2;
#pragma omp single
    for (uint32_t x = 0; x < N; x++) g[c][0][x] = g[c][N][x], g[c][N + 1][x] = g[c][1][x];
#pragma omp for schedule(static)
    for (uint32_t y = 1; y <= N; y++)
      step(g[1 - c][y], g[c][y - 1], g[c][y], g[c][y + 1]);
  }
  uint64_t sum = 0;
  for (uint32_t y = 1; y <= N; y++)
    for (uint32_t x = 0; x < N; x++) sum += g[STEPS % 2][y][x];
  printf("collect: checksum %llu\n", (unsigned long long)sum);
}
