// The stencil of heat.sn with MPI: a strip on each rank.
#include <mpi.h>
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
enum { ROWS = N / P };

static uint32_t g[2][ROWS + 2][N];

// step makes a row. `restrict` promises that the new row overlaps no other row, so the compiler can use vectors.
static void step(uint32_t *restrict to, const uint32_t *above, const uint32_t *row, const uint32_t *below) {
  for (uint32_t x = 1; x < N - 1; x++) to[x] = (above[x] + below[x] + row[x - 1] + row[x + 1]) >> 2;
}

int main(int argc, char **argv) {
  int id;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &id);
  int up = (id + P - 1) % P, down = (id + 1) % P;
  for (uint32_t y = 1; y <= ROWS; y++)
    for (uint32_t x = 0; x < N; x++) g[0][y][x] = ((uint32_t)id * 2654435761u + y * 40503u + x * 9973u) & 0xfffff;
  for (uint32_t t = 0; t < STEPS; t++) {
    uint32_t c = t % 2;
    MPI_Sendrecv(g[c][1], N, MPI_UINT32_T, up, 0, g[c][ROWS + 1], N, MPI_UINT32_T, down, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Sendrecv(g[c][ROWS], N, MPI_UINT32_T, down, 1, g[c][0], N, MPI_UINT32_T, up, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    for (uint32_t y = 1; y <= ROWS; y++)
      step(g[1 - c][y], g[c][y - 1], g[c][y], g[c][y + 1]);
  }
  uint64_t sum = 0, all;
  for (uint32_t y = 1; y <= ROWS; y++)
    for (uint32_t x = 0; x < N; x++) sum += g[STEPS % 2][y][x];
  MPI_Reduce(&sum, &all, 1, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
  if (!id) printf("collect: checksum %llu\n", (unsigned long long)all);
  MPI_Finalize();
}
