package flow_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
)

// TestRegistersByWork: a program that 16 registers hold gets no more, and one whose
// loops gain more than a further bit of each number costs gets 32.
func TestRegistersByWork(t *testing.T) {
	for name, want := range map[string]int{"hello": 16, "crc32": 16, "sha256": 32, "fir": 32, "matmul": 32} {
		p, err := flow.Load("../../examples/"+name, flow.Options{})
		require.NoError(t, err)
		im, err := p.Image(context.Background())
		require.NoError(t, err)
		require.Equal(t, want, im.Target.Regs, name)
	}
}
