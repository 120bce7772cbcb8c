#!/usr/bin/env bash
# The main job on real input: verify the packet filter level by level on a real capture,
# boot its unikernel, write its hardware. The steps that need only Go come first.
set -eu
cd "$(dirname "$0")/.."
sinter=bin/sinter
capture=inside=examples/filter/office.pcap
out=build/demo
mkdir -p "$out"

echo "== the packet filter on a real capture: the levels that need nothing but Go"
$sinter verify examples/filter --pcap-in "$capture" --quick

echo
echo "== the hardware"
$sinter hw examples/filter --pcap-in "$capture" -o "$out/hw"

echo
echo "== the x86-64 products"
./scripts/tools.sh clang-19 lld-19 qemu-system-x86
if command -v qemu-system-x86_64 >/dev/null 2>&1 && { command -v clang-19 || command -v clang; } >/dev/null 2>&1; then
  $sinter build examples/filter --product pvh --strip -o "$out/filter.elf"
  $sinter run examples/filter --on unikernel --pcap-in "$capture" --pcap-out "outside=$out/unikernel.pcap"
  $sinter run examples/filter --on cycle --pcap-in "$capture" --pcap-out "outside=$out/cycle.pcap" >/dev/null
  cmp "$out/unikernel.pcap" "$out/cycle.pcap" && echo "the unikernel and the generated core sent the same frames, byte for byte"
else
  echo "skipped: clang, lld or QEMU is missing (see the line above)"
fi

echo
echo "== every level and every check"
$sinter verify examples/filter --pcap-in "$capture"
