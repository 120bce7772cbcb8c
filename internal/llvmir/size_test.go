package llvmir_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/llvmir"
	"github.com/sinter-lang/sinter/ir"
)

const stacks = `module t
task 0 m @main
main @main
func @net.place(v1: i32) -> (i32) {
b0(v1):
  ret v1
}
func @task.stack.nic(v1: i32) -> (i32) {
b0(v1):
  v2: i32 = call @net.place v1
  ret v2
}
func @checksum.add(v1: i32) -> (i32) {
b0(v1):
  ret v1
}
func @main(v1: tok) -> (tok) {
b0(v1):
  v2: i32 = const 1
  v3: i32 = call @task.stack.nic v2
  v4: i32 = call @checksum.add v3
  v5: tok = halt v1
  ret v5
}
`

// TestCompactStacks checks which functions are made small: only those of a network stack,
// and only in a product that asks for small stacks. The stack's task stays a separate
// function.
func TestCompactStacks(t *testing.T) {
	m := ir.MustParse("stacks.sir", stacks)
	require.NoError(t, ir.Verify(m))
	out, err := llvmir.Emit(m, llvmir.Options{Compact: true})
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(out.Text, "optsize"))
	require.Regexp(t, `@fn\.net\.place\(i32 %v1\) .*optsize`, out.Text)
	require.Regexp(t, `@fn\.task\.stack\.nic\(i32 %v1\) .*optsize noinline`, out.Text)

	out, err = llvmir.Emit(m, llvmir.Options{})
	require.NoError(t, err)
	require.NotContains(t, out.Text, "optsize")
}
