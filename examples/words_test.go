package examples

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/monitor"
	"github.com/sinter-lang/sinter/sim/world"
)

// worded is a program with configs of each kind that may be set at the start, and some
// configs that may not.
const worded = `use net

config port: u16 = 7
config other = 8
config name: bytes<8> = "echo"
config far: u32 = 0x0a000001
config low: i8 = -3
config on: bool = false
config pause: duration = 1ms
config big: u32 = 4
config both: u32 = 5
config idle: u32 = 6

task tell(s: net.Udp, name: bytes<8>, far: u32, low: i16, on: bool, pause: duration, both: u32) {
  var b: bytes<8>
  var all: [big]u32
  log.print("{name} {far:hex} {low} {on} {pause / 1us} {both + all.len + idle}")
  loop {
    let from = s.recv(b)
    s.send(from, b)
  }
}

task echo(s: net.Udp) {
  var b: bytes<8>
  loop {
    let from = s.recv(b)
    s.send(from, b)
  }
}

system words {
  nic = net.eth(0)
  run tell(net.udp(nic, port), name, far, low, on, pause, both)
  run echo(net.udp(nic, other))
}

const twice: u32 = both * 2
`

// Values that are given at the start have the same effect on all machines, and a socket answers
// at the port that it was given.
func TestWordsOfTheStart(t *testing.T) {
	path := programOf(t, worded)
	p, err := flow.Load(path, flow.Options{Words: []string{"port=1007", "name=a,b\"c", "far=10.9.8.7", "low=-100", "on=true", "pause=1500ms"}})
	require.NoError(t, err)
	asker := world.MAC(0x0a000202)
	to := func(port uint16) []byte {
		return world.Datagram(asker, world.MAC(0x0a00020f), world.Host{Address: 0x0a000202, Port: 99}, world.Host{Address: 0x0a00020f, Port: port}, []byte("there?"))
	}
	frames := []stamped{{0, world.ARP(false, asker, 0x0a000202, nil, 0x0a00020f)}, {10, to(1007)}, {20, to(7)}, {30, to(8)}}
	want := traceOf(t, p, flow.Source, frames)
	require.Equal(t, `a,b\"c a090807 -100 true 1500000 15`, textOf(t, p, want))
	require.Equal(t, []string{"station", "datagram", "unreachable", "datagram"}, kindsOf(want))
	levels := []string{flow.X86IR, flow.Native, flow.ISA}
	if testkit.Full() {
		levels = append(levels, flow.IR, flow.Unikernel, flow.Monitor)
	}
	for _, level := range levels {
		t.Run(level, func(t *testing.T) {
			needsMachine(t, level)
			got := traceOf(t, p, level, frames)
			require.Equal(t, outsOf(want), outsOf(got))
			require.Equal(t, textOf(t, p, want), textOf(t, p, got))
		})
	}
	t.Run("refused", func(t *testing.T) { wordsRefused(t, path) })
	if testkit.Full() {
		t.Run("refused by guests", func(t *testing.T) { wordsRefusedByGuests(t, p) })
	}
}

// textOf is the log of a program in lines.
func textOf(t *testing.T, p *flow.Program, tr *trace.Trace) string {
	m, err := p.First()
	require.NoError(t, err)
	var lines []string
	for _, e := range tr.Events {
		if e.Kind == trace.Log {
			if e.Text == "" {
				e.Text = trace.Render(m.Logs[e.Site], e.Args)
			}
			lines = append(lines, e.Text)
		}
	}
	return strings.Join(lines, "\n")
}

// The tool refuses the same arguments as a process. The error for a built-in value gives the
// position that needs the value.
func wordsRefused(t *testing.T, path string) {
	needsMachine(t, flow.Native)
	image := product(t, path, x86.Linux)
	for _, c := range []struct{ word, tool, guest string }{
		{"port=1", "", ""},
		{"port=0x1234", "", ""},
		{"far=4294967295", "", ""},
		{"far=1.2.3.4", "", ""},
		{"low=127", "", ""},
		{"name=12345678", "", ""},
		{"pause=0us", "", ""},
		{"port=0", "a port is 1 to 65535", "expected a number from 1 to 65535"},
		{"port=65536", "does not fit", "expected a number from 1 to 65535"},
		{"port=0x", "does not fit this config", "expected a number from 1 to 65535"},
		{"port=7x", "does not fit this config", "expected a number from 1 to 65535"},
		{"port=8", "the port 8 of `nic` has a socket already", "ports: two sockets of a device have one"},
		{"far=4294967296", "does not fit", "expected a number of 32 bits or an address"},
		{"far=99999999999999999999", "does not fit this config", "expected a number of 32 bits or an address"},
		{"far=1.2.3.256", "does not fit this config", "expected a number of 32 bits or an address"},
		{"low=-129", "does not fit `i8`", "expected a number from -128 to 127"},
		{"low=128", "does not fit `i8`", "expected a number from -128 to 127"},
		{"on=yes", "expected true or false", "expected true or false"},
		{"on=trueish", "expected true or false", "expected true or false"},
		{"pause=5", "expected a duration", "expected a time such as"},
		{"pause=9223372036854775808us", "expected a duration", "expected a time such as"},
		{"pause=9223372036854775s", "expected a duration", "expected a time such as"},
		{"name=123456789", "expected `bytes<8>`", "expected a text of at most 8 bytes"},
		{"big=5", "is built with the value of `big`, which " + path + ":16.13 needs", "expected host="},
		{"both=5", "is built with the value of `both`, which ", "expected host="},
		{"none=5", "there is no config `none`; the start may set `port`, `other`, `name`, `far`, `low`, `on`, `pause`", "expected host="},
		{"ports=5", "there is no config `ports`", "expected host="},
		{"port", "--word wants NAME=VALUE", "expected host="},
	} {
		_, err := flow.Load(path, flow.Options{Words: []string{c.word}})
		if c.tool == "" {
			require.NoError(t, err, c.word)
		} else {
			require.ErrorContains(t, err, c.tool, c.word)
		}
		guest := said(t, image, "sn."+c.word)
		if c.guest == "" {
			require.Empty(t, guest, c.word)
		} else {
			require.Contains(t, guest, c.guest, c.word)
		}
	}
	require.Contains(t, said(t, image, "sn.port=9", "sn.port=9"), "sn.port=9: given twice")
}

// said is the message of a process without input whose arguments are wrong.
func said(t *testing.T, path string, args ...string) string {
	cmd := exec.Command(path, append(args, "--script")...)
	var out bytes.Buffer
	cmd.Stderr = &out
	var exit *exec.ExitError
	require.True(t, errors.As(cmd.Run(), &exit))
	if exit.ExitCode() != 1 {
		return ""
	}
	return out.String()
}

// Guests print the same message as the process, and end.
func wordsRefusedByGuests(t *testing.T, p *flow.Program) {
	for _, level := range []string{flow.Unikernel, flow.Monitor} {
		needsMachine(t, level)
	}
	const want = "\nFAULT \"sn.port=70000: expected a number from 1 to 65535\"\n"
	img, err := p.X86(context.Background(), x86.HVT)
	require.NoError(t, err)
	im, err := monitor.Load(img.ELF)
	require.NoError(t, err)
	var out bytes.Buffer
	r, err := monitor.Run(context.Background(), im, monitor.Config{Console: &out, Nets: map[string]monitor.Net{"nic": silent{}}, Words: []string{"sn.on=true", "sn.port=70000"}})
	require.NoError(t, err)
	require.Equal(t, 1, r.Code)
	require.Equal(t, want, out.String())
	for _, kind := range []x86.Product{x86.PVH, x86.PVHPCI} {
		status, out := bootWith(t, built(t, p, kind), "sn.on=true sn.port=70000")
		require.Equal(t, 1, status/2)
		require.Equal(t, want, out, kind)
	}
}
