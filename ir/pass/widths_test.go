package pass

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
)

// TestProductsBounds checks the known bounds of a product's operands, with sign.
func TestProductsBounds(t *testing.T) {
	const (
		least = int64(-1 << 31)
		most  = int64(1<<31 - 1)
	)
	for _, c := range []struct {
		name, body string
		want       [4]int64
	}{
		{
			"what is stored into an object", `
  v2: i32 = const 255
  v4: i32 = and v3, v2
  v5: tok %a = store4 %a[8], v4, v9
  v6: i32 = load4 %a[16], v5
  v7: i32 = mul v6, v4
`, [4]int64{0, 255, 0, 255},
		},
		{
			"accesses of two sizes", `
  v2: i32 = const 255
  v4: i32 = and v3, v2
  v21: i32 = load2 %a, v9
  v5: tok %a = store4 %a[8], v4, v9
  v6: i32 = load4 %a[16], v5
  v22: i32 = xor v6, v21
  v7: i32 = mul v22, v4
`, [4]int64{least, most, 0, 255},
		},
		{
			"half of a word is cleared", `
  v2: i32 = const 255
  v4: i32 = and v3, v2
  v5: tok %a = store4 %a[8], v4, v9
  v8: tok %a = clear %a[16], v5, 2
  v6: i32 = load4 %a[16], v8
  v7: i32 = mul v6, v4
`, [4]int64{least, most, 0, 255},
		},
		{
			"the sign of a loaded half word", `
  v2: i32 = const 1000
  v4: i32 = const 511
  v10: i32 = and v3, v4
  v11: i32 = sub v10, v2
  v5: tok %a = store2 %a[8], v11, v9
  v6: i32 = load2 %a[16], v5
  v12: i32 = const 16
  v13: i32 = shl v6, v12
  v14: i32 = shrs v13, v12
  v7: i32 = mul v10, v14
`, [4]int64{-1000, 0, 0, 511},
		},
	} {
		text := "module t\ntask 0 m @main\nmain @main\nfunc @main(v1: tok) -> (tok) {\n  local %a 64 align 4\nb0(v1):\n  v9: tok %a = local %a\n  v3: i32, v20: tok = status v1" + c.body + "  v99: tok = halt v20\n  ret v99\n}\n"
		m, err := ir.Parse(&diag.File{Name: "t.sir", Text: text})
		require.NoError(t, err, c.name)
		found := Products(m)
		require.Len(t, found, 1, c.name)
		of := found[0].Of
		require.Equal(t, c.want, [4]int64{of[0].SLo, of[0].SHi, of[1].SLo, of[1].SHi}, c.name)
	}
}
