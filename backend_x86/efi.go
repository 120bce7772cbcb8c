package x86

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/internal/llvm"
)

// efiFiles are the source files of the program that the firmware starts.
var efiFiles = []string{"hal.h", "handover.h", "memory.c", "efi.c"}

// efiFlags make position-independent code.
var efiFlags = []string{
	"--target=x86_64-unknown-none-elf", "-ffreestanding", "-fpic", "-fvisibility=hidden", "-fno-stack-protector", "-fno-asynchronous-unwind-tables",
	"-fno-jump-tables", "-ffunction-sections", "-mno-red-zone", "-mgeneral-regs-only", "-fshort-wchar", "-Oz",
}

// efi makes the program that a UEFI firmware starts. It contains the kernel.
func efi(ctx context.Context, tools *llvm.Tools, kernel []byte) ([]byte, error) {
	object, err := tools.Compile(ctx, llvm.Unit{Name: "efi", Lang: "c", Text: joined(efiFiles, nil)}, efiFlags...)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"efi.o": object, "efi.ld": []byte(source("efi.ld"))}
	linked, err := tools.Link(ctx, files, "out", "-static", "--gc-sections", "--build-id=none", "-o", "out", "efi.o", "-T", "efi.ld", "-e", "efi_main")
	if err != nil {
		return nil, err
	}
	f, err := elf.NewFile(bytes.NewReader(linked))
	if err != nil {
		return nil, fmt.Errorf("cannot read the output of the linker: %w", err)
	}
	text := f.Section(".text")
	if text == nil || text.Addr != page {
		return nil, fmt.Errorf("the linker has put the loader elsewhere than at %#x", page)
	}
	code, err := text.Data()
	if err != nil {
		return nil, err
	}
	return portable(code, uint32(f.Entry), kernel), nil
}

// section is a part of a PE32+ file.
type section struct {
	name  string
	data  []byte
	flags uint32
}

// The permissions of sections (Microsoft, PE format, section flags).
const (
	isCode, isData, discardable      = 0x20, 0x40, 0x02000000
	mayExecute, mayRead, mayWrite    = 0x20000000, 0x40000000, 0x80000000
	fileAlign, headersSize, peOffset = 512, 1024, 64
)

// noRelocations is a relocation table whose only entry does nothing. Some firmwares cannot move
// a program without such a table.
var noRelocations = []byte{0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0}

// portable writes a PE32+ application for UEFI: code, the kernel on the next page, and an
// empty table of relocations. No section is both writable and executable.
func portable(code []byte, entry uint32, kernel []byte) []byte {
	sections := []section{
		{".text", code, isCode | mayExecute | mayRead},
		{".kernel", kernel, isData | mayRead},
		{".reloc", noRelocations, isData | discardable | mayRead},
	}
	var table, body bytes.Buffer
	address, relocations := uint32(page), uint32(0)
	for _, s := range sections {
		var name [8]byte
		copy(name[:], s.name)
		size := up(len(s.data), fileAlign)
		put(&table, name, uint32(len(s.data)), address, size, uint32(headersSize+body.Len()), uint64(0), uint32(0), s.flags)
		body.Write(s.data)
		body.Write(make([]byte, int(size)-len(s.data)))
		relocations = address // of the last section
		address += up(len(s.data), page)
	}
	var b bytes.Buffer
	b.WriteString("MZ")
	b.Write(make([]byte, 58))
	put(&b, uint32(peOffset))
	b.WriteString("PE\x00\x00")
	const x86, optionalSize, executable, longAddresses = uint16(0x8664), uint16(240), uint16(2), uint16(0x20)
	put(&b, x86, uint16(len(sections)), uint32(0), uint32(0), uint32(0), optionalSize, executable|longAddresses)
	const pe32plus, imageBase, application, nxCompatible = uint16(0x20b), uint64(0), uint16(10), uint16(0x100)
	put(&b, pe32plus, uint16(0), up(len(code), fileAlign), up(len(kernel), fileAlign)+fileAlign, uint32(0), entry, uint32(page))
	put(&b, imageBase, uint32(page), uint32(fileAlign), uint64(0), uint64(0), address, uint32(headersSize), uint32(0))
	put(&b, application, nxCompatible, uint64(1<<16), uint64(1<<16), uint64(1<<16), uint64(1<<12), uint32(0), uint32(16))
	b.Write(make([]byte, 5*8)) // directories before the relocation directory
	put(&b, relocations, uint32(len(noRelocations)))
	b.Write(make([]byte, 10*8))
	b.Write(table.Bytes())
	b.Write(make([]byte, headersSize-b.Len()))
	b.Write(body.Bytes())
	return b.Bytes()
}

func up(n, unit int) uint32 { return uint32((n + unit - 1) / unit * unit) }

func put(b *bytes.Buffer, values ...any) {
	for _, v := range values {
		binary.Write(b, binary.LittleEndian, v) //nolint:errcheck // numbers, written to memory
	}
}

// font writes the font of the screen as a table. Each character has seven rows of one byte. The
// file font.txt draws twelve characters side by side in blocks of seven lines.
func font() string {
	const rows, width, gap = 7, 5, 2
	var b strings.Builder
	b.WriteString("static const u8 font[][7] = {")
	for _, block := range strings.Split(strings.TrimSpace(source("font.txt")), "\n\n") {
		lines := strings.Split(block, "\n")
		for x := 0; x < len(lines[0]); x += width + gap {
			b.WriteByte('{')
			for y := range rows {
				bits := 0
				for _, c := range lines[y][x : x+width] {
					bits = bits<<1 | flag(c == '#')
				}
				fmt.Fprintf(&b, "%d, ", bits)
			}
			b.WriteString("}, ")
		}
	}
	return b.String() + "};"
}
