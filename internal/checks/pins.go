package checks

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/hwgen/top"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/proc"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// Pins is the result of comparing the pins of a board's simulated top module with the
// reference.
type Pins struct {
	Changes    int     `json:"changes"`    // changes of outputs that are equal to the reference's changes
	Bytes      int     `json:"bytes"`      // bytes sent by serial lines
	Frames     int     `json:"frames"`     // frames sent by serial lines
	Transfers  int     `json:"transfers"`  // transfers over buses
	LatestUs   float64 `json:"latest_us"`  // the largest time between a change of the reference and the same change at the pin
	Difference string  `json:"difference"` // "" when nothing differs

	most float64 // largest allowed value of LatestUs
}

// mostLate is the largest allowed time, in cycles of the core, between a change of the
// reference and the same change at a pin. In the reference, computing takes no time.
const mostLate = 1000

// SimulatePins simulates the whole top module of a program on a board in Icarus, and compares
// the outputs at its pins with the reference. The world needs an end (Until).
func SimulatePins(ctx context.Context, p *flow.Program, o flow.FPGAOptions, w flow.World) (*Pins, error) {
	if _, err := exec.LookPath("iverilog"); err != nil {
		return nil, &flow.MissingTool{Tool: "iverilog", Package: "iverilog"}
	}
	script, err := p.Script(w)
	if err != nil {
		return nil, err
	}
	if err := script.Whole(); err != nil {
		return nil, err
	}
	if script.Until == nil {
		return nil, flow.UserErrorf("a run at the pins has no end of its own: --until says when it is over")
	}
	_, tr, _, err := p.Trace(ctx, p.Reference(), o.Core, w)
	if err != nil {
		return nil, err
	}
	d, files, err := p.BoardTexts(ctx, o)
	if err != nil {
		return nil, err
	}
	buses := busesOf(p, tr)
	files["tb.v"] = d.Bench(inputsAt(d, p, script), *script.Until, slavesOf(buses)...)
	said, err := runIcarus(ctx, files)
	if err != nil {
		return nil, err
	}
	seen, err := d.ParseSeen(said)
	if err != nil {
		return nil, err
	}
	r := comparePins(d, tr, seen, busTime(buses))
	r.buses(buses, said)
	return r, nil
}

// inputsAt lists the levels at all input pins, in the order of their times.
func inputsAt(d *top.Design, p *flow.Program, s *world.Script) []top.Change {
	all := append(changesOf(p, s), lineChanges(d, s)...)
	slices.SortStableFunc(all, func(a, b top.Change) int { return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Nanos, b.Nanos)) })
	return all
}

// changesOf lists the inputs of a script by port.
func changesOf(p *flow.Program, s *world.Script) []top.Change {
	var out []top.Change
	for _, in := range s.Inputs {
		for _, l := range in.Levels {
			out = append(out, top.Change{Time: in.Time, Port: p.Tree.System.Devices[l.Device].Name, Level: l.Value})
		}
	}
	return out
}

// runIcarus compiles all files and runs them in a temporary folder.
func runIcarus(ctx context.Context, files map[string]string) (string, error) {
	dir, err := os.MkdirTemp("", "sinter-pins-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	args := []string{"-g2005", "-s", "tb", "-o", "tb"}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if filepath.Ext(name) == ".v" {
			args = append(args, name)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(files[name]), 0o644); err != nil {
			return "", err
		}
	}
	said := ""
	for _, command := range [][]string{append([]string{"iverilog"}, args...), {"vvp", "-n", "tb"}} {
		cmd := proc.Command(ctx, command[0], command[1:]...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if said = string(out); err != nil {
			return "", fmt.Errorf("%s: %s", command[0], complaint(said, err))
		}
	}
	return said, nil
}

// comparePins compares the changes of each output in order, and their times approximately.
// `late` is the number of additional microseconds by which a change may be late.
func comparePins(d *top.Design, tr *trace.Trace, seen []top.Seen, late float64) *Pins {
	cycles := float64(mostLate)
	if slices.ContainsFunc(d.Wires, func(w top.Wire) bool { return w.Debounce }) {
		cycles += 2 << periph.DebounceBits
	}
	r := &Pins{most: cycles/d.Clock.MHz() + late}
	for _, wire := range d.Wires {
		if wire.Own || wire.Port.In || wire.Port.Serial == top.Bus {
			continue
		}
		name := wire.Port.Name
		var want []top.Seen
		for _, e := range tr.Events {
			if e.Kind == trace.Out && e.Port == name {
				want = append(want, top.Seen{Micros: float64(e.Time), Port: name, Level: world.LevelOf(e.Data)})
			}
		}
		var got []top.Seen
		for _, s := range seen {
			if s.Port == name {
				got = append(got, s)
			}
		}
		if wire.Port.Serial != top.Level {
			if r.Difference = r.serial(d, wire, tr, got); r.Difference != "" {
				return r
			}
			continue
		}
		if r.Difference = r.port(name, want, got); r.Difference != "" {
			return r
		}
	}
	return r
}

// port compares one output.
func (r *Pins) port(name string, want, got []top.Seen) string {
	for i, w := range want {
		if i == len(got) {
			return fmt.Sprintf("%s: change %d, to %d at %.0f us, is missing", name, i, w.Level, w.Micros)
		}
		g := got[i]
		late := math.Abs(g.Micros - w.Micros)
		if g.Level != w.Level || late > r.most {
			return fmt.Sprintf("%s: change %d is to %d at %.1f us, the reference says to %d at %.0f us", name, i, g.Level, g.Micros, w.Level, w.Micros)
		}
		r.Changes++
		r.LatestUs = max(r.LatestUs, late)
	}
	if len(got) > len(want) {
		g := got[len(want)]
		return fmt.Sprintf("%s: a change to %d at %.1f us that the reference does not have", name, g.Level, g.Micros)
	}
	return ""
}
