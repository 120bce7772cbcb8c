package lower

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/world"
)

// TestSumsAreKept checks that an unchanged datagram keeps its checksum when the program returns
// it, and that a changed datagram gets a new checksum. The frames must equal those of the
// reference, where the stack computes all checksums.
func TestSumsAreKept(t *testing.T) {
	for _, c := range []struct {
		name, vars, body string
		kept             bool
	}{
		{"unchanged", "", "let from = s.recv(buf)\ns.send(from, buf)", true},
		{"read", "", "let from = s.recv(buf)\nif buf.len > 0 and buf[0] == 9 { continue }\ns.send(from, buf)", true},
		{"sent twice", "", "let from = s.recv(buf)\ns.send(from, buf)\ns.send(from + 1, buf)", true},
		{"declared anew", "", "var b: bytes<64>\ns.send(7, b)\nlet from = s.recv(b)\ns.send(from, b)", true},
		{"an arm", "", "select prio {\n on let from = s.recv(buf) { s.send(from, buf) }\n on after(1ms) { s.send(7, buf) }\n}", true},
		{"a byte changed", "", "let from = s.recv(buf)\nif buf.len > 0 { buf[0] = buf[0] + 1 }\ns.send(from, buf)", false},
		{"shortened", "", "let from = s.recv(buf)\nbuf.resize(1)\ns.send(from, buf)", false},
		{"changed by a function", "", "let from = s.recv(buf)\nturn(buf)\ns.send(from, buf)", false},
		{"another one", "var other: bytes<64>", "let from = s.recv(buf)\nother = buf\ns.send(from, other)", false},
		{"assigned", "var other: bytes<64>", "let from = s.recv(buf)\nlet again = s.recv(other)\nbuf = other\ns.send(from, buf)\ns.send(again, buf)", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := fmt.Sprintf("use net\nfn turn(b: inout bytes<64>) { if b.len > 1 { b[1] = 7 } }\ntask echo(s: net.Udp) {\nvar buf: bytes<64>\n%s\nloop {\n%s\n}\n}\nsystem e { run echo(net.udp(net.eth(0), 7)) }\n", c.vars, c.body)
			p := check(t, "kept.sn", text)
			until := uint64(20_000)
			script := &world.Script{Devices: []string{p.System.Devices[0].Name}, Until: &until}
			for k, f := range datagrams(p.System.Devices[0].Home.Host) {
				script.Inputs = append(script.Inputs, world.Input{Time: uint64(k) * 900, Data: f})
			}
			m := requireSame(t, p, script)
			require.Equal(t, c.kept, keeps(m), ir.Print(m))
			if !c.kept {
				return
			}
			mc, err := program.New(m, world.New(script))
			require.NoError(t, err)
			want, err := sim.Run(mc, 0)
			require.NoError(t, err)
			require.NoError(t, pass.Run(m, pass.List(), pass.Options{Env: pass.Env{XLen: 32}}))
			mc, err = program.New(m, world.New(script))
			require.NoError(t, err)
			got, err := sim.Run(mc, 0)
			require.NoError(t, err)
			want.Waits, got.Waits = nil, nil
			require.Empty(t, trace.Compare(want, got, trace.Options{}))
			require.Greater(t, len(got.Events), 8)
		})
	}
}

// datagrams returns datagrams for the echo task: without a checksum, of odd lengths, empty, too
// long.
func datagrams(host uint32) [][]byte {
	peer := world.Host{Address: host ^ 1, Port: 5000}
	out := [][]byte{world.ARP(false, world.MAC(peer.Address), peer.Address, nil, host)}
	for _, n := range []int{5, 64, 0, 33, 80, 1, 2} {
		body := make([]byte, n)
		for k := range body {
			body[k] = byte(k*37 + n)
		}
		f := world.Datagram(world.MAC(peer.Address), world.MAC(host), peer, world.Host{Address: host, Port: 7}, body)
		if n == 33 {
			f[40], f[41] = 0, 0
		}
		out = append(out, f)
	}
	return out
}

// keeps reports whether the echo task sends every message without marking its checksum as unknown.
func keeps(m *ir.Module) bool {
	for _, f := range m.Funcs {
		if f.Name != "task.echo" {
			continue
		}
		for _, b := range f.Blocks {
			for k, i := range b.Instrs {
				if i.Op != ir.OpChSend || k == 0 {
					continue
				}
				if s := b.Instrs[k-1]; s.Op == ir.OpStore && s.Refs[0].Disp == sumAt {
					return false
				}
			}
		}
	}
	return true
}
