package amd64_test

import (
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/sim/amd64"
)

// Two values that are needed at the same time never have the same register. A value stays in
// memory only if all registers are in use by other values.
func TestAllocate(t *testing.T) {
	registers := []amd64.Reg{amd64.RAX, amd64.R9, amd64.R12}
	rng := rand.New(rand.NewSource(1))
	for range 200 {
		var lives []amd64.Life
		for first := range 40 {
			lives = append(lives, amd64.Life{First: first, Last: first + 1 + rng.Intn(9), Prefer: rng.Intn(first+1) - 1})
		}
		regs := amd64.Allocate(lives, registers)
		for i, l := range lives {
			var beside []amd64.Reg
			for k, other := range lives {
				if k != i && regs[k] != amd64.NoReg && other.First < l.Last && l.First < other.Last {
					require.NotEqual(t, regs[i], regs[k], "%+v and %+v", l, other)
					beside = append(beside, regs[k])
				}
			}
			if regs[i] == amd64.NoReg {
				require.Subset(t, beside, registers, "%+v", l)
			} else {
				require.Contains(t, registers, regs[i])
			}
		}
	}
}

// A value takes the register that it prefers if that register is free. If no register is free,
// the value that is needed longest goes to memory.
func TestAllocateChooses(t *testing.T) {
	registers := []amd64.Reg{amd64.RAX, amd64.RCX}
	regs := amd64.Allocate([]amd64.Life{{0, 3, -1}, {1, 3, -1}, {3, 4, 0}, {3, 4, -1}}, registers)
	require.Equal(t, []amd64.Reg{amd64.RCX, amd64.RAX, amd64.RCX, amd64.RAX}, regs)
	regs = amd64.Allocate([]amd64.Life{{0, 9, -1}, {1, 5, -1}, {2, 4, -1}, {3, 8, -1}}, registers)
	require.Equal(t, []amd64.Reg{amd64.NoReg, amd64.RAX, amd64.RCX, amd64.NoReg}, regs)
}
