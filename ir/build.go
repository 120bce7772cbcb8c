package ir

import (
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/word"
)

// Builder appends instructions to the blocks of a function. A Builder makes no tokens: Thread adds
// all tokens of the module at the end.
//
//	b := ir.NewBuilder(f)
//	x := b.Load(32, ir.Ref{Obj: o})
//	b.Store(b.Word(word.Add, 32, x, b.Const(32, 1)), ir.Ref{Obj: o})
//	b.Ret()
type Builder struct {
	F     *Func
	B     *Block
	At    diag.Span // source position of the next instruction
	Task  int       // task of the next events, -1 for code that several tasks share
	block int
}

// NewBuilder returns a builder whose current block is the entry block of f. If f has no blocks,
// NewBuilder makes the entry block.
func NewBuilder(f *Func) *Builder {
	b := &Builder{F: f, Task: -1}
	if len(f.Blocks) == 0 {
		f.Blocks = []*Block{{}}
	}
	for _, x := range f.Blocks {
		b.block = max(b.block, x.ID)
	}
	b.B = f.Blocks[0]
	return b
}

// NewBlock adds an empty block to the function. The builder stays in its current block.
func (b *Builder) NewBlock() *Block {
	b.block++
	x := &Block{ID: b.block}
	b.F.Blocks = append(b.F.Blocks, x)
	return x
}

// Param adds a word parameter to block x.
func (b *Builder) Param(x *Block, t Type) *Value {
	v := b.F.NewValue(t, nil, b.At)
	v.In = x
	x.Params = append(x.Params, v)
	return v
}

// Emit appends an instruction with results of the given types.
func (b *Builder) Emit(i *Instr, results ...Type) *Instr {
	i.Span = b.At
	i.Task = b.Task
	for _, t := range results {
		v := b.F.NewValue(t, nil, b.At)
		v.Def, v.In = i, b.B
		i.Results = append(i.Results, v)
	}
	b.B.Instrs = append(b.B.Instrs, i)
	return i
}

// Const makes a constant. Bits of v above the width are dropped.
func (b *Builder) Const(t Type, v uint64) *Value {
	return b.Emit(&Instr{Op: OpConst, Imm: v & word.Mask(int(t))}, t).Results[0]
}

// Word applies an operator with result type t.
func (b *Builder) Word(op word.Op, t Type, args ...*Value) *Value {
	return b.Emit(&Instr{Op: OpWord, Word: op, Args: args}, t).Results[0]
}

// Float applies a float operation with result type t.
func (b *Builder) Float(op Float, t Type, args ...*Value) *Value {
	return b.Emit(&Instr{Op: OpFloat, Float: op, Args: args}, t).Results[0]
}

// Slice takes the bits of v from bit lo upward.
func (b *Builder) Slice(t Type, v *Value, lo int) *Value {
	if lo == 0 && v.Type == t {
		return v
	}
	return b.Emit(&Instr{Op: OpWord, Word: word.Slice, Args: []*Value{v}, Imm: uint64(lo)}, t).Results[0]
}

// Zext extends v with zeros to t, or keeps its low bits if t is narrower.
func (b *Builder) Zext(t Type, v *Value) *Value { return b.resize(word.Zext, t, v) }

// Sext extends v with its sign to t, or keeps its low bits if t is narrower.
func (b *Builder) Sext(t Type, v *Value) *Value { return b.resize(word.Sext, t, v) }

func (b *Builder) resize(op word.Op, t Type, v *Value) *Value {
	if v.Type < t {
		return b.Word(op, t, v)
	}
	return b.Slice(t, v, 0)
}

// Load reads a word of type t with its natural size.
func (b *Builder) Load(t Type, r Ref) *Value { return b.LoadSize(t, t.Bytes(), r) }

// LoadSize reads size bytes as a word of type t.
func (b *Builder) LoadSize(t Type, size int, r Ref) *Value {
	return b.Emit(&Instr{Op: OpLoad, Size: size, Refs: []Ref{r}}, t).Results[0]
}

// Store writes v with its natural size.
func (b *Builder) Store(v *Value, r Ref) { b.StoreSize(v, v.Type.Bytes(), r) }

// StoreSize writes the low size bytes of v.
func (b *Builder) StoreSize(v *Value, size int, r Ref) {
	b.Emit(&Instr{Op: OpStore, Size: size, Args: []*Value{v}, Refs: []Ref{r}})
}

// Local begins the lifetime of a local object.
func (b *Builder) Local(o *Object) { b.Emit(&Instr{Op: OpLocal, Refs: []Ref{{Obj: o}}}) }

// Copy copies n bytes.
func (b *Builder) Copy(dst, src Ref, n int) {
	if n > 0 {
		b.Emit(&Instr{Op: OpCopy, Refs: []Ref{dst, src}, Imm: uint64(n)})
	}
}

// Move copies n bytes in ascending order. dst must not lie within the n bytes after src.
func (b *Builder) Move(dst, src Ref, n *Value) {
	b.Emit(&Instr{Op: OpMove, Refs: []Ref{dst, src}, Args: []*Value{n}})
}

// Clear zeroes n bytes.
func (b *Builder) Clear(dst Ref, n int) {
	if n > 0 {
		b.Emit(&Instr{Op: OpClear, Refs: []Ref{dst}, Imm: uint64(n)})
	}
}

// Check traps at site unless ok is 1.
func (b *Builder) Check(ok *Value, site int) {
	b.Emit(&Instr{Op: OpCheck, Args: []*Value{ok}, Site: site})
}

// Call calls f with the words args and the objects refs. The result holds the words among the
// results of the call.
func (b *Builder) Call(f *Func, args []*Value, refs []Ref) []*Value {
	var types []Type
	for _, r := range f.Results {
		if r.Type != Token {
			types = append(types, r.Type)
		}
	}
	return b.Emit(&Instr{Op: OpCall, Callee: f, Args: args, Refs: refs}, types...).Results
}

// Jump ends the block with a jump.
func (b *Builder) Jump(to *Block, args ...*Value) {
	b.B.Term = Term{Op: Jump, Succs: []Edge{{to, args}}, Span: b.At}
}

// Branch ends the block with a conditional jump.
func (b *Builder) Branch(c *Value, yes, no *Block) {
	b.B.Term = Term{Op: Branch, Cond: c, Succs: []Edge{{To: yes}, {To: no}}, Span: b.At}
}

// Ret ends the block with a return.
func (b *Builder) Ret(args ...*Value) { b.B.Term = Term{Op: Return, Args: args, Span: b.At} }
