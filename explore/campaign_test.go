package explore

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUnits checks that the folder finds a stored result by the hash of everything that the
// result depends on, unless the file is damaged.
func TestUnits(t *testing.T) {
	f, err := Open(t.TempDir())
	require.NoError(t, err)
	defer f.Close()
	c := &Campaign{Format: Format, Kind: "k", Tool: Tool{Hash: "a"}, Options: json.RawMessage(`{"n":1}`), Units: 2}
	require.NoError(t, f.WriteCampaign(c))
	read, err := f.ReadCampaign()
	require.NoError(t, err)
	require.Equal(t, c, read)
	require.NoError(t, f.PutUnit(c, 1, []int{4, 5}))
	var got []int
	require.False(t, f.Unit(c, 0, &got))
	require.True(t, f.Unit(c, 1, &got))
	require.Equal(t, []int{4, 5}, got)
	other := *c
	other.Tool.Hash = "b"
	require.False(t, f.Unit(&other, 1, &got), "another tool")
	path := filepath.Join(f.Dir, pointsName, c.Key(1)+".json")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(data[:len(data)/2:len(data)/2], data[len(data)/2+1:]...), 0o644))
	require.False(t, f.Unit(c, 1, &got), "damaged")
	wrong := bytes.Replace(data, []byte("[4,5]"), []byte("[4,6]"), 1)
	require.NotEqual(t, data, wrong)
	require.NoError(t, os.WriteFile(path, wrong, 0o644))
	require.False(t, f.Unit(c, 1, &got), "another result, in the same form")
	require.NoError(t, os.WriteFile(f.ManifestPath(), []byte("{}"), 0o644))
	require.ErrorContains(t, f.WriteCampaign(c), "holds a sweep")
	require.NoError(t, os.WriteFile(filepath.Join(f.Dir, campaignName), []byte("nonsense"), 0o644))
	_, err = f.ReadCampaign()
	require.ErrorContains(t, err, "is not a campaign")
}
