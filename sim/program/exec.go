package program

import (
	"encoding/binary"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/ir/word"
)

// stopReason states why a context stopped running.
type stopReason uint8

const (
	outOfFuel stopReason = iota
	blocked              // at an operation that is not possible yet
	ended
	trapped
	halted
	idle // Main is blocked in a wait
)

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// place computes the address that an operation accesses. ok is false if some of the n bytes
// from this address on are outside of the object.
func place(s []uint64, i *inst) (at int, ok bool) {
	off, n := int(uint32(s[i.a])+uint32(i.disp)), i.n
	if i.op == cSpan {
		n = int(s[i.c])
	}
	return i.base + int(s[i.b]) + off, off+n <= i.limit
}

// run executes instructions until the context stops. budget is a number of IR instructions.
func (c *context) run(budget int) (stopReason, error) {
	s, mem, prog := c.slots, c.mc.mem, c.code
	pc := c.pc
	c.moved = false
	for {
		i := &prog[pc]
		pc++
		switch i.op {
		case cBlock:
			if budget < 0 {
				c.pc = pc - 1
				return outOfFuel, nil
			}
			budget -= i.n
			c.counts[i.a]++
		case cMove:
			s[i.dst] = s[i.a]
		case cJump:
			pc = i.a
		case cBranch:
			if s[i.c] != 0 {
				pc = i.a
			} else {
				pc = i.b
			}
		case cCall:
			s[i.dst] = uint64(pc)
			pc = i.a
		case cReturn:
			pc = int32(s[i.a])
		case cEnd:
			return ended, nil
		case cAdd:
			s[i.dst] = (s[i.a] + s[i.b]) & i.mask
		case cSub:
			s[i.dst] = (s[i.a] - s[i.b]) & i.mask
		case cMul:
			s[i.dst] = (s[i.a] * s[i.b]) & i.mask
		case cAnd:
			s[i.dst] = s[i.a] & s[i.b]
		case cOr:
			s[i.dst] = s[i.a] | s[i.b]
		case cXor:
			s[i.dst] = s[i.a] ^ s[i.b]
		case cNot:
			s[i.dst] = ^s[i.a] & i.mask
		case cShl:
			s[i.dst] = s[i.a] << (s[i.b] & uint64(i.n)) & i.mask
		case cShru:
			s[i.dst] = s[i.a] >> (s[i.b] & uint64(i.n))
		case cShrs:
			s[i.dst] = uint64(int64(s[i.a]<<i.w)>>i.w>>(s[i.b]&uint64(i.n))) & i.mask
		case cEq:
			s[i.dst] = bit(s[i.a] == s[i.b])
		case cNe:
			s[i.dst] = bit(s[i.a] != s[i.b])
		case cLtu:
			s[i.dst] = bit(s[i.a] < s[i.b])
		case cGeu:
			s[i.dst] = bit(s[i.a] >= s[i.b])
		case cLts:
			s[i.dst] = bit(int64(s[i.a]<<i.w) < int64(s[i.b]<<i.w))
		case cGes:
			s[i.dst] = bit(int64(s[i.a]<<i.w) >= int64(s[i.b]<<i.w))
		case cMux:
			if s[i.c] != 0 {
				s[i.dst] = s[i.a]
			} else {
				s[i.dst] = s[i.b]
			}
		case cSlice:
			s[i.dst] = s[i.a] >> i.w & i.mask
		case cSext:
			s[i.dst] = uint64(int64(s[i.a]<<i.w)>>i.w) & i.mask
		case cCat:
			s[i.dst] = s[i.a]<<i.w | s[i.b]
		case cWord:
			s[i.dst] = evalWord(s, i)
		case cFloat:
			f := i.instr
			s[i.dst] = ir.EvalFloat(f.Float, f.Results[0].Type, f.Args[0].Type, s[i.a], s[i.b])
		case cBytes:
			to, from, n := int(s[i.a]), int(s[i.b]), int(s[i.c])
			if from < to && to < from+n {
				return ended, fault(i.instr, "a move writes what it has yet to read")
			}
			copy(mem[to:to+n], mem[from:from+n])
		case cCheck:
			if s[i.c] == 0 {
				c.trap(i.instr)
				return trapped, nil
			}
		case cEvent:
			c.pc = pc - 1
			if why, err := c.event(i); why != outOfFuel || err != nil {
				return why, err
			}
			c.moved = true
		default:
			at, ok := place(s, i)
			if !ok {
				return ended, fault(i.instr, "%s leaves its object", i.instr.Op)
			}
			memory(s, mem, i, at)
		}
	}
}

// memory executes an operation on memory.
func memory(s []uint64, mem []byte, i *inst, at int) {
	switch i.op {
	case cLoad1:
		s[i.dst] = uint64(mem[at]) & i.mask
	case cLoad2:
		s[i.dst] = uint64(binary.LittleEndian.Uint16(mem[at:])) & i.mask
	case cLoad4:
		s[i.dst] = uint64(binary.LittleEndian.Uint32(mem[at:])) & i.mask
	case cLoad8:
		s[i.dst] = binary.LittleEndian.Uint64(mem[at:]) & i.mask
	case cStore1:
		mem[at] = byte(s[i.c])
	case cStore2:
		binary.LittleEndian.PutUint16(mem[at:], uint16(s[i.c]))
	case cStore4:
		binary.LittleEndian.PutUint32(mem[at:], uint32(s[i.c]))
	case cStore8:
		binary.LittleEndian.PutUint64(mem[at:], s[i.c])
	case cPlace, cSpan:
		s[i.dst] = uint64(at)
	case cFill:
		b := mem[at : at+i.n]
		for k := range b {
			b[k] = byte(i.mask)
		}
	case cCopy:
		copy(mem[at:at+i.n], mem[s[i.c]:int(s[i.c])+i.n])
	}
}

func evalWord(s []uint64, i *inst) uint64 {
	var a [3]uint64
	var aw [3]int
	slots := [3]int32{i.a, i.b, i.c}
	for k, x := range i.instr.Args {
		a[k], aw[k] = s[slots[k]], int(x.Type)
	}
	return word.Eval(i.instr.Word, int(i.instr.Results[0].Type), a, aw, i.instr.Imm)
}

func (c *context) trap(i *ir.Instr) {
	site := &c.mc.m.Traps[i.Site]
	c.mc.event(c, i, trace.Event{Kind: trace.Trap, Site: site.ID, Code: site.Code})
}
