package image

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/design"
)

func TestELFRoundTrip(t *testing.T) {
	im := load(t, sample)
	got, err := ReadELF("sample.elf", ELF(im))
	require.NoError(t, err)
	equalImages(t, im, got)
	require.Equal(t, ELF(im), ELF(got), "the same image makes the same bytes")
	raw, err := ReadRaw("sample.elf", ELF(im))
	require.NoError(t, err)
	require.Equal(t, &Raw{Text: im.Text, Data: im.Data, DataEnd: im.DataEnd, Symbols: im.Symbols, Lines: make([]int, len(im.Text))}, raw)
}

func TestELFWithoutData(t *testing.T) {
	im := load(t, with("", "lui x1, 1"))
	got, err := ReadELF("x.elf", ELF(im))
	require.NoError(t, err)
	equalImages(t, im, got)
}

// TestELFErrors damages a file at known positions, and checks the errors of ReadELF.
func TestELFErrors(t *testing.T) {
	im := load(t, sample)
	good := ELF(im)
	damage := func(at int, b ...byte) []byte {
		out := append([]byte(nil), good...)
		copy(out[at:], b)
		return out
	}
	const prog = headerSize
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "error: x: EOF"},
		{"magic", damage(0, 'X'), "error: x: bad magic number '[88 69 76 70]' in record at byte 0x0"},
		{"machine", damage(18, byte(elf.EM_386), 0), "error: x: expected a 32-bit little-endian RISC-V file, found ELFCLASS32 ELFDATA2LSB EM_386"},
		{"type", damage(16, byte(elf.ET_REL)), "error: x: expected an executable, found ET_REL"},
		{"entry", damage(24, 4), "error: x: expected the entry at 0x100000, found 0x100004"},
		{"text address", damage(prog+8, 0, 0, 0x20, 0), "error: x: segment 0: expected data below or text at 0x100000, of at most 2^22 bytes, found 44 bytes at 0x200000"},
		{"data address", damage(prog+progSize+8, 0xf0, 0xff, 0x0f, 0), "error: x: segment 1: expected data below 0x100000, found 64 bytes at 0xffff0"},
		{"short", damage(prog+16, 0xff, 0xff, 0x0f, 0, 0xff, 0xff, 0x0f, 0), "error: x: segment 0: expected 1048575 bytes, found the end of the file"},
		{"no text", damage(prog, 0), "error: x: expected a text segment at 0x100000"},
		{"half a word", damage(prog+16, 42, 0, 0, 0, 42, 0, 0, 0), "error: x: segment 0: expected one text segment of whole words"},
		{"other text", damage(headerSize+2*progSize, 0x93, 0x02, 0x40), "error: x: expected the text segment to hold the 11 words that .sinter lists"},
		{"other data", damage(prog+progSize+20, 72), "error: x: expected the data segment to hold what .sinter lists"},
		{"no section", []byte(strings.ReplaceAll(string(good), ".sinter\x00", ".winter\x00")), "error: x: expected a section .sinter"},
		{"tables", []byte(strings.ReplaceAll(string(good), "image sample", "imago sample")), "x(.sinter):1:1: error: expected `image`, found `imago`"},
	} {
		_, err := ReadELF("x", c.data)
		require.EqualError(t, err, c.want, c.name)
	}
}

// TestELFAgainstBinutils checks that objdump shows our symbols, and our instructions at their
// addresses.
func TestELFAgainstBinutils(t *testing.T) {
	objdump := testkit.Tool(t, "riscv64-unknown-elf-objdump")
	path := filepath.Join(t.TempDir(), "sample.elf")
	require.NoError(t, os.WriteFile(path, ELF(load(t, sample)), 0o644))
	out, err := exec.Command(objdump, "-d", "-t", "-M", "no-aliases,numeric", path).CombinedOutput()
	require.NoError(t, err, "%s", out)
	text := strings.Join(strings.Fields(string(out)), " ")
	require.Contains(t, text, "file format elf32-littleriscv")
	require.Contains(t, text, "00000004 g O .data 00000010 buffer")
	require.Contains(t, text, "<twice>: 100020: 00129393 slli x7,x5,0x1")
	require.Contains(t, text, "100014: fe029ae3 bne x5,x0,100008")
}

// TestReadLinked checks that ReadRaw reads the output of another assembler and linker, with line
// numbers.
func TestReadLinked(t *testing.T) {
	as, ld := testkit.Tool(t, "riscv64-unknown-elf-as"), testkit.Tool(t, "riscv64-unknown-elf-ld")
	dir := t.TempDir()
	src, obj, out := filepath.Join(dir, "a.s"), filepath.Join(dir, "a.o"), filepath.Join(dir, "a.elf")
	const program = `	.option norelax
	.file 1 "values"
	.text
	.globl _start
	.type _start, @function
_start:
	.loc 1 17
	addi x1, x0, 1
	addi x2, x0, 2
	.loc 1 23
	add x3, x1, x2
	.size _start, 12
	.data
cell:
	.word 0x01020304
	.bss
	.space 12
`
	require.NoError(t, os.WriteFile(src, []byte(program), 0o644))
	for _, args := range [][]string{
		{as, "-g", "-march=rv32i", "-mabi=ilp32", "-o", obj, src},
		{ld, "-melf32lriscv", "-Ttext=0x100000", "-Tdata=0", "-n", "-o", out, obj},
	} {
		msg, err := exec.Command(args[0], args[1:]...).CombinedOutput()
		require.NoError(t, err, "%s", msg)
	}
	data, err := os.ReadFile(out)
	require.NoError(t, err)
	raw, err := ReadRaw(out, data)
	require.NoError(t, err)
	require.Equal(t, []uint32{0x00100093, 0x00200113, 0x002081b3}, raw.Text)
	require.Equal(t, []int{17, 17, 23}, raw.Lines)
	require.Equal(t, uint32(0x01020304), binary.LittleEndian.Uint32(raw.Data))
	require.Equal(t, uint32(16), raw.DataEnd)
	require.Contains(t, raw.Symbols, Symbol{"_start", design.TextBase, 12})
	require.Contains(t, raw.Symbols, Symbol{"cell", 0, 0})
	_, err = ReadELF("a.elf", data)
	require.EqualError(t, err, "error: a.elf: expected a section .sinter")
}

func FuzzReadELF(f *testing.F) {
	good := ELF(load(f, sample))
	f.Add(good)
	f.Add(good[:100])
	f.Add(ELF(load(f, with("", "lui x1, 1"))))
	f.Fuzz(func(t *testing.T, data []byte) {
		im, err := ReadELF("x", data)
		if err != nil {
			require.Regexp(t, `^(error: x: |x\(\.sinter\):\d+:\d+: error: )`, err.Error())
			return
		}
		again, err := ReadELF("x", ELF(im))
		require.NoError(t, err)
		equalImages(t, im, again)
	})
}

// FuzzFromELF makes files that look like the output of some linker. FromELF must never panic or
// hang, and the image of an accepted file must be valid.
func FuzzFromELF(f *testing.F) {
	im := load(f, sample)
	good := ELF(im)
	f.Add(good)
	f.Add(bytes.Replace(good, []byte(tables), []byte(".other0"), 1))
	f.Add(good[:100])
	f.Fuzz(func(t *testing.T, data []byte) {
		im, err := FromELF("x.elf", data, design.Default())
		if err != nil {
			return
		}
		again, err := Parse(&diag.File{Name: "x.img", Text: Print(im)})
		require.NoError(t, err)
		equalImages(t, im, again)
	})
}
