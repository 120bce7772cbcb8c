package image

import (
	"bytes"
	"debug/elf"
	"encoding/binary"

	"github.com/sinter-lang/sinter/ir/design"
)

// tables is the name of the section that holds the text form of an image.
const tables = ".sinter"

// ELF writes im as a 32-bit RISC-V executable for objdump and debuggers. The file has symbols, and
// a text and a data segment at their addresses. A separate section holds the whole text form of
// im. ReadELF reads the tables for spans, traps and logs from this section.
func ELF(im *Image) []byte {
	w := &elfWriter{}
	w.buf.Write(make([]byte, headerSize+2*progSize))
	text := make([]byte, 0, 4*len(im.Text))
	for _, word := range im.Text {
		text = binary.LittleEndian.AppendUint32(text, word)
	}
	w.add(".text", elf.Section32{
		Type: uint32(elf.SHT_PROGBITS), Flags: uint32(elf.SHF_ALLOC | elf.SHF_EXECINSTR),
		Addr: design.TextBase, Addralign: 4,
	}, text)
	w.add(".data", elf.Section32{Type: uint32(elf.SHT_PROGBITS), Flags: uint32(elf.SHF_ALLOC | elf.SHF_WRITE), Addralign: 4}, im.Data)
	w.add(tables, elf.Section32{Type: uint32(elf.SHT_PROGBITS), Addralign: 1}, []byte(Print(im)))
	names := w.symbols(im)
	w.add(".strtab", elf.Section32{Type: uint32(elf.SHT_STRTAB), Addralign: 1}, names)
	return w.finish(im)
}

// Sizes of the ELF structures.
const (
	headerSize  = 52
	progSize    = 32
	sectionSize = 40
	symbolSize  = 16
)

type elfWriter struct {
	buf      bytes.Buffer
	sections []elf.Section32
	names    []string
}

// add appends the bytes of a section.
func (w *elfWriter) add(name string, s elf.Section32, data []byte) {
	for w.buf.Len()%4 != 0 {
		w.buf.WriteByte(0)
	}
	s.Off, s.Size = uint32(w.buf.Len()), uint32(len(data))
	w.buf.Write(data)
	w.sections, w.names = append(w.sections, s), append(w.names, name)
}

// symbols adds the symbol table. The result is the string table of the symbols, which becomes the
// next section.
func (w *elfWriter) symbols(im *Image) []byte {
	var table bytes.Buffer
	table.Write(make([]byte, symbolSize))
	names := []byte{0}
	for _, s := range im.Symbols {
		kind, section := elf.STT_OBJECT, uint16(2)
		if s.Addr >= design.TextBase {
			kind, section = elf.STT_FUNC, 1
		}
		put(&table, elf.Sym32{Name: uint32(len(names)), Value: s.Addr, Size: s.Size, Info: elf.ST_INFO(elf.STB_GLOBAL, kind), Shndx: section})
		names = append(append(names, s.Name...), 0)
	}
	link := uint32(len(w.sections) + 2) // sections are numbered from 1
	w.add(".symtab", elf.Section32{Type: uint32(elf.SHT_SYMTAB), Link: link, Info: 1, Addralign: 4, Entsize: symbolSize}, table.Bytes())
	return names
}

// finish appends the section names and section headers, and fills in the headers at the front.
func (w *elfWriter) finish(im *Image) []byte {
	names := []byte{0}
	w.names = append(w.names, ".shstrtab")
	at := make([]uint32, len(w.names))
	for i, n := range w.names {
		at[i] = uint32(len(names))
		names = append(append(names, n...), 0)
	}
	w.names = w.names[:len(w.names)-1]
	w.add(".shstrtab", elf.Section32{Type: uint32(elf.SHT_STRTAB), Addralign: 1}, names)
	for w.buf.Len()%4 != 0 {
		w.buf.WriteByte(0)
	}
	off := uint32(w.buf.Len())
	put(&w.buf, elf.Section32{})
	for i, s := range w.sections {
		s.Name = at[i]
		put(&w.buf, s)
	}
	out := w.buf.Bytes()
	copy(out, w.head(im, off))
	return out
}

// head makes the file header and the two program headers.
func (w *elfWriter) head(im *Image, sections uint32) []byte {
	h := elf.Header32{
		Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_RISCV), Version: uint32(elf.EV_CURRENT), Entry: im.Contexts[0].Entry,
		Phoff: headerSize, Shoff: sections, Ehsize: headerSize, Phentsize: progSize, Phnum: 2,
		Shentsize: sectionSize, Shnum: uint16(len(w.sections) + 1), Shstrndx: uint16(len(w.sections)),
	}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS], h.Ident[elf.EI_DATA], h.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS32), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)
	var b bytes.Buffer
	put(&b, h)
	text, data := w.sections[0], w.sections[1]
	put(&b, elf.Prog32{
		Type: uint32(elf.PT_LOAD), Off: text.Off, Vaddr: text.Addr, Paddr: text.Addr,
		Filesz: text.Size, Memsz: text.Size, Flags: uint32(elf.PF_R | elf.PF_X), Align: 4,
	})
	put(&b, elf.Prog32{Type: uint32(elf.PT_LOAD), Off: data.Off, Filesz: data.Size, Memsz: im.DataEnd, Flags: uint32(elf.PF_R | elf.PF_W), Align: 4})
	return b.Bytes()
}

// put appends a structure of fixed size. Writing to a buffer cannot fail.
func put(b *bytes.Buffer, v any) {
	if err := binary.Write(b, binary.LittleEndian, v); err != nil {
		panic("image: " + err.Error())
	}
}
