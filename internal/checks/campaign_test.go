package checks

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/explore"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
)

// TestFailuresAreOneByOne checks that failures count as one if they have the same level, the
// same kind, and the same message apart from numbers. The failure with the smallest seed is
// kept.
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

// TestFuzzCampaign checks that a campaign has the same results as one run over all programs. A
// campaign that is started again makes only the results that its folder lacks.
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

// TestMutantCampaign checks that a campaign gives the same result as one run over all mutants,
// and that a repeated campaign makes only the results that its folder lacks. Workers use
// nothing except the contents of the folder.
func TestMutantCampaign(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	p, err := flow.Load("../../examples/hello", flow.Options{})
	require.NoError(t, err)
	const n, random = 2*mutantUnitSize + 2, 300
	ctx := context.Background()
	want, err := Mutants(ctx, p, "multi", n, random, flow.World{})
	require.NoError(t, err)
	require.Positive(t, want.Killed)
	c := CampaignOptions{Dir: filepath.Join(t.TempDir(), "c"), Runner: RunLocal, Jobs: 2, Executable: self}
	run := func() CampaignCount {
		got, count, err := MutantCampaign(ctx, p, []string{"multi"}, n, random, flow.World{}, c)
		require.NoError(t, err)
		require.Equal(t, []MutantScore{{"multi", want}}, got)
		return count
	}
	require.Equal(t, CampaignCount{Units: 3, Made: 3}, run())
	list, err := filepath.Glob(filepath.Join(c.Dir, "points", "*.json"))
	require.NoError(t, err)
	require.Len(t, list, 3)
	require.NoError(t, os.Remove(list[1]))
	require.Equal(t, CampaignCount{Units: 3, Kept: 2, Made: 1}, run())
	stopped, stop := context.WithCancel(ctx)
	stop()
	require.NoError(t, os.Remove(list[0]))
	_, _, err = MutantCampaign(stopped, p, []string{"multi"}, n, random, flow.World{}, c)
	require.ErrorIs(t, err, context.Canceled)
}

// TestUnitsOfMutants checks that each mutant of each core belongs to one unit.
func TestUnitsOfMutants(t *testing.T) {
	u := &mutantUnits{Size: 10, Cores: []mutantCore{{Mutants: 20}, {Mutants: 0}, {Mutants: 1}}}
	var got [][2]int
	for unit := range 4 {
		core, first := u.place(unit)
		got = append(got, [2]int{core, first})
	}
	require.Equal(t, [][2]int{{0, 0}, {0, 10}, {2, 0}, {3, 0}}, got)
	_, err := (&mutantSite{units: u}).unit(context.Background(), 3)
	require.EqualError(t, err, "the campaign has no unit 3")
}

// TestKeptWorld checks that a world stays the same if the world's files are stored in a folder
// and read from that folder.
func TestKeptWorld(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "x")
	require.NoError(t, os.WriteFile(file, []byte("text"), 0o600))
	folder, err := explore.Open(filepath.Join(dir, "c"))
	require.NoError(t, err)
	defer folder.Close()
	k, err := keepWorld(folder, flow.World{Captures: []string{"nic=none", file}, Levels: []string{"pin=" + file + ":button", "other=" + file}, Seed: 3, Limit: 4, Frames: 5, Until: "1ms"})
	require.NoError(t, err)
	kept := folder.InputPath(explore.Hash([]byte("text")))
	require.Equal(t, flow.World{Captures: []string{"nic=none", kept}, Levels: []string{"pin=" + kept + ":button", "other=" + kept}, Seed: 3, Limit: 4, Frames: 5, Until: "1ms"}, k.world(folder))
	_, err = keepWorld(folder, flow.World{Bytes: []string{"line=" + file + ":1"}})
	require.ErrorContains(t, err, "cannot read "+file+":1")
	_, err = unitsOf(folder, &explore.Campaign{Kind: "other"})
	require.EqualError(t, err, `there is no campaign of kind "other"`)
	_, err = unitsOf(folder, &explore.Campaign{Kind: mutantsCampaign, Options: []byte("[]")})
	require.ErrorContains(t, err, "the options of the campaign cannot be read")
}

// TestDiskOfMutants checks that a run does not see the disk writes of the run before it.
func TestDiskOfMutants(t *testing.T) {
	const text = `use blk
task once(d: blk.Disk) {
  var s: blk.Sector
  d.read(1, s)
  log.print("{s[0]}")
  s[0] = s[0] + 7
  d.write(1, s)
}
system one { run once(blk.virtio(0)) }
`
	p, err := flow.LoadFiles([]*diag.File{{Name: "one.sn", Text: text}}, flow.Options{})
	require.NoError(t, err)
	score, err := Mutants(context.Background(), p, "multi", 1, 100, flow.World{})
	require.NoError(t, err) // the core passes its own checks, which run it several times
	require.Equal(t, 1, score.Mutants)
}
