package main

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/testkit"
)

// TestRegistersPay checks the number of registers that the static estimate chooses. With this
// number, the measured cycles times cells are within one per cent of the least value. This
// value is never less with 8 registers.
func TestRegistersPay(t *testing.T) {
	names := []string{"fir", "sort", "crc32"}
	if testkit.Campaign() {
		names = nil
	}
	chosen := map[int]bool{}
	for _, e := range examplesNamed(t, names...) {
		t.Run(e.name, func(t *testing.T) {
			ctx := context.Background()
			own, regs, err := e.costs(ctx, 0)
			require.NoError(t, err)
			chosen[regs] = true
			for _, other := range []int{8, 16, 32} {
				c, _, err := e.costs(ctx, other)
				require.NoError(t, err)
				require.LessOrEqual(t, own.product(), 1.01*c.product(), "%d registers: %v, not %v as with %d", regs, own, c, other)
			}
		})
	}
	require.Equal(t, map[int]bool{16: true, 32: true}, chosen, "both are chosen")
}

// TestRegistersOfTheUser checks that a number that the user gives is not changed.
func TestRegistersOfTheUser(t *testing.T) {
	for _, regs := range []int{8, 16, 20, 32} {
		p, err := flow.Load("../examples/fir", flow.Options{Regs: regs})
		require.NoError(t, err)
		im, err := p.Image(context.Background())
		require.NoError(t, err)
		require.Equal(t, regs, im.Target.Regs)
	}
}

// TestTableOfRegisters checks that docs/hardware.md shows the output of -registers.
func TestTableOfRegisters(t *testing.T) {
	page, err := os.ReadFile("../docs/hardware.md")
	require.NoError(t, err)
	names := []string{"fir", "crc32", "hello"}
	if testkit.Campaign() {
		names = append(names, "filter", "firewall", "heat", "matmul", "nbody", "pipeline", "sha256", "sort")
	}
	for _, e := range examplesNamed(t, names...) {
		row, err := registersRow(context.Background(), e)
		require.NoError(t, err)
		require.Contains(t, string(page), row, "go run ./bench -registers prints %s", fmt.Sprint(row))
	}
}
