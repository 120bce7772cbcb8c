package image

import (
	"bytes"
	"debug/elf"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
)

// FromELF reads an executable for the memory map of a core. If ELF wrote the executable, the
// result is the original image. For an executable of another linker, t lists the allowed
// instructions. Such an executable lacks tasks, timed regions and traps. FromELF adds one task,
// numbered timed regions, and a trap site for each instruction that stops the core. The resulting
// image has no log sites, and each word that the program stores to the log port is shown as a
// number.
func FromELF(name string, data []byte, t *design.Target) (*Image, error) {
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fault(name, "%s", err)
	}
	if f.Section(tables) != nil {
		return ReadELF(name, data)
	}
	raw, err := ReadRaw(name, data)
	if err != nil {
		return nil, withMap(err)
	}
	if err := compressed(name, data); err != nil {
		return nil, err
	}
	im := foreign(name, raw, t)
	if err := im.Verify(); err != nil {
		return nil, withMap(err)
	}
	return im, nil
}

// withMap adds a description of the memory map of a core to an error.
func withMap(err error) error {
	list := diag.AsList(err)
	for _, e := range list {
		e.Hint("a core runs RV32 code of one text segment at %#x, with its data and constants from 0x0 below that, and port registers from %#x",
			uint32(design.TextBase), uint32(port.Base))
	}
	return list.Err()
}

// compressed reports an error for code with 16-bit instructions, which a flag in the header
// announces.
func compressed(name string, data []byte) error {
	const flagsAt, compressedFlag = 36, 1
	if len(data) > flagsAt && data[flagsAt]&compressedFlag != 0 {
		return withMap(fault(name, "expected instructions of 32 bits, found a file with compressed ones (compile with -march=rv32im)"))
	}
	return nil
}

// foreign makes an image from the memories of an executable.
func foreign(name string, raw *Raw, t *design.Target) *Image {
	im := &Image{
		Name: strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), Target: t, Text: raw.Text, Data: raw.Data, DataEnd: raw.DataEnd,
		Spans: make([]diag.Span, len(raw.Text)), Values: make([]int, len(raw.Text)), Symbols: raw.Symbols,
		Contexts: []Context{{"main", design.TextBase}}, Tasks: []string{"main"},
	}
	for i := range foreignMarks {
		im.Marks = append(im.Marks, Mark{Name: fmt.Sprintf("mark%d", i)})
	}
	dec := isa.NewDecoder(t.Set)
	for i, w := range raw.Text {
		if in, _, ok := dec.Decode(w); ok && in.Meaning.Trap {
			im.Traps = append(im.Traps, Trap{PC: PC(i), Site: len(im.Traps), Code: "trap"})
		}
	}
	return im
}

// foreignMarks is the number of timed regions that a program from another linker may have.
const foreignMarks = 4
