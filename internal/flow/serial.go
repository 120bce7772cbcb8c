package flow

import (
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim/world"
)

// isStream reports whether a device transfers single bytes.
func isStream(d *tree.DeviceDef) bool { return port.ShapeOf(d.Kind) == port.Stream }

// addBytes reads PORT=FILE for the ports of shape stream into a script.
func (p *Program) addBytes(specs []string, s *world.Script) error {
	s.Streams = p.streams()
	var list []world.Bytes
	given := map[int]string{}
	for _, spec := range specs {
		i, file, err := p.port(optionBytesIn, spec)
		if err != nil {
			return err
		}
		if old, twice := given[i]; twice {
			return UserErrorf("--bytes-in %s: the port has a file already, %s", spec, old)
		}
		given[i] = file
		if file == nothing {
			continue
		}
		data, err := readInput(file, "a file of bytes", maxCapture)
		if err != nil {
			return err
		}
		list = append(list, world.Bytes{Device: i, Name: file, Data: data})
	}
	return s.AddBytes(list)
}

// streams lists for each device whether it transfers single bytes.
func (p *Program) streams() []bool {
	var list []bool
	for _, d := range p.systemDevices() {
		list = append(list, isStream(&d))
	}
	return list
}
