#!/usr/bin/env bash
# Format and static checks, with tools from the module proxy.
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}
bad=$($go run mvdan.cc/gofumpt@v0.12.0 -l $(git ls-files '*.go'))
[ -z "$bad" ] || { echo "gofumpt would change:"; echo "$bad"; exit 1; }
$go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
echo "lint: clean"
