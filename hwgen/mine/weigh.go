package mine

import (
	"maps"
	"math/bits"
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/fuse"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// program is a module with the costs of its parts.
type program struct {
	m      *ir.Module
	weight map[*ir.Block]float64
	tests  map[*ir.Value]bool // values that only branches and checks compare
	loads  map[*ir.Instr]bool // operations that loads do
}

func newProgram(m *ir.Module, weight func(*ir.Func, *ir.Block) float64) *program {
	p := &program{m: m, weight: map[*ir.Block]float64{}, tests: map[*ir.Value]bool{}, loads: map[*ir.Instr]bool{}}
	if weight == nil {
		weight = estimate(m)
	}
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			p.weight[b] = weight(f, b)
		}
		p.findTests(f)
		maps.Copy(p.loads, fuse.Extensions(f))
	}
	return p
}

// findTests records the comparisons that branches and checks compute themselves.
func (p *program) findTests(f *ir.Func) {
	other := map[*ir.Value]bool{}
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			i.Uses(func(v **ir.Value) { other[*v] = other[*v] || i.Op != ir.OpCheck })
		}
		b.Term.Uses(func(v **ir.Value) { other[*v] = other[*v] || *v != b.Term.Cond })
	}
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			if i.Op == ir.OpWord && word.Table(i.Word).Inverse != word.Bad && !other[i.Results[0]] {
				p.tests[i.Results[0]] = true
			}
		}
	}
}

// work is the cost of a function.
type work struct {
	cycles float64
	shifts amounts
}

// amounts holds the amounts of shifts by constants, one set for each direction.
type amounts [3]uint32

func (a amounts) and(b amounts) amounts {
	for k := range a {
		a[k] |= b[k]
	}
	return a
}

func (a amounts) count() int {
	return bits.OnesCount32(a[0]) + bits.OnesCount32(a[1]) + bits.OnesCount32(a[2])
}

// add records the amount of a shift.
func (a *amounts) add(i *ir.Instr) {
	if k := slices.Index([]word.Op{word.Shl, word.Shru, word.Shrs}, i.Word); k >= 0 && isConst(i.Args[1]) {
		a[k] |= 1 << (i.Args[1].Def.Imm & 31)
	}
}

// work estimates the cost of a function that uses some lines.
func (p *program) work(f *ir.Func, lines []*isa.Inst) work {
	fused := fuse.Find(f, lines)
	var w work
	for _, b := range f.Blocks {
		n := 1
		if b.Term.Op != ir.Jump {
			n = 2
		}
		for _, i := range b.Instrs {
			switch {
			case fused.Dead(i):
			case fused.Of(i) != nil:
				n++
			default:
				n += p.cost(i)
				if i.Op == ir.OpWord {
					w.shifts.add(i)
				}
			}
		}
		w.cycles += p.weight[b] * float64(n)
	}
	return w
}

// cost is the number of cycles that an operation takes with the lines of the base set.
func (p *program) cost(i *ir.Instr) int {
	switch i.Op {
	case ir.OpConst, ir.OpLocal:
		return 0
	case ir.OpWord:
		if p.tests[i.Results[0]] || p.loads[i] {
			return 0
		}
		return worth(i)
	case ir.OpLoad:
		return 2
	case ir.OpCall:
		return 2 + len(i.Args)
	case ir.OpCopy, ir.OpMove, ir.OpClear:
		return 3 * (1 + int(i.Imm)/4)
	}
	return 1
}

// worth is the number of instructions that a word operation takes.
func worth(i *ir.Instr) int {
	switch i.Word {
	case word.Zext, word.Cat:
		return 0
	case word.Slice:
		if i.Imm > 0 {
			return 2
		}
	case word.Eq, word.Ne, word.Geu, word.Ges, word.Redor, word.Redand:
		return 2
	case word.Mux, word.Rotl, word.Minu, word.Maxu, word.Mins, word.Maxs:
		return 3
	}
	return 1
}
