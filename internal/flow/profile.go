package flow

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/eval"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/observe"
	"github.com/sinter-lang/sinter/sim/program"
	"github.com/sinter-lang/sinter/sim/source"
	"github.com/sinter-lang/sinter/sim/world"
)

// Profile is the cost of a run by source line and function. Unit is the counted quantity. A
// circuit counts cycles and their causes. An instruction set and the IR count instructions. The
// source counts statements. A process counts microseconds of CPU time, from samples.
type Profile struct {
	Unit      string            `json:"unit"`
	Total     uint64            `json:"total"`
	Samples   int               `json:"samples,omitempty"` // number of samples, from which the microseconds are estimated
	Causes    map[string]uint64 `json:"causes,omitempty"`
	Lines     []ProfileRow      `json:"lines"`     // in the order of the text
	Functions []ProfileRow      `json:"functions"` // by name
}

// ProfileRow is the cost of a line or a function.
type ProfileRow struct {
	File         string            `json:"file,omitempty"`
	Line         int               `json:"line,omitempty"`
	Function     string            `json:"function"`
	Count        uint64            `json:"count"` // in Unit
	Instructions uint64            `json:"instructions,omitempty"`
	Events       uint64            `json:"events,omitempty"`
	Causes       map[string]uint64 `json:"causes,omitempty"`
	Text         string            `json:"text,omitempty"` // text of the line
}

// profileOf makes the report of a core's profile.
func (p *Program) profileOf(o *RunOptions, from *observe.Profile) *Profile {
	circuit := o.Level == Cycle
	total := from.Total()
	out := &Profile{Unit: "instructions", Total: total.Instructions}
	if circuit {
		out.Unit, out.Total, out.Causes = "cycles", total.Total(), causesOf(&total)
	}
	texts := p.lineTexts()
	rows := func(from []observe.Row) []ProfileRow {
		list := []ProfileRow{}
		for i := range from {
			r := &from[i]
			row := ProfileRow{
				File: r.File, Line: r.Line, Function: r.Func, Count: r.Instructions,
				Instructions: r.Instructions, Events: r.Events, Text: texts(r.File, r.Line),
			}
			if circuit {
				row.Count, row.Causes = r.Total(), causesOf(&r.Spent)
			}
			list = append(list, row)
		}
		return list
	}
	out.Lines, out.Functions = rows(from.Lines()), rows(from.Functions())
	return out
}

// causesOf names the causes that occurred.
func causesOf(s *observe.Spent) map[string]uint64 {
	out := map[string]uint64{}
	for _, c := range observe.Causes() {
		if n := s.Cycles[c]; n > 0 {
			out[c.String()] = n
		}
	}
	return out
}

// lineTexts finds the text of a line of the program.
func (p *Program) lineTexts() func(file string, line int) string {
	lines := map[string][]string{}
	for _, f := range p.Files {
		lines[f.Name] = strings.Split(f.Text, "\n")
	}
	return func(file string, line int) string {
		if l := lines[file]; line > 0 && line <= len(l) {
			return strings.TrimSpace(l[line-1])
		}
		return ""
	}
}

// runProfiled runs the source or its IR and counts the costs.
func (p *Program) runProfiled(ctx context.Context, o RunOptions, outs outputs) (*Result, error) {
	if o.Level != Source && o.Level != IR && o.Level != Native {
		return nil, UserErrorf("--profile wants --on source, ir, native, isa or cycle, got --on %s", o.Level)
	}
	script, err := p.Script(o.World)
	if err != nil {
		return nil, err
	}
	w := world.New(script)
	defer w.Close()
	m, sums, err := p.counting(ctx, &o, w)
	if err != nil {
		return nil, err
	}
	tr, seconds, err := toEnd(ctx, m, o.Level, o.World)
	if err != nil {
		return nil, err
	}
	if err := outs.write(tr, w); err != nil {
		return nil, err
	}
	r := p.result(o, m, tr, seconds)
	r.Profile, err = sums()
	return r, err
}

// counting makes the machine for a run with a profile, and a function that returns the profile
// at the end.
func (p *Program) counting(ctx context.Context, o *RunOptions, w *world.World) (sim.Machine, func() (*Profile, error), error) {
	if o.Level == Native {
		return p.sampling(ctx, w)
	}
	if o.Level == Source {
		if p.Form > FromText {
			return nil, nil, UserErrorf("%s is %s: it has no statements to count; --on ir counts its instructions", p.Path, p.Form)
		}
		counts := eval.Counts{}
		m, err := source.NewCounting(p.Tree, w, counts)
		return m, func() (*Profile, error) { return p.statements(counts), nil }, err
	}
	m, err := p.Machine(ctx, IR, o.Core, w, o.World.Seed)
	if err != nil {
		return nil, nil, err
	}
	mc := m.(*program.Machine)
	return mc, func() (*Profile, error) { return p.irProfile(mc), nil }, nil
}

// statements is the profile of a run of the source.
func (p *Program) statements(counts eval.Counts) *Profile {
	s := p.newSums("statements")
	for at, n := range counts { // sums do not depend on the order of this loop
		s.add(at, "", *n)
	}
	return s.profile()
}

// irProfile is the profile of a run of the IR.
func (p *Program) irProfile(m *program.Machine) *Profile {
	s := p.newSums("instructions")
	for _, b := range m.Profile() {
		for _, in := range b.Block.Instrs {
			s.add(in.Span, b.Func.Name, b.Count)
		}
	}
	return s.profile()
}

// sums adds up counts by function and line.
type sums struct {
	p      *Program
	unit   string
	inside func(diag.Span) string
	lines  map[profileKey]uint64
}

// profileKey is a line of a function.
type profileKey struct {
	File     string
	Line     int
	Function string
}

func (p *Program) newSums(unit string) *sums {
	return &sums{p: p, unit: unit, inside: p.functionsByPlace(), lines: map[profileKey]uint64{}}
}

// add adds a count at a position. The function is the source function around the position, or
// else the given function.
func (s *sums) add(at diag.Span, function string, n uint64) {
	if n == 0 {
		return
	}
	k := profileKey{Function: s.inside(at)}
	if k.Function == "" {
		k.Function = function
	}
	if at.File != nil {
		k.File = at.File.Name
		k.Line, _ = at.Position()
	}
	s.lines[k] += n
}

func (s *sums) profile() *Profile {
	out := &Profile{Unit: s.unit, Lines: []ProfileRow{}, Functions: []ProfileRow{}}
	texts, functions := s.p.lineTexts(), map[string]uint64{}
	for k, n := range s.lines {
		out.Total += n
		functions[k.Function] += n
		out.Lines = append(out.Lines, ProfileRow{File: k.File, Line: k.Line, Function: k.Function, Count: n, Text: texts(k.File, k.Line)})
	}
	for f, n := range functions {
		out.Functions = append(out.Functions, ProfileRow{Function: f, Count: n})
	}
	slices.SortFunc(out.Lines, byPlace)
	slices.SortFunc(out.Functions, byPlace)
	return out
}

// byPlace compares rows by their position in the text.
func byPlace(a, b ProfileRow) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Function, b.Function))
}

// Table is the profile in readable form: the highest costs first, with at most `most` rows.
func (f *Profile) Table(most int) [][]string {
	var rows [][]string
	for _, part := range []struct {
		name string
		from []ProfileRow
	}{{"function", f.Functions}, {"line", f.Lines}} {
		list := slices.Clone(part.from)
		slices.SortStableFunc(list, func(a, b ProfileRow) int { return cmp.Compare(b.Count, a.Count) })
		rows = append(rows, f.head(part.name))
		for i := range list[:min(most, len(list))] {
			rows = append(rows, f.row(&list[i], part.name))
		}
		if n := len(list) - most; n > 0 {
			rows = append(rows, []string{fmt.Sprintf("and %d more; --json lists all", n)})
		}
		rows = append(rows, nil)
	}
	if f.Unit == microseconds {
		return append(rows, []string{fmt.Sprintf("from %d samples of processor time", f.Samples)})
	}
	return rows[:len(rows)-1]
}

// microseconds is the unit of a profile from samples.
const microseconds = "microseconds"

// head is the heading row of a table.
func (f *Profile) head(name string) []string {
	out := []string{name, f.Unit, "share"}
	if f.Causes != nil {
		out = append(out, "instructions")
		for _, c := range observe.Causes()[1:] {
			out = append(out, c.String())
		}
	}
	if f.onCore() {
		out = append(out, "events")
	}
	return append(out, "text")
}

// onCore reports whether the profile is from a core.
func (f *Profile) onCore() bool {
	return slices.ContainsFunc(f.Functions, func(r ProfileRow) bool { return r.Instructions > 0 })
}

func (f *Profile) row(r *ProfileRow, name string) []string {
	where := r.Function
	if name == "line" {
		where = "in " + r.Function
		if r.File != "" {
			where = fmt.Sprintf("%s:%d", r.File, r.Line)
		}
	}
	if where == "" || where == "in " {
		where = "(no place)"
	}
	out := []string{where, fmt.Sprint(r.Count), fmt.Sprintf("%.1f%%", 100*float64(r.Count)/float64(max(f.Total, 1)))}
	if f.Causes != nil {
		out = append(out, fmt.Sprint(r.Instructions))
		for _, c := range observe.Causes()[1:] {
			out = append(out, fmt.Sprint(r.Causes[c.String()]))
		}
	}
	if f.onCore() {
		out = append(out, fmt.Sprint(r.Events))
	}
	return append(out, r.Text)
}
