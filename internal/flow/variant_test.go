package flow

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/design"
)

// TestVariantIsTheSameCore checks that a point of a sweep has the core that the same settings
// give without a sweep. Its multiplications are as narrow as the program allows.
func TestVariantIsTheSameCore(t *testing.T) {
	for _, name := range []string{"fir", "matmul", "crc32"} {
		for _, regs := range []int{8, 32} {
			p, err := Load("../../examples/"+name, Options{Regs: regs})
			require.NoError(t, err)
			v, err := p.Variant(Variant{Regs: regs, Mine: "off"})
			require.NoError(t, err)
			alone, err := p.Core(t.Context(), Pipe3)
			require.NoError(t, err)
			swept, err := v.Core(t.Context(), Pipe3)
			require.NoError(t, err)
			require.Equal(t, design.Print(alone.Point), design.Print(swept.Point), "%s with %d registers", name, regs)
		}
	}
}
