package world_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/sim/world"
)

// TestAdvanceOr checks that each step handles one event, that timers come before inputs at
// equal times, and that no step goes beyond the end of the run.
func TestAdvanceOr(t *testing.T) {
	until := uint64(12)
	s := &world.Script{Devices: []string{"a"}, Inputs: []world.Input{{Time: 5, Data: []byte{1}}, {Time: 5, Data: []byte{2}}, {Time: 9, Data: []byte{3}}, {Time: 13, Data: []byte{4}}}}
	for _, end := range []*uint64{nil, &until} {
		s.Until = end
		w := world.New(s)
		got := ""
		for _, deadline := range []uint64{3, 5, 6, 6, 2, 10, 12, 13, 14} {
			ok := w.AdvanceOr(deadline)
			n := 0
			for w.Pending(0) {
				w.Take(0, 9)
				n++
			}
			got += fmt.Sprintf("%d:%v@%d+%d ", deadline, ok, w.Now(), n)
		}
		want := "3:true@3+0 5:true@5+0 6:true@5+1 6:true@5+1 2:true@5+0 10:true@9+1 12:true@12+0 13:true@13+0 14:true@13+1 "
		if end != nil {
			want = "3:true@3+0 5:true@5+0 6:true@5+1 6:true@5+1 2:true@5+0 10:true@9+1 12:true@12+0 13:false@12+0 14:false@12+0 "
		}
		require.Equal(t, want, got)
		require.False(t, w.AdvanceOr(world.Never))
	}
}
