#!/usr/bin/env bash
# Runs every native fuzz target for SINTER_FUZZ seconds (5 unless told).
#
# Before Go 1.27 the fuzzer sometimes reports `context deadline exceeded` as its time ends,
# without an input that fails (go.dev/issue/75804). A target that reports only this error,
# and has saved no input, is run once more. Every other failure counts, and so does a second
# failure.
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}
seconds=${SINTER_FUZZ:-5}

fuzz() { # package name
  $go test -run '^$' -fuzz "^$2\$" -fuzztime "${seconds}s" -fuzzminimizetime 10x "$1" 2>&1
}

saved() { # package: the inputs that the fuzzer has written there
  find "$1/testdata/fuzz" -type f 2>/dev/null | sort
}

# only_late tells whether the end of the time is the only complaint of a failed run.
only_late() { # output
  grep -qE '^ +context deadline exceeded$' <<<"$1" &&
    ! grep -qE 'Failing input written|panic:|_test\.go:[0-9]+:|fuzzing process hung|build failed|setup failed' <<<"$1"
}

status=0
while IFS=: read -r file name; do
  pkg=./$(dirname "$file")
  before=$(saved "$pkg")
  failed=0
  out=$(fuzz "$pkg" "$name") || failed=1
  if [ "$failed" = 1 ] && [ "$(saved "$pkg")" = "$before" ] && only_late "$out"; then
    echo "fuzz $pkg $name: the fuzzer ended late, once more"
    failed=0
    out=$(fuzz "$pkg" "$name") || failed=1
  fi
  if [ "$failed" = 1 ]; then
    echo "$out"
    status=1
  fi
  execs=$(printf '%s\n' "$out" | sed -n 's/.*execs: \([0-9]*\).*/\1/p' | tail -n 1)
  printf 'fuzz %-28s %-24s %s inputs\n' "$pkg" "$name" "${execs:-0}"
done < <(grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sed 's/^\.\///; s/func //' | sort)
exit $status
