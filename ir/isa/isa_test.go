package isa

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/word"
)

func parse(src string) (*Set, error) { return Parse(&diag.File{Name: "t.isa", Text: src}) }

func TestBaseSets(t *testing.T) {
	require.Len(t, RV32I().Insts, 38)
	require.Len(t, RV32M().Insts, 8)
	require.NoError(t, RV32IM().Verify())
	require.NotSame(t, RV32I().Insts[0], RV32I().Insts[0], "two compilations must not share lines")
}

// TestRoundTrip checks that Parse reads the printed text of a set as the same set. The test prints
// each meaning both as its source text and without this text.
func TestRoundTrip(t *testing.T) {
	for _, s := range []*Set{RV32I(), RV32M(), RV32IM(), mined(t)} {
		text := Print(s)
		again, err := parse(text)
		require.NoError(t, err, text)
		require.Equal(t, text, Print(again))
		for i, in := range s.Insts {
			require.Equal(t, in.Meaning.String(), again.Insts[i].Meaning.String())
			in.Text = ""
		}
		bare, err := parse(Print(s))
		require.NoError(t, err, Print(s))
		for i, in := range s.Insts {
			got := bare.Insts[i]
			require.Equal(t, in.Meaning, got.Meaning, in.Name)
			require.Equal(t, [2]uint32{in.Match, in.Mask}, [2]uint32{got.Match, got.Mask})
		}
	}
}

const minedText = `isa mined
  cust0  R  0000000 000 0001011   rd = (rs1 xor rs2) + zext32(rs2[7:0])
  cust1  R4 01 010 0001011  rd = mux(rs3[0], (rs1 shru 1) xor 0xedb88320, rs2 - 1)
  lwpi   I  111 0001011     rd = sext32(mem16[rs1 + imm]) * rs1
end
`

func mined(t *testing.T) *Set {
	s, err := parse(minedText)
	require.NoError(t, err)
	return s
}

func TestParseErrors(t *testing.T) {
	line := func(s string) string { return "isa x\n" + s + "\nend" }
	for _, c := range []struct{ src, want string }{
		{"", "t.isa:1:1: error: expected `isa`, found end of text"},
		{"isa x\n", "t.isa:2:1: error: expected the name of an instruction or `end`, found end of text"},
		{line("a Q"), "t.isa:2:3: error: expected a format R, I, S, B, U, J, Sh, R4 or Sys, found `Q`"},
		{line("a I 00"), "t.isa:2:5: error: expected funct3 of 3 binary digits, found `00`"},
		{line("a U 0110111"), "t.isa:2:12: error: expected an effect (rd = , pc = , if, mem8[] = , trap), found end of line"},
		{line("a U 0110111 rd = rs1"), "t.isa:2:18: error: expected the name of an operand, found `rs1`"},
		{line("a U 0110111 rd = imm[7:0]"), "t.isa:2:18: error: `rd` has 32 bits, got an expression of 8"},
		{line("a U 0110111 rd = imm ; rd = imm"), "t.isa:2:24: error: expected one effect on `rd`, found a second"},
		{line("a U 0110111 rd = imm pc"), "t.isa:2:22: error: expected the end of the line, found `pc`"},
		{line("a U 0110111 if imm: pc = imm"), "t.isa:2:16: error: the condition has 1 bits, got an expression of 32"},
		{line("a U 0110111 if imm[0]: rd = imm"), "t.isa:2:24: error: expected `pc` after a condition, found `rd`"},
		{line("a I 000 0000011 rd = mem32[imm[3:0]]"), "t.isa:2:28: error: an address has 32 bits, got an expression of 4"},
		{line("a I 000 0000011 rd = mem32[mem32[imm]]"), "t.isa:2:28: error: expected the name of an operand, found `mem32`"},
		{line("a I 000 0000011 rd = mem32[rs1] + mem32[imm]"), "t.isa:2:45: error: expected at most one load in a meaning"},
		{line("a I 000 0000011 rd = mem32 + 4"), "t.isa:2:28: error: expected `[`, found `+`"},
		{line("a S 000 0100011 mem8[rs1] = rs2"), "t.isa:2:29: error: the stored value has 8 bits, got an expression of 32"},
		{line("a S 000 0100011 mem8[rs1] = rs2[7:0] ; mem8[rs1] = rs2[7:0]"), "t.isa:2:40: error: expected at most one store in a meaning"},
		{line("a S 000 0100011 mem32[rs1] = mem32[rs2]"), "t.isa:2:1: error: `a`: expected a load or a store, not both"},
		{line("a S 000 0100011 rd = rs2"), "t.isa:2:1: error: `a`: expected a format with rd"},
		{line("a U 0110111 trap ; rd = imm"), "t.isa:2:1: error: `a`: expected a trap to have no other effect"},
		{line("a U 0110110 rd = imm"), "t.isa:2:1: error: `a`: expected an opcode that ends with 11"},
		{line("a U 0110111 rd = imm\na U 0010111 rd = imm"), "t.isa:3:1: error: expected one line per name, found a second `a`"},
		{line("a U 0110111 rd = imm\nb R 0000000 000 0110111 rd = rs1"), "t.isa:3:1: error: `b` and `a` share encodings"},
		{line("") + "\nend", "t.isa:4:1: error: expected nothing after `end`, found `end`"},
	} {
		_, err := parse(c.src)
		require.EqualError(t, err, c.want, c.src)
	}
}

// TestVerify tries mistakes that a text cannot contain but a builder can make.
func TestVerify(t *testing.T) {
	for name, change := range map[string]func(*Inst){
		"format": func(in *Inst) { in.Format = 99 },
		"mask":   func(in *Inst) { in.Mask = 0x7f },
		"match":  func(in *Inst) { in.Match |= 1 << 20 },
		"name":   func(in *Inst) { in.Name = "" },
		"effect": func(in *Inst) { in.Meaning = Meaning{} },
		"width":  func(in *Inst) { in.Meaning.Rd = &word.Expr{Width: 8, Leaf: "rs1"} },
		"leaf":   func(in *Inst) { in.Meaning.Rd = &word.Expr{Width: 32, Leaf: "mem"} },
		"const":  func(in *Inst) { in.Meaning.Rd = &word.Expr{Width: 32, Imm: 1 << 32} },
		"node":   func(in *Inst) { in.Meaning.Rd.Args[0] = &word.Expr{Width: 8, Imm: 1} },
		"load":   func(in *Inst) { in.Meaning.Load = &Access{Addr: in.Meaning.Rd, Bytes: 4} },
		"bytes":  func(in *Inst) { in.Meaning.Load = &Access{Addr: in.Meaning.Rd, Bytes: 3} },
		"addr":   func(in *Inst) { in.Meaning.Load = &Access{Bytes: 4} },
		"data":   func(in *Inst) { in.Meaning.Store = &Access{Addr: in.Meaning.Rd, Bytes: 4} },
		"cond":   func(in *Inst) { in.Meaning.Cond = &word.Expr{Width: 1} },
	} {
		in := RV32I().Lookup("add")
		change(in)
		require.Error(t, in.Verify(), name)
		require.Error(t, (&Set{Insts: []*Inst{in}}).Verify(), name)
	}
}

func TestSubsets(t *testing.T) {
	s := RV32IM().Without("small", "mul", "div")
	require.Nil(t, s.Lookup("mul"))
	require.NotNil(t, s.Lookup("mulh"))
	require.Len(t, s.Insts, 44)
	_, err := s.Extend("twice", s.Insts[0])
	require.Error(t, err)
	in, err := ParseLine(&diag.File{Name: "l", Text: "cust0 R 0000000 000 0001011 rd = rs1 xor rs2\n"})
	require.NoError(t, err)
	more, err := s.Extend("more", in)
	require.NoError(t, err)
	require.Same(t, in, more.Lookup("cust0"))
	require.Len(t, s.Insts, 44)
	_, err = ParseLine(&diag.File{Name: "l", Text: "cust0 R 0000000 000 0001011 rd = rs1\nx"})
	require.EqualError(t, err, "l:2:1: error: expected one line, found `x`")
}

func TestRegs(t *testing.T) {
	o := Ops{Rd: 1, Rs1: 2, Rs2: 3, Rs3: 4}
	for name, want := range map[string][]uint8{"add": {2, 3, 1}, "addi": {2, 1}, "sw": {2, 3}, "beq": {2, 3}, "lui": {1}, "jal": {1}, "ebreak": {}} {
		require.Equal(t, want, RV32I().Lookup(name).Regs(o), name)
	}
	require.Equal(t, []uint8{2, 3, 4, 1}, mined(t).Lookup("cust1").Regs(o))
}

func FuzzParse(f *testing.F) {
	f.Add(rv32iText)
	f.Add(rv32mText)
	f.Add(minedText)
	f.Add("isa x\na I 000 0000011 rd = mem32[rs1] + mem32[imm]\nend")
	f.Fuzz(func(t *testing.T, src string) {
		s, err := parse(src)
		if err != nil {
			require.Regexp(t, `^t\.isa:\d+:\d+: `, err.Error())
			return
		}
		again, err := parse(Print(s))
		require.NoError(t, err, Print(s))
		require.Equal(t, Print(s), Print(again))
	})
}
