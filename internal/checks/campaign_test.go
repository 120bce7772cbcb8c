package checks

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/flow"
)

// TestFailuresAreOneByOne checks that failures with equal level, kind and message, apart from
// numbers, count as one. The failure with the smallest seed is kept.
func TestFailuresAreOneByOne(t *testing.T) {
	got := firstOfEach([]FuzzFailure{
		{Seed: 9, Level: "ir", Kind: faulty, Detail: "index 5 of 4\nmore"},
		{Seed: 3, Level: "ir", Kind: faulty, Detail: "index 7 of 2"},
		{Seed: 4, Level: "ir", Kind: faulty, Detail: "no block"},
		{Seed: 5, Level: "isa", Kind: faulty, Detail: "no block"},
		{Seed: 6, Level: "isa", Kind: faulty, Detail: "no block"},
		{Seed: 7, Level: "isa", Kind: faulty, Detail: "no block"},
	})
	var alike [][3]any
	for _, f := range got {
		alike = append(alike, [3]any{f.Seed, f.Level, f.Alike})
	}
	require.Equal(t, [][3]any{{uint64(3), "ir", 1}, {uint64(4), "ir", 0}, {uint64(5), "isa", 2}}, alike)
}

// TestFuzzCampaign checks that a campaign has the same results as one run over all programs. It
// continues with the results that its folder lacks.
func TestFuzzCampaign(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	o := FuzzOptions{Seed: 5, Count: fuzzUnitSize + 3, On: []string{flow.IR}}
	want, err := Fuzz(context.Background(), o)
	require.NoError(t, err)
	c := CampaignOptions{Dir: filepath.Join(t.TempDir(), "c"), Runner: RunLocal, Jobs: 2, Executable: self}
	got, n, err := FuzzCampaign(context.Background(), o, c)
	require.NoError(t, err)
	require.Equal(t, CampaignCount{Units: 2, Made: 2}, n)
	a, err := json.Marshal(want)
	require.NoError(t, err)
	b, err := json.Marshal(got)
	require.NoError(t, err)
	require.Equal(t, string(a), string(b))
	list, err := filepath.Glob(filepath.Join(c.Dir, "points", "*.json"))
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.NoError(t, os.Remove(list[0]))
	_, n, err = FuzzCampaign(context.Background(), o, c)
	require.NoError(t, err)
	require.Equal(t, CampaignCount{Units: 2, Kept: 1, Made: 1}, n)
	stopped, stop := context.WithCancel(context.Background())
	stop()
	require.NoError(t, os.Remove(list[1]))
	_, _, err = FuzzCampaign(stopped, o, c)
	require.ErrorIs(t, err, context.Canceled)
	_, _, err = FuzzCampaign(context.Background(), FuzzOptions{On: []string{"magic"}}, c)
	require.ErrorContains(t, err, `not on "magic"`)
}
