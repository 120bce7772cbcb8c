// Conjugate gradient of cg.sn with MPI: a strip on each rank.
#include "cg.h"
#include <mpi.h>

static row v[M], r[M], q[M], field[M + 2], *p = field + 1;

static double total(double mine) {
  double parts[P];
  MPI_Allgather(&mine, 1, MPI_DOUBLE, parts, 1, MPI_DOUBLE, MPI_COMM_WORLD);
  return sum_of(parts);
}

int main(int argc, char **argv) {
  int id;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &id);
  int up = (id + P - 1) % P, down = (id + 1) % P;
  start(id, r, p);
  double rr = total(dot(r, r));
  for (int t = 0; t < STEPS; t++) {
    MPI_Sendrecv(p[0], N, MPI_DOUBLE, up, 0, p[M], N, MPI_DOUBLE, down, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Sendrecv(p[M - 1], N, MPI_DOUBLE, down, 1, p[-1], N, MPI_DOUBLE, up, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    multiply(q, p);
    advance(v, r, p, q, rr / total(dot(p, q)));
    double next = total(dot(r, r));
    turn(p, r, next / rr);
    rr = next;
  }
  uint64_t sum = checksum(v, rr), all;
  MPI_Reduce(&sum, &all, 1, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
  if (!id) printf("collect: checksum %llu\n", (unsigned long long)all);
  MPI_Finalize();
}
