package flow

import (
	"os"
	"strings"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim/world"
)

// nothing is the file of a port at which nothing arrives on purpose.
const nothing = "none"

// addWaveforms reads PORT=FILE of the inputs of levels into a script.
func (p *Program) addWaveforms(specs []string, s *world.Script) error {
	var list []world.Waveform
	given := map[int]string{}
	for _, spec := range specs {
		i, file, err := p.level(spec, true)
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

// level splits PORT=FILE for an input or an output.
func (p *Program) level(spec string, in bool) (device int, file string, err error) {
	name, file, ok := strings.Cut(spec, "=")
	var known []string
	for i, d := range p.systemDevices() {
		if k := port.Find(d.Kind); k.Shape != port.Level || k.In != in {
			continue
		}
		if ok && d.Name == name {
			return i, file, nil
		}
		known = append(known, d.Name)
	}
	what := map[bool]string{true: "inputs", false: "outputs"}[in]
	if len(known) == 0 {
		return 0, "", UserErrorf("%q wants PORT=FILE, but %s has no %s of levels", spec, p.Name, what)
	}
	return 0, "", UserErrorf("%q wants PORT=FILE; the %s of %s are: %s", spec, what, p.Name, strings.Join(known, ", "))
}

// systemDevices lists the devices of the program.
func (p *Program) systemDevices() []tree.DeviceDef {
	if p.Tree.System == nil {
		return nil
	}
	return p.Tree.System.Devices
}

// WriteWaveforms writes what outputs showed to PORT=FILE.
func (p *Program) WriteWaveforms(specs []string, tr *trace.Trace) error {
	for _, spec := range specs {
		i, file, err := p.level(spec, false)
		if err != nil {
			return err
		}
		if err := WriteFile(file, world.WriteVCD(tr, p.Tree.System.Devices[i].Name)); err != nil {
			return err
		}
	}
	return nil
}
