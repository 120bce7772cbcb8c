#!/usr/bin/env bash
# Format and static checks, with tools from the module proxy.
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}
bad=$($go run mvdan.cc/gofumpt@v0.9.2 -l $(git ls-files '*.go'))
[ -z "$bad" ] || { echo "gofumpt would change:"; echo "$bad"; exit 1; }
$go run honnef.co/go/tools/cmd/staticcheck@2026.1 ./...
echo "lint: clean"
