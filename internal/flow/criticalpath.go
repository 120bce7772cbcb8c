package flow

import (
	"fmt"
	"math"
	"regexp"
	"strings"
)

// PathStep is a part of the longest path of a design: the name of a signal, and the delay
// to it in nanoseconds.
type PathStep struct {
	Name string  `json:"name"`
	Ns   float64 `json:"ns"`
}

// placedPath is a path in nextpnr's report.
type placedPath struct {
	From, To string
	Path     []struct {
		Delay float64
		From  struct{ Cell string }
		To    struct{ Cell, Port string }
		Net   string
	}
}

// made matches name endings and bit indices that synthesis has added.
var made = regexp.MustCompile(`(_SB_(LUT4|CARRY|DFF).*|\$.*|\.[0-9]+\.[0-9]+_RAM.*|_LC|_DFFLC|\[[0-9]+\])$`)

// nameless matches a net to which the generator gave no name.
var nameless = regexp.MustCompile(`^n[0-9]+$`)

// signalOf is the name of a net or cell in the written Verilog. The result is "" for names
// that a tool has made.
func signalOf(name string) string {
	for made.MatchString(name) {
		name = made.ReplaceAllString(name, "")
	}
	name = strings.TrimPrefix(name, "the_core.")
	if i := strings.LastIndexByte(name, '.'); nameless.MatchString(name[i+1:]) {
		return ""
	}
	return name
}

// pathOf reduces a path to the named signals. Each signal has the delay from the previous signal.
func pathOf(p *placedPath) (steps []PathStep, total float64) {
	add := func(name string, ns float64) {
		last := len(steps) - 1
		if name == "" || last >= 0 && steps[last].Name == name {
			if last >= 0 {
				steps[last].Ns += ns
				return
			}
			name = "a register"
		}
		steps = append(steps, PathStep{name, ns})
	}
	for i, s := range p.Path {
		total += s.Delay
		name := signalOf(s.Net)
		switch {
		case i == 0:
			name = signalOf(s.To.Cell)
		case i >= len(p.Path)-2: // the end of the path
			name = signalOf(s.To.Cell)
		case s.Net == "":
			name = ""
		}
		add(name, s.Delay)
	}
	for i := range steps {
		steps[i].Ns = math.Round(steps[i].Ns*10) / 10
	}
	return steps, total
}

// worst is the longest path that begins and ends at registers of the same clock.
func worst(paths []placedPath) *placedPath {
	var found *placedPath
	most := -1.0
	for i := range paths {
		p := &paths[i]
		sum := 0.0
		for _, s := range p.Path {
			sum += s.Delay
		}
		if strings.HasPrefix(p.From, "posedge") && p.From == p.To && sum > most {
			found, most = p, sum
		}
	}
	return found
}

// PathText shows the longest path in readable form. The text is empty if the tool reports no path.
func (f *FPGA) PathText() string {
	if len(f.Path) == 0 {
		return ""
	}
	var parts []string
	for _, s := range f.Path {
		parts = append(parts, fmt.Sprintf("%s %.1f", s.Name, s.Ns))
	}
	return fmt.Sprintf("longest path %.1f ns: %s", f.PathNs, strings.Join(parts, ", "))
}

// tooSlow is the error for a design that does not reach its clock frequency. The error
// suggests a remedy.
func (f *FPGA) tooSlow() error {
	way := "--core multi or another board"
	if whole := math.Floor(f.FmaxMHz); whole >= 2 && f.design.Board.PLL != "" {
		way = fmt.Sprintf("--clock %.0f is what it reaches, where the PLL makes that; else %s", whole, way)
	}
	path := f.PathText()
	if path != "" {
		path = "; " + path
	}
	return UserErrorf("the design reaches %.2f MHz and its clock is %.6g MHz: %s%s", f.FmaxMHz, f.ClockMHz, way, path)
}
