#include "kernel.h"
#ifndef REPS
#define REPS 4000000
#endif
#define DT 0.01
#define PI 3.141592653589793
#define MASS (4.0 * PI * PI)
#define YEAR 365.24
struct body { double x, y, z, vx, vy, vz, m; };
static void advance(struct body *b) {
  for (int i = 0; i < 5; i++)
    for (int j = i + 1; j < 5; j++) {
      double dx = b[i].x - b[j].x, dy = b[i].y - b[j].y, dz = b[i].z - b[j].z;
      double d2 = dx * dx + dy * dy + dz * dz, mag = DT / (d2 * sqrt(d2));
      b[i].vx = b[i].vx - dx * b[j].m * mag;
      b[i].vy = b[i].vy - dy * b[j].m * mag;
      b[i].vz = b[i].vz - dz * b[j].m * mag;
      b[j].vx = b[j].vx + dx * b[i].m * mag;
      b[j].vy = b[j].vy + dy * b[i].m * mag;
      b[j].vz = b[j].vz + dz * b[i].m * mag;
    }
  for (int i = 0; i < 5; i++) { b[i].x += DT * b[i].vx; b[i].y += DT * b[i].vy; b[i].z += DT * b[i].vz; }
}
static struct body b[5] = {
  {0, 0, 0, 0, 0, 0, MASS},
  {4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01, 1.66007664274403694e-03 * YEAR, 7.69901118419740425e-03 * YEAR, -6.90460016972063023e-05 * YEAR, 9.54791938424326609e-04 * MASS},
  {8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01, -2.76742510726411899e-03 * YEAR, 4.99852801234917238e-03 * YEAR, 2.30417297573763929e-05 * YEAR, 2.85885980666130812e-04 * MASS},
  {1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01, 2.96460137564761618e-03 * YEAR, 2.37847173959480950e-03 * YEAR, -2.96589568540237556e-05 * YEAR, 4.36624404335156298e-05 * MASS},
  {1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01, 2.68067772490389322e-03 * YEAR, 1.62824170038242295e-03 * YEAR, -9.51592254519715870e-05 * YEAR, 5.15138902046611451e-05 * MASS},
};
static void putd(double d) { uint64_t u; memcpy(&u, &d, 8); printf("result %llx\n", (unsigned long long)u); }
int main(void) {
  for (uint32_t n = 0; n < REPS; n++) advance(b);
  putd(b[0].x); putd(b[3].vy);
}
