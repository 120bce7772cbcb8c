package explore

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
)

// Format is the first line of a manifest.
const Format = "sinter sweep 1"

// Manifest lists everything that the results of a sweep depend on. The manifest holds no time
// and no computer name, so the same sweep gives the same manifest.
type Manifest struct {
	Format     string    `json:"format"`
	Tool       Tool      `json:"tool"`
	Programs   []Program `json:"programs"`
	Settings   []string  `json:"settings"` // NAME=VALUE, for all points
	World      World     `json:"world"`
	Objectives []string  `json:"objectives"`
	Space      *Input    `json:"space"` // null: the standard one
	Axes       []Axis    `json:"axes"`
	Points     []Entry   `json:"points"`
	Results    []Input   `json:"results"` // empty until the sweep is complete
}

// Tool is the tool that measured.
type Tool struct {
	Version string `json:"version"`
	Commit  string `json:"commit"` // empty if the build does not record it
	Hash    string `json:"hash"`   // of the executable file
	Go      string `json:"go"`
}

// Input is a file by name and content.
type Input struct {
	Name string `json:"name"`
	Hash string `json:"sha256"`
}

// Program is a program in the sweep.
type Program struct {
	Name  string  `json:"name"`
	Path  string  `json:"path"`
	Files []Input `json:"files"`
}

// World is the simulated environment of every run. A capture or a disk image has the name of
// its device.
type World struct {
	Captures []Input `json:"captures"`
	Disks    []Input `json:"disks"`
	Until    string  `json:"until"`
	Seed     int64   `json:"seed"`
}

// Entry is a point of a program.
type Entry struct {
	Program int      `json:"program"` // index
	Values  []string `json:"values"`  // in the order of the axes
	Key     string   `json:"key"`
}

// hashes lists the hashes of files in order.
func hashes(list []Input) (out []string) {
	for _, i := range list {
		out = append(out, i.Hash)
	}
	return out
}

// KeyOf is the hash of everything that the result of a point depends on.
func (m *Manifest) KeyOf(e *Entry) string {
	p := &m.Programs[e.Program]
	return Hash([]byte(quote([]any{Format, m.Tool.Hash, hashes(p.Files), m.Settings, m.World, axisNames(m.Axes), e.Values})))
}

func axisNames(axes []Axis) (out []string) {
	for _, a := range axes {
		out = append(out, a.Name)
	}
	return out
}

// SetPoints makes every point of every program an entry with its key.
func (m *Manifest) SetPoints(points []Point) {
	for i := range m.Programs {
		for _, p := range points {
			e := Entry{Program: i, Values: p.Values}
			e.Key = m.KeyOf(&e)
			m.Points = append(m.Points, e)
		}
	}
}

// Point is an entry with its axes.
func (m *Manifest) Point(e *Entry) Point { return Point{m.Axes, e.Values} }

const manifestName = "manifest.json"

// ReadManifest reads the manifest of a folder. The result is nil if the folder has no manifest.
func ReadManifest(path string) (*Manifest, error) {
	data, err := readAtMost(path, maxManifest)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fileProblem("read", path, err)
	}
	m := &Manifest{}
	if json.Unmarshal(data, m) != nil || m.Format != Format {
		return nil, problem("%s is not the manifest of a sweep", path)
	}
	return m, m.check(path)
}

// check refuses a manifest that an edit has made inconsistent.
func (m *Manifest) check(path string) error {
	for i := range m.Points {
		e := &m.Points[i]
		if e.Program < 0 || e.Program >= len(m.Programs) || len(e.Values) != len(m.Axes) || e.Key != m.KeyOf(e) {
			return problem("%s: the key of point %d does not fit the manifest", path, i)
		}
	}
	return nil
}

// ManifestPath is the path of the manifest.
func (f *Folder) ManifestPath() string { return filepath.Join(f.Dir, manifestName) }

// WriteManifest writes the manifest.
func (f *Folder) WriteManifest(m *Manifest) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", " "); err != nil {
		return err
	}
	b.WriteByte('\n')
	return f.write(manifestName, b.Bytes())
}

// Rows gathers the available results, in the order of the points. A damaged result counts as
// missing. broken is the number of damaged results.
func (f *Folder) Rows(m *Manifest) (rows []Row, absent []int, broken int) {
	for i := range m.Points {
		e := &m.Points[i]
		figures, s := f.get(e.Key)
		if s == present {
			rows = append(rows, Row{Program: m.Programs[e.Program].Name, Point: m.Point(e), Key: e.Key, Figures: figures})
			continue
		}
		absent = append(absent, i)
		if s == damaged {
			broken++
		}
	}
	return rows, absent, broken
}

// Report is a file with results of a sweep.
type Report struct {
	Name string
	Data []byte
}

// Reports makes the files of complete results.
func Reports(rows []Row, by []Objective) []Report {
	MarkFronts(rows, by)
	return []Report{{"points.csv", CSV(rows)}, {"points.jsonl", Lines(rows)}, {"front.svg", SVG(rows, by)}}
}

// Finish writes the result files and a manifest that lists them.
func (f *Folder) Finish(m *Manifest, rows []Row, by []Objective) ([]string, error) {
	m.Results = []Input{}
	var paths []string
	for _, r := range Reports(rows, by) {
		if err := f.write(r.Name, r.Data); err != nil {
			return nil, err
		}
		m.Results = append(m.Results, Input{r.Name, Hash(r.Data)})
		paths = append(paths, filepath.Join(f.Dir, r.Name))
	}
	return append(paths, f.ManifestPath()), f.WriteManifest(m)
}
