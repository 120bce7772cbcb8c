package gate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// counter is a circuit whose energy can be computed by hand. The circuit has a two-bit counter,
// one look-up table for each next bit, and a memory. A write to the memory happens in every second
// cycle.
func counter(t *testing.T) *Netlist {
	c := circuit(t, func(b *rtl.Builder) {
		low, high := b.Reg("low", 1, 0), b.Reg("high", 1, 0)
		b.Set(low, b.Not(low.Q()))
		b.Set(high, b.Xor(high.Q(), low.Q()))
		m := b.Mem("m", 8, 1, 1, nil)
		b.If(low.Q(), func() { b.WriteMem(m, high.Q(), b.Const(8, 5), rtl.None) })
		b.Output("out", b.Bits(b.ReadSync(m, high.Q(), high.Q(), rtl.Old), 0, 0))
	})
	_, n := mapping(t, c, Options{})
	return n
}

// TestEnergyByHand compares the energy of counter with a sum by hand. In eight cycles from 00, the
// low bit changes 7 times and the high bit changes 3 times.
//
//	low   read by its table, by the table of high, by the write enable: weight 4, 28
//	high  read by its table, by two addresses and by the read enable:   weight 5, 15
//	not low, high xor low: 7 and 4 changes, read by a flip-flop: weight 2, 14 + 8
//	memory data: all 0, no change
//
// The memory has 4 writes and 4 reads of 8 bits. The clock has two flip-flops.
func TestEnergyByHand(t *testing.T) {
	n := counter(t)
	require.Len(t, n.Cells, 2)
	for _, split := range []int{0, 3, 8} { // a caller may ask for the energy at any time
		a := NewActivity(n)
		for cycle := range uint64(8) {
			a.Cycle(func(group int) uint64 {
				return []uint64{cycle & 1, cycle >> 1 & 1, 0}[group]
			})
			if int(cycle) == split {
				a.Energy()
			}
		}
		e := a.Energy()
		require.Equal(t, Energy{Cycles: 8, Logic: 28 + 15 + 14 + 8, Carries: 0, Memory: 64, Clock: 16}, e)
		require.EqualValues(t, 145, e.Total())
		require.InDelta(t, 145.0/8, e.PerCycle(), 1e-9)
	}
	require.Zero(t, Energy{}.PerCycle())
}

// TestEnergyOfCarries checks that a carry counts once, for any number of readers. The operands of
// a four-bit sum change from 0 + 0 to 15 + 1 and back. There are more than 64 cycles, so the
// cycles are computed in several steps.
func TestEnergyOfCarries(t *testing.T) {
	_, n := mapping(t, circuit(t, func(b *rtl.Builder) {
		b.Output("sum", b.Add(b.Input("x", 4), b.Input("y", 4)))
	}), Options{})
	carries := 0
	for i := range n.Cells {
		if n.Cells[i].Kind == Adder {
			carries++
		}
	}
	require.Positive(t, carries)
	a := NewActivity(n)
	for cycle := range 131 {
		a.Cycle(func(group int) uint64 { return []uint64{15, 1}[group] * uint64(cycle&1) })
	}
	e := a.Energy()
	require.EqualValues(t, 130*carries, e.Carries)
	require.EqualValues(t, 131, e.Cycles)
	require.Zero(t, e.Memory+e.Clock)
}
