package explore

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Campaign is work other than a sweep, such as tests of random programs. A campaign consists of
// numbered units, and each unit has a JSON result. A campaign uses the same folder, queue and
// runners as a sweep. A folder holds either a sweep or a campaign.
type Campaign struct {
	Format  string          `json:"format"`
	Kind    string          `json:"kind"`
	Tool    Tool            `json:"tool"`
	Options json.RawMessage `json:"options"` // everything that the results depend on, except the tool
	Units   int             `json:"units"`
}

const (
	campaignName = "campaign.json"
	maxUnit      = 1 << 24
)

// Key is the hash of everything that the result of a unit depends on.
func (c *Campaign) Key(unit int) string {
	return Hash([]byte(quote([]any{Format, c.Kind, c.Tool.Hash, string(c.Options), unit})))
}

// WriteCampaign starts a campaign in the folder. It refuses a folder that holds a sweep.
func (f *Folder) WriteCampaign(c *Campaign) error {
	if _, err := os.Stat(f.ManifestPath()); err == nil {
		return problem("%s holds a sweep: name another folder", f.Dir)
	}
	return f.write(campaignName, []byte(quote(c)+"\n"))
}

// ReadCampaign reads the campaign of a folder. The result is nil if the folder holds no campaign.
func (f *Folder) ReadCampaign() (*Campaign, error) {
	path := filepath.Join(f.Dir, campaignName)
	data, err := readAtMost(path, maxManifest)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fileProblem("read", path, err)
	}
	c := &Campaign{}
	if json.Unmarshal(data, c) != nil || c.Format != Format || c.Units < 0 {
		return nil, problem("%s is not a campaign", path)
	}
	return c, nil
}

// unitResult is the content of a unit's result file.
type unitResult struct {
	Key  string          `json:"key"`
	Data json.RawMessage `json:"data"`
	Sum  string          `json:"sum"` // of the key and the data, as written here
}

func (r *unitResult) sum() string { return Hash([]byte(r.Key + string(r.Data)))[:16] }

// PutUnit stores the result of a unit.
func (f *Folder) PutUnit(c *Campaign, unit int, result any) error {
	r := unitResult{Key: c.Key(unit), Data: json.RawMessage(quote(result))}
	r.Sum = r.sum()
	text := quote(&r) + "\n"
	if len(text) > maxUnit {
		return fmt.Errorf("explore: the result of unit %d has %d bytes", unit, len(text))
	}
	return f.write(filepath.Join(pointsName, r.Key+".json"), []byte(text))
}

// Unit reads the result of a unit. The second result is false if there is no complete result.
func (f *Folder) Unit(c *Campaign, unit int, result any) bool {
	key := c.Key(unit)
	data, err := readAtMost(filepath.Join(f.Dir, pointsName, key+".json"), maxUnit)
	var r unitResult
	return err == nil && json.Unmarshal(data, &r) == nil && r.Key == key && r.Sum == r.sum() && json.Unmarshal(r.Data, result) == nil
}
