#!/usr/bin/env bash
# Installs the missing ones of the named Debian packages, if the user is root and
# SINTER_NO_INSTALL is not 1. Otherwise the script prints the missing packages and the line
# that installs them. The script never fails, because the caller decides what a missing tool
# means.
set -u
declare -A command=(
  [clang-19]=clang-19 [lld-19]=ld.lld-19 [llvm-19]=llvm-mc-19 [qemu-system-x86]=qemu-system-x86_64
  [iverilog]=iverilog [verilator]=verilator [yosys]=yosys [nextpnr-ice40]=nextpnr-ice40
  [slurm-wlm]=sbatch [munge]=munged [fpga-icestorm]=icepack [gcc-riscv64-unknown-elf]=riscv64-unknown-elf-gcc
  [ovmf]=/usr/share/ovmf/OVMF.fd [bind9-dnsutils]=dig [iproute2]=ip [nodejs]=node [openmpi-bin]=mpirun [libopenmpi-dev]=mpicc
  [libclang-rt-19-dev]=/usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.asan-x86_64.a
)
missing=()
for package in "$@"; do
  command -v "${command[$package]:-$package}" >/dev/null 2>&1 || [ -e "${command[$package]:-}" ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
line="apt-get install -y ${missing[*]}"
if [ "${SINTER_NO_INSTALL:-0}" = 1 ]; then
  echo "missing (SINTER_NO_INSTALL=1): $line"
elif [ "$(id -u)" != 0 ]; then
  echo "missing, and you are not root: sudo $line"
elif ! command -v apt-get >/dev/null 2>&1; then
  echo "missing, and there is no apt-get: install ${missing[*]}"
else
  echo "installing ${missing[*]}"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive $line -qq; } >/tmp/sinter-apt.log 2>&1 ||
    { echo "installation failed:"; tail -n 3 /tmp/sinter-apt.log; echo "to repeat: $line"; }
fi
exit 0
