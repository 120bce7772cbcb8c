package iss

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/sim"
)

// Stepper executes single instruction words without a program. A Stepper is the reference when
// a core is compared in lock-step on random instructions.
//
//	s, err := iss.NewStepper(isa.RV32I(), 16, make([]byte, 4096), nil)
//	s.SetReg(2, 7)
//	r, ok, err := s.Step(0x00310093) // addi x1, x2, 3: r.Rd == 1, r.Value == 10
//
// The memory of a Stepper behaves like the byte lanes of a core: an address is aligned down to
// the size of the access, and wraps at the end of memory.
type Stepper struct {
	c     core
	dec   *isa.Decoder
	regs  int
	order uint64
	lines map[uint32]line
}

// line is a decoded and compiled instruction word.
type line struct {
	in  *isa.Inst
	run exec
	rd  uint8
}

// NewStepper returns a stepper whose registers are all 0. The memory size must be a power of
// two, at least 4 bytes. If bus is nil, loads of port registers give 0 and stores to port
// registers are ignored.
func NewStepper(set *isa.Set, regs int, mem []byte, bus Bus) (*Stepper, error) {
	if n := len(mem); n < 4 || n&(n-1) != 0 {
		return nil, fmt.Errorf("expected a memory of a power of two of bytes, at least 4, got %d", n)
	}
	if bus == nil {
		bus = nullBus{}
	}
	return &Stepper{c: core{mem: mem, bus: bus}, dec: isa.NewDecoder(set), regs: regs, lines: map[uint32]line{}}, nil
}

type nullBus struct{}

func (nullBus) Load(uint32, int) (uint32, bool) { return 0, true }
func (nullBus) Store(uint32, uint32, int) bool  { return true }

// Reg returns the value of a register.
func (s *Stepper) Reg(r int) uint32 { return s.c.s.X[r&31] }

// SetReg sets a register. x0 stays 0.
func (s *Stepper) SetReg(r int, v uint32) {
	if r&31 != 0 {
		s.c.s.X[r&31] = v
	}
}

// PC returns the address of the next instruction.
func (s *Stepper) PC() uint32 { return s.c.s.PC }

// SetPC sets the address of the next instruction.
func (s *Stepper) SetPC(pc uint32) { s.c.s.PC = pc }

// Mem returns the data memory.
func (s *Stepper) Mem() []byte { return s.c.mem }

// Step executes a word at the present pc. The result is false, without a record, if the
// instruction did not complete because it traps or because the bus blocks it. An error means
// that the word is not an instruction of the set, or that the word names a missing register.
func (s *Stepper) Step(insn uint32) (sim.Retire, bool, error) {
	l, err := s.line(insn)
	if err != nil {
		return sim.Retire{}, false, err
	}
	var r sim.Retire
	s.c.stop = running
	if !s.c.retire(l.run, l.in, insn, l.rd, &r) {
		return sim.Retire{}, false, nil
	}
	r.Order = s.order
	s.order++
	return r, true, nil
}

func (s *Stepper) line(insn uint32) (line, error) {
	if l, ok := s.lines[insn]; ok {
		return l, nil
	}
	in, ops, ok := s.dec.Decode(insn)
	if !ok {
		return line{}, fmt.Errorf("word %#08x is not an instruction of the set", insn)
	}
	for _, r := range in.Regs(ops) {
		if int(r) >= s.regs {
			return line{}, fmt.Errorf("`%s` uses x%d of %d registers", in.Disassemble(ops), r, s.regs)
		}
	}
	l := line{in: in, run: compile(in, ops), rd: ops.Rd}
	s.lines[insn] = l
	return l, nil
}
