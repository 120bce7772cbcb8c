package flow

import (
	"strings"

	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/gates"
)

// Engine is one way to run the circuit of a machine. All engines of a machine give the same
// results, but differ in speed and in the data that they share.
type Engine struct {
	Name    string `json:"name"`
	Level   string `json:"level"`
	Purpose string `json:"purpose"`
}

// ofGates lists the engines of machine gates.
func ofGates() []Engine {
	purposes := map[string]string{
		gates.Native: "makes x86-64 instructions of the gates; up to 64 runs at once, one in each bit of a word",
		gates.Lanes:  "interprets operations of a gate or two; as many runs at once",
	}
	var out []Engine
	for _, name := range gates.Engines() {
		out = append(out, Engine{name, Gates, purposes[name]})
	}
	return out
}

// ofCircuits lists the engines of machine cycle.
func ofCircuits() []Engine {
	var out []Engine
	for _, m := range cycle.Engines() {
		out = append(out, Engine{m.Name, Cycle, m.Purpose})
	}
	return out
}

// AllEngines lists the engines of all machines.
func AllEngines() []Engine {
	var out []Engine
	for _, l := range Levels() {
		out = append(out, l.Engines...)
	}
	return out
}

// checkEngine checks that a machine has the engine that the options choose.
func (p *Program) checkEngine(level string) error {
	l, err := LevelOf(level)
	if err != nil || p.opts.Engine == "" {
		return err
	}
	var names []string
	for _, e := range l.Engines {
		if e.Name == p.opts.Engine {
			return nil
		}
		names = append(names, e.Name)
	}
	if len(names) == 0 {
		on := Names(func(l Level) bool { return len(l.Engines) > 0 })
		return UserErrorf("%s offers no choice of engines; --engine goes with %s", l.Shown, strings.Join(on, " and "))
	}
	return UserErrorf("%s has no engine %q; there are %s", l.Shown, p.opts.Engine, strings.Join(names, ", "))
}
