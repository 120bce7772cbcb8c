package checks

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/sinter-lang/sinter/explore"
	"github.com/sinter-lang/sinter/internal/flow"
)

// ReproOptions are the options of Repro.
type ReproOptions struct {
	Manifest   string
	Keys       []string // measure only points whose key begins with one of these; none: all points
	Jobs       int
	Executable string
	Progress   func(message string) // may be nil
}

// ReproReport compares new figures with the figures in a folder.
type ReproReport struct {
	Points    int         `json:"points"`
	Equal     int         `json:"equal"`
	Unknown   int         `json:"unknown"` // points for which the folder has no result
	Different []Different `json:"different"`
	OtherTool bool        `json:"other_tool"` // another build of the tool made the sweep
}

// Different is a point whose result has changed.
type Different struct {
	Point string `json:"point"`
	Was   string `json:"was"`
	Is    string `json:"is"`
}

// Repro measures points of a sweep again, from the texts in the sweep's folder. It changes
// nothing in that folder.
func Repro(ctx context.Context, o ReproOptions) (*ReproReport, error) {
	m, err := explore.ReadManifest(o.Manifest)
	if err == nil && m == nil {
		err = &explore.Problem{Message: "there is no manifest " + o.Manifest}
	}
	if err != nil {
		return nil, asUser(err)
	}
	tool, err := toolOf(o.Executable)
	if err != nil {
		return nil, err
	}
	chosen, err := choose(m, o.Keys)
	if err != nil {
		return nil, err
	}
	folder := explore.Join(filepath.Dir(o.Manifest))
	rows, _, _ := folder.Rows(m)
	again, failed, err := remeasure(ctx, m, folder, chosen, o)
	if err != nil {
		return nil, asUser(err)
	}
	r := &ReproReport{Points: len(chosen), Different: []Different{}, OtherTool: tool.Hash != m.Tool.Hash}
	for _, i := range chosen {
		k := slices.IndexFunc(rows, func(row explore.Row) bool { return row.Key == m.Points[i].Key })
		is, ok := failed[i], false
		if f, measured := again[i]; measured {
			is, ok = text(f), true
		}
		switch {
		case k < 0:
			r.Unknown++
		case ok && is == text(rows[k].Figures):
			r.Equal++
		default:
			r.Different = append(r.Different, Different{rows[k].Program + ", " + rows[k].Point.String(), text(rows[k].Figures), is})
		}
	}
	return r, nil
}

func text(f explore.Figures) string {
	out, _ := json.Marshal(f) // numbers and one string
	return string(out)
}

// choose lists the points whose key begins with one of the prefixes.
func choose(m *explore.Manifest, keys []string) ([]int, error) {
	used := make([]bool, len(keys))
	var out []int
	for i := range m.Points {
		wanted := len(keys) == 0
		for k, prefix := range keys {
			if strings.HasPrefix(m.Points[i].Key, prefix) {
				wanted, used[k] = true, true
			}
		}
		if wanted {
			out = append(out, i)
		}
	}
	if k := slices.Index(used, false); k >= 0 {
		return nil, flow.UserErrorf("no point of the sweep has a key that begins with %q", keys[k])
	}
	return out, nil
}

// remeasure returns the figures of points by index. For points without figures it returns the
// reasons.
func remeasure(ctx context.Context, m *explore.Manifest, folder *explore.Folder, chosen []int, o ReproOptions) (map[int]explore.Figures, map[int]string, error) {
	figures, failed := map[int]explore.Figures{}, map[int]string{}
	var mu sync.Mutex
	s := newMeasurer(m, folder)
	s.again = true
	s.put = func(i int, f explore.Figures) error {
		mu.Lock()
		defer mu.Unlock()
		figures[i] = f
		return nil
	}
	if o.Progress != nil {
		s.done = newETA(len(chosen), o.Progress).step
		defer o.Progress("")
	}
	units := m.Units(chosen)
	err := explore.Local(ctx, len(units), o.Jobs, func(ctx context.Context, k int) error { return s.unit(ctx, units[k]) })
	for _, f := range s.failures() {
		failed[f.Index] = f.Kind + ": " + f.Message
	}
	return figures, failed, err
}
