package flow

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
)

// busy has an arm whose work depends on a config, and an arm that does little.
const busy = `config work: u32 = 10
task busy() {
  state sum: u32 = 1
  loop {
    select prio {
      on every(100us) {
        for i in 0..work { sum = sum * 31 + u32(i) }
        log.print("{sum}")
      }
      on every(1ms) { sum = 1 }
    }
  }
}
system busy { run busy() }
`

// TestDeadlines checks an arm that takes longer than its period at the clock of a board. The
// arm is an error with a source position. At a higher clock frequency the same arm is
// accepted.
func TestDeadlines(t *testing.T) {
	w := World{Until: "2500us"}
	p, err := LoadFiles([]*diag.File{{Name: "busy.sn", Text: busy}}, Options{})
	require.NoError(t, err)
	list, err := p.Responses(context.Background(), Pipe3, 12, w)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, 100.0, list[0].PeriodUs)
	require.Equal(t, 1000.0, list[1].PeriodUs)
	require.Greater(t, list[0].Cycles, list[1].Cycles)
	require.InDelta(t, float64(list[0].Cycles)/12, list[0].Us, 1e-9)
	_, err = p.Responses(context.Background(), Pipe3, float64(list[0].Cycles)/101, w)
	require.ErrorContains(t, err, "busy.sn:6:7: error[E0410]: this takes 101.0 us at")
	require.ErrorContains(t, err, "and comes every 100 us")
	_, err = p.Responses(context.Background(), Pipe3, float64(list[0].Cycles)/99, w)
	require.NoError(t, err)
}
