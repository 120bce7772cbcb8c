package llvmir

import (
	"encoding/binary"
	"math/bits"

	sir "github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// canon finds the values and the memory in which the generated code may keep a float with any
// NaN. The program IR has only one NaN, with a fixed bit pattern.
//
// A word is canonical if its bits are never a NaN other than the one NaN. An object's memory may
// hold any NaN on two conditions. First, every word that the object ever holds is canonical.
// Second, all accesses have one size and are aligned to that size. Each load can then make its
// word canonical again, which costs nothing if only float operations use the word. Parameters of
// blocks may hold any NaN on the first condition. So floats stay floats in loops and in memory.
//
// The facts are a greatest fixed point. At first all facts are assumed. Facts that contradict
// the code are withdrawn, until there is no contradiction.
type canon struct {
	not     map[*sir.Value]bool   // words that may be non-canonical
	steps   map[*sir.Value]int    // log2 of a power of two that divides an i32; absent: maxStep
	joined  map[any]any           // parents of a union-find over values and objects
	objects map[any]*floatObject  // by the root of an object
	float   map[any]bool          // roots with a float operation
	known   map[*sir.Value]uint64 // constants
	returns map[*sir.Func][][]*sir.Value
	called  map[*sir.Func]bool
	changed bool
}

// maxStep is the logarithm (base 2) of the size of the longest access.
const maxStep = 3

// floatObject holds what is known about a group of objects that share contents.
type floatObject struct {
	size int // size of all accesses; 0 before the first access
	bad  bool
}

// newCanon analyses a module. The result is nil if the module has no float operation.
func newCanon(m *sir.Module) *canon {
	c := &canon{
		not: map[*sir.Value]bool{}, steps: map[*sir.Value]int{}, joined: map[any]any{}, objects: map[any]*floatObject{},
		float: map[any]bool{}, known: map[*sir.Value]uint64{},
		returns: map[*sir.Func][][]*sir.Value{}, called: map[*sir.Func]bool{},
	}
	any := false
	eachInstr(m, func(in *sir.Instr) { any = any || in.Op == sir.OpFloat })
	if !any {
		return nil
	}
	c.join(m)
	for c.changed = true; c.changed; {
		c.changed = false
		c.round(m)
	}
	return c
}

func eachInstr(m *sir.Module, visit func(*sir.Instr)) {
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			for _, in := range b.Instrs {
				visit(in)
			}
		}
	}
}

// isFloat reports whether v is kept as a float.
func (c *canon) isFloat(v *sir.Value) bool {
	return c != nil && c.canonical(v) && c.float[c.root(v)]
}

// holdsFloats reports whether an access of an object moves a float.
func (c *canon) holdsFloats(o *sir.Object, size int) bool {
	if c == nil || !c.float[c.root(o)] {
		return false
	}
	x := c.objects[c.root(memory{o})]
	return x != nil && !x.bad && x.size == size
}

func (c *canon) canonical(v *sir.Value) bool { return (v.Type == 32 || v.Type == 64) && !c.not[v] }

func (c *canon) root(x any) any {
	for {
		up, ok := c.joined[x]
		if !ok {
			return x
		}
		x = up
	}
}

func (c *canon) union(x, y any) {
	if x, y = c.root(x), c.root(y); x != y {
		c.joined[x] = y
	}
}

// join groups values and objects that may hold the same floats. A block parameter or a choice
// (mux) joins values. A copy or a call joins objects. A load or a store joins a value and an
// object. A constant joins nothing, because integers and floats may use the same constant.
func (c *canon) join(m *sir.Module) {
	eachInstr(m, func(in *sir.Instr) {
		if in.Op == sir.OpConst {
			c.known[in.Results[0]] = in.Imm
		}
	})
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			for _, in := range b.Instrs {
				c.joinInstr(in)
			}
			for _, e := range b.Term.Succs {
				for i, p := range e.To.Params {
					c.share(p, e.Args[i])
				}
			}
			if b.Term.Op == sir.Return {
				c.returns[f] = append(c.returns[f], b.Term.Args)
			}
		}
	}
	c.contents(m)
	seeds := map[any]bool{}
	eachInstr(m, func(in *sir.Instr) {
		if in.Op != sir.OpFloat {
			return
		}
		for _, v := range in.Results {
			seeds[v] = givesFloat(in.Float)
		}
		for _, v := range in.Args {
			if _, isConst := c.known[v]; !isConst && in.Float != sir.FFromS && in.Float != sir.FFromU {
				seeds[v] = true
			}
		}
	})
	for v, yes := range seeds {
		if yes {
			c.float[c.root(v)] = true
		}
	}
}

func givesFloat(f sir.Float) bool {
	switch f {
	case sir.FEq, sir.FLt, sir.FLe, sir.FToS, sir.FToU:
		return false
	}
	return true
}

func (c *canon) share(x, y *sir.Value) {
	_, one := c.known[x]
	_, other := c.known[y]
	if x.Type != sir.Token && !one && !other {
		c.union(x, y)
	}
}

func (c *canon) joinInstr(in *sir.Instr) {
	switch in.Op {
	case sir.OpWord:
		if in.Word == word.Mux {
			c.share(in.Results[0], in.Args[1])
			c.share(in.Results[0], in.Args[2])
		}
	case sir.OpLoad:
		c.union(in.Results[0], in.Refs[0].Obj)
	case sir.OpStore:
		if _, isConst := c.known[in.Args[0]]; !isConst {
			c.union(in.Args[0], in.Refs[0].Obj)
		}
	case sir.OpCopy:
		c.shareObject(in.Refs[0].Obj, in.Refs[1].Obj)
	case sir.OpCall:
		c.called[in.Callee] = true
		for i, r := range in.Refs {
			c.shareObject(r.Obj, in.Callee.Objs[i])
		}
	}
}

// memory is a separate node for the bytes of an object, because objects that exchange values
// need not exchange bytes.
type memory struct{ o *sir.Object }

func (c *canon) shareObject(x, y *sir.Object) {
	c.union(x, y)
	c.union(memory{x}, memory{y})
}

// contents collects the objects and checks whether their initial contents are canonical.
func (c *canon) contents(m *sir.Module) {
	eachInstr(m, func(in *sir.Instr) {
		for _, r := range in.Refs {
			x := c.object(r.Obj)
			switch in.Op {
			case sir.OpLoad, sir.OpStore:
				x.bad = x.bad || in.Size < 4 || x.size != 0 && x.size != in.Size
				x.bad = x.bad || in.Op == sir.OpLoad && 8*in.Size != int(in.Results[0].Type)
				x.size = in.Size
			case sir.OpLocal, sir.OpCopy, sir.OpClear, sir.OpCall:
			default:
				x.bad = true
			}
		}
	})
	for _, o := range m.Objects {
		if x := c.objects[c.root(memory{o})]; x != nil && x.size >= 4 && !canonicalBytes(o.Init, x.size) {
			x.bad = true
		}
	}
}

func (c *canon) object(o *sir.Object) *floatObject {
	r := c.root(memory{o})
	if c.objects[r] == nil {
		c.objects[r] = &floatObject{}
	}
	return c.objects[r]
}

func canonicalBytes(data []byte, size int) bool {
	for len(data) > 0 {
		var word [8]byte
		n := copy(word[:size], data)
		if !canonicalBits(sir.Type(8*size), binary.LittleEndian.Uint64(word[:])) {
			return false
		}
		data = data[n:]
	}
	return true
}

// canonicalBits reports whether bits are a number, an infinity or the one NaN.
func canonicalBits(t sir.Type, x uint64) bool {
	switch t {
	case 32:
		return x&0x7fffffff <= 0x7f800000 || x == sir.NaN32
	case 64:
		return x&^(1<<63) <= 0x7ff<<52 || x == sir.NaN64
	}
	return false
}

// round withdraws facts that are contradicted.
func (c *canon) round(m *sir.Module) {
	for _, f := range m.Funcs {
		if !c.called[f] {
			for _, v := range f.Blocks[0].Params {
				c.deny(v)
				c.lower(v, 0)
			}
		}
		for _, b := range f.Blocks {
			for _, in := range b.Instrs {
				c.instr(in)
			}
			for _, e := range b.Term.Succs {
				for i, p := range e.To.Params {
					c.pass(p, e.Args[i])
				}
			}
		}
	}
}

// pass withdraws the facts about v that do not hold for given.
func (c *canon) pass(v, given *sir.Value) {
	if v.Type == sir.Token {
		return
	}
	if !c.canonical(given) {
		c.deny(v)
	}
	c.lower(v, c.step(given))
}

func (c *canon) deny(v *sir.Value) {
	if !c.not[v] {
		c.not[v], c.changed = true, true
	}
}

func (c *canon) spoil(o *sir.Object) {
	if x := c.object(o); !x.bad {
		x.bad, c.changed = true, true
	}
}

func (c *canon) step(v *sir.Value) int {
	if n, ok := c.steps[v]; ok {
		return n
	}
	return maxStep
}

func (c *canon) lower(v *sir.Value, n int) {
	if n = max(n, 0); n < c.step(v) {
		c.steps[v], c.changed = n, true
	}
}

func (c *canon) instr(in *sir.Instr) {
	switch in.Op {
	case sir.OpConst:
		v := in.Results[0]
		if !canonicalBits(v.Type, in.Imm) {
			c.deny(v)
		}
		c.lower(v, zeros(in.Imm))
		return
	case sir.OpWord:
		c.word(in)
		return
	case sir.OpFloat:
		if !givesFloat(in.Float) {
			c.deny(in.Results[0])
		}
	case sir.OpStore:
		if !c.canonical(in.Args[0]) || 8*in.Size != int(in.Args[0].Type) {
			c.spoil(in.Refs[0].Obj)
		}
	case sir.OpLoad:
		if c.object(in.Refs[0].Obj).bad {
			c.deny(in.Results[0])
		}
	case sir.OpCall:
		c.call(in)
	default:
		for _, v := range in.Results {
			c.deny(v)
		}
	}
	c.places(in)
	for _, v := range in.Results {
		c.lower(v, 0)
	}
}

func zeros(x uint64) int { return bits.TrailingZeros64(x | 1<<maxStep) }

// places marks an object as bad if an accessed address is not aligned to the size of the object's
// accesses.
func (c *canon) places(in *sir.Instr) {
	for _, r := range in.Refs {
		n := zeros(uint64(uint32(r.Disp)))
		if r.Off != nil {
			n = min(n, c.step(r.Off))
		}
		if in.Op == sir.OpCopy || in.Op == sir.OpClear {
			n = min(n, zeros(in.Imm))
		}
		if c.object(r.Obj).size > 1<<n {
			c.spoil(r.Obj)
		}
	}
}

// call passes facts from arguments to parameters, and from returned values to results.
func (c *canon) call(in *sir.Instr) {
	for i, p := range in.Callee.Blocks[0].Params {
		c.pass(p, in.Args[i])
	}
	for i, v := range in.Results {
		for _, args := range c.returns[in.Callee] {
			if i < len(args) {
				c.pass(v, args[i])
			}
		}
	}
}

func (c *canon) word(in *sir.Instr) {
	v := in.Results[0]
	if !c.canonicalWord(in) {
		c.deny(v)
	}
	n := 0
	switch in.Word {
	case word.Add, word.Sub, word.Or, word.Xor:
		n = min(c.step(in.Args[0]), c.step(in.Args[1]))
	case word.And:
		n = max(c.step(in.Args[0]), c.step(in.Args[1]))
	case word.Mul:
		n = c.step(in.Args[0]) + c.step(in.Args[1])
	case word.Shl:
		if by, ok := c.known[in.Args[1]]; ok && by < uint64(v.Type) {
			n = c.step(in.Args[0]) + int(by)
		}
	case word.Mux:
		n = min(c.step(in.Args[1]), c.step(in.Args[2]))
	case word.Zext, word.Sext:
		n = c.step(in.Args[0])
	case word.Slice:
		if in.Imm == 0 {
			n = c.step(in.Args[0])
		}
	}
	c.lower(v, min(n, maxStep))
}

// canonicalWord reports whether an operation gives a canonical word. Such an operation is a
// choice (mux) between canonical words, or one of two forms that the front end writes: the
// negation of a float, and a float from given bits.
func (c *canon) canonicalWord(in *sir.Instr) bool {
	if in.Word != word.Mux {
		return false
	}
	cond, yes, no := in.Args[0], in.Args[1], in.Args[2]
	if c.canonical(yes) && c.canonical(no) {
		return true
	}
	if minus(in, c.known) == yes && c.canonical(yes) {
		return true
	}
	return c.canonical(yes) && c.isNaN(cond, no)
}

// isChoice reports whether an operation chooses between two canonical words.
func (c *canon) isChoice(in *sir.Instr) bool {
	return in.Word == word.Mux && c.canonical(in.Args[1]) && c.canonical(in.Args[2])
}

// minus returns the operand if in is the negation of a canonical float. The negation leaves the
// one NaN unchanged and flips the sign of other floats.
func minus(in *sir.Instr, known map[*sir.Value]uint64) *sir.Value {
	if in.Op != sir.OpWord || in.Word != word.Mux {
		return nil
	}
	x := in.Args[1]
	isNaN, flipped := in.Args[0].Def, in.Args[2].Def
	if !isWord(isNaN, word.Eq) || !isWord(flipped, word.Xor) {
		return nil
	}
	if one, ok := other(isNaN, x, known); !ok || one != oneNaN(x.Type) {
		return nil
	}
	if sign, ok := other(flipped, x, known); !ok || sign != 1<<(x.Type-1) {
		return nil
	}
	return x
}

func isWord(in *sir.Instr, op word.Op) bool { return in != nil && in.Op == sir.OpWord && in.Word == op }

// other is the constant operand of a commutative operator whose other operand is x.
func other(in *sir.Instr, x *sir.Value, known map[*sir.Value]uint64) (uint64, bool) {
	a, b := in.Args[0], in.Args[1]
	if b == x {
		a, b = b, a
	}
	n, ok := known[b]
	return n, ok && a == x
}

func oneNaN(t sir.Type) uint64 {
	if t == 32 {
		return sir.NaN32
	}
	return sir.NaN64
}

// isNaN reports whether cond is 1 exactly if x is a NaN, which means that the magnitude of x is
// above infinity's.
func (c *canon) isNaN(cond, x *sir.Value) bool {
	if !isWord(cond.Def, word.Ltu) {
		return false
	}
	inf := uint64(0x7f800000)
	if x.Type == 64 {
		inf = 0x7ff << 52
	}
	limit, ok := c.known[cond.Def.Args[0]]
	magnitude := cond.Def.Args[1].Def
	if !ok || limit != inf || !isWord(magnitude, word.And) {
		return false
	}
	mask, ok := other(magnitude, x, c.known)
	return ok && mask == 1<<(x.Type-1)-1
}
