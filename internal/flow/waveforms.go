package flow

import (
	"os"
	"strings"

	"github.com/sinter-lang/sinter/sim/world"
)

// nothing is the file name for a port that has no input on purpose.
const nothing = "none"

// addWaveforms reads PORT=FILE for the level inputs of a script.
func (p *Program) addWaveforms(specs []string, s *world.Script) error {
	var list []world.Waveform
	given := map[int]string{}
	for _, spec := range specs {
		i, file, err := p.port(optionVcdIn, spec)
		if err != nil {
			return err
		}
		if old, twice := given[i]; twice {
			return UserErrorf("%q: the port has a file already, %s", spec, old)
		}
		given[i] = file
		if file == nothing {
			continue
		}
		f, err := p.waveform(i, file)
		if err != nil {
			return err
		}
		list = append(list, f)
	}
	return s.AddWaveforms(list)
}

// waveform reads FILE or FILE:SIGNAL.
func (p *Program) waveform(i int, file string) (world.Waveform, error) {
	d := &p.Tree.System.Devices[i]
	f := world.Waveform{Device: i, Names: []string{d.Name, d.Label}, Name: file}
	if at := strings.LastIndexByte(file, ':'); at > 0 {
		if _, err := os.Stat(file); err != nil {
			f.Name, f.Names = file[:at], []string{file[at+1:]}
		}
	}
	var err error
	f.Data, err = readInput(f.Name, "a value change dump", maxWaveform)
	return f, err
}
