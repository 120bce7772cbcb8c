// The bodies of nbody.sn: the pull of all bodies on the bodies of one strip.
#include "strips.h"
static const double dt = 1.0 / 1024;

struct block { double x[M], y[M], z[M]; };

static void start(int id, struct block *b) {
  for (uint32_t i = 0; i < M; i++) {
    uint32_t n = (uint32_t)id * M + i;
    b->x[i] = (double)(n * 7919u % 1009u) / 1024;
    b->y[i] = (double)(n * 6101u % 1013u) / 1024;
    b->z[i] = (double)(n * 4211u % 1019u) / 1024;
  }
}
static void pull(const struct block *restrict at, const struct block *restrict mine, struct block *restrict v) {
  for (int i = 0; i < M; i++) {
    double x = mine->x[i], y = mine->y[i], z = mine->z[i], ax = 0, ay = 0, az = 0;
    for (int k = 0; k < P; k++)
      for (int j = 0; j < M; j++) {
        double dx = at[k].x[j] - x, dy = at[k].y[j] - y, dz = at[k].z[j] - z;
        double d2 = dx * dx + dy * dy + dz * dz + 0.0009765625, pull = dt / (d2 * sqrt(d2));
        ax += dx * pull, ay += dy * pull, az += dz * pull;
      }
    v->x[i] += ax / N, v->y[i] += ay / N, v->z[i] += az / N;
  }
}
static void move(struct block *b, const struct block *v) {
  for (int i = 0; i < M; i++) b->x[i] += dt * v->x[i], b->y[i] += dt * v->y[i], b->z[i] += dt * v->z[i];
}
static uint64_t checksum(const struct block *b) {
  uint64_t sum = 0;
  for (int i = 0; i < M; i++) sum += bits(b->x[i]) + bits(b->y[i]) * 3 + bits(b->z[i]) * 5;
  return sum;
}
