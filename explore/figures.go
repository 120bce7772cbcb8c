package explore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
)

// Figures are the measured values of a point. All are exact counts, and the same on every
// computer.
type Figures struct {
	Cycles     uint64 `json:"cycles"`
	Events     int    `json:"events"`      // events that were equal to the reference's events
	LUTs       int    `json:"luts"`        // look-up tables of four inputs
	FFs        int    `json:"ffs"`         // flip-flops
	Cells      int    `json:"cells"`       // logic cells after packing
	Depth      int    `json:"depth"`       // look-up tables on the longest path
	MemoryBits int    `json:"memory_bits"` // of block RAM
	TextBytes  int    `json:"text_bytes"`
	DataBytes  int    `json:"data_bytes"`
	Shifts     string `json:"shifts"` // how the shifter was built
}

// The clock period in picoseconds is a fixed part plus a part for each look-up table on the
// longest path. Both constants were fitted to 14 cores that nextpnr placed on an iCE40 HX8K.
const (
	periodFixed    = 14300
	periodPerTable = 210
)

// Period estimates the clock period in picoseconds from the depth of a core. For the 14 cores
// of the fit, the estimate is within a fifth of the placed frequency. Such an estimate is good
// enough to compare points, but does not replace the timing analysis of the placer.
func Period(depth int) uint64 { return periodFixed + periodPerTable*uint64(depth) }

// Nanoseconds estimates the time of the run.
func (f *Figures) Nanoseconds() uint64 { return f.Cycles * Period(f.Depth) / 1000 }

// KHz is the estimated clock frequency.
func (f *Figures) KHz() uint64 { return 1_000_000_000 / Period(f.Depth) }

// Objective is a figure that a sweep minimises.
type Objective struct {
	Name, Unit string
	Of         func(*Figures) uint64
}

// objectives lists the figures that can be minimised.
func objectives() []Objective {
	count := func(of func(*Figures) int) func(*Figures) uint64 {
		return func(f *Figures) uint64 { return uint64(of(f)) }
	}
	return []Objective{
		{"time", "ns", (*Figures).Nanoseconds},
		{"area", "logic cells", count(func(f *Figures) int { return f.Cells })},
		{"cycles", "cycles", func(f *Figures) uint64 { return f.Cycles }},
		{"luts", "LUTs", count(func(f *Figures) int { return f.LUTs })},
		{"depth", "tables", count(func(f *Figures) int { return f.Depth })},
		{"memory", "bits", count(func(f *Figures) int { return f.MemoryBits })},
		{"text", "bytes", count(func(f *Figures) int { return f.TextBytes })},
	}
}

// Objectives finds objectives by name. The list must have two or more names, each once.
func Objectives(list []string) ([]Objective, error) {
	var out []Objective
	var all []string
	for _, o := range objectives() {
		all = append(all, o.Name)
	}
	for i, name := range list {
		k := slices.Index(all, name)
		if k < 0 {
			return nil, suggest(mistake(diag.Span{}, "there is no objective %q; there are %s", name, strings.Join(all, ", ")), name, all)
		}
		if slices.Contains(list[:i], name) {
			return nil, mistake(diag.Span{}, "the objective %s is given twice", name)
		}
		out = append(out, objectives()[k])
	}
	if len(out) < 2 {
		return nil, mistake(diag.Span{}, "a front wants two objectives or more, such as time,area")
	}
	return out, nil
}

// Row is a measured point of a program.
type Row struct {
	Program string
	Point   Point
	Key     string
	Figures Figures
	Front   bool // no other point of the program is at least as good in every objective and better in one
}

// MarkFronts finds the Pareto front of each program.
func MarkFronts(rows []Row, by []Objective) {
	for i := range rows {
		rows[i].Front = !slices.ContainsFunc(rows, func(other Row) bool {
			return other.Program == rows[i].Program && dominates(&other.Figures, &rows[i].Figures, by)
		})
	}
}

// dominates reports whether a is at least as good as b in every objective and better in one.
func dominates(a, b *Figures, by []Objective) bool {
	better := false
	for _, o := range by {
		x, y := o.Of(a), o.Of(b)
		if x > y {
			return false
		}
		better = better || x < y
	}
	return better
}

// column is a table column after the columns of the point.
type column struct {
	name string
	of   func(*Row) any
}

func columns() []column {
	return []column{
		{"cycles", func(r *Row) any { return r.Figures.Cycles }},
		{"time_ns", func(r *Row) any { return r.Figures.Nanoseconds() }},
		{"khz", func(r *Row) any { return r.Figures.KHz() }},
		{"luts", func(r *Row) any { return r.Figures.LUTs }},
		{"ffs", func(r *Row) any { return r.Figures.FFs }},
		{"cells", func(r *Row) any { return r.Figures.Cells }},
		{"depth", func(r *Row) any { return r.Figures.Depth }},
		{"memory_bits", func(r *Row) any { return r.Figures.MemoryBits }},
		{"text_bytes", func(r *Row) any { return r.Figures.TextBytes }},
		{"data_bytes", func(r *Row) any { return r.Figures.DataBytes }},
		{"shifts", func(r *Row) any { return r.Figures.Shifts }},
		{"events", func(r *Row) any { return r.Figures.Events }},
		{"front", func(r *Row) any { return r.Front }},
		{"key", func(r *Row) any { return r.Key }},
	}
}

// CSV writes rows as a table with the parameters first.
func CSV(rows []Row) []byte {
	var b strings.Builder
	for i := range rows {
		r := &rows[i]
		if i == 0 {
			b.WriteString("program")
			for _, a := range r.Point.Axes {
				b.WriteString("," + cell(a.Name))
			}
			for _, c := range columns() {
				b.WriteString("," + c.name)
			}
			b.WriteString("\n")
		}
		b.WriteString(cell(r.Program))
		for _, v := range r.Point.Values {
			b.WriteString("," + cell(v))
		}
		for _, c := range columns() {
			b.WriteString("," + fmt.Sprint(c.of(r)))
		}
		b.WriteString("\n")
	}
	return []byte(b.String())
}

// cell quotes a text that a CSV reader would otherwise split.
func cell(s string) string {
	if strings.ContainsAny(s, ",\"\n\r") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// Lines writes rows as JSON, one per line, in the order of the table.
func Lines(rows []Row) []byte {
	var b strings.Builder
	for i := range rows {
		r := &rows[i]
		b.WriteString(`{"program":` + quote(r.Program))
		for k, a := range r.Point.Axes {
			b.WriteString("," + quote(a.Name) + ":" + quote(r.Point.Values[k]))
		}
		for _, c := range columns() {
			b.WriteString("," + quote(c.name) + ":" + quote(c.of(r)))
		}
		b.WriteString("}\n")
	}
	return []byte(b.String())
}
