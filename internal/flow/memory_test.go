package flow

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/trace"
)

// TestLargeMemory checks that the unikernel has room for 12 MB of static memory. The number of
// page tables and the size of the guest's memory follow from the program.
func TestLargeMemory(t *testing.T) {
	for _, tool := range []string{"clang-19", "ld.lld-19", "qemu-system-x86_64"} {
		testkit.Tool(t, tool)
	}
	p, err := LoadFiles([]*diag.File{{Name: "m.sn", Text: `task t() {
  state a: [3000000]u32
  var s: u32 = 0
  for i in 0..3000 { a[i * 1000 + 999] = i * i }
  for i in 0..3000 { s = s * 3 + a[i * 1000 + 999] }
  log.print("{s}")
}
system m { run t() }
`}}, Options{})
	require.NoError(t, err)
	_, want, _, err := p.Trace(context.Background(), Source, "", World{})
	require.NoError(t, err)
	_, got, _, err := p.Trace(context.Background(), Unikernel, "", World{})
	require.NoError(t, err)
	require.Len(t, got.Events, 1)
	require.Empty(t, trace.Compare(want, got, trace.Options{Console: true}))
}
