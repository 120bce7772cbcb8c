// Conjugate gradient of cg.sn with OpenMP: a strip for each thread.
#include "cg.h"
#include <omp.h>

static row v[N], r[N], q[N], field[N + 2];
static struct { double v; char rest[56]; } given[2][P]; // two sets, so that no thread overwrites a value that another still reads
static uint64_t sums[P];

static double total(int id, int *turn, double mine) {
  double parts[P];
  given[*turn][id].v = mine;
#pragma omp barrier
  for (int k = 0; k < P; k++) parts[k] = given[*turn][k].v;
  *turn = !*turn;
  return sum_of(parts);
}

int main(void) {
#pragma omp parallel num_threads(P)
  {
    int id = omp_get_thread_num(), which = 0;
    row *mr = r + id * M, *mp = field + 1 + id * M, *mv = v + id * M, *mq = q + id * M;
    start(id, mr, mp);
    double rr = total(id, &which, dot(mr, mr));
    for (int t = 0; t < STEPS; t++) {
      if (!id) memcpy(field[0], field[N], sizeof(row)), memcpy(field[N + 1], field[1], sizeof(row));
#pragma omp barrier
      multiply(mq, mp);
      advance(mv, mr, mp, mq, rr / total(id, &which, dot(mp, mq)));
      double next = total(id, &which, dot(mr, mr));
      turn(mp, mr, next / rr);
      rr = next;
#pragma omp barrier
    }
    sums[id] = checksum(mv, rr);
  }
  uint64_t all = 0;
  for (int k = 0; k < P; k++) all += sums[k];
  printf("collect: checksum %llu\n", (unsigned long long)all);
}
