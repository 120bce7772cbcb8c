// Words of a command line.
#include "hal.h"

// begins reports whether a line begins with a whole word.
static int begins(const char *line, const char *word) {
  while (*word && *line == *word) line++, word++;
  return !*word && (!*line || *line == ' ');
}

// has reports whether the command line contains a whole word.
static int has(const char *line, const char *word) {
  for (;;) {
    while (*line == ' ') line++;
    if (!*line) return 0;
    if (begins(line, word)) return 1;
    while (*line && *line != ' ') line++;
  }
}
