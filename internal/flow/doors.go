package flow

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/iss"
)

// Form is the form in which a program was loaded. Such a program has this form and all later
// forms of the flow, but no earlier form.
type Form uint8

// The forms, in the order of the flow.
const (
	FromText    Form = iota // .sn files
	FromIR                  // .sir
	FromImage               // .img, or an ELF for the memory map of a core
	FromCircuit             // .rtl
)

// String names a form for messages.
func (f Form) String() string {
	return [...]string{"a program in the language", "program IR", "an image", "a circuit"}[f]
}

// doors has a row for each file extension with which a program may be loaded, except the
// extension of source text.
var doors = []struct {
	ext  string
	load func(f *diag.File, o Options) (*Program, error)
}{
	{".sir", loadIR},
	{".img", loadImage},
	{".elf", loadELF},
	{".rtl", loadCircuit},
}

// throughDoor loads a file whose extension is in doors. It returns nil for other files.
func throughDoor(path string, o Options) (*Program, error) {
	ext := filepath.Ext(path)
	if ext == "" && isELF(path) { // for example a file that build -o NAME has written
		ext = ".elf"
	}
	for _, d := range doors {
		if ext != d.ext {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			continue
		}
		f, err := readFile(path)
		if err != nil {
			return nil, err
		}
		p, err := d.load(f, o)
		if err != nil {
			return nil, err
		}
		p.Path = path
		return p, nil
	}
	return nil, nil
}

// isELF reports whether the file's first bytes are those of an executable of the Executable
// and Linkable Format (System V ABI, ELF header).
func isELF(path string) bool {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() { // a pipe would block
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	magic := make([]byte, 4)
	_, err = io.ReadFull(f, magic)
	return err == nil && string(magic) == "\x7fELF"
}

// loadImage reads the text form of an image.
func loadImage(f *diag.File, o Options) (*Program, error) {
	im, err := image.Parse(f)
	if err != nil {
		return nil, err
	}
	return ofImage(im, f, o)
}

// loadELF reads an executable for the memory map of a core. The executable may come from this
// tool, with its tables, or from any linker.
func loadELF(f *diag.File, o Options) (*Program, error) {
	set, err := o.withLines(isa.RV32IM())
	if err != nil {
		return nil, err
	}
	im, err := image.FromELF(f.Name, []byte(f.Text), design.NewTarget(set.Name, set, 32))
	if err != nil {
		return nil, err
	}
	return ofImage(im, f, o)
}

// ofImage is a program that begins at an image.
func ofImage(im *image.Image, f *diag.File, o Options) (*Program, error) {
	if err := o.unused(f.Name, FromImage); err != nil {
		return nil, err
	}
	p := &Program{Name: im.Name, Form: FromImage, Files: []*diag.File{f}, Tree: treeOf(im), opts: o}
	p.places = map[int]diag.Span{}
	for _, t := range im.Traps {
		p.places[t.Site] = im.Spans[(t.PC-image.PC(0))/4]
	}
	p.image.set(im)
	p.target.set(im.Target)
	return p, nil
}

// unused refuses options that would have no effect because the image exists already.
func (o *Options) unused(name string, form Form) error {
	option := ""
	switch {
	case len(o.Settings) > 0:
		option = "-D"
	case len(o.Addresses) > 0:
		option = "--net"
	case len(o.Words) > 0:
		option = "--word"
	case o.Regs != 0:
		option = "--regs"
	case o.Backend == "llvm":
		option = "--with llvm"
	case o.CPU != "":
		option = "--cpu"
	case o.Mine > 0:
		option = "--mine"
	case o.Lines != nil && filepath.Ext(name) != ".elf":
		option = "--isa"
	default:
		return nil
	}
	return UserErrorf("%s says how an image is made; %s is %s", option, name, form)
}

// treeOf is the part of an image that the simulated world of a run needs: its devices and
// tasks.
func treeOf(im *image.Image) *tree.Program {
	s := &tree.System{Name: im.Name}
	for _, t := range im.Tasks {
		s.Runs = append(s.Runs, tree.Run{Name: t, Task: &tree.Func{Name: t}})
	}
	for _, d := range im.Devices {
		s.Devices = append(s.Devices, tree.DeviceDef{Name: d.Name, Kind: d.Kind, Number: d.Index, Run: d.Task, Rx: d.Rx, Tx: d.Tx})
	}
	return &tree.Program{Name: im.Name, System: s}
}

// loadCircuit reads a circuit. An image in the same folder, with the same name and the
// extension .img, gives the meaning of the words at the circuit's ports. Without an image the
// words are shown as numbers.
func loadCircuit(f *diag.File, o Options) (*Program, error) {
	if err := o.unused(f.Name, FromCircuit); err != nil {
		return nil, err
	}
	c, err := rtl.Parse(f)
	if err != nil {
		return nil, err
	}
	if err := isCore(f.Name, c); err != nil {
		return nil, err
	}
	side := strings.TrimSuffix(f.Name, ".rtl") + ".img"
	if _, err := os.Stat(side); err != nil {
		return numbers(f, c, o), nil
	}
	g, err := readFile(side)
	if err != nil {
		return nil, err
	}
	p, err := loadImage(g, o)
	if err != nil {
		return nil, err
	}
	im := p.image.value
	if what := otherMemory(c, im); what != "" {
		return nil, UserErrorf("%s is not the program of %s: %s", side, f.Name, what)
	}
	p.Name, p.Form, p.Files = c.Name, FromCircuit, []*diag.File{f, g}
	p.circuit, p.ports = &Core{Circuit: c}, iss.CoreOf(im)
	return p, nil
}

// numbers is a circuit that is loaded without its image.
func numbers(f *diag.File, c *rtl.Circuit, o Options) *Program {
	p := &Program{Name: c.Name, Form: FromCircuit, Files: []*diag.File{f}, opts: o}
	p.circuit = &Core{Circuit: c}
	s := &tree.System{Name: c.Name, Runs: []tree.Run{{Name: "core", Task: &tree.Func{Name: "core"}}}}
	var devices []sim.Device
	for _, name := range deviceNames(c) {
		d := sim.Device{Name: name, Rx: hasInput(c, rtl.RxPorts(name).Valid), Tx: hasInput(c, rtl.TxPorts(name).Ready)}
		s.Devices = append(s.Devices, tree.DeviceDef{Name: name, Kind: port.Frames, Number: len(devices), Rx: d.Rx, Tx: d.Tx})
		devices = append(devices, d)
	}
	p.Tree, p.ports = &tree.Program{Name: c.Name, System: s}, sim.Numbers(c.Name, devices)
	return p
}

// deviceNames lists the devices of a circuit in the order of its input ports.
func deviceNames(c *rtl.Circuit) []string {
	var out []string
	seen := map[string]bool{}
	for _, id := range c.Inputs {
		port := c.Nodes[id].Name
		for _, suffix := range []string{rtl.RxPorts("").Valid, rtl.TxPorts("").Ready} {
			if name, ok := strings.CutSuffix(port, suffix); ok && !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	return out
}

func hasInput(c *rtl.Circuit, name string) bool {
	for _, id := range c.Inputs {
		if c.Nodes[id].Name == name {
			return true
		}
	}
	return false
}

// isCore checks that a circuit has the outputs that every core has.
func isCore(name string, c *rtl.Circuit) error {
	has := map[string]int{}
	for _, o := range c.Outputs {
		has[o.Name] = c.Nodes[o.Node].Width
	}
	for _, want := range []struct {
		port  string
		width int
	}{{rtl.PortHalted, 1}, {rtl.PortIdle, 1}, {rtl.PortTrap, 1}, {rtl.PortTrapPC, 32}} {
		if has[want.port] != want.width {
			return UserErrorf("%s is not the circuit of a core: it has no output `%s` of %d bits", name, want.port, want.width)
		}
	}
	return nil
}

// otherMemory describes how the memories of a circuit differ from an image. The result is "" if
// the memories hold the image.
func otherMemory(c *rtl.Circuit, im *image.Image) string {
	text := make([]uint64, len(im.Text))
	for i, w := range im.Text {
		text[i] = uint64(w)
	}
	data := make([]uint64, (len(im.Data)+3)/4)
	for i, b := range im.Data {
		data[i/4] |= uint64(b) << (i % 4 * 8)
	}
	for _, want := range []struct {
		name  string
		words []uint64
	}{{"text", text}, {"data", data}} {
		if what := differsAt(c, want.name, want.words); what != "" {
			return what
		}
	}
	return ""
}

// differsAt describes where a memory of a circuit differs from the expected initial words. If
// the memory has the expected words, the result is "".
func differsAt(c *rtl.Circuit, name string, words []uint64) string {
	var init []uint64
	for i := range c.Mems {
		if c.Mems[i].Name == name {
			init = c.Mems[i].Init
		}
	}
	for i := range words { // the image does not determine the words after its end
		if a, b := at(init, i), at(words, i); a != b {
			return fmt.Sprintf("word %d of %s is %#08x in the circuit and %#08x in the image", i, name, a, b)
		}
	}
	return ""
}

func at(words []uint64, i int) uint64 {
	if i < len(words) {
		return words[i]
	}
	return 0
}
