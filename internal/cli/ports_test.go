package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// relay has a network device that receives, a network device that sends, a disk, an input and
// two outputs.
const relay = `
use net
use blk
use gpio
task relay(from: net.Eth, to: net.Eth) {
  var p: bytes<64>
  loop {
    from.recv(p)
    to.send(p)
  }
}
task keep(d: blk.Disk, b: gpio.In, x: gpio.Out, y: gpio.Out) {
  let text: bytes<512> = "kept"
  d.write(1, text)
  loop {
    select prio {
      on let v = b.changed() {
        x.write(v)
        y.write(not v)
      }
    }
  }
}
system relay {
  left = net.eth(0)
  right = net.eth(1)
  disk = blk.virtio(0)
  b = gpio.in("b")
  x = gpio.out("x")
  y = gpio.out("y")
  run relay(left, right)
  run keep(disk, b, x, y)
}
`

// TestPortsWithoutNames checks that every option NAME=FILE accepts FILE alone if only one port
// qualifies. A mistake in an option is reported before the run, and no file is written.
func TestPortsWithoutNames(t *testing.T) {
	dir := folder(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "relay.sn"), []byte(relay), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "old.img"), make([]byte, 1024), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.vcd"), []byte("$timescale 1 us $end\n$var wire 1 ! b $end\n$enddefinitions $end\n#0\n0!\n#5\n1!\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad.answers"), []byte("0 read 1 : -\n0 erase 1 : -\n"), 0o644))
	in := func(args ...string) (int, string) {
		cmd := tool(t, dir, append([]string{"run", "relay.sn"}, args...)...)
		said, _ := cmd.CombinedOutput() //nolint:errcheck // the exit code is checked below
		return cmd.ProcessState.ExitCode(), string(said)
	}
	wrong := []struct{ args, says string }{
		{"--pcap-in middle=x", "--pcap-in middle=x: relay has no network device `middle`; it has left, right"},
		{"--pcap-in left=", "--pcap-in left= names no file"},
		{"--pcap-out middle=x", "--pcap-out middle=x: relay has no network device `middle`"},
		{"--disk left=x", "--disk left=x: relay has no disk `left`; it has disk"},
		{"--disk old.img --disk disk=old.img", "the disk has a file already, old.img"},
		{"--answers left=x", "--answers left=x: relay has no bus, disk or source of random bytes `left`; it has disk"},
		{"--answers bad.answers", "error[E0504]: a disk has no command \"erase\"; it has read, write, flush"},
		{"--answers none --answers disk=bad.answers", "`disk` has a file already, none"},
		{"--disk-out k=x", "--disk-out k=x: relay has no disk `k`"},
		{"--vcd-in x=b.vcd", "--vcd-in x=b.vcd: relay has no input of levels `x`; it has b"},
		{"--vcd-out o.vcd", "--vcd-out o.vcd: relay has x, y; write x=o.vcd"},
		{"--pcap-out o.pcap --disk-out ./o.pcap", "two outputs of the run are to be written to o.pcap"},
		{"--pcap-out o.pcap --trace nowhere/t", "cannot write nowhere/t"},
	}
	for _, c := range wrong {
		code, said := in(append(strings.Fields(c.args), "--pcap-out", "never.pcap")...)
		require.Equal(t, 1, code, c.args)
		require.Contains(t, said, c.says, c.args)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.pcap"))
	require.NoError(t, err)
	require.Empty(t, left)
	code, said := in("--pcap-in", "none", "--disk", "old.img", "--vcd-in", "b.vcd", "--pcap-out", "o.pcap", "--disk-out", "new.img", "--vcd-out", "y=y.vcd", "--trace", "t")
	require.Zero(t, code, said)
	image, err := os.ReadFile(filepath.Join(dir, "new.img"))
	require.NoError(t, err)
	require.Equal(t, "kept", string(image[512:516]))
	for _, name := range []string{"o.pcap", "y.vcd", "t"} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NotZero(t, info.Size(), name)
	}
}
