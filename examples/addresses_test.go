package examples

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/monitor"
	"github.com/sinter-lang/sinter/sim/process"
	"github.com/sinter-lang/sinter/sim/world"
)

// moved are the addresses that the tests give to the example echo when it starts.
var moved = []string{"nic.host=10.9.8.7/16", "gateway=10.9.1.1"}

const (
	movedHost    = 0x0a090807
	movedGateway = 0x0a090101
)

// Addresses that are given at the start have the same effect on all machines. For the reference
// the addresses are built in. A product for x86-64 is not rebuilt, and receives the addresses
// as words. An answer to a host of the same network goes directly to this host. An answer to
// another network goes to the gateway.
func TestAddressesOfTheStart(t *testing.T) {
	p, err := flow.Load("echo", flow.Options{Addresses: moved})
	require.NoError(t, err)
	own := world.Host{Address: movedHost, Port: 7}
	mac, near, gate := world.MAC(movedHost), world.MAC(0x0a09ff01), world.MAC(movedGateway)
	frames := []stamped{
		{0, world.ARP(false, near, 0x0a09ff01, nil, movedHost)},
		{10, world.ARP(false, near, 0x0a09ff01, nil, 0x0a00020f)}, // the address that is built in
		{20, world.Datagram(near, mac, world.Host{Address: 0x0a09ff01, Port: 99}, own, []byte("near"))},
		{30, world.ARP(false, gate, movedGateway, nil, movedHost)},
		{40, world.Datagram(gate, mac, world.Host{Address: 0x08080808, Port: 99}, own, []byte("far"))},
	}
	want := traceOf(t, p, flow.Source, frames)
	require.Equal(t, []string{"station", "datagram", "station", "datagram"}, kindsOf(want))
	for _, level := range []string{flow.IR, flow.X86IR, flow.Native, flow.Unikernel, flow.Monitor, flow.ISA} {
		t.Run(level, func(t *testing.T) {
			needsMachine(t, level)
			require.Equal(t, outsOf(want), outsOf(traceOf(t, p, level, frames)))
		})
	}
	t.Run("refused", func(t *testing.T) { addressesRefused(t, p) })
	t.Run("refused by guests", func(t *testing.T) { addressesRefusedByGuests(t, p) })
}

// built writes a product of a program to a file.
func built(t *testing.T, p *flow.Program, kind x86.Product) string {
	img, err := p.X86(context.Background(), kind)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "product")
	require.NoError(t, os.WriteFile(path, img.Stripped, 0o755))
	return path
}

// needsMachine skips the test if a machine cannot run here.
func needsMachine(t *testing.T, level string) {
	switch level {
	case flow.Native, flow.Unikernel, flow.Monitor:
		testkit.Tool(t, "clang-19", "clang")
		testkit.Tool(t, "ld.lld-19", "ld.lld")
	}
	switch level {
	case flow.Unikernel:
		testkit.Tool(t, "qemu-system-x86_64")
	case flow.Monitor:
		testkit.SkipWithout(t, monitor.Available())
	}
}

func outsOf(tr *trace.Trace) (out [][]byte) {
	for _, e := range tr.Events {
		if e.Kind == trace.Out {
			out = append(out, e.Data)
		}
	}
	return out
}

func kindsOf(tr *trace.Trace) (out []string) {
	for _, f := range outsOf(tr) {
		out = append(out, kindOf(f))
	}
	return out
}

// two is a program with two stacks and a device without one.
const two = `use net

task echo(s: net.Udp) {
  var b: bytes<8>
  loop {
    let from = s.recv(b)
    s.send(from, b)
  }
}

task drop(raw: net.Eth) {
  var f: bytes<64>
  loop { raw.recv(f) }
}

system two {
  a = net.eth(0, host: 0x0a000002, mask: 0xffffff00, gateway: 0x0a000001)
  b = net.eth(1, host: 0x0a000102, mask: 0xffffff00, gateway: 0x0a000101)
  c = net.eth(2)
  run echo(net.udp(a, 7))
  run echo(net.udp(b, 7))
  run drop(c)
}
`

// programOf writes a program with a text and returns its path.
func programOf(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "two.sn")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

// bootWith boots a kernel that has no devices, with the given command line. It returns the
// exit status and the output.
func bootWith(t *testing.T, kernel, line string) (int, string) {
	args := process.QEMUArgs(process.Options{QEMU: testkit.Tool(t, "qemu-system-x86_64")}, kernel, line)
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	out, err := exec.CommandContext(ctx, args[0], args[1:]...).Output()
	var exit *exec.ExitError
	require.True(t, errors.As(err, &exit), "%v", err)
	return exit.ExitCode(), string(out)
}

// The tool refuses the same words as the products.
func addressesRefused(t *testing.T, p *flow.Program) {
	needsMachine(t, flow.Native)
	echo, pair := built(t, p, x86.Linux), product(t, programOf(t, two), x86.Linux)
	for _, c := range []struct {
		words       []string
		tool, guest string // beginnings of their messages; empty: accepted
	}{
		{[]string{"nic.host=10.0.0.2/24", "nic.gateway=10.0.0.1"}, "", ""},
		{[]string{"host=192.168.255.254/16"}, "", ""},
		{[]string{"host=10.0.2.77"}, "", ""},
		{[]string{"gateway=10.0.2.254"}, "", ""},
		{[]string{"host=10.0.0.2/1"}, "", ""},
		{[]string{"host=10.0.0.2/0"}, "--net host=10.0.0.2/0: a network has", "sn.host=10.0.0.2/0: expected an address"},
		{[]string{"host=10.0.0.2/31"}, "--net host=10.0.0.2/31: a network has", "sn.host=10.0.0.2/31: expected an address"},
		{[]string{"host=10.0.0.2/"}, "--net host=10.0.0.2/: a network has", "sn.host=10.0.0.2/: expected an address"},
		{[]string{"host=10.0.0.256"}, "--net host=10.0.0.256: expected", "sn.host=10.0.0.256: expected"},
		{[]string{"host=10.0.0"}, "--net host=10.0.0: expected", "sn.host=10.0.0: expected"},
		{[]string{"host=10.0.0.2x"}, "--net host=10.0.0.2x: expected", "sn.host=10.0.0.2x: expected"},
		{[]string{"host="}, "--net host=: expected", "sn.host=: expected"},
		{[]string{"gateway=10.0.2.1/24"}, "--net gateway=10.0.2.1/24: expected", "sn.gateway=10.0.2.1/24: expected"},
		{[]string{"hosts=10.0.0.2"}, "--net hosts=10.0.0.2: a device has", "sn.hosts=10.0.0.2: expected host="},
		{[]string{"nic.mask=10.0.0.2"}, "--net nic.mask=10.0.0.2: a device has", "sn.nic.mask=10.0.0.2: expected host="},
		{[]string{"host=10.0.0.0/24"}, "--net: 10.0.0.0/24 is not", "nic: the address is not"},
		{[]string{"host=10.0.0.255/24"}, "--net: 10.0.0.255/24 is not", "nic: the address is not"},
		{[]string{"host=127.0.0.1/8"}, "--net: 127.0.0.1/8 is not", "nic: the address is not"},
		{[]string{"host=0.0.0.1/8"}, "--net: 0.0.0.1/8 is not", "nic: the address is not"},
		{[]string{"host=224.0.0.5/4"}, "--net: 224.0.0.5/4 is not", "nic: the address is not"},
		{[]string{"gateway=10.0.3.1"}, "--net: the gateway 10.0.3.1 is not", "nic: the gateway is not"},
		{[]string{"gateway=10.0.2.15"}, "--net: the gateway 10.0.2.15 is not", "nic: the gateway is not"},
		{[]string{"gateway=10.0.2.255"}, "--net: the gateway 10.0.2.255 is not", "nic: the gateway is not"},
		{[]string{"gateway=10.0.2.1", "nic.gateway=10.0.2.1"}, "--net nic.gateway=10.0.2.1: given twice", "sn.nic.gateway=10.0.2.1: given twice"},
	} {
		tool, guest := verdicts(t, "echo", echo, c.words)
		agree(t, c.tool, tool, c.words)
		agree(t, c.guest, guest, c.words)
	}
	for _, c := range []struct {
		words       []string
		tool, guest string
	}{
		{[]string{"a.host=10.0.0.9/24", "b.host=10.0.1.9/24"}, "", ""},
		{[]string{"a.host=10.0.1.2/24"}, "--net: `a` and `b` have one address", "a: another device has the same address"},
		{[]string{"host=10.0.0.9/24"}, "--net host=10.0.0.9/24: several devices have addresses; write DEVICE.host", "sn.host=10.0.0.9/24: no network device"},
		{[]string{"c.host=10.0.0.9/24"}, "--net c.host=10.0.0.9/24: no network device with addresses is called `c`; there is `a`, `b`", "sn.c.host=10.0.0.9/24: no network device"},
	} {
		tool, guest := verdicts(t, programOf(t, two), pair, c.words)
		agree(t, c.tool, tool, c.words)
		agree(t, c.guest, guest, c.words)
	}
}

// agree checks that a message begins as expected.
func agree(t *testing.T, want, said string, words []string) {
	t.Helper()
	if want == "" {
		require.Empty(t, said, "%q", words)
		return
	}
	require.GreaterOrEqual(t, len(said), len(want), "%q: %q", words, said)
	require.Equal(t, want, said[:len(want)], "%q", words)
}

// verdicts returns the error messages of the tool and of a process for some words. A
// message is empty if the words are accepted.
func verdicts(t *testing.T, program, process string, words []string) (tool, guest string) {
	if _, err := flow.Load(program, flow.Options{Addresses: words}); err != nil {
		tool = err.Error()
	}
	args := []string{"--script"}
	for _, w := range words {
		args = append(args, "sn."+w)
	}
	cmd := exec.Command(process, args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	var exit *exec.ExitError
	require.True(t, errors.As(cmd.Run(), &exit), "a harness that says nothing ends it")
	if exit.ExitCode() == 1 {
		guest = said.String()
	}
	return tool, guest
}

// A guest of the monitor and a guest of QEMU report a mistake in an argument NAME=VALUE.
func addressesRefusedByGuests(t *testing.T, p *flow.Program) {
	for _, level := range []string{flow.Unikernel, flow.Monitor} {
		needsMachine(t, level)
	}
	for level, said := range map[string]func(string) (string, int){
		flow.Monitor: func(word string) (string, int) {
			img, err := p.X86(context.Background(), x86.HVT)
			require.NoError(t, err)
			im, err := monitor.Load(img.ELF)
			require.NoError(t, err)
			var out bytes.Buffer
			r, err := monitor.Run(context.Background(), im, monitor.Config{Console: &out, Nets: map[string]monitor.Net{"nic": silent{}}, Words: []string{word}})
			require.NoError(t, err)
			return out.String(), r.Code
		},
		flow.Unikernel: func(word string) (string, int) {
			status, out := bootWith(t, built(t, p, x86.PVH), word)
			return out, status / 2
		},
	} {
		out, code := said(`sn.nic.host=10.0.0."2`)
		require.Equal(t, 1, code, level)
		require.Equal(t, "\nFAULT \"sn.nic.host=10.0.0.?2: expected an address such as 10.0.0.2/24, of 1 to 30 bits\"\n", out, level)
	}
}

// silent is a network on which no frame ever arrives.
type silent struct{}

func (silent) Receive([]byte) (int, error) { return 0, nil }
func (silent) Send([]byte) error           { return nil }
func (silent) FD() int                     { return -1 }
