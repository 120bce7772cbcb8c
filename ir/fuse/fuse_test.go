package fuse_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/fuse"
	"github.com/sinter-lang/sinter/ir/isa"
)

const module = `module t
task 0 m @main
main @main
func @main(v1: tok) -> (tok) {
  local %o 64 align 4
b0(v1):
  v2: tok %o = local %o
  v3: i32 = const 3
  v4: i32 = load4 %o, v2
  v5: i32 = load4 %o[4], v2
  v6: i32 = shl v4, v3
  v7: i32 = xor v6, v4
  v8: i32 = add v7, v6
  v9: tok %o = store4 %o[8], v8, v2
  v10: i32 = load2 %o[12], v9
  v11: i32 = const 16
  v12: i32 = shl v10, v11
  v13: i32 = shrs v12, v11
  v14: tok %o = store4 %o[16], v13, v9
  v15: i32 = shl v5, v3
  v16: i32 = xor v5, v15
  v17: i32 = add v15, v16
  v18: tok %o = store4 %o[20], v17, v14
  v19: tok %o = store4 %o[24], v16, v18
  v20: tok = halt v1
  ret v20
}
`

func find(t *testing.T, lines ...string) (map[string]string, *ir.Func, *fuse.Fusions) {
	m, err := ir.Parse(&diag.File{Name: "t.sir", Text: module})
	require.NoError(t, err)
	var set []*isa.Inst
	for _, l := range lines {
		in, err := isa.ParseLine(&diag.File{Name: "t.isa", Text: l + "\n"})
		require.NoError(t, err)
		set = append(set, in)
	}
	f := m.Funcs[0]
	fs := fuse.Find(f, set)
	out := map[string]string{}
	for _, i := range f.Blocks[0].Instrs {
		if fu := fs.Of(i); fu != nil {
			out[i.Result().String()] = fu.Line.Name + " " + fu.Args[0].String()
		}
	}
	return out, f, fs
}

// TestFind checks that a part that occurs twice in a line is one value, and that operands of
// commutative operators may be exchanged. An operation is saved if only the line reads its result.
// It is not saved if another operation also reads this result.
func TestFind(t *testing.T) {
	got, f, fs := find(t, "a R 0000000 000 0001011 x = rs1 shl 3 ; rd = x + (rs1 xor x)")
	require.Equal(t, map[string]string{"v8": "a v4"}, got)
	dead := map[string]bool{}
	for _, i := range f.Blocks[0].Instrs {
		if fs.Dead(i) {
			dead[i.Result().String()] = true
		}
	}
	require.Equal(t, map[string]bool{"v6": true, "v7": true, "v15": false, "v16": false}, map[string]bool{"v6": dead["v6"], "v7": dead["v7"], "v15": dead["v15"], "v16": dead["v16"]}, "v16 is stored")
}

// TestTheLargestFirst checks that Find tries the line with more operators first.
func TestTheLargestFirst(t *testing.T) {
	got, _, _ := find(t, "small R 0000000 000 0001011 rd = (rs1 shl 3) xor rs1", "large R 0000000 001 0001011 x = rs1 shl 3 ; rd = x + (rs1 xor x)")
	require.Equal(t, map[string]string{"v8": "large v4"}, got)
}

// TestWhatIsLeft checks three cases in which the package does not use a line: a load does
// the operation itself, the line saves nothing, or the line has only one operator.
func TestWhatIsLeft(t *testing.T) {
	got, _, _ := find(t, "ext R 0000000 000 0001011 rd = (rs1 shl 16) shrs 16", "shl R 0000000 001 0001011 rd = rs1 shl 3",
		"other R 0000000 010 0001011 rd = (rs1 shl 4) xor rs1", "x R 0000000 011 0001011 rd = (rs1 shl 3) xor rs2")
	require.Empty(t, got)
	in, err := isa.ParseLine(&diag.File{Name: "t.isa", Text: "l I 000 0001011 rd = mem32[rs1 + imm] xor (rs1 shl 3)\n"})
	require.NoError(t, err)
	require.Zero(t, fuse.Parts(in))
}

const chain = `module t
task 0 m @main
main @main
func @main(v1: tok) -> (tok) {
  local %o 64 align 4
b0(v1):
  v2: tok %o = local %o
  v3: i32 = const 15
  v4: i32 = load4 %o, v2
  v5: i32 = load4 %o[4], v2
  v6: i32 = load4 %o[8], v2
  v7: i32 = load4 %o[12], v2
  v8: i32 = load4 %o[16], v2
  v9: i32 = add v4, v5
  v10: i32 = add v9, v6
  v11: i32 = add v10, v7
  v12: i32 = add v11, v8
  v13: i32 = shrs v12, v3
  v14: tok %o = store4 %o[20], v13, v2
  v15: tok = halt v1
  ret v15
}
`

// TestOverlaps checks that a line does not use operations that an earlier fusion has taken.
// Otherwise its operands could be values that the program no longer computes.
func TestOverlaps(t *testing.T) {
	m, err := ir.Parse(&diag.File{Name: "t.sir", Text: chain})
	require.NoError(t, err)
	set, err := isa.Parse(&diag.File{Name: "t.isa", Text: `isa t
  sum3 R4 00      000 0001011  rd = (rs1 + rs2) + rs3
  sh2  R  0000000 001 0001011  rd = (rs1 + rs2) shrs 15
end
`})
	require.NoError(t, err)
	fs := fuse.Find(m.Funcs[0], set.Insts)
	fused := 0
	for _, i := range m.Funcs[0].Blocks[0].Instrs {
		if fs.Of(i) == nil || fs.Dead(i) {
			continue
		}
		fused++
		for _, a := range fs.Of(i).Args {
			require.False(t, a != nil && fs.Dead(a.Def), "%s reads %s", i.Result(), a)
		}
	}
	require.Equal(t, 2, fused)
}

// TestImmediatesCount checks that two different slices of one word do not count as the same
// bits.
func TestImmediatesCount(t *testing.T) {
	text := strings.NewReplacer("v6: i32 = shl v4, v3", "v6: i1 = slice v4, 5", "v7: i32 = xor v6, v4", "v21: i32 = zext v6\n  v7: i32 = xor v21, v4",
		"v8: i32 = add v7, v6", "v8: i32 = add v7, v4").Replace(module)
	m, err := ir.Parse(&diag.File{Name: "t.sir", Text: text})
	require.NoError(t, err)
	for bit, want := range map[int]int{5: 1, 6: 0} {
		in, err := isa.ParseLine(&diag.File{Name: "t.isa", Text: fmt.Sprintf("x R 0000000 000 0001011 rd = (zext32(rs1[%d]) xor rs1) + rs1\n", bit)})
		require.NoError(t, err)
		fs, n := fuse.Find(m.Funcs[0], []*isa.Inst{in}), 0
		for _, i := range m.Funcs[0].Blocks[0].Instrs {
			if fs.Of(i) != nil {
				n++
			}
		}
		require.Equal(t, want, n, "bit %d", bit)
	}
}

// TestExchanged checks that Find tries operands in both orders, and that a failed try does not
// affect the next try.
func TestExchanged(t *testing.T) {
	text := strings.NewReplacer("v6: i32 = shl v4, v3", "v6: i32 = add v4, v11", "v7: i32 = xor v6, v4", "v7: i32 = add v3, v5", "v8: i32 = add v7, v6", "v8: i32 = xor v6, v7",
		"v3: i32 = const 3", "v3: i32 = const 3\n  v11: i32 = const 16", "  v11: i32 = const 16\n", "").Replace(module)
	m, err := ir.Parse(&diag.File{Name: "t.sir", Text: text})
	require.NoError(t, err)
	in, err := isa.ParseLine(&diag.File{Name: "t.isa", Text: "x R 0000000 000 0001011 rd = (rs1 + 3) xor (rs2 + 16)\n"})
	require.NoError(t, err)
	fs, got := fuse.Find(m.Funcs[0], []*isa.Inst{in}), ""
	for _, i := range m.Funcs[0].Blocks[0].Instrs {
		if fu := fs.Of(i); fu != nil {
			got += fmt.Sprint(i.Result(), " ", fu.Args[0], " ", fu.Args[1], "\n")
		}
	}
	require.Equal(t, "v8 v5 v4\n", got)
}
