package ir

// Access is the effect that an operation has on the object of a ref.
type Access uint8

// The kinds of access. A read only takes the token of the object. A write takes the token of the
// object, and gives its next token. A begin takes no token, and gives the first token of the
// lifetime.
const (
	Reads Access = iota
	Writes
	Begins
)

// The channel states that the operation `hold` waits for. The operation `pass` uses the first two
// as the new state of the slot.
const (
	HasValue uint64 = iota // hold: a slot is full; pass: the slot becomes empty
	HasRoom                // hold: a slot is empty; pass: the slot becomes full
	IsTaken                // hold: all slots are empty
)

// RingPrefix begins the name of the object that holds the slots of a channel between contexts (its
// ring buffer). The slots have the same size, and together they fill the object.
const RingPrefix = "ring."

// LargestOnStack is the largest size in bytes of a local object on the stack of its context. A
// larger object is static. Only one context may then call the function that has the object.
const LargestOnStack = 512

// Aligned returns the alignment of r: 1, 2 or 4 bytes. The caller must know that Off is a multiple
// of the access size.
func (r Ref) Aligned() int {
	a := r.Obj.Align
	for r.Disp%a != 0 {
		a /= 2
	}
	return a
}

// Blocks reports whether i may suspend its task.
func (i *Instr) Blocks() bool { return rows[i.Op].Blocks }

// Access is the effect of i on the object of ref k. A call only reads an object if the parameter
// of the callee is read-only, or if the callee does not return the token of this parameter.
func (i *Instr) Access(k int) Access {
	if i.Op != OpCall {
		return rows[i.Op].Refs.at(k).Access
	}
	if k < len(i.Callee.Objs) && i.Callee.returns(i.Callee.Objs[k]) {
		return Writes
	}
	return Reads
}

// HasEffect reports whether i does more than compute words from its operands: the instruction
// writes, is an event, may trap, or calls a function.
func (i *Instr) HasEffect() bool {
	row := &rows[i.Op]
	return !row.isPlain() || len(row.Refs.List) > 0 && row.Refs.List[0].Access != Reads
}

// OnlyWrites reports whether the only effect of i is to change the object of its first ref.
// Such an instruction can be removed if nothing reads the object.
func (i *Instr) OnlyWrites() bool { return rows[i.Op].isPlain() && i.HasEffect() }

// Reach is the number of bytes that i accesses in the object of ref k, starting at the ref. For
// events and calls this number is unknown, because the receiver, the sender or the callee
// determines it.
func (i *Instr) Reach(m *Module, k int) (n int, known bool) {
	row := &rows[i.Op]
	if !row.isPlain() || row.Refs.at(k).Bytes == nil {
		return 0, false
	}
	return row.Refs.at(k).Bytes(m, i, k), true
}

// isPlain reports whether an operation depends only on words and objects, not on I/O.
func (r *Row) isPlain() bool { return !r.IO && r.Tokens == ByRows }

// returns reports whether a token of o is among the results of f.
func (f *Func) returns(o *Object) bool {
	for _, r := range f.Results {
		if r.Type == Token && r.Obj == o {
			return true
		}
	}
	return false
}

// HasToken reports whether tokens order the accesses to o. Constants and read-only parameters need
// no tokens, because no code changes such an object while a function can read it.
func (o *Object) HasToken() bool {
	return o.Kind != ConstObj && !(o.Kind == ParamObj && o.ReadOnly)
}

// Bytes returns the size in memory of a scalar of type t: 1, 2, 4 or 8 bytes.
func (t Type) Bytes() int {
	switch {
	case t <= 8:
		return 1
	case t <= 16:
		return 2
	case t <= 32:
		return 4
	}
	return 8
}

// Params returns the parameters of f.
func (f *Func) Params() []*Value { return f.Blocks[0].Params }

// Words returns the arguments of i that are not tokens.
func (i *Instr) Words() []*Value { return words(i.Args) }

// Result returns the first result of i that is a word, or nil.
func (i *Instr) Result() *Value {
	for _, r := range i.Results {
		if r.Type != Token {
			return r
		}
	}
	return nil
}

func words(vs []*Value) []*Value {
	out := make([]*Value, 0, len(vs))
	for _, v := range vs {
		if v.Type != Token {
			out = append(out, v)
		}
	}
	return out
}
