package riscv

import (
	"bytes"
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/sinter-lang/sinter/internal/llvmir"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
)

// linked is what is read of an executable that lld has made.
type linked struct {
	text    []uint32
	data    []byte
	symbols []image.Symbol // functions and objects, by address, with the linker's names
	byName  map[string]uint32
	frames  map[uint32]uint32 // bytes of stack by address of the function
	lines   []lineRow         // by address
}

// lineRow is a place where the line changes.
type lineRow struct {
	addr uint32
	line int
}

// readLinked reads the memories, symbols, frames and lines of an executable.
func readLinked(executable []byte) (*linked, error) {
	f, err := elf.NewFile(bytes.NewReader(executable))
	if err != nil {
		return nil, fmt.Errorf("cannot read what lld has made: %w", err)
	}
	l := &linked{byName: map[string]uint32{}}
	steps := []func(*elf.File) error{l.readMemories, l.readSymbols, l.readFrames, l.readLines}
	for _, step := range steps {
		if err := step(f); err != nil {
			return nil, fmt.Errorf("cannot read what lld has made: %w", err)
		}
	}
	return l, nil
}

func (l *linked) readMemories(f *elf.File) error {
	for _, p := range f.Progs {
		if p.Type != elf.PT_LOAD || p.Filesz == 0 {
			continue
		}
		bytes := make([]byte, p.Filesz)
		if _, err := p.ReadAt(bytes, 0); err != nil {
			return err
		}
		switch p.Vaddr {
		case design.TextBase:
			l.text = words(bytes)
		case 0:
			l.data = trimZeros(bytes)
		default:
			return fmt.Errorf("a segment at %#x", p.Vaddr)
		}
	}
	return nil
}

func (l *linked) readSymbols(f *elf.File) error {
	all, err := f.Symbols()
	if err != nil {
		return err
	}
	for _, s := range all {
		l.byName[s.Name] = uint32(s.Value)
		if t := elf.ST_TYPE(s.Info); t == elf.STT_FUNC || t == elf.STT_OBJECT {
			l.symbols = append(l.symbols, image.Symbol{Name: s.Name, Addr: uint32(s.Value), Size: uint32(s.Size)})
		}
	}
	sort.SliceStable(l.symbols, func(i, j int) bool { return l.symbols[i].Addr < l.symbols[j].Addr })
	return nil
}

// readFrames reads the section of -fstack-size-section: pairs of an address and
// a size in LEB128.
func (l *linked) readFrames(f *elf.File) error {
	l.frames = map[uint32]uint32{}
	s := f.Section(".stack_sizes")
	if s == nil {
		return nil
	}
	data, err := s.Data()
	for err == nil && len(data) > 4 {
		size, n := binary.Uvarint(data[4:])
		if n <= 0 {
			return errors.New("a stack size that does not end")
		}
		l.frames[binary.LittleEndian.Uint32(data)] = uint32(size)
		data = data[4+n:]
	}
	return err
}

func (l *linked) readLines(f *elf.File) error {
	data, err := f.DWARF()
	if err != nil {
		return err
	}
	for r := data.Reader(); ; r.SkipChildren() {
		unit, err := r.Next()
		if err != nil {
			return err
		}
		if unit == nil {
			break
		}
		if name, _ := unit.Val(dwarf.AttrProducer).(string); !strings.HasPrefix(name, "sinter") {
			continue // the functions for copies have lines of their own
		}
		if err := l.readUnit(data, unit); err != nil {
			return err
		}
	}
	sort.SliceStable(l.lines, func(i, j int) bool { return l.lines[i].addr < l.lines[j].addr })
	return nil
}

func (l *linked) readUnit(data *dwarf.Data, unit *dwarf.Entry) error {
	lr, err := data.LineReader(unit)
	if lr == nil || err != nil {
		return err
	}
	var e dwarf.LineEntry
	for {
		switch err := lr.Next(&e); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case e.EndSequence:
			l.lines = append(l.lines, lineRow{uint32(e.Address), 0})
		default:
			l.lines = append(l.lines, lineRow{uint32(e.Address), e.Line})
		}
	}
}

// line returns the line of an address, 0 where none is known. Of several rows at
// one address the last one holds.
func (l *linked) line(addr uint32) int {
	i := sort.Search(len(l.lines), func(i int) bool { return l.lines[i].addr > addr })
	if i == 0 {
		return 0
	}
	return l.lines[i-1].line
}

// stackDepth is the most stack that a path of calls from the start needs. The
// calls are read from the code itself: jumps to the starts of functions.
func (l *linked) stackDepth(dec *isa.Decoder) uint32 {
	known := map[uint32]uint32{}
	var depth func(at uint32) uint32
	depth = func(at uint32) uint32 {
		if d, ok := known[at]; ok {
			return d
		}
		known[at] = 0 // there is no recursion; a jump to the own start counts nothing
		deepest := uint32(0)
		for _, to := range l.callees(dec, at) {
			deepest = max(deepest, depth(to))
		}
		known[at] = l.frames[at] + deepest
		return known[at]
	}
	return depth(l.byName["sn_main"])
}

// callees are the functions that the function at an address jumps to.
func (l *linked) callees(dec *isa.Decoder, at uint32) []uint32 {
	var out []uint32
	for _, s := range l.symbols {
		if s.Addr != at {
			continue
		}
		for pc := at; pc < at+s.Size; pc += 4 {
			in, ops, ok := dec.Decode(l.text[(pc-design.TextBase)/4])
			if to := pc + uint32(ops.Imm); ok && in.Format == isa.J && l.isFunction(to) {
				out = append(out, to)
			}
		}
	}
	return out
}

func (l *linked) isFunction(at uint32) bool {
	_, ok := l.frames[at]
	return ok
}

// image makes the image of what was linked.
func (l *linked) image(m *ir.Module, t *design.Target, places []llvmir.Place) *image.Image {
	img := &image.Image{
		Name: m.Name, Target: t, Text: l.text, Data: l.data, DataEnd: (l.byName["__stack_top"] + 3) &^ 3,
		Logs: m.Logs, Marks: marks(m),
	}
	for i := range l.text {
		var p llvmir.Place
		if line := l.line(image.PC(i)); line > 0 && line <= len(places) {
			p = places[line-1]
		}
		img.Spans, img.Values = append(img.Spans, p.Span), append(img.Values, p.Value)
	}
	for _, c := range checks(m) {
		if pc, kept := l.byName[trapSymbol(c.Site)]; kept {
			c.PC = pc
			img.Traps = append(img.Traps, c)
			img.Spans[(pc-design.TextBase)/4] = m.Traps[c.Site].Span
		}
	}
	sort.Slice(img.Traps, func(i, j int) bool { return img.Traps[i].PC < img.Traps[j].PC })
	for _, task := range m.Tasks {
		img.Tasks = append(img.Tasks, task.Name)
	}
	for i, d := range m.Devices {
		img.Devices = append(img.Devices, image.Device{Name: d.Name, Kind: d.Kind, Index: i, Task: d.Task, Rx: d.Rx, Tx: d.Tx})
	}
	for _, s := range l.symbols {
		s.Name = plainName(s.Name, m)
		img.Symbols = append(img.Symbols, s)
	}
	return img
}

// plainName takes off the prefixes of llvmir.
func plainName(name string, m *ir.Module) string {
	if name == "sn_main" {
		return m.Main.Name
	}
	for _, prefix := range []string{"obj.", "frame.", "fn."} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			return rest
		}
	}
	return name
}
