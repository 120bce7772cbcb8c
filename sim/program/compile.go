package program

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// code is an opcode of the machine. The operands are in inst.
type code uint8

// The opcodes. s is the array of slots, and m is the mask of the result.
const (
	cBlock  code = iota // counts the imm instructions of segment a
	cMove               // s[dst] = s[a]
	cJump               // pc = a
	cBranch             // pc = s[c] != 0 ? a : b
	cCall               // s[dst] = return address, pc = a
	cReturn             // pc = s[a]
	cEnd                // ends the context
	cAdd
	cSub
	cMul
	cAnd
	cOr
	cXor
	cNot
	cShl
	cShru
	cShrs
	cEq
	cNe
	cLtu
	cGeu
	cLts
	cGes
	cMux
	cSlice
	cSext
	cCat
	cWord  // any other word operator
	cFloat // a float operation
	cLoad1 // s[dst] = memory at the place
	cLoad2
	cLoad4
	cLoad8
	cStore1 // memory at the place = s[c]
	cStore2
	cStore4
	cStore8
	cPlace // s[dst] = address of the place
	cFill  // fills n bytes at the place with imm
	cCopy  // copies n bytes from address s[c] to the place
	cSpan  // s[dst] = address of a place that has s[c] bytes after it
	cBytes // copies s[c] bytes from address s[b] to address s[a]
	cCheck // traps unless s[c] is not 0
	cEvent // any other operation, described by its IR instruction
)

// inst is one operation. The operation accesses memory at the address base + s[b] + (s[a] +
// disp). The n bytes from the offset in parentheses on must lie within limit.
type inst struct {
	op           code
	w            uint8 // 64 - width of signed operands; or the amount of a slice; or the width of the low part of a cat
	dst, a, b, c int32
	mask         uint64
	base, disp   int
	limit, n     int
	instr        *ir.Instr
	event        *event
}

// event holds the slots of an operation that needs more than three.
type event struct {
	args    []int32 // slots of the argument words
	results []int32
	refs    []int32 // slots that hold the addresses of the refs
}

// segment is a sequence of instructions that are counted together.
type segment struct {
	block *ir.Block
	size  uint64
	first bool // it is the first segment of its block
}

// context is one thread of control.
type context struct {
	mc       *Machine
	task     int
	name     string
	code     []inst
	slots    []uint64
	segments []segment
	counts   []uint64
	pc       int32
	ended    bool
	moved    bool   // it did something in this turn
	turned   bool   // a select has already let the other tasks run
	mask     uint64 // mask of the wait that blocks Main
	alarm    uint64 // deadline of that wait
}

// executed returns the number of executed IR instructions.
func (c *context) executed() uint64 {
	n := uint64(0)
	for k, s := range c.segments {
		n += c.counts[k] * s.size
	}
	return n
}

type compiler struct {
	mc   *Machine
	addr map[*ir.Object]int
}

func newCompiler(mc *Machine) *compiler {
	c := &compiler{mc: mc, addr: map[*ir.Object]int{}}
	for _, o := range mc.m.Objects {
		copy(mc.mem[c.place(o):], o.Init)
	}
	return c
}

// place returns the address of an object, and chooses it in the first call.
func (c *compiler) place(o *ir.Object) int {
	at := (len(c.mc.mem) + 7) &^ 7
	c.mc.mem = append(c.mc.mem, make([]byte, at+o.Size-len(c.mc.mem))...)
	c.addr[o] = at
	return at
}

// compiling is the state of compiling one context.
type compiling struct {
	*compiler
	x     *context
	funcs map[*ir.Func]*compiled
	zero  int32
	konst map[uint64]int32

	f      *ir.Func
	slot   map[*ir.Value]int32
	bases  map[*ir.Object]int32 // slots that hold the addresses of object parameters
	start  map[*ir.Block]int32
	fixups []fixup
}

// compiled holds the code positions and the slots of a compiled function.
type compiled struct {
	entry   int32
	params  []int32
	bases   []int32
	results []int32
	ret     int32 // slot that holds the return address
}

type fixup struct {
	at    int32
	where *int32
	to    *ir.Block
}

// context compiles all functions that f can reach into a context that starts at f.
func (c *compiler) context(f *ir.Func, task int) *context {
	x, _ := c.enter(f, task)
	return x
}

// enter does the same as context, and also returns the code positions and slots of f.
func (c *compiler) enter(f *ir.Func, task int) (*context, *compiled) {
	x := &context{mc: c.mc, task: task, name: "main"}
	if task >= 0 {
		x.name = c.mc.m.Tasks[task].Name
	}
	k := &compiling{compiler: c, x: x, funcs: map[*ir.Func]*compiled{}, konst: map[uint64]int32{}}
	k.zero = k.constant(0)
	for _, g := range reached(f) {
		k.function(g)
	}
	fn := k.funcs[f]
	x.pc = int32(len(x.code))
	k.emit(inst{op: cCall, dst: fn.ret, a: fn.entry})
	k.emit(inst{op: cEnd})
	x.counts = make([]uint64, len(x.segments))
	return x, fn
}

// reached lists f and its direct and indirect callees, callees before callers.
func reached(f *ir.Func) []*ir.Func {
	var out []*ir.Func
	seen := map[*ir.Func]bool{}
	var visit func(*ir.Func)
	visit = func(g *ir.Func) {
		if seen[g] {
			return
		}
		seen[g] = true
		for _, h := range ir.Callees(g) {
			visit(h)
		}
		out = append(out, g)
	}
	visit(f)
	return out
}

func (k *compiling) emit(i inst) int32 {
	k.x.code = append(k.x.code, i)
	return int32(len(k.x.code) - 1)
}

func (k *compiling) newSlot() int32 {
	k.x.slots = append(k.x.slots, 0)
	return int32(len(k.x.slots) - 1)
}

// constant returns a slot that always holds v.
func (k *compiling) constant(v uint64) int32 {
	s, ok := k.konst[v]
	if !ok {
		s = k.newSlot()
		k.x.slots[s] = v
		k.konst[v] = s
	}
	return s
}

// slotOf returns the slot of a word.
func (k *compiling) slotOf(v *ir.Value) int32 {
	s, ok := k.slot[v]
	if !ok {
		if v.Def != nil && v.Def.Op == ir.OpConst {
			s = k.constant(v.Def.Imm)
		} else {
			s = k.newSlot()
		}
		k.slot[v] = s
	}
	return s
}

func (k *compiling) slotsOf(vs []*ir.Value) []int32 {
	var out []int32
	for _, v := range vs {
		if v.Type != ir.Token {
			out = append(out, k.slotOf(v))
		}
	}
	return out
}

func (k *compiling) function(f *ir.Func) {
	k.f, k.slot, k.bases = f, map[*ir.Value]int32{}, map[*ir.Object]int32{}
	k.start, k.fixups = map[*ir.Block]int32{}, nil
	fn := &compiled{params: k.slotsOf(f.Params()), ret: k.newSlot()}
	for _, o := range f.Objs {
		k.bases[o] = k.newSlot()
		fn.bases = append(fn.bases, k.bases[o])
	}
	for _, r := range f.Results {
		if r.Type != ir.Token {
			fn.results = append(fn.results, k.newSlot())
		}
	}
	for _, o := range f.Locals {
		k.place(o)
	}
	k.funcs[f] = fn
	fn.entry = int32(len(k.x.code))
	for _, b := range f.Blocks {
		k.block(b, fn)
	}
	for _, x := range k.fixups {
		at := k.start[x.to]
		if x.where == nil {
			k.x.code[x.at].a = at
		} else {
			k.x.code[x.at].b = at
		}
	}
}

// count begins a segment, which ends at the next mark operation or at the end of b.
func (k *compiling) count(b *ir.Block, from int) {
	n := from
	for n < len(b.Instrs) && (n == from || b.Instrs[n-1].Op != ir.OpMark) {
		n++
	}
	size := uint64(n - from)
	if n == len(b.Instrs) {
		size++
	}
	id := int32(len(k.x.segments))
	k.x.segments = append(k.x.segments, segment{block: b, size: size, first: from == 0})
	k.emit(inst{op: cBlock, a: id, n: int(size)})
}

func (k *compiling) block(b *ir.Block, fn *compiled) {
	k.start[b] = int32(len(k.x.code))
	k.count(b, 0)
	for n, i := range b.Instrs {
		k.instr(i)
		if i.Op == ir.OpMark {
			k.count(b, n+1)
		}
	}
	t := &b.Term
	switch t.Op {
	case ir.Jump:
		k.edge(&t.Succs[0])
	case ir.Branch:
		at := k.emit(inst{op: cBranch, c: k.slotOf(t.Cond)})
		k.x.code[at].a = int32(len(k.x.code))
		k.edge(&t.Succs[0])
		k.x.code[at].b = int32(len(k.x.code))
		k.edge(&t.Succs[1])
	default:
		k.moves(fn.results, k.slotsOf(t.Args))
		k.emit(inst{op: cReturn, a: fn.ret})
	}
}

func (k *compiling) edge(e *ir.Edge) {
	k.moves(k.slotsOf(e.To.Params), k.slotsOf(e.Args))
	at := k.emit(inst{op: cJump})
	k.fixups = append(k.fixups, fixup{at: at, to: e.To})
}

// moves emits parallel copies from src to dst. A copy is emitted only when no other copy still
// needs the old value of the copy's target. An extra slot breaks cycles.
func (k *compiling) moves(dst, src []int32) {
	type move struct{ dst, src int32 }
	var todo []move
	for i := range dst {
		if dst[i] != src[i] {
			todo = append(todo, move{dst[i], src[i]})
		}
	}
	for len(todo) > 0 {
		free := -1
		for i := range todo {
			needed := false
			for j := range todo {
				needed = needed || j != i && todo[j].src == todo[i].dst
			}
			if !needed {
				free = i
				break
			}
		}
		if free < 0 {
			t := k.newSlot()
			k.emit(inst{op: cMove, dst: t, a: todo[0].src})
			for j := range todo {
				if j > 0 && todo[j].src == todo[0].src {
					todo[j].src = t
				}
			}
			todo[0].src = t
			continue
		}
		k.emit(inst{op: cMove, dst: todo[free].dst, a: todo[free].src})
		todo = append(todo[:free], todo[free+1:]...)
	}
}

// at sets the place of i to a ref with an access of n bytes.
func (k *compiling) at(i inst, r ir.Ref, n int) inst {
	i.a, i.b, i.disp, i.limit, i.n = k.zero, k.zero, r.Disp, r.Obj.Size, n
	if r.Off != nil {
		i.a = k.slotOf(r.Off)
	}
	if s, ok := k.bases[r.Obj]; ok {
		i.b = s
	} else {
		i.base = k.addr[r.Obj]
	}
	return i
}

// address emits the computation of an address into a new slot.
func (k *compiling) address(i *ir.Instr, r ir.Ref, n int) int32 {
	s := k.newSlot()
	k.emit(k.at(inst{op: cPlace, dst: s, instr: i}, r, n))
	return s
}

func (k *compiling) instr(i *ir.Instr) {
	switch i.Op {
	case ir.OpConst:
		k.slotOf(i.Results[0])
	case ir.OpWord:
		k.word(i)
	case ir.OpFloat:
		s := k.slotsOf(i.Args)
		k.emit(inst{op: cFloat, dst: k.slotOf(i.Results[0]), a: s[0], b: s[len(s)-1], instr: i})
	case ir.OpLoad:
		v := i.Results[0]
		k.emit(k.at(inst{op: sized(cLoad1, i.Size), dst: k.slotOf(v), mask: word.Mask(int(v.Type)), instr: i}, i.Refs[0], i.Size))
	case ir.OpStore:
		k.emit(k.at(inst{op: sized(cStore1, i.Size), c: k.slotOf(i.Args[0]), instr: i}, i.Refs[0], i.Size))
	case ir.OpLocal:
		k.emit(k.at(inst{op: cFill, mask: 0xa5, instr: i}, i.Refs[0], i.Refs[0].Obj.Size))
	case ir.OpClear:
		k.emit(k.at(inst{op: cFill, instr: i}, i.Refs[0], int(i.Imm)))
	case ir.OpCopy:
		src := k.address(i, i.Refs[1], int(i.Imm))
		k.emit(k.at(inst{op: cCopy, c: src, instr: i}, i.Refs[0], int(i.Imm)))
	case ir.OpMove:
		n := k.slotOf(i.Args[0])
		dst, src := k.newSlot(), k.newSlot()
		k.emit(k.at(inst{op: cSpan, dst: dst, c: n, instr: i}, i.Refs[0], 0))
		k.emit(k.at(inst{op: cSpan, dst: src, c: n, instr: i}, i.Refs[1], 0))
		k.emit(inst{op: cBytes, a: dst, b: src, c: n, instr: i})
	case ir.OpCall:
		k.call(i)
	case ir.OpCheck:
		k.emit(inst{op: cCheck, c: k.slotOf(i.Args[0]), instr: i})
	default:
		k.other(i)
	}
}

func sized(op code, n int) code {
	return op + map[int]code{1: 0, 2: 1, 4: 2, 8: 3}[n]
}

func (k *compiling) call(i *ir.Instr) {
	fn := k.funcs[i.Callee]
	var addrs []int32
	for n, r := range i.Refs {
		addrs = append(addrs, k.address(i, r, i.Callee.Objs[n].Size))
	}
	args := k.slotsOf(i.Args)
	k.moves(append(append([]int32(nil), fn.params...), fn.bases...), append(args, addrs...))
	k.emit(inst{op: cCall, dst: fn.ret, a: fn.entry})
	k.moves(k.slotsOf(i.Results), fn.results)
}

func (k *compiling) other(i *ir.Instr) {
	e := &event{args: k.slotsOf(i.Args), results: k.slotsOf(i.Results)}
	for n, r := range i.Refs {
		e.refs = append(e.refs, k.address(i, r, k.reach(i, n)))
	}
	k.emit(inst{op: cEvent, instr: i, event: e})
}

// reach returns the number of bytes that an event always accesses at its n-th ref: a part of a
// channel element, or the length of bytes.
func (k *compiling) reach(i *ir.Instr, n int) int {
	switch i.Op {
	case ir.OpChSend, ir.OpChRecv, ir.OpChGet, ir.OpChPut:
		return k.mc.m.Chans[i.Chan].Objs[n]
	}
	return min(4, i.Refs[n].Obj.Size)
}

// fast maps the frequent word operators to separate opcodes.
var fast = map[word.Op]code{
	word.Add: cAdd, word.Sub: cSub, word.Mul: cMul, word.And: cAnd, word.Or: cOr, word.Xor: cXor, word.Not: cNot,
	word.Shl: cShl, word.Shru: cShru, word.Shrs: cShrs, word.Eq: cEq, word.Ne: cNe, word.Ltu: cLtu, word.Geu: cGeu,
	word.Lts: cLts, word.Ges: cGes, word.Mux: cMux, word.Slice: cSlice, word.Zext: cMove, word.Sext: cSext, word.Cat: cCat,
}

func (k *compiling) word(i *ir.Instr) {
	v := i.Results[0]
	x := inst{op: cWord, dst: k.slotOf(v), mask: word.Mask(int(v.Type)), instr: i}
	slots := k.slotsOf(i.Args)
	for n, s := range slots {
		*[]*int32{&x.a, &x.b, &x.c}[n] = s
	}
	if op, ok := fast[i.Word]; ok {
		x.op = op
	}
	switch i.Word {
	case word.Mux: // the condition is in field c
		x.c, x.a, x.b = slots[0], slots[1], slots[2]
	case word.Slice:
		x.w = uint8(i.Imm)
	case word.Cat:
		x.w = uint8(i.Args[1].Type)
	case word.Shl, word.Shru, word.Shrs:
		x.n = int(word.Mask(word.AmountBits(int(v.Type))))
		x.w = uint8(64 - v.Type)
	case word.Lts, word.Ges, word.Sext:
		x.w = uint8(64 - i.Args[0].Type)
	}
	k.emit(x)
}
