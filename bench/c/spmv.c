// A sparse matrix of 1024 rows with 1 to 15 elements each, in compressed rows, times a vector.
#include "kernel.h"
enum { ROWS = 1024, MOST = 16 * ROWS };
static uint32_t row[ROWS + 1], col[MOST];
static double val[MOST], x[ROWS], y[ROWS];
static void product(const uint32_t *restrict row, const uint32_t *restrict col, const double *restrict val, const double *restrict x, double *restrict y) {
  for (int i = 0; i < ROWS; i++) {
    double s = 0;
    for (uint32_t k = row[i]; k < row[i + 1]; k++) s += val[k] * x[col[k]];
    y[i] = s;
  }
}
int main(void) {
  uint32_t s = 1, n = 0;
  for (int i = 0; i < ROWS; i++) {
    row[i] = n;
    uint32_t many = 1 + rnd(&s) % 15;
    for (uint32_t k = 0; k < many; k++) {
      col[n] = rnd(&s) % ROWS;
      val[n++] = (double)(rnd(&s) & 255) / 2048.0;
    }
    x[i] = 1.0;
  }
  row[ROWS] = n;
  for (uint32_t k = 0; k < 40000; k++) {
    product(row, col, val, x, y);
    x[k % ROWS] = y[(k * 7) % ROWS];
  }
  uint64_t r = 0;
  for (int i = 0; i < ROWS; i++) { uint64_t u; memcpy(&u, &y[i], 8); r = (r << 5 | r >> 59) ^ u; }
  printf("result %llx\n", (unsigned long long)r);
}
