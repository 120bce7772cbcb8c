package iss

import (
	"encoding/binary"
	"fmt"

	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/sim"
)

// Bus handles addresses whose top bit is set. A result of false means that the instruction does
// not complete: the core waits in this instruction forever.
type Bus interface {
	Load(addr uint32, bytes int) (uint32, bool)
	Store(addr, value uint32, bytes int) bool
}

// stop states why a core has stopped.
type stop uint8

const (
	running stop = iota
	held         // held by the bus; the instruction has not completed
	trapped      // stopped at an ebreak
	faulted      // stopped by a fault, see core.fault
)

// core is the state that instructions read and change.
type core struct {
	s      isa.State
	mem    []byte
	strict bool // an access that is misaligned or outside of mem is a fault
	bus    Bus
	stop   stop
	fault  error

	addr, data uint32 // address and data of the last access, as in sim.Retire
	mask       uint8
}

// exec executes one instruction and updates the pc.
type exec func(*core)

// compile makes the code of an instruction with given operands. All expressions in the
// instruction's meaning read the state before the instruction.
func compile(in *isa.Inst, o isa.Ops) exec {
	code, m := in.Bind(o), &in.Meaning
	switch {
	case m.Trap:
		return func(c *core) { c.stop = trapped }
	case m.Load != nil:
		return withLoad(code, m.Load.Bytes, o.Rd)
	case m.Store != nil:
		return withStore(code, m.Store.Bytes, o.Rd)
	case m.PC != nil:
		return jump(code, o.Rd)
	case o.Rd == 0:
		return func(c *core) { c.s.PC += 4 }
	}
	rd, reg := code.Rd, o.Rd&31
	return func(c *core) {
		c.s.X[reg] = uint32(rd(&c.s))
		c.s.PC += 4
	}
}

func withLoad(code *isa.Code, bytes int, rd uint8) exec {
	addr, rest := code.Addr, jump(code, rd)
	return func(c *core) {
		v, ok := c.load(uint32(addr(&c.s)), bytes)
		if ok {
			c.s.Mem = v
			rest(c)
		}
	}
}

func withStore(code *isa.Code, bytes int, rd uint8) exec {
	addr, data, rest := code.Addr, code.Data, jump(code, rd)
	return func(c *core) {
		if c.store(uint32(addr(&c.s)), uint32(data(&c.s)), bytes) {
			rest(c)
		}
	}
}

// jump makes code for the effects on rd and pc, if there are any.
func jump(code *isa.Code, rd uint8) exec {
	value, pc, cond := code.Rd, code.PC, code.Cond
	switch {
	case pc == nil && (value == nil || rd == 0):
		return func(c *core) { c.s.PC += 4 }
	case pc == nil:
		return func(c *core) {
			c.s.X[rd&31] = uint32(value(&c.s))
			c.s.PC += 4
		}
	case cond != nil && value == nil:
		return func(c *core) {
			if cond(&c.s) != 0 {
				c.s.PC = uint32(pc(&c.s))
				return
			}
			c.s.PC += 4
		}
	}
	return func(c *core) {
		next := c.s.PC + 4
		if cond == nil || cond(&c.s) != 0 {
			next = uint32(pc(&c.s))
		}
		if value != nil && rd != 0 {
			c.s.X[rd&31] = uint32(value(&c.s))
		}
		c.s.PC = next
	}
}

// place checks an address of data memory and returns the index of the first byte. If the
// machine is not strict, an access behaves like the byte lanes of a memory: place aligns the
// address down to the size of the access, and lets it wrap at the end of memory.
func (c *core) place(addr uint32, bytes int) (int, bool) {
	if c.strict {
		if addr%uint32(bytes) != 0 {
			return 0, c.fail("a %d-byte access at %#x, which is not aligned", bytes, addr)
		}
		if uint64(addr)+uint64(bytes) > uint64(len(c.mem)) {
			return 0, c.fail("a %d-byte access at %#x, outside of the %d bytes of data memory", bytes, addr, len(c.mem))
		}
		return int(addr), true
	}
	return int(addr&^uint32(bytes-1)) & (len(c.mem) - 1), true
}

// fail stops the core with a fault in the image.
func (c *core) fail(format string, args ...any) bool {
	c.stop, c.fault = faulted, fmt.Errorf(format, args...)
	return false
}

func (c *core) load(addr uint32, bytes int) (uint32, bool) {
	var v uint32
	if addr>>31 != 0 {
		var ok bool
		if v, ok = c.bus.Load(addr, bytes); !ok {
			c.hold()
			return 0, false
		}
	} else {
		at, ok := c.place(addr, bytes)
		if !ok {
			return 0, false
		}
		switch bytes {
		case 1:
			v = uint32(c.mem[at])
		case 2:
			v = uint32(binary.LittleEndian.Uint16(c.mem[at:]))
		default:
			v = binary.LittleEndian.Uint32(c.mem[at:])
		}
	}
	c.access(addr, v, bytes)
	return v, true
}

func (c *core) store(addr, v uint32, bytes int) bool {
	if addr>>31 != 0 {
		if !c.bus.Store(addr, v, bytes) {
			c.hold()
			return false
		}
	} else {
		at, ok := c.place(addr, bytes)
		if !ok {
			return false
		}
		switch bytes {
		case 1:
			c.mem[at] = byte(v)
		case 2:
			binary.LittleEndian.PutUint16(c.mem[at:], uint16(v))
		default:
			binary.LittleEndian.PutUint32(c.mem[at:], v)
		}
	}
	c.access(addr, v, bytes)
	return true
}

func (c *core) hold() {
	if c.stop == running {
		c.stop = held
	}
}

// access sets the fields of sim.Retire that describe a data access.
func (c *core) access(addr, v uint32, bytes int) {
	addr &^= uint32(bytes - 1)
	lane := addr & 3
	c.addr, c.mask, c.data = addr, (1<<bytes-1)<<lane, v<<(8*lane)
}

// retire runs one instruction and sets all fields of the retire record except Order. The result
// says whether the instruction completed.
func (c *core) retire(run exec, in *isa.Inst, insn uint32, rd uint8, r *sim.Retire) bool {
	*r = sim.Retire{Order: r.Order, PC: c.s.PC, Insn: insn}
	c.addr, c.mask, c.data = 0, 0, 0
	run(c)
	if c.stop == held || c.stop == trapped || c.stop == faulted {
		return false
	}
	if in.Meaning.Rd != nil && rd != 0 {
		r.Rd, r.Value = rd, c.s.X[rd&31]
	}
	r.Addr, r.Mask, r.Data = c.addr, c.mask, c.data
	return true
}
