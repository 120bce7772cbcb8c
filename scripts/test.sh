#!/usr/bin/env bash
# All tests: vet, every package, every fuzz target for a moment, and a table of the times.
# SINTER_STRICT=1 makes a missing outside tool a failure.
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}
began=$(date +%s)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

$go vet ./...
status=0
$go test -timeout 60m ./... 2>&1 | tee "$log" || status=1
[ "${PIPESTATUS[0]}" = 0 ] || status=1

echo
echo "seconds by package"
grep -E '^(ok|FAIL)[[:space:]]' "$log" | awk '{t=$3; sub(/s$/,"",t); if (t ~ /^[0-9.]+$/) printf "%8.1f  %s\n", t, $2}' | sort -rn | head -40
echo
if [ "$status" = 0 ]; then
  ./scripts/fuzz.sh || status=1
fi
passed=$(grep -cE '^ok[[:space:]]' "$log" || true)
failed=$(grep -cE '^FAIL[[:space:]]' "$log" || true)
echo "took $(( $(date +%s) - began )) s"
echo "$passed passed, $failed failed"
exit $status
