package riscv

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"sort"
	"strings"

	"github.com/sinter-lang/sinter/internal/llvmir"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
)

// linked holds the parts read from an executable that lld has made.
type linked struct {
	*image.Raw
	byName map[string]uint32
	frames map[uint32]uint32 // bytes of stack by address of the function
}

// readLinked reads an executable and the section that -fstack-size-section makes.
func readLinked(name string, executable []byte) (*linked, error) {
	raw, err := image.ReadRaw(name, executable)
	if err != nil {
		return nil, err
	}
	l := &linked{Raw: raw, byName: map[string]uint32{}, frames: map[uint32]uint32{}}
	for _, s := range raw.Symbols {
		l.byName[s.Name] = s.Addr
	}
	f, err := elf.NewFile(bytes.NewReader(executable))
	if err == nil {
		err = l.readFrames(f)
	}
	return l, err
}

// readFrames reads pairs of an address and a size in LEB128.
func (l *linked) readFrames(f *elf.File) error {
	s := f.Section(".stack_sizes")
	if s == nil {
		return nil
	}
	data, err := s.Data()
	for err == nil && len(data) > 4 {
		size, n := binary.Uvarint(data[4:])
		if n <= 0 {
			return errors.New("section .stack_sizes: a size that does not end")
		}
		l.frames[binary.LittleEndian.Uint32(data)] = uint32(size)
		data = data[4+n:]
	}
	return err
}

// stackDepth is the most stack that any path of calls from the start needs. stackDepth finds
// the calls in the machine code: a call is a jump to the start of a function.
func (l *linked) stackDepth(dec *isa.Decoder) uint32 {
	known := map[uint32]uint32{}
	var depth func(at uint32) uint32
	depth = func(at uint32) uint32 {
		if d, ok := known[at]; ok {
			return d
		}
		known[at] = 0 // there is no recursion; a jump to the function's own start is not a call
		deepest := uint32(0)
		for _, to := range l.callees(dec, at) {
			deepest = max(deepest, depth(to))
		}
		known[at] = l.frames[at] + deepest
		return known[at]
	}
	return depth(l.byName["sn_main"])
}

// callees are the functions to which the function at an address jumps.
func (l *linked) callees(dec *isa.Decoder, at uint32) []uint32 {
	var out []uint32
	for _, s := range l.Symbols {
		if s.Addr != at {
			continue
		}
		for pc := at; pc < at+s.Size; pc += 4 {
			in, ops, ok := dec.Decode(l.Text[(pc-design.TextBase)/4])
			to := pc + uint32(ops.Imm)
			if _, isFunc := l.frames[to]; isFunc && ok && in.Format == isa.J {
				out = append(out, to)
			}
		}
	}
	return out
}

// image makes the image from the linked program.
func (l *linked) image(m *ir.Module, t *design.Target, places []llvmir.Place) *image.Image {
	img := &image.Image{
		Name: m.Name, Target: t, Text: l.Text, Data: trimZeros(l.Data), DataEnd: (l.DataEnd + 3) &^ 3,
		Logs: m.Logs, Marks: marks(m),
	}
	for _, line := range l.Lines {
		var p llvmir.Place
		if line > 0 && line <= len(places) {
			p = places[line-1]
		}
		img.Spans, img.Values = append(img.Spans, p.Span), append(img.Values, p.Value)
	}
	for _, c := range checks(m) {
		if pc, kept := l.byName[trapSymbol(trapSite{c.Site, c.Task})]; kept {
			c.PC = pc
			img.Traps = append(img.Traps, c)
			img.Spans[(pc-design.TextBase)/4] = m.Traps[c.Site].Span
		}
	}
	sort.Slice(img.Traps, func(i, j int) bool { return img.Traps[i].PC < img.Traps[j].PC })
	tables(img, m)
	img.Contexts = []image.Context{{Name: m.Main().Name, Entry: design.TextBase}}
	for _, s := range l.Symbols {
		if s.Size > 0 { // labels of the linker have no size
			s.Name = plainName(s.Name, m)
			img.Symbols = append(img.Symbols, s)
		}
	}
	return img
}

// plainName removes the prefixes that llvmir adds.
func plainName(name string, m *ir.Module) string {
	if name == "sn_main" {
		return m.Main().Name
	}
	for _, prefix := range []string{"obj.", "frame.", "fn."} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			return rest
		}
	}
	return name
}
