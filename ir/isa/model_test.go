package isa

import (
	"bytes"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/testkit"
	"github.com/sinter-lang/sinter/ir/word"
)

// vector is the input of one execution: everything that an instruction reads.
type vector struct {
	rs1, rs2, imm, pc, mem uint32
}

// effect is the effect of an instruction. Fields that the instruction does not set are 0.
type effect struct {
	rd, pc, addr, data uint32
	trap               bool
}

// viaCode executes a line by its compiled meaning.
func viaCode(in *Inst, v vector) effect {
	code := in.Bind(Ops{Rd: 3, Rs1: 1, Rs2: 2, Imm: int32(v.imm)})
	s := &State{PC: v.pc, Mem: v.mem}
	s.X[1], s.X[2] = v.rs1, v.rs2
	call := func(f Fn) uint32 {
		if f == nil {
			return 0
		}
		return uint32(f(s))
	}
	return collect(in, v, call(code.Rd), call(code.PC), call(code.Cond), call(code.Addr), call(code.Data))
}

// viaEval executes a line by evaluating its expressions unchanged.
func viaEval(in *Inst, v vector) effect {
	leaves := map[string]uint32{"rs1": v.rs1, "rs2": v.rs2, "imm": v.imm, "pc": v.pc, "mem": v.mem}
	call := func(e *word.Expr) uint32 {
		if e == nil {
			return 0
		}
		return uint32(e.Eval(func(name string) uint64 { return uint64(leaves[name]) }))
	}
	m := &in.Meaning
	var addr *word.Expr
	if m.Load != nil {
		addr = m.Load.Addr
	} else if m.Store != nil {
		addr = m.Store.Addr
	}
	return collect(in, v, call(m.Rd), call(m.PC), call(m.Cond), call(addr), call(m.Data))
}

func collect(in *Inst, v vector, rd, pc, cond, addr, data uint32) effect {
	m := &in.Meaning
	e := effect{rd: rd, pc: v.pc + 4, addr: addr, data: data, trap: m.Trap}
	if m.PC != nil && (m.Cond == nil || cond != 0) {
		e.pc = pc
	}
	return e
}

// goModel implements the text of the specification in Go, without ir/word.
func goModel(name string, v vector) (effect, bool) {
	e := effect{pc: v.pc + 4}
	a, b, i := v.rs1, v.rs2, v.imm
	sa, sb, si := int32(a), int32(b), int32(i)
	one := func(c bool) uint32 {
		if c {
			return 1
		}
		return 0
	}
	branch := func(c bool) {
		if c {
			e.pc = v.pc + i
		}
	}
	switch name {
	case "lui":
		e.rd = i
	case "auipc":
		e.rd = v.pc + i
	case "jal":
		e.rd, e.pc = v.pc+4, v.pc+i
	case "jalr":
		e.rd, e.pc = v.pc+4, (a+i)&^1
	case "beq":
		branch(a == b)
	case "bne":
		branch(a != b)
	case "blt":
		branch(sa < sb)
	case "bge":
		branch(sa >= sb)
	case "bltu":
		branch(a < b)
	case "bgeu":
		branch(a >= b)
	case "lb":
		e.addr, e.rd = a+i, uint32(int32(int8(v.mem)))
	case "lh":
		e.addr, e.rd = a+i, uint32(int32(int16(v.mem)))
	case "lw":
		e.addr, e.rd = a+i, v.mem
	case "lbu":
		e.addr, e.rd = a+i, v.mem&0xff
	case "lhu":
		e.addr, e.rd = a+i, v.mem&0xffff
	case "sb":
		e.addr, e.data = a+i, b&0xff
	case "sh":
		e.addr, e.data = a+i, b&0xffff
	case "sw":
		e.addr, e.data = a+i, b
	case "addi":
		e.rd = a + i
	case "slti":
		e.rd = one(sa < si)
	case "sltiu":
		e.rd = one(a < i)
	case "xori":
		e.rd = a ^ i
	case "ori":
		e.rd = a | i
	case "andi":
		e.rd = a & i
	case "slli":
		e.rd = a << (i & 31)
	case "srli":
		e.rd = a >> (i & 31)
	case "srai":
		e.rd = uint32(sa >> (i & 31))
	case "add":
		e.rd = a + b
	case "sub":
		e.rd = a - b
	case "sll":
		e.rd = a << (b & 31)
	case "slt":
		e.rd = one(sa < sb)
	case "sltu":
		e.rd = one(a < b)
	case "xor":
		e.rd = a ^ b
	case "srl":
		e.rd = a >> (b & 31)
	case "sra":
		e.rd = uint32(sa >> (b & 31))
	case "or":
		e.rd = a | b
	case "and":
		e.rd = a & b
	case "mul":
		e.rd = a * b
	case "mulh":
		e.rd = uint32(uint64(int64(sa)*int64(sb)) >> 32)
	case "mulhsu":
		hi, _ := bits.Mul32(a, b)
		if sa < 0 {
			hi -= b
		}
		e.rd = hi
	case "mulhu":
		e.rd, _ = bits.Mul32(a, b)
	case "div":
		switch {
		case b == 0:
			e.rd = ^uint32(0)
		case a == 1<<31 && sb == -1:
			e.rd = a
		default:
			e.rd = uint32(sa / sb)
		}
	case "divu":
		e.rd = ^uint32(0)
		if b != 0 {
			e.rd = a / b
		}
	case "rem":
		switch {
		case b == 0:
			e.rd = a
		case a == 1<<31 && sb == -1:
			e.rd = 0
		default:
			e.rd = uint32(sa % sb)
		}
	case "remu":
		e.rd = a
		if b != 0 {
			e.rd = a % b
		}
	case "ebreak":
		e.trap = true
	default:
		return e, false
	}
	return e, true
}

var corners = []uint32{
	0, 1, 2, 3, 7, 31, 32, 33, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 1 << 16,
	0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff,
}

// immediates are the corners of a format's range.
func immediates(f Format) []int32 {
	lo, hi, step := f.ImmRange()
	out := []int32{}
	for _, v := range []int64{0, step, -step, lo, lo + step, hi, hi - step, step << 4, 1 << 10, 1 << 11, -1 << 10} {
		if f.HasImm() && v >= lo && v <= hi && v%step == 0 {
			out = append(out, int32(v))
		}
	}
	return out
}

// vectors returns random vectors, and vectors with all pairs of corner operands. Each pair has one
// immediate.
func vectors(in *Inst, rnd *rand.Rand) []vector {
	imms := immediates(in.Format)
	lo, hi, step := in.Format.ImmRange()
	imm := func() uint32 {
		switch {
		case !in.Format.HasImm():
			return 0
		case rnd.IntN(2) == 0:
			return uint32(imms[rnd.IntN(len(imms))])
		}
		return uint32(lo + rnd.Int64N((hi-lo)/step+1)*step)
	}
	var out []vector
	add := func(a, b uint32) { out = append(out, vector{a, b, imm(), rnd.Uint32() &^ 3, rnd.Uint32()}) }
	for _, a := range corners {
		for _, b := range corners {
			add(a, b)
		}
	}
	for range 300 {
		add(rnd.Uint32(), rnd.Uint32())
		add(rnd.Uint32(), rnd.Uint32()>>rnd.IntN(32))
	}
	return out
}

// narrow drops the bits that a load of the line does not read.
func (v vector) narrow(in *Inst) vector {
	if in.Meaning.Load != nil {
		v.mem &= uint32(word.Mask(8 * in.Meaning.Load.Bytes))
	} else {
		v.mem = 0
	}
	return v
}

// TestLinesAgainstGo executes each line of the base sets, and compares the effect with a model
// that does not use the table. Each line must have a model.
func TestLinesAgainstGo(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, in := range RV32IM().Insts {
		for _, v := range vectors(in, rnd) {
			v = v.narrow(in)
			want, ok := goModel(in.Name, v)
			require.True(t, ok, "%s has no model", in.Name)
			require.Equal(t, want, viaCode(in, v), "%s %+v", in.Name, v)
			require.Equal(t, want, viaEval(in, v), "%s %+v, by the table of operators", in.Name, v)
		}
	}
}

// TestMinedLinesAgree checks lines from a user's file. Their compiled meaning must give the
// same results as evaluation.
func TestMinedLinesAgree(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, in := range mined(t).Insts {
		for _, v := range vectors(in, rnd) {
			require.Equal(t, viaEval(in, v), viaCode(in, v.narrow(in)), "%s %+v", in.Name, v)
		}
	}
}

// cModel gives the effect of each line as C code that reads the variables rs1, rs2, imm, pc and
// mem of type uint32_t.
var cModel = map[string]string{
	"lui": "rd = imm", "auipc": "rd = pc + imm",
	"jal": "rd = pc + 4; next = pc + imm", "jalr": "rd = pc + 4; next = (rs1 + imm) & ~1u",
	"beq": "if (rs1 == rs2) next = pc + imm", "bne": "if (rs1 != rs2) next = pc + imm",
	"blt": "if ((int32_t)rs1 < (int32_t)rs2) next = pc + imm", "bge": "if ((int32_t)rs1 >= (int32_t)rs2) next = pc + imm",
	"bltu": "if (rs1 < rs2) next = pc + imm", "bgeu": "if (rs1 >= rs2) next = pc + imm",
	"lb": "addr = rs1 + imm; rd = (int32_t)(int8_t)mem", "lh": "addr = rs1 + imm; rd = (int32_t)(int16_t)mem",
	"lw": "addr = rs1 + imm; rd = mem", "lbu": "addr = rs1 + imm; rd = (uint8_t)mem", "lhu": "addr = rs1 + imm; rd = (uint16_t)mem",
	"sb": "addr = rs1 + imm; data = (uint8_t)rs2", "sh": "addr = rs1 + imm; data = (uint16_t)rs2", "sw": "addr = rs1 + imm; data = rs2",
	"addi": "rd = rs1 + imm", "slti": "rd = (int32_t)rs1 < (int32_t)imm", "sltiu": "rd = rs1 < imm",
	"xori": "rd = rs1 ^ imm", "ori": "rd = rs1 | imm", "andi": "rd = rs1 & imm",
	"slli": "rd = rs1 << imm", "srli": "rd = rs1 >> imm", "srai": "rd = (int32_t)rs1 >> imm",
	"add": "rd = rs1 + rs2", "sub": "rd = rs1 - rs2", "sll": "rd = rs1 << (rs2 % 32)",
	"slt": "rd = (int32_t)rs1 < (int32_t)rs2", "sltu": "rd = rs1 < rs2", "xor": "rd = rs1 ^ rs2",
	"srl": "rd = rs1 >> (rs2 % 32)", "sra": "rd = (int32_t)rs1 >> (rs2 % 32)", "or": "rd = rs1 | rs2", "and": "rd = rs1 & rs2",
	"ebreak": "trap = 1",
	"mul":    "rd = rs1 * rs2", "mulh": "rd = (uint64_t)((int64_t)(int32_t)rs1 * (int32_t)rs2) >> 32",
	"mulhsu": "rd = (uint64_t)((int64_t)(int32_t)rs1 * (int64_t)rs2) >> 32", "mulhu": "rd = (uint64_t)rs1 * rs2 >> 32",
	"div":  "rd = rs2 == 0 ? ~0u : rs1 == 1u << 31 && rs2 == ~0u ? rs1 : (uint32_t)((int32_t)rs1 / (int32_t)rs2)",
	"divu": "rd = rs2 == 0 ? ~0u : rs1 / rs2",
	"rem":  "rd = rs2 == 0 ? rs1 : rs1 == 1u << 31 && rs2 == ~0u ? 0 : (uint32_t)((int32_t)rs1 % (int32_t)rs2)",
	"remu": "rd = rs2 == 0 ? rs1 : rs1 % rs2",
}

// cProgram is a C program that reads vectors and prints effects. The number of a line is its
// index in the set.
func cProgram(t *testing.T, s *Set) string {
	var b strings.Builder
	b.WriteString("#include <stdint.h>\n#include <stdio.h>\nint main(void) {\n  uint32_t op, rs1, rs2, imm, pc, mem;\n" +
		"  while (scanf(\"%x %x %x %x %x %x\", &op, &rs1, &rs2, &imm, &pc, &mem) == 6) {\n" +
		"    uint32_t rd = 0, next = pc + 4, addr = 0, data = 0, trap = 0;\n    switch (op) {\n")
	for i, in := range s.Insts {
		stmt, ok := cModel[in.Name]
		require.True(t, ok, "%s has no model in C", in.Name)
		fmt.Fprintf(&b, "    case %d: %s; break;\n", i, stmt)
	}
	b.WriteString("    }\n    printf(\"%x %x %x %x %x\\n\", rd, next, addr, data, trap);\n  }\n  return 0;\n}\n")
	return b.String()
}

// TestLinesAgainstC compares each line with C code that the compiler of the computer has compiled.
func TestLinesAgainstC(t *testing.T) {
	gcc := testkit.Tool(t, "gcc", "clang-19", "clang")
	set, dir, rnd := RV32IM(), t.TempDir(), rand.New(rand.NewPCG(5, 6))
	src, bin := filepath.Join(dir, "model.c"), filepath.Join(dir, "model")
	require.NoError(t, os.WriteFile(src, []byte(cProgram(t, set)), 0o644))
	out, err := exec.Command(gcc, "-O1", "-o", bin, src).CombinedOutput()
	require.NoError(t, err, "%s", out)

	var input bytes.Buffer
	var want []string
	for i, in := range set.Insts {
		for _, v := range vectors(in, rnd) {
			v = v.narrow(in)
			fmt.Fprintf(&input, "%x %x %x %x %x %x\n", i, v.rs1, v.rs2, v.imm, v.pc, v.mem)
			e := viaCode(in, v)
			trap := b2u(e.trap)
			want = append(want, fmt.Sprintf("%x %x %x %x %x", e.rd, e.pc, e.addr, e.data, trap))
		}
	}
	cmd := exec.Command(bin)
	cmd.Stdin = &input
	got, err := cmd.Output()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(got)), "\n")
	require.Len(t, lines, len(want))
	perLine := len(want) / len(set.Insts)
	for i := range want {
		require.Equal(t, lines[i], want[i], "%s, vector %d", set.Insts[i/perLine].Name, i%perLine)
	}
}
