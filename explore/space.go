package explore

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
)

// The axes of a design point.
const (
	Organisation = "organisation"
	Registers    = "registers"
	Multiplier   = "multiplier"
	Shifter      = "shifter"
	Codegen      = "codegen"
	Mining       = "mining"
)

// Config is the prefix of an axis that sets a config of the program.
const Config = "config."

// known is an axis: its possible values, and its value in a space that does not name it.
type known struct {
	name     string
	values   []string // nil: whole numbers in lo..hi
	lo, hi   int
	standard string
}

// axes lists the known axes in the order of reports.
func axes() []known {
	return []known{
		{name: Organisation, values: []string{"multi", "pipe3"}, standard: "pipe3"},
		{name: Registers, lo: 5, hi: 32, standard: "16"},
		{name: Multiplier, values: []string{"hard", "soft"}, standard: "hard"},
		{name: Shifter, values: []string{"auto", "constant", "barrel"}, standard: "auto"},
		{name: Codegen, values: []string{"cg", "llvm"}, standard: "cg"},
		{name: Mining, values: []string{"off", "4", "8", "16"}, standard: "off"},
	}
}

// Axis is one dimension of a space.
type Axis struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
	at     diag.Span
}

// Space is the set of design points that a sweep visits.
type Space struct {
	Axes  []Axis
	rules []rule
}

// Point is one choice for each axis, in the order of the axes.
type Point struct {
	Axes   []Axis
	Values []string
}

// MaxPoints is the largest number of points that a space may have before its constraints apply.
const MaxPoints = 1 << 20

// Standard is the space of a sweep without a space file. The axes of this space are the
// organisations, and registers from 8 to 32 in steps of 8.
func Standard() *Space {
	s := &Space{}
	for _, k := range axes() {
		a := Axis{Name: k.name, Values: []string{k.standard}}
		switch k.name {
		case Organisation:
			a.Values = k.values
		case Registers:
			a.Values = []string{"8", "16", "24", "32"}
		}
		s.Axes = append(s.Axes, a)
	}
	return s
}

// ReadSpace reads a space file and checks that it leaves points.
func ReadSpace(f *diag.File) (*Space, error) {
	sections, err := readSections(f)
	if err != nil {
		return nil, err
	}
	s := &Space{}
	for _, k := range axes() {
		s.Axes = append(s.Axes, Axis{Name: k.name, Values: []string{k.standard}})
	}
	for _, part := range sections {
		if err := s.section(part); err != nil {
			return nil, err
		}
	}
	for _, part := range sections {
		if err := s.readRule(part); err != nil {
			return nil, err
		}
	}
	if s.size() > MaxPoints {
		return nil, mistake(s.longest().at, "the space has more than %d points before its constraints", MaxPoints)
	}
	return s, s.satisfiable()
}

// headers are the sections of a space file.
func headers() []string { return []string{"axes", "config", "forbid", "require"} }

func (s *Space) section(part section) error {
	list := part.name == "forbid" || part.name == "require"
	switch {
	case part.name == "" && len(part.entries) == 0:
		return nil
	case part.name == "":
		return mistake(part.entries[0].at, "%s stands in no section; the axes stand below [axes]", part.entries[0].key)
	case !slices.Contains(headers(), part.name):
		return suggest(mistake(part.at, "a space has no section %s; it has [axes], [config], [[forbid]] and [[require]]", part.name), part.name, headers())
	case list != part.array:
		want := map[bool]string{true: "[[%s]]", false: "[%s]"}[list]
		return mistake(part.at, "the section is written "+want, part.name)
	case list:
		return nil
	}
	for _, e := range part.entries {
		if err := s.axis(part.name, e); err != nil {
			return err
		}
	}
	return nil
}

// axis takes a key below [axes] or [config].
func (s *Space) axis(section string, e entry) error {
	values, err := listOf(e)
	if err != nil {
		return err
	}
	a := Axis{Name: e.key, at: e.at}
	var k *known
	if section == "config" {
		a.Name = Config + e.key
	} else if k = find(e.key); k == nil {
		return suggest(mistake(e.at, "there is no axis %s; there are %s", e.key, strings.Join(names(), ", ")), e.key, names())
	}
	seen := map[string]bool{}
	for _, v := range values {
		if k != nil {
			if err := k.check(&v); err != nil {
				return err
			}
		}
		if seen[v.text] {
			return mistake(v.at, "%s has the value %s twice", e.key, v.text)
		}
		seen[v.text] = true
		a.Values = append(a.Values, v.text)
	}
	if i := s.index(a.Name); i >= 0 && s.Axes[i].at.IsZero() {
		s.Axes[i] = a
	} else if i >= 0 {
		return mistake(e.at, "%s is given twice", e.key).Note(s.Axes[i].at, "first here")
	} else {
		s.Axes = append(s.Axes, a)
	}
	return nil
}

// listOf returns the values of an axis: a single value, an array, or {from, to, step}.
func listOf(e entry) ([]value, error) {
	switch e.val.kind {
	case scalar:
		return []value{e.val}, nil
	case inline:
		return steps(e)
	}
	if len(e.val.list) == 0 {
		return nil, mistake(e.val.at, "%s has no value, so the space is empty", e.key)
	}
	for _, v := range e.val.list {
		if v.kind != scalar {
			return nil, mistake(v.at, "a value of %s is a string, a number or a boolean", e.key)
		}
	}
	return e.val.list, nil
}

// steps returns the values of { from = 8, to = 32, step = 8 }.
func steps(e entry) ([]value, error) {
	given := map[string]int{"step": 1}
	for _, part := range e.val.entries {
		n, err := strconv.ParseInt(part.val.text, 10, 32)
		if err != nil || part.val.kind != scalar {
			return nil, mistake(part.val.at, "%s wants a whole number of 32 bits", part.key)
		}
		if !slices.Contains([]string{"from", "to", "step"}, part.key) {
			return nil, suggest(mistake(part.at, "a range has from, to and step, not %s", part.key), part.key, []string{"from", "to", "step"})
		}
		given[part.key] = int(n)
	}
	from, is := given["from"]
	to, too := given["to"]
	step := given["step"]
	switch {
	case !is || !too:
		return nil, mistake(e.val.at, "a range wants from and to")
	case step < 1:
		return nil, mistake(e.val.at, "the step of a range is at least 1, got %d", step)
	case from > to:
		return nil, mistake(e.val.at, "%s from %d to %d has no value, so the space is empty", e.key, from, to)
	case (to-from)/step >= MaxPoints:
		return nil, mistake(e.val.at, "a range has at most %d values", MaxPoints)
	}
	var out []value
	for n := from; n <= to; n += step {
		out = append(out, value{text: strconv.Itoa(n), at: e.val.at})
	}
	return out, nil
}

func names() []string {
	var out []string
	for _, k := range axes() {
		out = append(out, k.name)
	}
	return out
}

func find(name string) *known {
	for _, k := range axes() {
		if k.name == name {
			return &k
		}
	}
	return nil
}

// check refuses a value that the axis does not have. check also brings numbers into a canonical
// form.
func (k *known) check(v *value) error {
	if k.values != nil {
		if !slices.Contains(k.values, v.text) {
			return suggest(mistake(v.at, "%s is not a %s; there are %s", v.text, k.name, strings.Join(k.values, ", ")), v.text, k.values)
		}
		return nil
	}
	n, err := strconv.Atoi(v.text)
	if err != nil || n < k.lo || n > k.hi {
		return mistake(v.at, "%s are %d to %d, got %s", k.name, k.lo, k.hi, v.text)
	}
	v.text = strconv.Itoa(n)
	return nil
}

func (s *Space) index(name string) int {
	return slices.IndexFunc(s.Axes, func(a Axis) bool { return a.Name == name })
}

// size is the number of points before constraints, at most one more than the limit.
func (s *Space) size() int {
	n := 1
	for _, a := range s.Axes {
		if n *= len(a.Values); n > MaxPoints {
			return MaxPoints + 1
		}
	}
	return n
}

func (s *Space) longest() Axis {
	return slices.MaxFunc(s.Axes, func(a, b Axis) int { return len(a.Values) - len(b.Values) })
}

// Points lists the points that all constraints allow.
func (s *Space) Points() []Point {
	var out []Point
	for _, p := range s.all() {
		if s.excludes(p) == nil {
			out = append(out, p)
		}
	}
	return out
}

// all lists the points before constraints; the last axis changes fastest.
func (s *Space) all() []Point {
	out := make([]Point, s.size())
	for i := range out {
		values, rest := make([]string, len(s.Axes)), i
		for k := len(s.Axes) - 1; k >= 0; k-- {
			n := len(s.Axes[k].Values)
			values[k], rest = s.Axes[k].Values[rest%n], rest/n
		}
		out[i] = Point{s.Axes, values}
	}
	return out
}

// Get is the value of an axis, empty if the space does not have the axis.
func (p Point) Get(axis string) string {
	for i, a := range p.Axes {
		if a.Name == axis {
			return p.Values[i]
		}
	}
	return ""
}

// Number is the value of a numeric axis.
func (p Point) Number(axis string) int {
	n, _ := strconv.Atoi(p.Get(axis)) // checked when the space was read
	return n
}

// Settings lists the configs of the program that the point sets, as NAME=VALUE.
func (p Point) Settings() []string {
	var out []string
	for i, a := range p.Axes {
		if name, is := strings.CutPrefix(a.Name, Config); is {
			out = append(out, name+"="+p.Values[i])
		}
	}
	return out
}

// String names a point by the axes that have more than one value.
func (p Point) String() string {
	var out []string
	for i, a := range p.Axes {
		if len(a.Values) > 1 {
			out = append(out, a.Name+" "+p.Values[i])
		}
	}
	if len(out) == 0 {
		return "the only point"
	}
	return strings.Join(out, ", ")
}

// mistake is an error in a space file.
func mistake(at diag.Span, format string, args ...any) *diag.Error {
	return diag.Errorf("", at, "%s", fmt.Sprintf(format, args...))
}

// suggest adds the nearest valid name.
func suggest(e *diag.Error, name string, known []string) *diag.Error {
	if best := diag.Nearest(name, known); best != "" {
		e.Hint("did you mean `%s`?", best)
	}
	return e
}
