package flow

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/trace"
)

const office = "../../examples/filter/office.pcap"

// repeated writes a capture with n copies of the records of office.pcap and a truncated end.
func repeated(t *testing.T, times, cut int) string {
	data, err := os.ReadFile(office)
	require.NoError(t, err)
	out := data
	for range times - 1 {
		out = append(out, data[24:]...)
	}
	path := filepath.Join(t.TempDir(), "long.pcap")
	require.NoError(t, os.WriteFile(path, out[:len(out)-cut], 0o644))
	return path
}

// A truncated capture is an error before the program runs. The error gives the number of the
// record, and no output is written.
func TestCutCapture(t *testing.T) {
	p, err := Load("../../examples/filter", Options{})
	require.NoError(t, err)
	out := filepath.Join(t.TempDir(), "out.pcap")
	_, err = p.Run(context.Background(), RunOptions{
		Level: Source, World: World{Captures: []string{"inside=" + repeated(t, 2, 7)}}, PcapOut: []string{"outside=" + out}, Forget: true,
	})
	require.ErrorContains(t, err, "long.pcap: record 1753: the file ends too early")
	left, err := os.ReadDir(filepath.Dir(out))
	require.NoError(t, err)
	require.Empty(t, left)
}

// A run that keeps no trace uses no more memory for a long capture than for a short capture. The
// output is the same as when the run keeps its trace.
func TestRunsOfAnyLength(t *testing.T) {
	p, err := Load("../../examples/filter", Options{})
	require.NoError(t, err)
	dir := t.TempDir()
	run := func(forget bool, times int) ([]byte, uint64) {
		out := filepath.Join(dir, "out.pcap")
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		r, err := p.Run(context.Background(), RunOptions{
			Level: IR, World: World{Captures: []string{"inside=" + repeated(t, times, 0)}}, PcapOut: []string{"outside=" + out}, Forget: forget,
		})
		require.NoError(t, err)
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(r)
		data, err := os.ReadFile(out)
		require.NoError(t, err)
		return data, max(after.HeapAlloc, before.HeapAlloc) - before.HeapAlloc
	}
	kept, held := run(false, 4)
	got, streamed := run(true, 4)
	require.Equal(t, kept, got)
	// What is left of other tests also counts, so the least of some runs says more than one run.
	for range 3 {
		_, again := run(true, 4)
		streamed = min(streamed, again)
	}
	require.Greater(t, held, uint64(1<<20))
	require.Less(t, streamed, uint64(1<<19))
}

// The limit for shown events is exact, and later events are not passed on.
func TestBoundOfShownEvents(t *testing.T) {
	p, err := Load("../../examples/filter", Options{})
	require.NoError(t, err)
	for _, limit := range []uint64{1, 300, 1000} {
		w := World{Captures: []string{"inside=" + office}, Limit: limit}
		_, want, _, err := p.Trace(context.Background(), Source, "", w)
		require.NoError(t, err)
		require.Len(t, want.Events, int(limit))
		var events []trace.Event
		_, tr, _, err := p.TraceTo(context.Background(), Source, "", w, func(e []trace.Event) error {
			events = append(events, e...)
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, trace.Limit, tr.Status)
		require.Equal(t, want.Events, events)
	}
}
