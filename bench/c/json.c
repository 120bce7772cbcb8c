// One pass over the text of a JSON document: depth, strings, and the sum of its numbers.
#include "kernel.h"
enum { N = 8192 };
static uint8_t text[N];
struct seen { uint32_t deepest, strings, sum; };
static struct seen scan(const uint8_t *v, uint32_t n) {
  struct seen s = {0, 0, 0};
  uint32_t depth = 0, i = 0;
  while (i < n) {
    uint8_t c = v[i++];
    if (c == '{' || c == '[') {
      if (++depth > s.deepest) s.deepest = depth;
    } else if (c == '}' || c == ']') {
      depth--;
    } else if (c == '"') {
      s.strings++;
      while (i < n && v[i] != '"') i += v[i] == '\\' ? 2 : 1;
      i++;
    } else if (c >= '0' && c <= '9') {
      uint32_t x = c - '0';
      while (i < n && v[i] >= '0' && v[i] <= '9') x = x * 10 + (v[i++] - '0');
      s.sum += x;
    }
  }
  return s;
}
static uint32_t put(uint32_t n, const char *s) {
  for (; *s; s++) text[n++] = (uint8_t)*s;
  return n;
}
static uint32_t document(void) {
  uint32_t n = put(0, "{\"rows\": ["), s = 1;
  while (n < N - 100) {
    n = put(n, "{\"name\": \"");
    uint32_t letters = rnd(&s) % 24;
    for (uint32_t i = 0; i < letters; i++) text[n++] = 'a' + rnd(&s) % 26;
    n = put(n, rnd(&s) % 4 == 0 ? "\\\"x\", \"at\": [" : "\", \"at\": [");
    for (int i = 0; i < 4; i++) {
      uint32_t x = rnd(&s) % 10000;
      for (uint32_t p = 1000; p > 0; p /= 10) text[n++] = '0' + x / p % 10;
      n = put(n, i < 3 ? ", " : "]}, ");
    }
  }
  return put(n, "{}]}");
}
int main(void) {
  uint32_t n = document();
  struct seen r = {0, 0, 0};
  for (uint32_t k = 0; k < 20000; k++) {
    struct seen s = scan(text, n);
    r.deepest += s.deepest; r.strings += s.strings; r.sum += s.sum;
    text[n - 5] = '0' + s.sum % 10;
  }
  put_result(r.deepest);
  put_result(r.strings);
  put_result(r.sum);
}
