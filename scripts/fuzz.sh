#!/usr/bin/env bash
# Runs every native fuzz target for SINTER_FUZZ seconds (5 unless told).
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}
seconds=${SINTER_FUZZ:-5}
status=0
while IFS=: read -r file name; do
  pkg=./$(dirname "$file")
  out=$($go test -run '^$' -fuzz "^$name\$" -fuzztime "${seconds}s" -fuzzminimizetime 10x "$pkg" 2>&1) || {
    echo "$out"
    status=1
  }
  execs=$(printf '%s\n' "$out" | sed -n 's/.*execs: \([0-9]*\).*/\1/p' | tail -n 1)
  printf 'fuzz %-28s %-24s %s inputs\n' "$pkg" "$name" "${execs:-0}"
done < <(grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sed 's/^\.\///; s/func //' | sort)
exit $status
