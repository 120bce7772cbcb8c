package main

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
)

// A run over a generated capture ends normally and reports its cost.
func TestStreamOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.pcap")
	require.NoError(t, longCapture(path, 3000))
	var out bytes.Buffer
	require.NoError(t, streamOnce(context.Background(), "..", flow.Source, path, &out))
	var got streamed
	require.NoError(t, json.Unmarshal(out.Bytes(), &got))
	require.Positive(t, got.Seconds)
	require.Positive(t, got.MiB)
	require.FileExists(t, path+".source")
}

func TestMicrosOfAFrame(t *testing.T) {
	require.Equal(t, 2.0, microsOf([]streamed{{1000, 0.5, 1}, {5000, 0.505, 1}, {101000, 0.7, 1}}))
	require.Zero(t, microsOf([]streamed{{1000, 0.5, 1}}))
	require.Equal(t, []int{10_000, 100_000}, streamLengths(flow.Cycle, 1_000_000))
	require.Equal(t, []int{10_000, 100_000, 1_000_000}, streamLengths(flow.ISA, 1_000_000))
}
