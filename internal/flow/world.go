package flow

import (
	"io"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/types"
	"github.com/sinter-lang/sinter/sim/world"
)

// World describes the environment of a run.
type World struct {
	Captures []string // DEVICE=FILE, or FILE when the program has one receiving device
	Levels   []string // PORT=FILE: value change dumps of inputs
	Bytes    []string // PORT=FILE: files of bytes of serial lines
	Answers  []string // PORT=FILE: answers of the device on a bus, or operations that fail on a disk
	Disks    []string // DEVICE=FILE: the image of a disk; the file is not changed
	Seed     int64    // seed of the gaps on a core's ports; 0: no gaps
	Limit    uint64   // events that every machine shows; 0: no limit
	Steps    uint64   // steps of a machine; 0: its own generous limit
	Frames   int      // number of frames that arrive; 0: all
	Until    string   // end of the run as a duration, such as 20ms; empty: the last input
}

// Silent lists the receiving devices of a shape whose input is not given: the world names
// neither a file nor `none` for them.
func (p *Program) Silent(w World, shape port.Shape) ([]string, error) {
	option, specs := optionPcapIn, w.Captures
	if shape == port.Stream {
		option, specs = optionBytesIn, w.Bytes
	}
	named := map[int]bool{}
	for _, spec := range specs {
		device, _, err := p.port(option, spec)
		if err != nil {
			return nil, err
		}
		named[device] = true
	}
	var silent []string
	for i, d := range p.Tree.System.Devices {
		if d.Rx && port.ShapeOf(d.Kind) == shape && !named[i] {
			silent = append(silent, d.Name)
		}
	}
	return silent, nil
}

// Script reads the captures of a world for the devices of the program.
func (p *Program) Script(w World) (*world.Script, error) {
	devices := p.devices()
	var sources []world.Capture
	for _, spec := range w.Captures {
		device, file, err := p.port(optionPcapIn, spec)
		if err != nil {
			return nil, err
		}
		if file == nothing {
			continue
		}
		c, err := capture(file)
		if err != nil {
			return nil, err
		}
		c.Device, c.Messages = device, port.HeadOf(p.Tree.System.Devices[device].Kind) > 0
		sources = append(sources, c)
	}
	script, err := world.FromCaptures(devices, sources)
	if err != nil {
		return nil, err
	}
	if script.Disks, err = p.disks(w.Disks); err != nil {
		return nil, err
	}
	script.Buses = p.buses()
	if err := p.answers(w.Answers, script); err != nil {
		return nil, err
	}
	if w.Frames > 0 {
		if err := script.First(w.Frames); err != nil {
			return nil, err
		}
	}
	if err := p.addWaveforms(w.Levels, script); err != nil {
		return nil, err
	}
	if err := p.addBytes(w.Bytes, script); err != nil {
		return nil, err
	}
	if w.Until != "" {
		ticks, ok := types.ParseDuration(w.Until)
		if !ok || ticks < 0 {
			return nil, UserErrorf("--until wants a duration such as 20ms, got %q", w.Until)
		}
		until := uint64(ticks)
		script.Until = &until
	}
	return script, nil
}

// wholeCapture is the size up to which a capture is read at once. A longer capture is read
// again in each run, in parts.
const wholeCapture = 256 << 10

// capture is a file with frames.
func capture(file string) (world.Capture, error) {
	const what = "a capture"
	c := world.Capture{Name: file}
	size, err := sizeOf(file, what)
	if err == nil && size <= wholeCapture {
		c.Data, err = readInput(file, what, maxCapture)
		return c, err
	}
	c.Open = func() (io.ReadCloser, error) { return openInput(file) }
	return c, err
}

// disks makes the disks of the program, empty or from an image.
func (p *Program) disks(specs []string) ([]*world.Disk, error) {
	if p.Tree.System == nil {
		return nil, nil
	}
	disks := make([]*world.Disk, len(p.Tree.System.Devices))
	for i, d := range p.Tree.System.Devices {
		if isDisk(&d) {
			disks[i] = world.NewDisk(make([]byte, world.DiskSectors*world.SectorSize))
		}
	}
	given := map[int]string{}
	for _, spec := range specs {
		i, file, err := p.port(optionDisk, spec)
		if err != nil {
			return nil, err
		}
		if old, twice := given[i]; twice {
			return nil, UserErrorf("--disk %s: the disk has a file already, %s", spec, old)
		}
		given[i] = file
		data, err := readInput(file, "the image of a disk", maxDisk)
		if err != nil {
			return nil, err
		}
		disks[i] = world.NewDisk(data)
	}
	return disks, nil
}

// buses makes the devices at the other ends of the program's buses. It also makes the program's
// sources of random bytes.
func (p *Program) buses() []*world.Bus {
	devices := p.systemDevices()
	buses := make([]*world.Bus, len(devices))
	for i := range devices {
		if port.Exchanges(devices[i].Kind) {
			buses[i] = world.NewBus(port.Find(devices[i].Kind))
		}
	}
	return buses
}

// answers sets how the devices in a script answer commands.
func (p *Program) answers(specs []string, script *world.Script) error {
	given := map[int]string{}
	for _, spec := range specs {
		i, file, err := p.port(optionAnswers, spec)
		if err != nil {
			return err
		}
		d := &p.Tree.System.Devices[i]
		if old, twice := given[i]; twice {
			return UserErrorf("--answers %s: `%s` has a file already, %s", spec, d.Name, old)
		}
		if given[i] = file; file == nothing {
			continue
		}
		data, err := readInput(file, "a file of answers", maxCapture)
		if err != nil {
			return err
		}
		if port.Exchanges(d.Kind) {
			err = script.Buses[i].ReadAnswers(file, data)
		} else {
			err = script.Disks[i].ReadAnswers(port.Find(d.Kind), file, data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// shapeOf is the shape of a device by its name.
func (p *Program) shapeOf(name string) port.Shape {
	for _, d := range p.Tree.System.Devices {
		if d.Name == name {
			return port.ShapeOf(d.Kind)
		}
	}
	return port.Message
}

// devices lists the names of the program's devices.
func (p *Program) devices() []string {
	var names []string
	if p.Tree.System != nil {
		for _, d := range p.Tree.System.Devices {
			names = append(names, d.Name)
		}
	}
	return names
}
