package flow

import (
	"io"
	"path/filepath"
	"strings"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/tree"
)

// portOption is an option NAME=FILE about ports of one kind. The name may be omitted if
// only one port of the program qualifies.
type portOption struct {
	name  string
	noun  string                     // the noun for its ports
	takes func(*tree.DeviceDef) bool // ports that may be named
	means func(*tree.DeviceDef) bool // ports among them that qualify without a name
}

var (
	optionPcapIn   = portOption{"--pcap-in", "network device", isMessage, func(d *tree.DeviceDef) bool { return d.Rx }}
	optionPcapOut  = portOption{"--pcap-out", "network device", isMessage, func(d *tree.DeviceDef) bool { return d.Tx }}
	optionDisk     = portOption{"--disk", "disk", isDisk, isDisk}
	optionDiskOut  = portOption{"--disk-out", "disk", isDisk, isDisk}
	optionBytesIn  = portOption{"--bytes-in", "serial line", isStream, isStream}
	optionBytesOut = portOption{"--bytes-out", "serial line", isStream, func(d *tree.DeviceDef) bool { return d.Tx }}
	optionAnswers  = portOption{"--answers", "bus, disk or source of random bytes", isCommand, isCommand}
	optionVcdIn    = portOption{"--vcd-in", "input of levels", isInput, isInput}
	optionVcdOut   = portOption{"--vcd-out", "output of levels", isOutput, isOutput}
)

func isMessage(d *tree.DeviceDef) bool { return port.ShapeOf(d.Kind) == port.Message }
func isDisk(d *tree.DeviceDef) bool    { return port.KeepsBlocks(d.Kind) }
func isSource(d *tree.DeviceDef) bool  { return port.Exchanges(d.Kind) && !port.IsBus(d.Kind) }
func isCommand(d *tree.DeviceDef) bool { return port.ShapeOf(d.Kind) == port.Command }

func isInput(d *tree.DeviceDef) bool {
	k := port.Find(d.Kind)
	return k.Shape == port.Level && k.In
}

func isOutput(d *tree.DeviceDef) bool {
	k := port.Find(d.Kind)
	return k.Shape == port.Level && !k.In
}

// systemDevices lists the devices of the program.
func (p *Program) systemDevices() []tree.DeviceDef {
	if p.Tree.System == nil {
		return nil
	}
	return p.Tree.System.Devices
}

// port splits NAME=FILE of an option, or takes FILE for the only port that qualifies.
func (p *Program) port(o portOption, spec string) (device int, file string, err error) {
	name, file, named := strings.Cut(spec, "=")
	var known, meant []string
	for i, d := range p.systemDevices() {
		if !o.takes(&d) {
			continue
		}
		if named && d.Name == name {
			if file == "" {
				return 0, "", UserErrorf("%s %s names no file", o.name, spec)
			}
			return i, file, nil
		}
		known = append(known, d.Name)
		if o.means(&d) {
			meant, device = append(meant, d.Name), i
		}
	}
	switch {
	case len(known) == 0:
		return 0, "", UserErrorf("%s %s: %s has no %s", o.name, spec, p.Name, o.noun)
	case named:
		return 0, "", UserErrorf("%s %s: %s has no %s `%s`; it has %s", o.name, spec, p.Name, o.noun, name, strings.Join(known, ", "))
	case len(meant) != 1:
		return 0, "", UserErrorf("%s %s: %s has %s; write %s=%s", o.name, spec, p.Name, strings.Join(known, ", "), known[0], spec)
	case spec == "":
		return 0, "", UserErrorf("%s names no file", o.name)
	}
	return device, spec, nil
}

// outputs finds the outputs that the options of a run name. It does so before the run, so
// that a mistake in them is found at once.
func (p *Program) outputs(o RunOptions) (outputs, error) {
	var out outputs
	for _, kind := range []struct {
		option portOption
		specs  []string
		begin  func(d *tree.DeviceDef, i int) func(io.Writer) (content, error)
	}{
		{optionDiskOut, o.DiskOut, diskOutput},
		{optionPcapOut, o.PcapOut, captureOutput},
		{optionVcdOut, o.VcdOut, waveformOutput},
		{optionBytesOut, o.BytesOut, bytesOutput},
	} {
		for _, spec := range kind.specs {
			i, file, err := p.port(kind.option, spec)
			if err != nil {
				return nil, err
			}
			out = append(out, output{file, kind.begin(&p.Tree.System.Devices[i], i)})
		}
	}
	if o.TraceFile != "" {
		out = append(out, output{o.TraceFile, p.traceOutput})
	}
	paths := map[string]bool{}
	names := o.lookedAtFiles()
	for _, x := range out {
		names = append(names, x.path)
	}
	for _, name := range names {
		path := filepath.Clean(name)
		if paths[path] {
			return nil, UserErrorf("two outputs of the run are to be written to %s", name)
		}
		paths[path] = true
	}
	return out, nil
}
