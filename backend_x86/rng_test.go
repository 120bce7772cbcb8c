package x86_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
)

// draws is a program that reads two random numbers. It logs the first number, or "not random" if
// the numbers are equal or one is 0.
const draws = `
use rng
task draw(r: rng.Source) {
  let a = rng.bits64(r)
  let b = rng.bits64(r)
  if a == b or a == 0 or b == 0 { log.print("not random") } else { log.print("random {a}") }
}
system draws { run draw(rng.source("r")) }
`

// TestRandomOfGuests checks that a unikernel takes random bytes from a virtio device, or else
// from the CPU. If the guest has no source of random bytes, the test checks the error.
func TestRandomOfGuests(t *testing.T) {
	t.Parallel()
	m := compile(t, "draws.sn", draws)
	mmio, pci := build(t, m, x86.PVH), build(t, m, x86.PVHPCI)
	const missing = "there are no random bytes: this machine has no virtio device for them, and its processor has no RDRAND"
	for _, c := range []struct {
		name string
		img  *x86.Image
		args []string
		want string
	}{
		{"virtio-mmio", mmio, []string{"-device", "virtio-rng-device"}, `^random \d+\n$`},
		{"virtio-pci", pci, []string{"-device", "virtio-rng-pci"}, `^random \d+\n$`},
		{"two devices", pci, []string{"-device", "virtio-rng-pci", "-device", "virtio-rng-pci"}, `^random \d+\n$`},
		{"the processor", mmio, []string{"-cpu", "max"}, `^random \d+\n$`},
		{"neither", mmio, []string{"-cpu", "max,-rdrand"}, missing},
		{"neither on PCI", pci, []string{"-cpu", "max,-rdrand"}, missing},
	} {
		t.Run(c.name, func(t *testing.T) {
			said, err := io.ReadAll(bootLive(t, c.img, c.args...))
			require.NoError(t, err)
			require.Regexp(t, c.want, string(said))
		})
	}
}

// TestRandomOfAProcess checks that a process takes random bytes from the kernel. The filter of
// the process allows this system call only without flags, only for a program that needs random
// bytes, and only in a live run.
func TestRandomOfAProcess(t *testing.T) {
	t.Parallel()
	m := compile(t, "draws.sn", draws)
	run := func(m *x86.Image, args ...string) (string, error) {
		path := filepath.Join(t.TempDir(), "draws")
		require.NoError(t, os.WriteFile(path, m.Stripped, 0o755))
		said, err := exec.Command(path, args...).CombinedOutput()
		return string(said), err
	}
	img := build(t, m, x86.Linux)
	one, err := run(img)
	require.NoError(t, err)
	two, err := run(img)
	require.NoError(t, err)
	require.Regexp(t, `^random \d+\n$`, one)
	require.NotEqual(t, one, two)
	said, err := run(img, "r=fd:3")
	require.EqualError(t, err, "exit status 1")
	require.Contains(t, said, "this device is the kernel's")

	const getrandom = 318
	for flags, killed := range map[int]bool{0: false, 1: true, 2: true} {
		plant := fmt.Sprintf("sys(%d, 0, 0, %d, 0); hal_exit(0);", getrandom, flags)
		_, err := run(buildWith(t, m, x86.Linux, x86.Options{Plant: plant}))
		if killed {
			require.EqualError(t, err, "signal: bad system call")
		} else {
			require.NoError(t, err)
		}
	}
	plant := fmt.Sprintf("sys(%d, 0, 0, 0, 0); hal_exit(0);", getrandom)
	_, err = run(buildWith(t, m, x86.Linux, x86.Options{Plant: plant}), "--script")
	require.EqualError(t, err, "signal: bad system call")
	_, err = run(buildWith(t, parse(t, hello), x86.Linux, x86.Options{Plant: plant}))
	require.EqualError(t, err, "signal: bad system call")
}
