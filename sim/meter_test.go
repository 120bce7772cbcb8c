package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/sim"
)

// TestMeter passes the steps of a scheduler (word 0), a task (words 1, 2) and a function of
// several tasks (word 3) to a meter that measures the task.
func TestMeter(t *testing.T) {
	m := sim.NewMeter(0x1000, []sim.Place{sim.Elsewhere, sim.Inside, sim.Inside, sim.Shared})
	run := func(words ...uint32) {
		for _, w := range words {
			m.Cycle(false, false, 0) // each instruction takes two cycles
			m.Cycle(false, true, 0x1000+4*w)
		}
	}
	run(1, 2, 1, 2) // start-up
	m.Cycle(true, false, 0)
	run(0, 1, 2, 0)       // four cycles
	run(0, 3, 3, 3, 3, 0) // of another task
	run(1, 3, 1, 0)       // six
	m.Cycle(true, false, 0)
	run(3, 2)
	m.Cycle(true, false, 0)
	most, by := m.Most()
	require.Equal(t, uint64(6), most)
	require.Equal(t, []uint64{0, 4, 0, 2}, by)
	run(99) // outside of the text
	most, _ = m.Most()
	require.Equal(t, uint64(6), most)
}
