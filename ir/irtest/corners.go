package irtest

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/ir/word"
)

// cornerCount is the number of corner values of a width that Corners combines with each other. The
// table holds a few more values, because an operator with several operands also reads the values
// after its first operand.
const (
	cornerCount = 12
	cornerTable = cornerCount + 4
)

// Corners makes a module that applies every word operator to corner values of a width. It combines
// each corner value with each other corner value and with a constant. For each first operand, the
// module logs a sum of all results. This sum reveals a comparison with the wrong sign, a shift
// with the wrong mask or an exchange of operands. Passes cannot fold the values, because they are
// in an object that may change.
func Corners(seed uint64, w ir.Type) *ir.Module {
	c := newCorners(seed, w)
	c.each(c.b.Const(64, 0), func(x, sum *ir.Value) *ir.Value {
		sum = c.each(sum, func(y, sum *ir.Value) *ir.Value { return c.all(sum, x, y) })
		c.log(sum)
		return sum
	})
	return c.end()
}

// Shapes makes a module with every word operator in two positions where passes move or copy code.
// The first position is the head of a short loop. The head runs once more than the loop body. The
// second position is after a join, before a branch that depends on the predecessor.
func Shapes(seed uint64, w ir.Type) *ir.Module {
	c := newCorners(seed, w)
	for op := word.Bad + 1; op < word.NumOps; op++ {
		for range 2 {
			c.log(c.short(op))
			c.log(c.joined(op))
		}
	}
	return c.end()
}

// short makes a loop of a few rounds with the operator in its head.
func (c *corners) short(op word.Op) *ir.Value {
	b := c.b
	head, body, done := b.NewBlock(), b.NewBlock(), b.NewBlock()
	first := c.r.IntN(cornerCount - 4)
	n, sum := b.Param(head, 32), b.Param(head, 64)
	b.Jump(head, b.Const(32, uint64(first)), b.Const(64, 0))
	b.B = head
	v := c.apply(op, c.load(n, 0), c.load(n, 1+c.r.IntN(3)))
	b.Branch(b.Word(word.Ltu, 1, n, b.Const(32, uint64(first+1+c.r.IntN(4)))), body, done)
	b.B = body
	next := sum
	if v != nil {
		next = c.mix(sum, v)
	}
	b.Jump(head, b.Word(word.Add, 32, n, b.Const(32, 1)), next)
	b.B = done
	if v == nil {
		return sum
	}
	return c.mix(sum, v)
}

// joined makes the operator between a join and a branch that depends on the joined value.
func (c *corners) joined(op word.Op) *ir.Value {
	b := c.b
	at := func() *ir.Value { return b.Const(32, uint64(c.r.IntN(cornerCount-4))) }
	x, y := c.load(at(), 0), c.load(at(), 1)
	yes, no, join, odd, even, done := b.NewBlock(), b.NewBlock(), b.NewBlock(), b.NewBlock(), b.NewBlock(), b.NewBlock()
	bit, z, out := b.Param(join, 1), b.Param(join, c.w), b.Param(done, 64)
	b.Branch(b.Word(word.Lts, 1, x, y), yes, no)
	b.B = yes
	b.Jump(join, b.Const(1, 1), y)
	b.B = no
	b.Jump(join, b.Const(1, 0), c.load(at(), 2))
	b.B = join
	v := c.apply(op, z, x)
	if v == nil {
		v = z
	}
	part := b.LoadSize(16, 2, ir.Ref{Obj: c.tab, Disp: 8 * c.r.IntN(cornerCount)})
	b.Branch(bit, odd, even)
	b.B = odd
	odds := c.mix(b.Const(64, 1), v)
	b.Jump(done, c.mix(odds, b.Sext(64, part)))
	b.B = even
	b.Jump(done, c.mix(c.mix(b.Const(64, 0), part), v))
	b.B = done
	return out
}

// load loads corner number n + after.
func (c *corners) load(n *ir.Value, after int) *ir.Value {
	at := c.b.Word(word.Shl, 32, n, c.b.Const(32, 3))
	return c.b.LoadSize(c.w, 8, ir.Ref{Obj: c.tab, Off: at, Disp: 8 * after})
}

func (c *corners) log(sum *ir.Value) { c.b.Emit(&ir.Instr{Op: ir.OpLog, Args: []*ir.Value{sum}}) }

func (c *corners) end() *ir.Module {
	c.b.Ret()
	ir.Thread(c.m)
	return c.m
}

func newCorners(seed uint64, w ir.Type) *corners {
	c := &corners{r: rand.New(rand.NewPCG(seed, 2)), w: w, m: &ir.Module{Name: fmt.Sprintf("corners%d", w)}}
	c.tab = &ir.Object{Name: "tab", Kind: ir.StateObj, Size: 8 * cornerTable, Align: 4}
	for _, v := range c.values() {
		c.tab.Init = binary.LittleEndian.AppendUint64(c.tab.Init, v)
	}
	f := &ir.Func{Name: "main"}
	c.m.Objects, c.m.Funcs, c.m.Tasks = []*ir.Object{c.tab}, []*ir.Func{f}, []ir.Task{{Name: "main", Func: f}}
	c.m.Logs = []trace.Site{{Parts: []string{"sum ", ""}, Args: []trace.ArgType{{Kind: "hex", Width: 64}}}}
	c.b = ir.NewBuilder(f)
	return c
}

type corners struct {
	r   *rand.Rand
	w   ir.Type
	m   *ir.Module
	b   *ir.Builder
	tab *ir.Object
}

// values returns the corner values of the width: zeros and ones, the ends of the signed and
// unsigned ranges, shift amounts, and some values in between.
func (c *corners) values() []uint64 {
	w := int(c.w)
	top := uint64(1) << (w - 1)
	list := []uint64{0, 1, ^uint64(0), top, top - 1, top + 1, uint64(w - 1), uint64(w), ^uint64(0) - 1}
	for len(list) < cornerTable {
		list = append(list, c.r.Uint64())
	}
	for k := range list {
		list[k] &= word.Mask(w)
	}
	return list
}

// each makes a loop over the values and returns the sum.
func (c *corners) each(sum *ir.Value, do func(v, sum *ir.Value) *ir.Value) *ir.Value {
	b := c.b
	head, body, done := b.NewBlock(), b.NewBlock(), b.NewBlock()
	n, total := b.Param(head, 32), b.Param(head, 64)
	s := total
	b.Jump(head, b.Const(32, 0), sum)
	b.B = head
	b.Branch(b.Word(word.Ltu, 1, n, b.Const(32, cornerCount)), body, done)
	b.B = body
	at := b.Word(word.Shl, 32, n, b.Const(32, 3))
	for _, size := range []int{1, 2, 4} { // both with and without sign extension of the loaded value
		part := b.LoadSize(ir.Type(8*size), size, ir.Ref{Obj: c.tab, Off: at})
		s = c.mix(c.mix(s, b.Sext(64, part)), part)
	}
	next := do(b.LoadSize(c.w, 8, ir.Ref{Obj: c.tab, Off: at}), s)
	b.Jump(head, b.Word(word.Add, 32, n, b.Const(32, 1)), next)
	b.B = done
	return total
}

// all adds to the sum the results of all operators, on both values and on each value with a
// constant.
func (c *corners) all(sum, x, y *ir.Value) *ir.Value {
	list := c.values()
	for op := word.Bad + 1; op < word.NumOps; op++ {
		if word.Table(op).Widths == word.Compare {
			sum = c.decide(sum, c.apply(op, x, y), c.apply(op, y, x))
		}
		constant := func() *ir.Value { return c.b.Const(c.w, list[c.r.IntN(len(list))]) }
		for _, v := range []*ir.Value{c.apply(op, x, y), c.apply(op, x, constant()), c.apply(op, constant(), y)} {
			if v != nil {
				sum = c.mix(sum, v)
			}
		}
	}
	return sum
}

// decide uses branches to add a bit to the sum for each condition that holds.
func (c *corners) decide(sum *ir.Value, conds ...*ir.Value) *ir.Value {
	b := c.b
	for _, cond := range conds {
		yes, join := b.NewBlock(), b.NewBlock()
		p := b.Param(join, 64)
		b.Branch(cond, yes, join)
		e := &b.B.Term.Succs[1]
		e.Args = append(e.Args, sum)
		b.B = yes
		b.Jump(join, b.Word(word.Add, 64, c.mix(sum, cond), b.Const(64, 5)))
		b.B = join
		sum = p
	}
	return sum
}

// apply applies an operator. It returns nil if the operator has no form with these operands.
func (c *corners) apply(op word.Op, x, y *ir.Value) *ir.Value {
	b := c.b
	switch word.Table(op).Widths {
	case word.Same:
		if word.Table(op).Args == 1 {
			return b.Word(op, c.w, x)
		}
		return b.Word(op, c.w, x, y)
	case word.Compare:
		return b.Word(op, 1, x, y)
	case word.Shift:
		return b.Word(op, c.w, x, y)
	case word.Select:
		return b.Word(op, c.w, b.Word(word.Lts, 1, x, y), x, y)
	case word.Concat:
		if 2*c.w <= 64 {
			return b.Word(op, 2*c.w, x, y)
		}
	case word.Part:
		lo := c.r.IntN(int(c.w))
		return b.Slice(ir.Type(1+c.r.IntN(int(c.w)-lo)), x, lo)
	case word.Extend:
		return b.Word(op, c.w+ir.Type(c.r.IntN(65-int(c.w))), x)
	case word.Reduce:
		return b.Word(op, 1, x)
	}
	return nil
}

// mix rotates the sum and combines it with a word by exclusive or.
func (c *corners) mix(sum, v *ir.Value) *ir.Value {
	b := c.b
	turned := b.Word(word.Or, 64, b.Word(word.Shl, 64, sum, b.Const(64, 7)), b.Word(word.Shru, 64, sum, b.Const(64, 57)))
	if v.Type < 64 {
		v = b.Zext(64, v)
	}
	return b.Word(word.Xor, 64, turned, v)
}
