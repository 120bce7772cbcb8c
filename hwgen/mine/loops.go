package mine

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// Assumptions of the estimate: the number of iterations of a loop whose number is unknown, and
// the limit for a known number.
const (
	rounds     = 8
	mostRounds = 1 << 16
)

// estimate gives each block a weight: the iterations of the loops around the block times the
// number of calls of the function.
func estimate(m *ir.Module) func(*ir.Func, *ir.Block) float64 {
	loops := map[*ir.Block]float64{}
	type call struct {
		from *ir.Func
		at   *ir.Block
	}
	calls := map[*ir.Func][]call{}
	for _, f := range m.Funcs {
		weights := loopWeights(f)
		for k, b := range f.Blocks {
			loops[b] = weights[k]
			for _, i := range b.Instrs {
				if i.Op == ir.OpCall {
					calls[i.Callee] = append(calls[i.Callee], call{f, b})
				}
			}
		}
	}
	known := map[*ir.Func]float64{}
	var entered func(*ir.Func) float64
	entered = func(f *ir.Func) float64 {
		if n, ok := known[f]; ok {
			return n
		}
		sum := 0.0
		for _, c := range calls[f] {
			sum += loops[c.at] * entered(c.from)
		}
		if f == m.Main() {
			sum++
		}
		known[f] = sum
		return sum
	}
	return func(f *ir.Func, b *ir.Block) float64 { return loops[b] * entered(f) }
}

// loopWeights is, for each block, the product of the iterations of the loops around it.
func loopWeights(f *ir.Func) []float64 {
	c := counter{f: f, flow: ir.FlowOf(f), at: map[*ir.Block]int{}}
	for k, b := range f.Blocks {
		c.at[b] = k
	}
	of := map[int]float64{}
	out := make([]float64, len(f.Blocks))
	for k := range f.Blocks {
		out[k] = 1
		for h := c.flow.Head[k]; h >= 0; h = c.around(h) {
			if of[h] == 0 {
				of[h] = c.rounds(h)
			}
			out[k] *= of[h]
		}
	}
	return out
}

// counter finds the number of iterations of loops.
type counter struct {
	f    *ir.Func
	flow *ir.Flow
	at   map[*ir.Block]int
}

// around is the header of the loop that encloses the loop with header h, or -1 if there is
// none.
func (c *counter) around(h int) int {
	up := c.flow.Idom[h]
	for up >= 0 && c.flow.Depth[up] >= c.flow.Depth[h] {
		up = c.flow.Idom[up]
	}
	if up < 0 {
		return -1
	}
	return c.flow.Head[up]
}

// rounds is the number of iterations of the loop with header h. The number is known if the loop
// counts from one number to another and tests the counter at its end.
func (c *counter) rounds(h int) float64 {
	head := c.f.Blocks[h]
	var enter, back []*ir.Edge
	var latch *ir.Block
	for _, p := range c.flow.Preds[h] {
		b := c.f.Blocks[p]
		for k := range b.Term.Succs {
			e := &b.Term.Succs[k]
			switch {
			case e.To != head:
			case c.flow.Dominates(h, p):
				back, latch = append(back, e), b
			default:
				enter = append(enter, e)
			}
		}
	}
	if len(enter) != 1 || len(back) != 1 || latch.Term.Op != ir.Branch {
		return rounds
	}
	test := latch.Term.Cond.Def
	if test == nil || test.Op != ir.OpWord || latch.Term.Succs[0].To != head {
		return rounds
	}
	for k, p := range head.Params {
		if p.Type == ir.Token {
			continue
		}
		start, step := c.sum(enter[0].Args[k]), c.sum(back[0].Args[k])
		x := c.sum(test.Args[0])
		if step.base != p || x.base != p || step.plus == 0 {
			continue
		}
		end := c.sum(test.Args[1])
		if end.base != start.base {
			continue
		}
		return counted(test.Word, int32(end.plus-start.plus-x.plus), int32(step.plus))
	}
	return rounds
}

// counted is the number of tests of a counter that covers the distance `way` in equal steps.
func counted(op word.Op, way, step int32) float64 {
	n := int64(way) / int64(step)
	switch {
	case op == word.Ne && int64(way)%int64(step) == 0:
	case op == word.Ltu || op == word.Lts:
		n = (int64(way) + int64(step) - 1) / int64(step)
	default:
		return rounds
	}
	if n < 0 || n >= mostRounds {
		return rounds
	}
	return float64(n + 1)
}

// offset is a value as the sum of another value (base) and a number. If the base is nil, the
// value is the number alone.
type offset struct {
	base *ir.Value
	plus uint32
}

// maxSteps limits the number of operations through which a value is followed.
const maxSteps = 32

func (c *counter) sum(v *ir.Value) offset {
	out := offset{base: v}
	for range maxSteps {
		v = out.base
		switch {
		case v.Def == nil:
			a := c.only(v)
			if a == nil {
				return out
			}
			out.base = a
		case isConst(v):
			return offset{plus: out.plus + uint32(v.Def.Imm)}
		case v.Def.Op == ir.OpWord && v.Def.Word == word.Add && isConst(v.Def.Args[1]):
			out = offset{v.Def.Args[0], out.plus + uint32(v.Def.Args[1].Def.Imm)}
		default:
			return out
		}
	}
	return out
}

// only returns the argument for a block parameter if the block has exactly one
// predecessor. Otherwise it returns nil.
func (c *counter) only(v *ir.Value) *ir.Value {
	to := c.at[v.In]
	if v.In == nil || len(c.flow.Preds[to]) != 1 {
		return nil
	}
	from := c.f.Blocks[c.flow.Preds[to][0]]
	for k, p := range v.In.Params {
		for _, e := range from.Term.Succs {
			if p == v && e.To == v.In {
				return e.Args[k]
			}
		}
	}
	return nil
}
