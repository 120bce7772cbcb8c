// The bodies of nbody.sn with MPI: a strip on each rank.
#include "nbody.h"
#include <mpi.h>

static struct block at[P], own, v;

int main(int argc, char **argv) {
  int id;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &id);
  start(id, &own);
  for (int t = 0; t < STEPS; t++) {
    MPI_Allgather(&own, 3 * M, MPI_DOUBLE, at, 3 * M, MPI_DOUBLE, MPI_COMM_WORLD);
    pull(at, &own, &v);
    move(&own, &v);
  }
  uint64_t sum = checksum(&own), all;
  MPI_Reduce(&sum, &all, 1, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
  if (!id) printf("collect: checksum %llu\n", (unsigned long long)all);
  MPI_Finalize();
}
