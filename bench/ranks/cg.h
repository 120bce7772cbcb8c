// The steps of conjugate gradient on a strip, as in cg.sn.
#include "strips.h"
#define MIDDLE 4.015625

typedef double row[N];
static double sum_of(const double *parts) {
  double sum = 0;
  for (int k = 0; k < P; k++) sum += parts[k];
  return sum;
}

static double dot(row *a, row *b) {
  double sum = 0;
  for (int y = 0; y < M; y++)
    for (int x = 0; x < N; x++) sum += a[y][x] * b[y][x];
  return sum;
}
static void start(int id, row *r, row *p) {
  for (int y = 0; y < M; y++)
    for (int x = 1; x < N - 1; x++) p[y][x] = r[y][x] = (double)(((uint32_t)(id * M + y) * 7u + (uint32_t)x * 13u) % 17u) / 16;
}
// multiply needs the rows p[-1] and p[M] of the neighbours.
static void multiply(row *restrict q, row *restrict p) {
  for (int y = 0; y < M; y++)
    for (int x = 1; x < N - 1; x++) q[y][x] = MIDDLE * p[y][x] - p[y - 1][x] - p[y + 1][x] - p[y][x - 1] - p[y][x + 1];
}
static void advance(row *restrict v, row *restrict r, row *restrict p, row *restrict q, double alpha) {
  for (int y = 0; y < M; y++)
    for (int x = 1; x < N - 1; x++) v[y][x] += alpha * p[y][x], r[y][x] -= alpha * q[y][x];
}
static void turn(row *restrict p, row *restrict r, double beta) {
  for (int y = 0; y < M; y++)
    for (int x = 1; x < N - 1; x++) p[y][x] = r[y][x] + beta * p[y][x];
}
static uint64_t checksum(row *v, double rr) {
  uint64_t sum = bits(rr);
  for (int y = 0; y < M; y++)
    for (int x = 0; x < N; x++) sum += bits(v[y][x]);
  return sum;
}
