package pass_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/lang/lower"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/lang/types"
)

const datagrams = `use net
task main(s: net.Udp) {
  var b: bytes<100>
  loop {
    let from = s.recv(b)
    s.send(from, b)
  }
}
system s { run main(net.udp(net.eth(0), 7)) }
`

// single is a program behind the passes for x86-64, and its network.
func single(t *testing.T, text string) (*tree.Program, *ir.Module) {
	t.Helper()
	f, errs := syntax.Parse(&diag.File{Name: "in.sn", Text: text})
	require.NoError(t, errs.Err())
	p, errs := types.Check([]*syntax.File{f}, types.Options{})
	require.NoError(t, errs.Err())
	m, err := lower.Lower(p)
	require.NoError(t, err)
	require.NoError(t, pass.Run(m, pass.List(), pass.Options{Check: true, Seed: 1}))
	return p, m
}

func count(m *ir.Module, op ir.Op) int {
	n := 0
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			for _, i := range b.Instrs {
				if i.Op == op {
					n++
				}
			}
		}
	}
	return n
}

// Each take becomes a frame that is looked at, each send a frame or a question;
// a datagram that arrived is told. That both mean the same is what the examples
// show, over the process and the unikernel.
func TestEthernet(t *testing.T) {
	p, m := single(t, datagrams)
	n, err := lower.Network(p)
	require.NoError(t, err)
	require.Zero(t, count(n, ir.OpCheck), "the network's functions trap nowhere")
	require.NoError(t, pass.Ethernet(m, n, []uint16{7}))
	require.Equal(t, 2, count(m, ir.OpTake)) // for a datagram, and for the answer to a question
	require.Equal(t, 3, count(m, ir.OpSend)) // an answer, the datagram or its question, what has waited
	require.Equal(t, 1, count(m, ir.OpTold)) //
	require.Equal(t, "eth", m.Devices[0].Kind)
	text := ir.Print(m)
	require.NoError(t, pass.Run(m, pass.Optimisers(), pass.Options{Check: true, Seed: 1}))
	back, err := ir.Parse(&diag.File{Name: "m.sir", Text: text})
	require.NoError(t, err)
	require.Equal(t, text, ir.Print(back))
}

func TestEthernetNeedsItsParts(t *testing.T) {
	p, m := single(t, datagrams)
	require.Error(t, pass.Ethernet(m, &ir.Module{}, []uint16{7}))
	n, err := lower.Network(p)
	require.NoError(t, err)
	require.Error(t, pass.Ethernet(m, n, nil))
	p, _ = single(t, "task main() { log.print(\"x\") }\nsystem s { run main() }\n")
	n, err = lower.Network(p)
	require.NoError(t, err)
	require.Nil(t, n)
}
