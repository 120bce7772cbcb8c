// Package iss runs a linked image on the instruction set of its target. It contains the machine
// `isa` of the ladder (the list of all machines). This machine is the reference when a circuit
// is compared in lock-step.
//
// The package has no list of mnemonics. It decodes each word of text with the instruction
// table, and compiles the meaning of the word's line into closures over the registers. The
// table is therefore the only source of behaviour. If the target lacks an instruction or
// register, New returns an error.
//
//	m, err := iss.New(im, world.New(script))
//	t, err := sim.Run(m, 0)         // trace of the run
//	n := m.Instructions()           // how many were executed
//
// The port registers behave like the port registers of a core. A load of WAIT blocks until a
// device in the mask is ready. The simulated world advances only while WAIT blocks, so
// computation takes no time. A store to GO transfers a whole frame. Some faults can only come
// from a mistake in the back end: a misaligned access, an access outside of all objects, a
// receive without a frame, a jump out of the text. Step returns such a fault as an error, and
// no such fault appears as an event.
//
// The package does not depend on circuits or compilers. Start reading at Machine, then core.go.
package iss

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/world"
)

// slice is the largest number of instructions in one Step.
const slice = 1 << 14

// Machine runs an image with a simulated world. It implements sim.Machine.
type Machine struct {
	im    *image.Image
	c     core
	ports *ports
	code  []exec
	lines []line
	hook  func(*sim.Retire)
	count uint64 // number of retired instructions
}

// New verifies the image and returns a machine at the start of the program.
func New(im *image.Image, w *world.World) (*Machine, error) {
	if err := im.Verify(); err != nil {
		return nil, err
	}
	context, err := im.OneContext()
	if err != nil {
		return nil, err
	}
	m := &Machine{im: im}
	dec := isa.NewDecoder(im.Target.Set)
	for _, w := range im.Text {
		in, ops, _ := dec.Decode(w)
		l := line{in: in, run: compile(in, ops), rd: ops.Rd}
		m.lines, m.code = append(m.lines, l), append(m.code, l.run)
	}
	mem := make([]byte, (im.DataEnd+3)&^3)
	copy(mem, im.Data)
	m.ports = newPorts(im, w, m)
	m.c = core{mem: mem, strict: true, bus: m.ports}
	m.c.s.PC = context.Entry
	return m, nil
}

// Retire makes the machine call `hook` with the record of each executed instruction. The next
// instruction overwrites the record. nil removes the hook.
func (m *Machine) Retire(hook func(*sim.Retire)) { m.hook = hook }

// Instructions returns the number of executed instructions. An instruction that traps or blocks
// does not count.
func (m *Machine) Instructions() uint64 { return m.count }

// Marks returns the counts of the timed regions, by mark number.
func (m *Machine) Marks() []MarkFigure { return m.ports.marks }

// Reg returns the value of a register.
func (m *Machine) Reg(r int) uint32 { return m.c.s.X[r&31] }

// Mem returns the data memory.
func (m *Machine) Mem() []byte { return m.c.mem }

// PC returns the address of the next instruction, or of the instruction that stopped the
// machine.
func (m *Machine) PC() uint32 { return m.c.s.PC }

// Trace returns the events observed so far.
func (m *Machine) Trace() *trace.Trace { return m.ports.rec.Trace() }

// Done reports whether the run has ended. A run that stopped at a limit can continue.
func (m *Machine) Done() bool {
	s := m.ports.rec.Trace().Status
	return s != "" && s != trace.Limit
}

// Step executes some thousand instructions, or fewer if the run ends.
func (m *Machine) Step() error {
	return m.StepN(slice)
}

// StepN executes at most n instructions.
func (m *Machine) StepN(n int) error {
	if m.Done() {
		return nil
	}
	if m.hook == nil {
		m.run(n)
	} else {
		m.runTraced(n)
	}
	switch m.c.stop {
	case trapped:
		return m.trap()
	case faulted:
		return m.faultAt(m.c.fault)
	}
	return nil
}

// run executes up to n instructions without records.
func (m *Machine) run(n int) {
	c, code := &m.c, m.code
	for range n {
		i := (c.s.PC - design.TextBase) / 4
		if i >= uint32(len(code)) || c.s.PC%4 != 0 {
			c.fail("a jump to %#x, outside of the text", c.s.PC)
			return
		}
		code[i](c)
		if c.stop != running {
			return
		}
		m.count++
		if m.ports.halted {
			return
		}
	}
}

// runTraced executes up to n instructions and passes their records to the hook.
func (m *Machine) runTraced(n int) {
	c := &m.c
	var r sim.Retire
	for range n {
		i := (c.s.PC - design.TextBase) / 4
		if i >= uint32(len(m.lines)) || c.s.PC%4 != 0 {
			c.fail("a jump to %#x, outside of the text", c.s.PC)
			return
		}
		l := &m.lines[i]
		if !c.retire(l.run, l.in, m.im.Text[i], l.rd, &r) {
			return
		}
		r.Order = m.count
		m.count++
		m.hook(&r)
		if m.ports.halted {
			return
		}
	}
}

// trap ends the run at an instruction that stops the machine.
func (m *Machine) trap() error {
	if err := m.ports.rec.Trap(m.c.s.PC); err != nil {
		return m.faultAt(err)
	}
	return nil
}

// faultAt adds the value of the program counter to an error.
func (m *Machine) faultAt(err error) error {
	pc := m.c.s.PC
	at, what := diag.Span{}, "no instruction"
	if i := (pc - design.TextBase) / 4; i < uint32(len(m.im.Text)) {
		at, what = m.im.Spans[i], isa.Disassemble(m.im.Target.Set, m.im.Text[i])
	}
	return diag.Errorf("", at, "image %s, pc %#x, `%s`: %s", m.im.Name, pc, what, err.Error())
}
