package iss

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/sim"
)

// model is a second simulator of RV32IM. The model decodes by opcode and shares nothing with
// the instruction table.
type model struct {
	x   [32]uint32
	pc  uint32
	mem []byte
}

func (m *model) step(w uint32) {
	rd, rs1, rs2, f3, f7 := w>>7&31, m.x[w>>15&31], m.x[w>>20&31], w>>12&7, w>>25
	immI := uint32(int32(w) >> 20)
	next, out := m.pc+4, m.x[rd]
	switch w & 0x7f {
	case 0x37:
		out = w &^ 0xfff
	case 0x17:
		out = m.pc + w&^0xfff
	case 0x6f:
		imm := uint32(int32(w)>>31)<<20 | w&0xff000 | w>>20&1<<11 | w>>21&0x3ff<<1
		out, next = m.pc+4, m.pc+imm
	case 0x67:
		out, next = m.pc+4, (rs1+immI)&^1
	case 0x63:
		imm := uint32(int32(w)>>31)<<12 | w>>7&1<<11 | w>>25&0x3f<<5 | w>>8&15<<1
		taken := []bool{rs1 == rs2, false, false, false, int32(rs1) < int32(rs2), false, rs1 < rs2, false}[f3&6]
		if taken != (f3&1 == 1) {
			next = m.pc + imm
		}
	case 0x03:
		out = m.load(rs1+immI, f3)
	case 0x23:
		m.store(rs1+immI&^31+uint32(w>>7&31), rs2, f3)
	case 0x13:
		out = alu(f3, f3 == 5 && f7 == 0x20, rs1, immI)
	case 0x33:
		if f7 == 1 {
			out = muldiv(f3, rs1, rs2)
		} else {
			out = alu(f3, f7 == 0x20, rs1, rs2)
		}
	}
	if rd != 0 && w&0x7f != 0x63 && w&0x7f != 0x23 {
		m.x[rd] = out
	}
	m.pc = next
}

func alu(f3 uint32, alt bool, a, b uint32) uint32 {
	switch f3 {
	case 0:
		if alt {
			return a - b
		}
		return a + b
	case 1:
		return a << (b & 31)
	case 2:
		if int32(a) < int32(b) {
			return 1
		}
		return 0
	case 3:
		_, borrow := bits.Sub32(a, b, 0)
		return borrow
	case 4:
		return a ^ b
	case 5:
		if alt {
			return uint32(int32(a) >> (b & 31))
		}
		return a >> (b & 31)
	case 6:
		return a | b
	}
	return a & b
}

func muldiv(f3, a, b uint32) uint32 {
	signed, unsigned := int64(int32(a)), uint64(a)*uint64(b)
	overflow := a == 1<<31 && b == ^uint32(0)
	switch f3 {
	case 0:
		return a * b
	case 1:
		return uint32(signed * int64(int32(b)) >> 32)
	case 2:
		return uint32(signed * int64(b) >> 32)
	case 3:
		return uint32(unsigned >> 32)
	case 4:
		if b == 0 {
			return ^uint32(0)
		}
		if overflow {
			return a
		}
		return uint32(int32(a) / int32(b))
	case 5:
		if b == 0 {
			return ^uint32(0)
		}
		return a / b
	case 6:
		if b == 0 {
			return a
		}
		if overflow {
			return 0
		}
		return uint32(int32(a) % int32(b))
	}
	if b == 0 {
		return a
	}
	return a % b
}

// at aligns an address down to its size and wraps it into memory.
func (m *model) at(addr, f3 uint32) []byte {
	return m.mem[addr&^(1<<(f3&3)-1)%uint32(len(m.mem)):]
}

func (m *model) load(addr, f3 uint32) uint32 {
	if addr>>31 == 1 {
		return 0
	}
	b := m.at(addr, f3)
	switch f3 {
	case 0:
		return uint32(int32(int8(b[0])))
	case 1:
		return uint32(int32(int16(binary.LittleEndian.Uint16(b))))
	case 4:
		return uint32(b[0])
	case 5:
		return uint32(binary.LittleEndian.Uint16(b))
	}
	return binary.LittleEndian.Uint32(b)
}

func (m *model) store(addr, v, f3 uint32) {
	if addr>>31 == 0 {
		for i := range 1 << f3 {
			m.at(addr, f3)[i] = byte(v >> (8 * i))
		}
	}
}

// randomWord encodes a random instruction of the set.
func randomWord(t testing.TB, set *isa.Set, rnd *rand.Rand) uint32 {
	in := set.Insts[rnd.IntN(len(set.Insts))]
	for in.Meaning.Trap {
		in = set.Insts[rnd.IntN(len(set.Insts))]
	}
	var o isa.Ops
	reg := func() uint8 { return uint8(rnd.IntN(32)) }
	if in.Format.HasRd() {
		o.Rd = reg()
	}
	for i, to := range []*uint8{&o.Rs1, &o.Rs2, &o.Rs3} {
		if i < in.Format.Sources() {
			*to = reg()
		}
	}
	if lo, hi, step := in.Format.ImmRange(); in.Format.HasImm() {
		o.Imm = int32(lo + rnd.Int64N((hi-lo)/step+1)*step)
	}
	w, err := in.Encode(o)
	require.NoError(t, err)
	return w
}

// TestStepperAgainstModel executes random instructions in lock-step with the model and compares
// the whole state.
func TestStepperAgainstModel(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	set := isa.RV32IM()
	s, err := NewStepper(set, 32, make([]byte, 1024), nil)
	require.NoError(t, err)
	m := &model{mem: make([]byte, 1024)}
	executed := map[string]int{}
	for n := range 40000 {
		if n%50 == 0 {
			for r := 1; r < 32; r++ {
				m.x[r] = rnd.Uint32() >> rnd.IntN(32) << rnd.IntN(8)
				s.SetReg(r, m.x[r])
			}
		}
		w := randomWord(t, set, rnd)
		before := m.pc
		m.step(w)
		r, ok, err := s.Step(w)
		require.NoError(t, err)
		require.True(t, ok)
		in, ops, _ := isa.Decode(set, w)
		executed[in.Name]++
		text := in.Disassemble(ops)
		require.Equal(t, [2]uint32{m.pc, before}, [2]uint32{s.PC(), r.PC}, text)
		require.Equal(t, uint64(n), r.Order)
		require.Equal(t, m.x, s.c.s.X, text)
		require.Equal(t, m.x[r.Rd], r.Value, text)
		require.Equal(t, m.mem, s.Mem(), text)
	}
	for _, in := range set.Insts {
		require.True(t, executed[in.Name] > 100 || in.Meaning.Trap, "%s was executed %d times", in.Name, executed[in.Name])
	}
}

func TestStepperRecords(t *testing.T) {
	s, err := NewStepper(isa.RV32I(), 8, make([]byte, 16), nil)
	require.NoError(t, err)
	s.SetReg(0, 9)
	require.Equal(t, uint32(0), s.Reg(0))
	s.SetReg(1, 0x11223344)
	s.SetPC(0x100)
	for i, c := range []struct {
		line string
		want sim.Retire
	}{
		{"addi x2, x1, 1", sim.Retire{Rd: 2, Value: 0x11223345}},
		{"addi x0, x1, 1", sim.Retire{}},
		{"sb x1, 3(x0)", sim.Retire{Addr: 3, Mask: 8, Data: 0x44000000}},
		{"sh x1, 6(x0)", sim.Retire{Addr: 6, Mask: 12, Data: 0x33440000}},
		{"sw x1, 8(x0)", sim.Retire{Addr: 8, Mask: 15, Data: 0x11223344}},
		{"lb x3, 9(x0)", sim.Retire{Rd: 3, Value: 0x33, Addr: 9, Mask: 2, Data: 0x3300}},
		{"lhu x3, 10(x0)", sim.Retire{Rd: 3, Value: 0x1122, Addr: 10, Mask: 12, Data: 0x11220000}},
		{"lw x3, 11(x0)", sim.Retire{Rd: 3, Value: 0x11223344, Addr: 8, Mask: 15, Data: 0x11223344}},
		{"lw x3, 24(x0)", sim.Retire{Rd: 3, Value: 0x11223344, Addr: 24, Mask: 15, Data: 0x11223344}},
		{"lw x3, -4(x0)", sim.Retire{Rd: 3, Addr: 0xfffffffc, Mask: 15}},
		{"sw x1, -4(x0)", sim.Retire{Addr: 0xfffffffc, Mask: 15, Data: 0x11223344}},
		{"beq x0, x0, .+8", sim.Retire{}},
		{"jal x4, .-8", sim.Retire{Rd: 4, Value: 0x138}},
	} {
		w, err := isa.Assemble(isa.RV32I(), c.line)
		require.NoError(t, err)
		c.want.Order, c.want.PC, c.want.Insn = uint64(i), s.PC(), w
		got, ok, err := s.Step(w)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, c.want, got, c.line)
	}
	require.Equal(t, uint32(0x12c), s.PC())
}

// stubborn is a bus that never completes an access.
type stubborn struct{}

func (stubborn) Load(uint32, int) (uint32, bool) { return 0, false }
func (stubborn) Store(uint32, uint32, int) bool  { return false }

func TestStepperStops(t *testing.T) {
	s, err := NewStepper(isa.RV32I(), 8, make([]byte, 16), stubborn{})
	require.NoError(t, err)
	for _, line := range []string{"ebreak", "lw x1, -4(x0)", "sw x1, -4(x0)"} {
		w, err := isa.Assemble(isa.RV32I(), line)
		require.NoError(t, err)
		r, ok, err := s.Step(w)
		require.NoError(t, err)
		require.False(t, ok, line)
		require.Equal(t, sim.Retire{}, r)
		require.Equal(t, uint32(0), s.PC(), line)
	}
	_, _, err = s.Step(0)
	require.EqualError(t, err, "word 0x00000000 is not an instruction of the set")
	w, err := isa.Assemble(isa.RV32I(), "add x1, x2, x8")
	require.NoError(t, err)
	_, _, err = s.Step(w)
	require.EqualError(t, err, "`add x1, x2, x8` uses x8 of 8 registers")
	for _, size := range []int{0, 2, 12} {
		_, err = NewStepper(isa.RV32I(), 8, make([]byte, size), nil)
		require.Error(t, err)
	}
}
