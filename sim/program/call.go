package program

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir"
)

// Caller calls one function many times. The function must take words and only compute. An
// example is a function of the float library.
type Caller struct {
	c  *context
	fn *compiled
	pc int32
}

// NewCaller compiles a function and its callees.
func NewCaller(m *ir.Module, f *ir.Func) (*Caller, error) {
	if len(f.Objs) > 0 {
		return nil, fmt.Errorf("program: %s takes objects", f.Name)
	}
	x, fn := newCompiler(&Machine{m: m}).enter(f, -1)
	return &Caller{c: x, fn: fn, pc: x.pc}, nil
}

// Call runs the function with argument words and returns its result words. The results stay
// valid until the next call. Call returns an error if the function traps or waits.
func (k *Caller) Call(words ...uint64) ([]uint64, error) {
	for n, s := range k.fn.params {
		k.c.slots[s] = words[n]
	}
	k.c.pc = k.pc
	why, err := k.c.run(1 << 60)
	if err == nil && why != ended {
		err = fmt.Errorf("program: a call of a function that does not only compute")
	}
	out := make([]uint64, len(k.fn.results))
	for n, s := range k.fn.results {
		out[n] = k.c.slots[s]
	}
	return out, err
}
