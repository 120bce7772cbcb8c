package flow

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/sim/process"
	"github.com/sinter-lang/sinter/sim/world"
)

// silentThreads is a network of two threads that pass a number round without an end.
const silentThreads = `task ask(to: out chan<u32>, from: in chan<u32>) {
  var n: u32 = 0
  loop {
    to.send(n)
    n = from.recv() + 1
  }
}
task answer(to: out chan<u32>, from: in chan<u32>) {
  loop { to.send(from.recv()) }
}
system endless @parallel {
  chan x: u32 cap 1
  chan y: u32 cap 1
  run ask(x, y)
  run answer(y, x)
}
`

// TestSilentThreads checks that the limit of silence also ends threads. This test waits for 300
// ms. TestSilentProgram in package cli waits as long as the tool does for users, and checks the
// exit code.
func TestSilentThreads(t *testing.T) {
	t.Parallel()
	testkit.Tool(t, "clang-19")
	p, err := LoadFiles([]*diag.File{{Name: "silent.sn", Text: silentThreads}}, Options{})
	require.NoError(t, err)
	for _, r := range p.Tree.System.Runs {
		require.True(t, r.Thread, r.Name)
	}
	img, err := p.X86(context.Background(), x86.Linux)
	require.NoError(t, err)
	m, err := p.ForX86()
	require.NoError(t, err)
	guest, err := process.NewNative(context.Background(), guest(m, img), world.New(nil), process.Options{Timeout: 300 * time.Millisecond})
	require.NoError(t, err)
	defer guest.Close()
	start := time.Now()
	_, err = Drive(context.Background(), guest, Bounds{Steps: 1 << 30, Events: 1 << 20})
	require.True(t, IsSilent(err), "%v", err)
	require.Less(t, time.Since(start), 10*time.Second)
}
