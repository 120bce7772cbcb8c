package cycle

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// maxSlots is the number of slots that an instruction can address.
const maxSlots = 1 << 16

// program is a compiled circuit.
type program struct {
	code  []instr
	roots int // index in the code: the instructions before it compute the roots and set nothing
	calls []call
	slot  []uint16 // for each node
	valid []bool   // for each node: its slot holds its value after every Eval
	// The present values of registers and synchronous read ports are in slots [0, states). The
	// values of these registers and ports for the next cycle are in slots [states, 2*states).
	states int
	ports  []port // synchronous read ports in slot order; their slots follow the slots of the registers
	consts map[uint64]uint16
	slots  int
}

// call is an operator that has no opcode. The engine computes such an operator with the Eval of the
// word table.
type call struct {
	op   word.Op
	w    int
	args [3]uint16
	aw   [3]int
	imm  uint64
}

// port is a synchronous read port.
type port struct{ mem, read int }

// emitter makes the code of one circuit.
type emitter struct {
	*placer
	prog   *program
	done   []bool // for each node: its code is emitted
	placed []bool // for each node: its slot is chosen
	ifs    int
	err    error
}

// compile makes the program of a circuit. The program computes the roots in every cycle.
func compile(c *rtl.Circuit, roots []rtl.ID) (*program, error) {
	e := &emitter{
		placer: place(c, roots), done: make([]bool, len(c.Nodes)), placed: make([]bool, len(c.Nodes)),
		prog: &program{slot: make([]uint16, len(c.Nodes)), valid: make([]bool, len(c.Nodes)), consts: map[uint64]uint16{}},
	}
	e.state()
	e.leaves()
	k := &chunk{e: e, block: top}
	e.prog.body(k, c, roots)
	e.prog.code = k.code
	for i := range c.Nodes {
		shadow := !e.leaf(rtl.ID(i)) && int(e.prog.slot[i]) < 2*e.prog.states // a later set may overwrite the slot
		e.prog.valid[i] = e.leaf(rtl.ID(i)) || e.done[i] && e.home[i] == top && !shadow
	}
	return e.prog, e.err
}

// body emits the code of a cycle: the roots, the effects, and the synchronous reads.
func (p *program) body(k *chunk, c *rtl.Circuit, roots []rtl.ID) {
	for _, r := range roots {
		k.need(r)
	}
	p.roots = len(k.code)
	k.effects(c.Body)
	for i, at := range p.ports {
		k.read(i, at)
	}
}

func (e *emitter) newSlot() uint16 {
	if e.prog.slots == maxSlots {
		if e.err == nil {
			e.err = fmt.Errorf("circuit %s: expected at most %d values", e.c.Name, maxSlots)
		}
		return 0
	}
	e.prog.slots++
	return uint16(e.prog.slots - 1)
}

// slot returns the slot of a node. The first call for a node chooses the slot. A
// zero-extended value shares the slot of the narrow value.
func (e *emitter) slot(id rtl.ID) uint16 {
	if n := &e.c.Nodes[id]; !e.placed[id] {
		e.placed[id] = true
		if n.Kind == rtl.KOp && n.Op == word.Zext {
			e.prog.slot[id] = e.slot(n.Args[0])
		} else {
			e.prog.slot[id] = e.newSlot()
		}
	}
	return e.prog.slot[id]
}

// state assigns slots to registers and synchronous read ports.
func (e *emitter) state() {
	p, c := e.prog, e.c
	for i := range c.Regs {
		e.slot(c.Regs[i].Node)
	}
	for i := range c.Mems {
		for j, r := range c.Mems[i].Reads {
			if r.Sync {
				e.slot(r.Node)
				p.ports = append(p.ports, port{i, j})
			}
		}
	}
	p.states = p.slots
	for range p.states {
		e.newSlot()
	}
}

// leaves assigns slots to inputs and constants.
func (e *emitter) leaves() {
	for i := range e.c.Nodes {
		switch n := &e.c.Nodes[i]; n.Kind {
		case rtl.KInput:
			e.slot(rtl.ID(i))
		case rtl.KConst:
			e.prog.slot[i], e.placed[i] = e.constant(n.Imm), true
		}
	}
}

func (e *emitter) constant(v uint64) uint16 {
	s, ok := e.prog.consts[v]
	if !ok {
		s = e.newSlot()
		e.prog.consts[v] = s
	}
	return s
}

// leaf reports whether the value of a node is available without code.
func (e *emitter) leaf(id rtl.ID) bool {
	n := &e.c.Nodes[id]
	switch n.Kind {
	case rtl.KOp:
		return false
	case rtl.KRead:
		return e.c.Mems[n.Index].Reads[n.Port].Sync
	}
	return true
}

// chunk is the code of one block under construction. A chunk collects the nodes that it needs
// from outer blocks. The chunk of the outer block emits these nodes before the code of the
// inner block.
type chunk struct {
	e     *emitter
	block blockID
	code  []instr
	outer []rtl.ID
}

func (k *chunk) put(i instr) { k.code = append(k.code, i) }

// need ensures that the value of a node is available to the code that follows.
func (k *chunk) need(id rtl.ID) {
	e := k.e
	switch {
	case e.done[id] || e.leaf(id):
	case e.home[id] != k.block:
		k.outer = append(k.outer, id)
	default:
		e.done[id] = true
		k.node(id)
	}
}

// inner calls `gen` to emit a block inside this block, and returns the code of the inner block.
// First it emits, as part of this block, the nodes that the inner block needs from outside.
func (k *chunk) inner(b blockID, gen func(*chunk)) []instr {
	in := &chunk{e: k.e, block: b}
	gen(in)
	for _, id := range in.outer {
		k.need(id)
	}
	return in.code
}

// branch emits `if cond { then } else { els }`.
func (k *chunk) branch(cond rtl.ID, then, els []instr) {
	if len(then) == 0 && len(els) == 0 {
		return
	}
	onZero := len(then) > 0
	skip := len(then)
	switch {
	case !onZero:
		skip = len(els)
	case len(els) > 0:
		skip++ // also skips the jump over els
	}
	k.jump(cond, onZero, skip)
	k.code = append(k.code, then...)
	if onZero && len(els) > 0 {
		k.put(instr{op: opJump, imm: uint64(len(els))})
	}
	k.code = append(k.code, els...)
}

// jump emits a jump over n instructions. The jump is taken if cond is 0 (onZero set) or 1 (onZero
// not set).
func (k *chunk) jump(cond rtl.ID, onZero bool, n int) {
	op := opJumpNZ
	if onZero {
		op = opJumpZ
	}
	k.put(instr{op: op, a: k.slot(cond), imm: uint64(n)})
}

func (k *chunk) slot(id rtl.ID) uint16 { return k.e.slot(id) }

func (k *chunk) effects(list []rtl.Effect) {
	for i := range list {
		switch e := &list[i]; e.Kind {
		case rtl.SetReg:
			k.into(k.next(k.e.c.Regs[e.Index].Node), e.Value)
		case rtl.WriteMem:
			k.store(e)
		case rtl.If:
			k.region(e)
		}
	}
}

// next returns the slot for the value of a state (register or synchronous read port) in the
// next cycle.
func (k *chunk) next(id rtl.ID) uint16 { return k.slot(id) + uint16(k.e.prog.states) }

func (k *chunk) region(e *rtl.Effect) {
	arms := k.e.region[k.e.ifs]
	k.e.ifs++
	k.need(e.Cond)
	then := k.inner(arms.then, func(in *chunk) { in.effects(e.Then) })
	els := k.inner(arms.els, func(in *chunk) { in.effects(e.Else) })
	k.branch(e.Cond, then, els)
}

func (k *chunk) store(e *rtl.Effect) {
	m := &k.e.c.Mems[e.Index]
	w := m.Writes[e.Port]
	k.need(w.Addr)
	k.need(w.Data)
	lanes := k.e.constant(word.Mask(m.Lanes))
	if w.Lanes != rtl.None {
		k.need(w.Lanes)
		lanes = k.slot(w.Lanes)
	}
	k.put(instr{op: opStore, a: k.slot(w.Addr), b: k.slot(w.Data), d: lanes, imm: uint64(e.Index)})
}

// read emits the code that captures the word of a synchronous read port.
func (k *chunk) read(i int, at port) {
	r := k.e.c.Mems[at.mem].Reads[at.read]
	capture := func(in *chunk) {
		in.need(r.Addr)
		if r.Policy == rtl.New {
			in.put(instr{op: opFetch, d: uint16(i), a: in.slot(r.Addr), imm: uint64(at.mem)})
			return
		}
		in.put(instr{op: opLoad, d: in.next(r.Node), a: in.slot(r.Addr), imm: uint64(at.mem)})
	}
	if r.Enable == rtl.None {
		capture(k)
		return
	}
	k.need(r.Enable)
	code := k.inner(k.e.enable[r.Node], capture)
	k.branch(r.Enable, code, nil)
}
