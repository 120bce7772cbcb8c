package isa

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
)

// encoded is an instruction with its word.
type encoded struct {
	in   *Inst
	ops  Ops
	word uint32
}

// sample encodes each line with all corner immediates and random operands.
func sample(t *testing.T, s *Set, perLine int) []encoded {
	rnd := rand.New(rand.NewPCG(7, 8))
	var out []encoded
	add := func(in *Inst, imm int32) {
		l := &layouts[in.Format]
		o := Ops{Imm: imm}
		for i, to := range []*uint8{&o.Rd, &o.Rs1, &o.Rs2, &o.Rs3} {
			if i == 0 && l.rd || i > 0 && i <= l.rs {
				*to = uint8(rnd.IntN(32))
			}
		}
		w, err := in.Encode(o)
		require.NoError(t, err)
		out = append(out, encoded{in, o, w})
	}
	for _, in := range s.Insts {
		for _, imm := range immediates(in.Format) {
			add(in, imm)
		}
		lo, hi, step := in.Format.ImmRange()
		for range perLine {
			imm := int64(0)
			if in.Format.HasImm() {
				imm = lo + rnd.Int64N((hi-lo)/step+1)*step
			}
			add(in, int32(imm))
		}
	}
	return out
}

// TestDecodeEncode checks that both decoders return the encoded line and operands. It also checks
// that the assembler reads the output of the disassembler.
func TestDecodeEncode(t *testing.T) {
	set, err := RV32IM().Extend("all", mined(t).Insts...)
	require.NoError(t, err)
	dec := NewDecoder(set)
	for _, e := range sample(t, set, 100) {
		in, ops, ok := Decode(set, e.word)
		require.True(t, ok)
		require.Same(t, e.in, in)
		require.Equal(t, e.ops, ops)
		fast, ops, ok := dec.Decode(e.word)
		require.True(t, ok)
		require.Same(t, e.in, fast)
		require.Equal(t, e.ops, ops)
		text := in.Disassemble(ops)
		w, err := Assemble(set, text)
		require.NoError(t, err, text)
		require.Equal(t, e.word, w, text)
	}
}

func TestEncodeErrors(t *testing.T) {
	set := RV32IM()
	for _, c := range []struct {
		name string
		ops  Ops
		want string
	}{
		{"add", Ops{Rd: 32}, "add: rd is in x0..x31, got x32"},
		{"add", Ops{Rs3: 1}, "add has no rs3, got x1"},
		{"add", Ops{Imm: 1}, "add takes no immediate, got 1"},
		{"sw", Ops{Rd: 1}, "sw has no rd, got x1"},
		{"lui", Ops{Rs1: 1}, "lui has no rs1, got x1"},
		{"addi", Ops{Imm: 2048}, "addi: the immediate is in -2048..2047, got 2048"},
		{"sw", Ops{Imm: -2049}, "sw: the immediate is in -2048..2047, got -2049"},
		{"slli", Ops{Imm: 32}, "slli: the immediate is in 0..31, got 32"},
		{"slli", Ops{Imm: -1}, "slli: the immediate is in 0..31, got -1"},
		{"beq", Ops{Imm: 4096}, "beq: the immediate is in -4096..4094, got 4096"},
		{"beq", Ops{Imm: 3}, "beq: the immediate is a multiple of 2, got 3"},
		{"jal", Ops{Imm: 1 << 20}, "jal: the immediate is in -1048576..1048574, got 1048576"},
		{"lui", Ops{Imm: 4095}, "lui: the immediate is a multiple of 4096, got 4095"},
	} {
		_, err := set.Lookup(c.name).Encode(c.ops)
		require.EqualError(t, err, c.want)
	}
}

func TestAssembleErrors(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"", "line:1:1: error: expected an instruction, found end of text"},
		{"fly x1", "line:1:1: error: expected an instruction of rv32im, found `fly`"},
		{"add x1, x2", "line:1:11: error: expected `,`, found end of text"},
		{"add x1, x2, x32", "line:1:13: error: expected a register x0..x31, found `x32`"},
		{"addi x1, x2, 2048", "line:1:1: error: addi: the immediate is in -2048..2047, got 2048"},
		{"lw x1, x2", "line:1:8: error: expected the immediate, found `x2`"},
		{"lw x1, 4(x2", "line:1:12: error: expected `)`, found end of text"},
		{"beq x1, x2, there", "line:1:13: error: expected a label of this text, found `there`"},
		{"beq x1, x2, 8", "line:1:13: error: expected `.`, found `8`"},
		{"beq x1, x2, .8", "line:1:14: error: expected `+`, found `8`"},
		{"lui x1, 0x100000", "line:1:9: error: the upper immediate is in 0..1048575, got 0x100000"},
		{"ebreak x1", "line:1:8: error: expected the end of the line, found `x1`"},
		{".word", "line:1:6: error: expected the word, found end of text"},
		{".byte 1", "line:1:2: error: expected `word`, found `byte`"},
	} {
		_, err := Assemble(RV32IM(), c.src)
		require.EqualError(t, err, c.want)
	}
	w, err := Assemble(RV32IM(), ".word 0x1234")
	require.NoError(t, err)
	require.Equal(t, ".word 0x00001234", Disassemble(RV32IM(), w))
}

func writeAssembly(t *testing.T, lines []string) string {
	path := filepath.Join(t.TempDir(), "all.s")
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644))
	return path
}

func output(t *testing.T, name string, args ...string) string {
	out, err := exec.Command(name, args...).CombinedOutput()
	require.NoError(t, err, "%s %s: %s", name, strings.Join(args, " "), out)
	return string(out)
}

// TestAgainstBinutils checks that the GNU assembler makes the same bits from our assembly text,
// and that the GNU disassembler shows our bits as the same instruction.
func TestAgainstBinutils(t *testing.T) {
	as := testkit.Tool(t, "riscv64-unknown-elf-as")
	objcopy, objdump := testkit.Tool(t, "riscv64-unknown-elf-objcopy"), testkit.Tool(t, "riscv64-unknown-elf-objdump")
	all := sample(t, RV32IM(), 25)
	require.Greater(t, len(all), 1000)
	lines := []string{".option norvc", ".option norelax", ".text"}
	for _, e := range all {
		lines = append(lines, e.in.Disassemble(e.ops))
	}
	src := writeAssembly(t, lines)
	obj, bin := src+".o", src+".bin"
	output(t, as, "-march=rv32im", "-mabi=ilp32", "-o", obj, src)
	output(t, objcopy, "-O", "binary", "-j", ".text", obj, bin)
	code, err := os.ReadFile(bin)
	require.NoError(t, err)
	require.Len(t, code, 4*len(all))
	for i, e := range all {
		require.Equal(t, binary.LittleEndian.Uint32(code[4*i:]), e.word, e.in.Disassemble(e.ops))
	}
	dump := regexp.MustCompile(`(?m)^ +[0-9a-f]+:\t[0-9a-f]{8} +\t(.*)$`).
		FindAllStringSubmatch(output(t, objdump, "-d", "-M", "no-aliases,numeric", obj), -1)
	require.Len(t, dump, len(all))
	for i, e := range all {
		theirs := strings.Join(strings.FieldsFunc(dump[i][1], func(r rune) bool { return r == '\t' || r == ',' || r == ' ' }), " ")
		ours := strings.ReplaceAll(e.in.Disassemble(e.ops), ",", "")
		switch e.in.Format {
		case B, J: // objdump prints the target's address
			require.Equal(t, e.in.Name, strings.Fields(theirs)[0])
		case Sh: // and the amount in hexadecimal
			require.Equal(t, theirs, fmt.Sprintf("%s x%d x%d %#x", e.in.Name, e.ops.Rd, e.ops.Rs1, e.ops.Imm))
		default:
			theirs, _, _ = strings.Cut(theirs, " #")
			require.Equal(t, theirs, ours)
		}
	}
}

// TestAgainstLLVM compares our bits with the output of LLVM's assembler. This assembler reads a
// plain number in a branch as a distance.
func TestAgainstLLVM(t *testing.T) {
	mc := testkit.Tool(t, "llvm-mc-19", "llvm-mc")
	all := sample(t, RV32IM(), 25)
	var lines []string
	for _, e := range all {
		lines = append(lines, strings.NewReplacer(".+", "", ".-", "-").Replace(e.in.Disassemble(e.ops)))
	}
	out := output(t, mc, "-triple=riscv32", "-mattr=+m", "-show-encoding", writeAssembly(t, lines))
	found := regexp.MustCompile(`encoding: \[0x(..),0x(..),0x(..),0x(..)\]`).FindAllStringSubmatch(out, -1)
	require.Len(t, found, len(all))
	for i, e := range all {
		require.Equal(t, found[i][4]+found[i][3]+found[i][2]+found[i][1], fmt.Sprintf("%08x", e.word), lines[i])
	}
}

func FuzzDecode(f *testing.F) {
	set := RV32IM()
	set.Insts = append(set.Insts, mustParse("mined", minedText).Insts...)
	dec := NewDecoder(set)
	for _, in := range set.Insts {
		f.Add(in.Match)
	}
	f.Fuzz(func(t *testing.T, w uint32) {
		in, ops, ok := dec.Decode(w)
		slow, _, slowOK := Decode(set, w)
		require.Equal(t, slowOK, ok)
		require.Equal(t, slow, in)
		if !ok {
			return
		}
		again, err := in.Encode(ops)
		require.NoError(t, err)
		require.Equal(t, w, again)
		text, err := Assemble(set, Disassemble(set, w))
		require.NoError(t, err)
		require.Equal(t, w, text)
	})
}
