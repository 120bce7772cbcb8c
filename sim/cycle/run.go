package cycle

import "github.com/sinter-lang/sinter/ir/word"

// store is a memory write that happens at the clock edge.
type store struct {
	mem   uint16
	lanes uint64
	addr  uint64
	data  uint64
}

// fetch is a read of a memory after the writes of the clock edge.
type fetch struct {
	port uint16
	mem  uint16
	addr uint64
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// run executes the code of one cycle. The function masks constant shift amounts, so that the Go
// compiler knows that an amount is below 64 and emits no comparison.
func (e *Scalar) run() {
	s, code := e.slots, e.prog.code
	for pc := 0; pc < len(code); pc++ {
		i := &code[pc]
		switch i.op {
		case opAdd:
			s[i.d] = (s[i.a] + s[i.b]) & i.imm
		case opSub:
			s[i.d] = (s[i.a] - s[i.b]) & i.imm
		case opMul:
			s[i.d] = s[i.a] * s[i.b] & i.imm
		case opAnd:
			s[i.d] = s[i.a] & s[i.b]
		case opOr:
			s[i.d] = s[i.a] | s[i.b]
		case opXor:
			s[i.d] = s[i.a] ^ s[i.b]
		case opNot:
			s[i.d] = ^s[i.a] & i.imm
		case opShl:
			w := int(i.imm)
			s[i.d] = s[i.a] << word.Amount(s[i.b], w) & word.Mask(w)
		case opShru:
			s[i.d] = s[i.a] >> word.Amount(s[i.b], int(i.imm))
		case opShrs:
			w := int(i.imm)
			s[i.d] = uint64(word.Signed(s[i.a], w)>>word.Amount(s[i.b], w)) & word.Mask(w)
		case opShlC:
			s[i.d] = s[i.a] << (i.b & 63) & i.imm
		case opSlice:
			s[i.d] = s[i.a] >> (i.b & 63) & i.imm
		case opSext:
			s[i.d] = uint64(int64(s[i.a]<<(i.b&63))>>(i.b&63)) & i.imm
		case opCat:
			s[i.d] = s[i.a]<<(i.imm&63) | s[i.b]
		case opEq:
			s[i.d] = bit(s[i.a] == s[i.b])
		case opLtu:
			s[i.d] = bit(s[i.a] < s[i.b])
		case opLts:
			s[i.d] = bit(int64(s[i.a]<<(i.imm&63)) < int64(s[i.b]<<(i.imm&63)))
		case opMux:
			v := s[i.b]
			if s[uint16(i.imm)] != 0 {
				v = s[i.a]
			}
			s[i.d] = v
		case opMove:
			s[i.d] = s[i.a]
		case opLoad:
			s[i.d] = e.mems[i.imm][s[i.a]]
		case opStore:
			e.stores = append(e.stores, store{mem: uint16(i.imm), lanes: s[i.d], addr: s[i.a], data: s[i.b]})
		case opFetch:
			e.fetches = append(e.fetches, fetch{port: i.d, mem: uint16(i.imm), addr: s[i.a]})
		case opCall:
			s[i.d] = e.call(&e.prog.calls[i.imm])
		case opJump:
			pc += int(i.imm)
		case opJumpZ:
			if s[i.a] == 0 {
				pc += int(i.imm)
			}
		case opJumpNZ:
			if s[i.a] != 0 {
				pc += int(i.imm)
			}
		case opEqMask:
			s[i.d] = bit(s[i.a]&i.imm == s[i.b])
		}
	}
}

func (e *Scalar) call(c *call) uint64 {
	var a [3]uint64
	for k, slot := range c.args {
		a[k] = e.slots[slot]
	}
	return word.Eval(c.op, c.w, a, c.aw, c.imm)
}

// Clock performs the clock edge. Registers and synchronous read ports take their next values,
// and memories are written. If reset is 1, registers take their reset values instead. Eval must
// have run before.
func (e *Scalar) Clock() {
	n := e.prog.states
	if e.reset {
		e.resetNext()
		e.stores = e.stores[:0]
	}
	copy(e.slots[:n], e.slots[n:2*n])
	if len(e.stores) > 0 {
		e.commit()
	}
	for _, f := range e.fetches {
		v := e.mems[f.mem][f.addr]
		slot := len(e.c.Regs) + int(f.port)
		e.slots[slot], e.slots[n+slot] = v, v
	}
	e.fetches = e.fetches[:0]
	e.settled = false
	e.cycle++
}

// commit performs the memory writes of a cycle in port order, which is the order of the
// effects.
func (e *Scalar) commit() {
	for i := range e.stores {
		st := &e.stores[i]
		mem := e.mems[st.mem]
		mask := e.laneMask(int(st.mem), st.lanes)
		mem[st.addr] = mem[st.addr]&^mask | st.data&mask
	}
	e.stores = e.stores[:0]
}

// laneMask expands one bit per lane to the bits of a word.
func (e *Scalar) laneMask(mem int, lanes uint64) uint64 {
	m := &e.c.Mems[mem]
	if lanes == word.Mask(m.Lanes) {
		return word.Mask(m.Width)
	}
	w := m.Width / m.Lanes
	var mask uint64
	for ; lanes != 0; lanes &= lanes - 1 {
		mask |= word.Mask(w) << (trailing(lanes) * w)
	}
	return mask
}

func (e *Scalar) resetNext() {
	n := e.prog.states
	for i := range e.c.Regs {
		e.slots[n+i] = e.c.Regs[i].Reset
	}
}
