package isa

import (
	"github.com/sinter-lang/sinter/ir/word"
)

// State is the input of a compiled meaning: the registers, the pc, and the value that the
// instruction loads. X[0] is 0 and must stay 0.
type State struct {
	X   [32]uint32
	PC  uint32
	Mem uint32

	parts []uint64 // values of the shared parts of the current expression
}

// Fn computes one expression of a meaning.
type Fn func(*State) uint64

// Code is the compiled meaning of an instruction with given operands. A field is nil if the same
// field of Meaning is nil.
type Code struct {
	Addr Fn // address of the load or the store
	Data Fn
	Rd   Fn
	PC   Fn
	Cond Fn
}

// Bind compiles the meaning for given operands. Bind fixes the immediate. The code reads the
// registers and the loaded value from the State when it runs.
func (in *Inst) Bind(o Ops) *Code {
	c := compiler{ops: o}
	m := &in.Meaning
	code := &Code{Data: c.fn(m.Data), Rd: c.fn(m.Rd), PC: c.fn(m.PC), Cond: c.fn(m.Cond)}
	switch {
	case m.Load != nil:
		code.Addr = c.fn(m.Load.Addr)
	case m.Store != nil:
		code.Addr = c.fn(m.Store.Addr)
	}
	return code
}

type compiler struct {
	ops   Ops
	uses  map[*word.Expr]int // number of uses of each part of the expression
	steps []Fn               // code of the shared parts, each before its users
	place map[*word.Expr]int // index of a shared part in State.parts
}

// fn compiles e, or returns nil for nil. The code computes shared parts of e only once.
func (c *compiler) fn(e *word.Expr) Fn {
	if e == nil {
		return nil
	}
	e = e.Expand()
	c.uses, c.steps, c.place = map[*word.Expr]int{}, nil, map[*word.Expr]int{}
	e.Each(func(x *word.Expr) {
		for _, a := range x.Args {
			c.uses[a]++
		}
	})
	whole, steps := c.compile(e), c.steps
	if len(steps) == 0 {
		return whole
	}
	return func(s *State) uint64 {
		if len(s.parts) < len(steps) {
			s.parts = make([]uint64, len(steps))
		}
		for i, f := range steps {
			s.parts[i] = f(s)
		}
		return whole(s)
	}
}

// compile turns an expression over core rows into a closure.
func (c *compiler) compile(e *word.Expr) Fn {
	if e.Op == word.Bad {
		return c.leaf(e)
	}
	k, shared := c.place[e]
	if !shared {
		var a [3]Fn
		for i, x := range e.Args {
			a[i] = c.compile(x)
		}
		f := coreFn(e, a[0], a[1], a[2])
		if c.uses[e] < 2 {
			return f
		}
		k = len(c.steps)
		c.place[e], c.steps = k, append(c.steps, f)
	}
	return func(s *State) uint64 { return s.parts[k] }
}

func (c *compiler) leaf(e *word.Expr) Fn {
	reg := func(r uint8) Fn { return func(s *State) uint64 { return uint64(s.X[r&31]) } }
	switch e.Leaf {
	case "rs1":
		return reg(c.ops.Rs1)
	case "rs2":
		return reg(c.ops.Rs2)
	case "rs3":
		return reg(c.ops.Rs3)
	case "pc":
		return func(s *State) uint64 { return uint64(s.PC) }
	case "mem":
		mask := uint32(word.Mask(e.Width))
		return func(s *State) uint64 { return uint64(s.Mem & mask) }
	case "imm":
		v := uint64(uint32(c.ops.Imm))
		return func(*State) uint64 { return v }
	}
	v := e.Imm
	return func(*State) uint64 { return v }
}

// coreFn returns the closure of one core operator. The closure computes the same value as the
// function Eval of the operator's row, but faster. For every line, a test compares the two
// results.
func coreFn(e *word.Expr, x, y, z Fn) Fn {
	w := e.Width
	m := word.Mask(w)
	wx := e.Args[0].Width
	switch e.Op {
	case word.Add:
		return func(s *State) uint64 { return (x(s) + y(s)) & m }
	case word.Sub:
		return func(s *State) uint64 { return (x(s) - y(s)) & m }
	case word.And:
		return func(s *State) uint64 { return x(s) & y(s) }
	case word.Or:
		return func(s *State) uint64 { return x(s) | y(s) }
	case word.Xor:
		return func(s *State) uint64 { return x(s) ^ y(s) }
	case word.Not:
		return func(s *State) uint64 { return ^x(s) & m }
	case word.Mul:
		return func(s *State) uint64 { return x(s) * y(s) & m }
	case word.Shl:
		return func(s *State) uint64 { return x(s) << word.Amount(y(s), w) & m }
	case word.Shru:
		return func(s *State) uint64 { return x(s) >> word.Amount(y(s), w) }
	case word.Shrs:
		return func(s *State) uint64 { return uint64(word.Signed(x(s), w)>>word.Amount(y(s), w)) & m }
	case word.Eq:
		return func(s *State) uint64 { return b2u(x(s) == y(s)) }
	case word.Ltu:
		return func(s *State) uint64 { return b2u(x(s) < y(s)) }
	case word.Lts:
		return func(s *State) uint64 { return b2u(word.Signed(x(s), wx) < word.Signed(y(s), wx)) }
	case word.Mux:
		return func(s *State) uint64 {
			if x(s) != 0 {
				return y(s)
			}
			return z(s)
		}
	case word.Slice:
		lo := e.Imm
		return func(s *State) uint64 { return x(s) >> lo & m }
	case word.Zext:
		return x
	case word.Sext:
		return func(s *State) uint64 { return uint64(word.Signed(x(s), wx)) & m }
	}
	return tableFn(e, x, y, z)
}

// tableFn computes an operator with the Eval of its row.
func tableFn(e *word.Expr, x, y, z Fn) Fn {
	var aw [3]int
	for i, a := range e.Args {
		aw[i] = a.Width
	}
	fns := []Fn{x, y, z}[:len(e.Args)]
	return func(s *State) uint64 {
		var a [3]uint64
		for i, f := range fns {
			a[i] = f(s)
		}
		return word.Eval(e.Op, e.Width, a, aw, e.Imm)
	}
}

func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
