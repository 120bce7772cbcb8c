package riscv_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	riscv "github.com/sinter-lang/sinter/backend_riscv"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/pass"
	"github.com/sinter-lang/sinter/ir/trace"
)

// around is a loop of three iterations. The body of the loop branches forward over n logs, and
// jumps back over the same logs.
func around(n int) string {
	var b strings.Builder
	b.WriteString(`module far
log 0 "round " u:32 ""
log 1 "."
task 0 main @main
func @main(v1: tok) -> (tok) {
b0(v1):
  v2: i32 = const 0
  jump b1(v2, v1)
b1(v3: i32, v4: tok):
  v5: tok = log v3, v4 !0 task 0
  v6: i32 = const 1
  v7: i1 = eq v3, v6
  br v7, b3(v5), b2
b2:
`)
	last := 5
	for k := range n {
		fmt.Fprintf(&b, "  v%d: tok = log v%d !1 task 0\n", 10+k, last)
		last = 10 + k
	}
	fmt.Fprintf(&b, `  jump b3(v%d)
b3(v8: tok):
  v9: i32 = add v3, v6
  v%d: i32 = const 3
  v%d: i1 = ltu v9, v%d
  br v%d, b1(v9, v8), b4
b4:
  ret v8
}
`, last, n+10, n+11, n+10, n+11)
	return b.String()
}

// longest is the longest reach of a branch or a jump without link, in bytes.
func longest(t *testing.T, im *image.Image, format isa.Format) int {
	most := 0
	for _, w := range im.Text {
		in, ops, ok := isa.Decode(im.Target.Set, w)
		require.True(t, ok)
		if in.Format == format {
			most = max(most, int(ops.Imm), -int(ops.Imm))
		}
	}
	return most
}

// TestFarBranches runs branches whose targets are just within or just beyond their reach,
// forward and backward. The instruction sets are one with inverse branches and one without.
func TestFarBranches(t *testing.T) {
	full := isa.RV32I()
	noOpposite := full.Subset("rv32i_few", func(in *isa.Inst) bool { return in.Name != "bne" && in.Name != "bgeu" && in.Name != "bge" })
	for _, set := range []*isa.Set{full, noOpposite} {
		target := design.NewTarget("t", set, 16)
		near, far := 0, 0
		for n := 1008; n < 1036; n++ {
			m := ir.MustParse("far.sir", around(n))
			want := reference(t, m, nil)
			require.Len(t, want.Events, 3+2*n)
			require.NoError(t, pass.Run(m, pass.Stages(), pass.Options{Env: env(target)}))
			im, err := riscv.Compile(m, target)
			require.NoError(t, err)
			_, got := runImage(t, im, nil)
			require.Equal(t, trace.Print(want), trace.Print(got), "%s with %d logs", set.Name, n)
			require.LessOrEqual(t, longest(t, im, isa.B), 4096)
			if longest(t, im, isa.J) >= 4096 {
				far++
			}
			if longest(t, im, isa.B) >= 4000 {
				near++
			}
		}
		require.Positive(t, near, "%s: no branch that just reaches", set.Name)
		require.Positive(t, far, "%s: no branch that does not reach", set.Name)
	}
}
