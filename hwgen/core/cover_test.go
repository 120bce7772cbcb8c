package core

import (
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
)

// TestCoverIsRightOnEveryKeptWord tries random sets of lines, and words of these lines.
func TestCoverIsRightOnEveryKeptWord(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	has := design.Use{Has: true}
	p := &design.Point{Regs: design.Number{N: 32}, Data: design.Number{N: 4}, Ports: []design.Port{
		{Reg: port.Log, Store: has}, {Reg: port.Wait, Load: has, Store: has},
	}}
	for _, in := range isa.RV32IM().Insts {
		p.Lines = append(p.Lines, design.Line{Inst: in})
	}
	lines := linesOf(p)
	for range 500 {
		var on, off []*line
		for _, l := range lines {
			switch rng.Intn(4) {
			case 0:
				on = append(on, l)
			case 1, 2:
				off = append(off, l)
			}
		}
		c := minimise(patterns(on), patterns(off))
		for _, p := range patterns(on) {
			w := rng.Uint32()&^p.mask | p.val
			require.True(t, c.eval(w), "%#x of %v", w, c)
		}
		for _, p := range patterns(off) {
			w := rng.Uint32()&^p.mask | p.val
			require.False(t, c.eval(w), "%#x of %v", w, c)
		}
	}
}
