package mine_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/mine"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/isa"
)

// module is a program with a loop of 100 iterations around a given part. The program logs the
// result of the part.
func module(t *testing.T, body string) *ir.Module {
	text := `module t
task 0 m @main
main @main
func @main(v1: tok) -> (tok) {
  local %o 512 align 4
b0(v1):
  v2: tok %o = local %o
  v3: i32 = const 0
  v4: i32 = const 4
  v5: i32 = const 400
  v30: i32 = const 1
  v31: i32 = const 5
  v32: i32 = const 27
  v33: i32 = const 3988292384
  jump b1(v3, v2)
b1(v6: i32, v7: tok %o):
  v8: i32 = load4 %o[v6], v7
  v9: i32 = load4 %o[v6 + 4], v7
` + body + `
  v90: tok %o = store4 %o[v6], v60, v7
  v91: i32 = add v6, v4
  v92: i1 = ltu v91, v5
  br v92, b1(v91, v90), b2
b2:
  v93: tok = halt v1
  ret v93
}
`
	m, err := ir.Parse(&diag.File{Name: "t.sir", Text: text})
	require.NoError(t, err)
	require.NoError(t, ir.Verify(m))
	return m
}

const rotate = `
  v40: i32 = shl v8, v31
  v41: i32 = shru v8, v32
  v42: i32 = or v41, v40
  v60: i32 = xor v42, v9`

func find(t *testing.T, m *ir.Module, o mine.Options) *mine.Result {
	if o.Set == nil {
		o.Set = isa.RV32IM()
	}
	o.Cells, o.All = 500, true
	if o.Lines == 0 {
		o.Lines = 4
	}
	r, err := mine.Find(m, o)
	require.NoError(t, err)
	return r
}

// TestALoopIsCounted checks that the estimate takes the number of iterations from the loop's
// counter, and that an operation of four instructions becomes one instruction.
func TestALoopIsCounted(t *testing.T) {
	r := find(t, module(t, rotate), mine.Options{Power: 2})
	require.Len(t, r.Chosen, 1)
	c := r.Chosen[0]
	require.Equal(t, "rd = ((rs1 shl 32'5) or (rs1 shru 32'27)) xor rs2", c.Line.Text)
	require.Equal(t, 100.0, c.Uses[0].Runs)
	require.LessOrEqual(t, c.LUTs, 32)
	require.Equal(t, uint32(0b0101011), c.Line.Match&0x7f)
	require.InDelta(t, 0.3, c.Saved, 0.15)
}

// TestFindIsDeterministic checks that the same program gives the same lines in the same order.
func TestFindIsDeterministic(t *testing.T) {
	want := isa.Print(find(t, module(t, rotate), mine.Options{Power: 2}).Set("mined"))
	for range 3 {
		require.Equal(t, want, isa.Print(find(t, module(t, rotate), mine.Options{Power: 2}).Set("mined")))
	}
	set, err := isa.Parse(&diag.File{Name: "mined.isa", Text: want})
	require.NoError(t, err)
	require.Equal(t, want, isa.Print(set))
}

// TestWeights checks that blocks that never run in a profile give no lines.
func TestWeights(t *testing.T) {
	m := module(t, rotate)
	r := find(t, m, mine.Options{Power: 2, Weight: func(*ir.Func, *ir.Block) float64 { return 0 }})
	require.Empty(t, r.Chosen)
}

// TestEncodingsThatAreTaken checks that the user's lines keep their encodings and names.
func TestEncodingsThatAreTaken(t *testing.T) {
	file := &diag.File{Name: "u.isa", Text: "isa u\nmine1 R 0000000 000 0101011 rd = rs1 xor 5\nend\n"}
	own, err := isa.Parse(file)
	require.NoError(t, err)
	set, err := isa.RV32IM().Extend("x", own.Insts...)
	require.NoError(t, err)
	r := find(t, module(t, rotate), mine.Options{Power: 2, Set: set})
	require.Equal(t, "mine2", r.Chosen[0].Line.Name)
	_, err = set.Extend("all", r.Lines()...)
	require.NoError(t, err)
}

// TestWhyNot checks that each operation that is not chosen has a reason.
func TestWhyNot(t *testing.T) {
	r := find(t, module(t, `
  v40: i32 = add v8, v9
  v41: i32 = add v40, v8
  v42: i32 = add v41, v9
  v43: i32 = add v42, v40
  v60: i32 = add v43, v41`), mine.Options{Power: 2})
	require.NotEmpty(t, r.Others)
	for _, c := range r.Others {
		require.NotEmpty(t, c.Why, c.Line.Text)
	}
	deep := r.Others[len(r.Others)-1]
	require.Greater(t, deep.Depth, r.Depth)
	require.Contains(t, deep.Why, "look-up tables deep, but an adder")
}

// TestHeader checks that a line with one source uses x0 as the other source.
func TestHeader(t *testing.T) {
	set, err := isa.Parse(&diag.File{Name: "t.isa", Text: `isa t
  one  R  0000001 010 0101011  rd = (rs1 shl 5) xor rs1
  mix  R4 01      011 1011011  rd = (rs1 and rs2) xor rs3
end
`})
	require.NoError(t, err)
	want, err := os.ReadFile(filepath.Join("testdata", "header.h"))
	require.NoError(t, err)
	require.Equal(t, string(want), mine.Header("t", set.Insts))
}
