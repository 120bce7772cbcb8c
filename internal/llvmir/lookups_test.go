package llvmir_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/llvmir"
	"github.com/sinter-lang/sinter/ir"
)

// tables reads a table in three loops: at an offset that is loaded, at the counter, and through
// a function. The function @many has eight look-ups and no loop.
const tables = `module tables
const %tab 256 align 4 = $01020304
const %list 64 align 4 = $0a0b
main @main

func @many(v1: i32) -> (i32) {
b0(v1):
  v2: i32 = const 8
  v3: i32 = shru v1, v2
  v4: i32 = load1 %tab[v3]
  v5: i32 = load1 %tab[v3 + 1]
  v6: i32 = load1 %tab[v3 + 2]
  v7: i32 = load1 %tab[v3 + 3]
  v8: i32 = load1 %tab[v3 + 4]
  v9: i32 = load1 %tab[v3 + 5]
  v10: i32 = load1 %tab[v3 + 6]
  v11: i32 = load1 %tab[v3 + 7]
  ret v11
}

func @main(v1: tok) -> (tok) {
b0(v1):
  v2: i32 = const 0
  v3: i32 = const 1
  v4: i32 = const 64
  jump b1(v2)
b1(v5: i32):
  v6: i32 = load1 %list[v5]
  v7: i32 = load1 %tab[v6]
  v8: i32 = add v5, v3
  v9: i1 = ltu v8, v4
  br v9, b1(v8), b2(v2)
b2(v10: i32):
  v11: i32 = load1 %tab[v10]
  v12: i32 = add v10, v3
  v13: i1 = ltu v12, v4
  br v13, b2(v12), b3(v2)
b3(v14: i32):
  v15: i32 = call @many v14
  v16: i32 = add v14, v3
  v17: i1 = ltu v16, v4
  br v17, b3(v16), b4()
b4():
  v18: tok = halt v1
  ret v18
}
`

// TestLookupsGetNoVectors checks which loops and which functions are kept scalar: the loops b1
// and b3, and the function @many. Loop b2 reads at its counter, so b2 and the rest of @main
// may get vectors.
func TestLookupsGetNoVectors(t *testing.T) {
	m := ir.MustParse("tables.sir", tables)
	require.NoError(t, ir.Verify(m))
	out, err := llvmir.Emit(m, llvmir.Options{Vectors: true})
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(out.Text, "noimplicitfloat"))
	require.Regexp(t, `define internal i32 @fn\.many\(i32 %v1\) .*noimplicitfloat noinline|define internal i32 @fn\.many\(i32 %v1\) .*noinline noimplicitfloat`, out.Text)
	require.Equal(t, 2, strings.Count(out.Text, `!"llvm.loop.vectorize.enable", i1 `))
	require.Regexp(t, `br i1 %\S+, label %b1, label %b2, !llvm\.loop`, out.Text)
	require.Regexp(t, `br i1 %\S+, label %b2, label %b3\n`, out.Text)
	require.Regexp(t, `br i1 %\S+, label %b3, label %b4, !llvm\.loop`, out.Text)

	out, err = llvmir.Emit(m, llvmir.Options{}) // a product without vectors
	require.NoError(t, err)
	require.NotContains(t, out.Text, "noimplicitfloat")
	require.NotContains(t, out.Text, "llvm.loop")
}
