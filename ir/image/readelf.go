package image

import (
	"bytes"
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
)

// Raw holds the memories, symbols and line numbers of an executable for the memory map of the
// cores. The executable comes from ELF or from another linker.
type Raw struct {
	Text    []uint32
	Data    []byte
	DataEnd uint32
	Symbols []Symbol // named symbols of text or data, by address and name
	Lines   []int    // DWARF line number of each word of text, 0 if unknown
}

// ReadELF reads an executable that ELF wrote: the tables from their section, and the memories from
// the segments. It fails if the memories do not match the tables.
func ReadELF(name string, data []byte) (*Image, error) {
	raw, err := ReadRaw(name, data)
	if err != nil {
		return nil, err
	}
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil, fault(name, "%s", err)
	}
	s := f.Section(tables)
	if s == nil {
		return nil, fault(name, "expected a section %s", tables)
	}
	form, err := s.Data()
	if err != nil {
		return nil, fault(name, "section %s: %s", tables, err)
	}
	im, err := Parse(&diag.File{Name: name + "(" + tables + ")", Text: string(form)})
	if err != nil {
		return nil, err
	}
	switch {
	case !slices.Equal(raw.Text, im.Text):
		return nil, fault(name, "expected the text segment to hold the %d words that %s lists", len(im.Text), tables)
	case uint64(im.Contexts[0].Entry) != f.Entry:
		return nil, fault(name, "expected the entry of context %s at %#x, found %#x", im.Contexts[0].Name, im.Contexts[0].Entry, f.Entry)
	case !bytes.Equal(raw.Data, im.Data) || raw.DataEnd != im.DataEnd:
		return nil, fault(name, "expected the data segment to hold what %s lists", tables)
	}
	return im, nil
}

func fault(name, format string, args ...any) error {
	return diag.Errorf("", diag.Span{}, "%s: %s", name, fmt.Sprintf(format, args...))
}

// ReadRaw reads the memories of a 32-bit RISC-V executable. The executable must have one text
// segment at design.TextBase, and data segments below this address.
func ReadRaw(name string, data []byte) (*Raw, error) {
	f, err := elf.NewFile(bytes.NewReader(data))
	switch {
	case err != nil:
		return nil, fault(name, "%s", err)
	case f.Machine == elf.EM_X86_64:
		return nil, fault(name, "this is a program for x86-64, not for a core: start it by itself, or give its source to sinter run --live")
	case f.Class != elf.ELFCLASS32 || f.Data != elf.ELFDATA2LSB || f.Machine != elf.EM_RISCV:
		return nil, fault(name, "expected a 32-bit little-endian RISC-V file, found %s %s %s", f.Class, f.Data, f.Machine)
	case f.Type != elf.ET_EXEC:
		return nil, fault(name, "expected an executable, found %s", f.Type)
	case f.Entry != design.TextBase:
		return nil, fault(name, "expected the entry at %#x, found %#x", design.TextBase, f.Entry)
	}
	r := &Raw{}
	for i, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Memsz > 0 {
			if err := r.segment(p); err != nil {
				return nil, fault(name, "segment %d: %s", i, err)
			}
		}
	}
	if len(r.Text) == 0 {
		return nil, fault(name, "expected a text segment at %#x", design.TextBase)
	}
	if err := r.readSymbols(f); err != nil {
		return nil, fault(name, "symbols: %s", err)
	}
	r.Lines = make([]int, len(r.Text))
	if f.Section(".debug_line") != nil {
		if err := r.readLines(f); err != nil {
			return nil, fault(name, "line numbers: %s", err)
		}
	}
	return r, nil
}

// segment loads one segment.
func (r *Raw) segment(p *elf.Prog) error {
	if p.Filesz > p.Memsz || p.Memsz > 1<<22 || p.Vaddr > design.TextBase {
		return fmt.Errorf("expected data below or text at %#x, of at most 2^22 bytes, found %d bytes at %#x", design.TextBase, p.Memsz, p.Vaddr)
	}
	data := make([]byte, p.Filesz)
	if _, err := io.ReadFull(p.Open(), data); err != nil {
		return fmt.Errorf("expected %d bytes, found the end of the file", p.Filesz)
	}
	if p.Vaddr < design.TextBase {
		return r.dataSegment(uint32(p.Vaddr), data, uint32(p.Memsz))
	}
	if len(r.Text) > 0 || len(data)%4 != 0 || p.Filesz != p.Memsz {
		return errors.New("expected one text segment of whole words")
	}
	for i := 0; i < len(data); i += 4 {
		r.Text = append(r.Text, binary.LittleEndian.Uint32(data[i:]))
	}
	return nil
}

func (r *Raw) dataSegment(at uint32, data []byte, size uint32) error {
	if at+size > design.TextBase {
		return fmt.Errorf("expected data below %#x, found %d bytes at %#x", design.TextBase, size, at)
	}
	if end := int(at) + len(data); end > len(r.Data) && len(data) > 0 {
		r.Data = append(r.Data, make([]byte, end-len(r.Data))...)
	}
	copy(r.Data[min(int(at), len(r.Data)):], data)
	r.DataEnd = max(r.DataEnd, at+size)
	return nil
}

func (r *Raw) readSymbols(f *elf.File) error {
	list, err := f.Symbols()
	if errors.Is(err, elf.ErrNoSymbols) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, s := range list {
		kind := elf.ST_TYPE(s.Info)
		if s.Name != "" && (kind == elf.STT_FUNC || kind == elf.STT_OBJECT || kind == elf.STT_NOTYPE) && s.Section < elf.SHN_LORESERVE {
			r.Symbols = append(r.Symbols, Symbol{s.Name, uint32(s.Value), uint32(s.Size)})
		}
	}
	sort.Slice(r.Symbols, func(i, j int) bool {
		a, b := r.Symbols[i], r.Symbols[j]
		return a.Addr < b.Addr || a.Addr == b.Addr && a.Name < b.Name
	})
	return nil
}

// maxCovered bounds the number of words that the rows of all line tables cover together. Without
// this bound, reading a hostile file could take hours.
const maxCovered = 1 << 24

// readLines sets the line number of each word that the rows of the line tables cover.
func (r *Raw) readLines(f *elf.File) error {
	d, err := f.DWARF()
	if err != nil {
		return err
	}
	covered := uint64(0)
	for units := d.Reader(); ; {
		unit, err := units.Next()
		if err != nil || unit == nil {
			return err
		}
		units.SkipChildren()
		if unit.Tag != dwarf.TagCompileUnit {
			continue
		}
		rows, err := d.LineReader(unit)
		if err != nil {
			return err
		}
		if rows == nil {
			continue
		}
		if err := r.lineTable(rows, &covered); err != nil {
			return err
		}
	}
}

func (r *Raw) lineTable(rows *dwarf.LineReader, covered *uint64) error {
	var last, row dwarf.LineEntry
	open := false
	for {
		err := rows.Next(&row)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if open && last.Address >= design.TextBase && row.Address > last.Address {
			end := min((row.Address-design.TextBase)/4, uint64(len(r.Text)))
			for i := (last.Address - design.TextBase) / 4; i < end; i++ {
				r.Lines[i] = last.Line
				*covered++
			}
		}
		if *covered > maxCovered {
			return fmt.Errorf("expected the rows to cover at most %d words", maxCovered)
		}
		last, open = row, !row.EndSequence
	}
}
