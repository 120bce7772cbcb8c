package pass

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
)

// A value that may be set at the start of the program is read at run time. So the pass
// keeps a load of such a value when the target is x86-64.
func TestBootIsReadAtTheStart(t *testing.T) {
	const text = `module t
const %c 4 align 4 = $05050505 boot
func @f() -> (i32) {
b0:
  v1: i32 = load4 %c
  ret v1
}
`
	m, err := ir.Parse(&diag.File{Name: "t.sir", Text: text})
	require.NoError(t, err)
	require.False(t, places(m, &Env{}))
	require.Equal(t, ir.OpLoad, m.Funcs[0].Blocks[0].Instrs[0].Op)
	require.True(t, places(m, &Env{XLen: 32}))
	require.Equal(t, ir.OpConst, m.Funcs[0].Blocks[0].Instrs[0].Op)
}
