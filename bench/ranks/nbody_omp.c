// The bodies of nbody.sn with OpenMP: a strip for each thread.
#include "nbody.h"
#include <omp.h>

static struct block at[P], v[P];
static uint64_t sums[P];

int main(void) {
#pragma omp parallel num_threads(P)
  {
    int id = omp_get_thread_num();
    start(id, &at[id]);
    for (int t = 0; t < STEPS; t++) {
      static struct block own[P];
#pragma omp barrier
      own[id] = at[id];
      pull(at, &own[id], &v[id]);
#pragma omp barrier
      move(&at[id], &v[id]);
    }
    sums[id] = checksum(&at[id]);
  }
  uint64_t all = 0;
  for (int k = 0; k < P; k++) all += sums[k];
  printf("collect: checksum %llu\n", (unsigned long long)all);
}
