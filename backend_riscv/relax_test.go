package riscv

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
)

// TestRelaxGoesRoundFewTimes relaxes a program of a hundred thousand words. Every fourth word
// is a branch to the first or the last word. A few passes over all words are enough.
func TestRelaxGoesRoundFewTimes(t *testing.T) {
	tb, err := newTable(design.NewTarget("t", isa.RV32I(), 16), func(r []*Rule) []*Rule { return r })
	require.NoError(t, err)
	first, last := &block{}, &block{}
	l := &linker{tb: tb, start: map[*block]int{first: 0}, entry: map[*fn]int{}}
	const words = 100_000
	for k := range words {
		if k%4 != 0 {
			l.add(&inst{}, tb.addImm.Line, isa.Ops{})
			continue
		}
		rule := tb.branches[0]
		to := first
		if k%8 == 0 {
			to = last
		}
		l.add(&inst{rule: rule}, rule.Line, isa.Ops{}).target = to
	}
	l.start[last] = len(l.items)
	l.add(&inst{}, tb.addImm.Line, isa.Ops{})
	require.LessOrEqual(t, l.relax(), 4)
	require.Greater(t, len(l.items), words+20_000)
	require.Equal(t, len(l.items)-1, l.start[last])
	for k := range l.items {
		if it := &l.items[k]; it.target != nil && it.line.Format == isa.B {
			d := 4 * (l.dest(it) - k)
			require.True(t, d >= -branchReach && d < branchReach, "word %d: %d bytes", k, d)
		}
	}
}
