package flow_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
)

// TestRegistersByWork checks that a program that needs only 16 registers gets 16. A program
// gets 32 if its loops save more than the fifth bit in each register number costs.
func TestRegistersByWork(t *testing.T) {
	for name, want := range map[string]int{"hello": 16, "crc32": 16, "sha256": 32, "fir": 32, "matmul": 32} {
		p, err := flow.Load("../../examples/"+name, flow.Options{})
		require.NoError(t, err)
		im, err := p.Image(context.Background())
		require.NoError(t, err)
		require.Equal(t, want, im.Target.Regs, name)
	}
}
