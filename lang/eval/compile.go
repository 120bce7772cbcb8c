package eval

import (
	"fmt"

	"github.com/sinter-lang/sinter/lang/tree"
)

// Compiled code for expressions and statements.
type (
	scalarCode func(m *machine) uint64   // returns the cell of a scalar
	addrCode   func(m *machine) int      // returns the address of a value or place
	storeCode  func(m *machine, dst int) // writes a value to an address
	code       func(m *machine) flow     // executes a statement
)

// flow states where control goes after a statement.
type flow uint8

const (
	onward flow = iota
	breaking
	continuing
	returning
)

// place is the location of a local. If `indirect` is set, the cell of the local holds the
// address of the value.
type place struct {
	addr     int
	indirect bool
}

// function is a compiled function.
type function struct {
	tree   *tree.Func
	code   code
	result int // address of the result, if it is an aggregate
}

// compiler compiles the tree to closures and assigns addresses.
type compiler struct {
	size   int
	locals map[*tree.Local]place
	funcs  map[*tree.Func]*function
	consts map[*tree.ConstDef]int
	data   []data
	counts Counts // nil if executions are not counted
}

// data is a piece of initial memory.
type data struct {
	addr  int
	cells []uint64
}

func newCompiler() *compiler {
	return &compiler{
		locals: map[*tree.Local]place{}, funcs: map[*tree.Func]*function{}, consts: map[*tree.ConstDef]int{},
	}
}

// alloc reserves cells.
func (c *compiler) alloc(n int) int {
	at := c.size
	c.size += n
	return at
}

// finish is called after everything is compiled.
func (c *compiler) finish() { c.size++ } // so that no slice begins past the end of memory

// machine returns a new memory with the constants in it.
func (c *compiler) machine() *machine {
	m := &machine{mem: make([]uint64, c.size)}
	for _, d := range c.data {
		copy(m.mem[d.addr:], d.cells)
	}
	return m
}

// frame allocates the locals of a function or task. In a function, a parameter that is not a
// scalar is a reference. A task stores its parameters directly.
func (c *compiler) frame(locals []*tree.Local, task bool) {
	for _, l := range locals {
		if l.Type == nil {
			continue
		}
		ref := l.Kind == tree.InOutLocal || l.Kind == tree.ParamLocal && !task && isAggregate(l.Type)
		switch {
		case l.Type.Kind == tree.Slice:
			c.locals[l] = place{c.alloc(2), false}
		case ref:
			c.locals[l] = place{c.alloc(1), true}
		default:
			c.locals[l] = place{c.alloc(tree.Cells(l.Type)), false}
		}
	}
}

// isAggregate reports whether a value has more than one cell.
func isAggregate(t *tree.Type) bool {
	switch t.Kind {
	case tree.Array, tree.Bytes, tree.Struct, tree.Layout, tree.Option, tree.Map:
		return true
	case tree.Enum:
		return t.Enum.HasPayload()
	}
	return false
}

// function compiles a function the first time it is asked for.
func (c *compiler) function(f *tree.Func) *function {
	if k := c.funcs[f]; k != nil {
		return k
	}
	k := &function{tree: f}
	c.funcs[f] = k
	c.frame(f.Locals, f.Task)
	if isAggregate(f.Result) {
		k.result = c.alloc(tree.Cells(f.Result))
	}
	k.code = (&frameCompiler{c, k}).block(f.Body)
	return k
}

// frameCompiler compiles the statements of one function.
type frameCompiler struct {
	*compiler
	fn *function
}

// constant returns the address of a constant.
func (c *compiler) constant(k *tree.ConstDef) int {
	at, ok := c.consts[k]
	if !ok {
		at = c.alloc(len(k.Cells))
		c.consts[k] = at
		c.data = append(c.data, data{at, k.Cells})
	}
	return at
}

func unknown(what string, x any) string { return fmt.Sprintf("eval: no case for %s %T", what, x) }
