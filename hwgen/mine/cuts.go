package mine

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// maxInputs is the maximum number of registers that a line reads.
const maxInputs = 3

// cut is a set of values from which another value can be computed, in the order of their IDs.
type cut struct {
	leaves []*ir.Value
	parts  int // number of operators between the cut and the value, counted as a tree
}

// candidates finds the operations in the blocks. The operations that save most come first.
func (p *program) candidates(r *Result) []*Candidate {
	type place struct {
		f *ir.Func
		b *ir.Block
	}
	var places []place
	for _, f := range p.m.Funcs {
		for _, b := range f.Blocks {
			if p.weight[b] > 0 {
				places = append(places, place{f, b})
			}
		}
	}
	slices.SortStableFunc(places, func(x, y place) int { return cmp.Compare(p.weight[y.b], p.weight[x.b]) })
	s := &search{p: p, uses: map[*ir.Func][]int{}, found: map[string]*Candidate{}}
	for _, x := range places {
		if s.looked += len(x.b.Instrs); s.looked > maxInstrs {
			r.Limited = fmt.Sprintf("only the %d instructions that run most often were looked at", maxInstrs)
			break
		}
		s.block(x.f, x.b)
	}
	out := slices.DeleteFunc(s.order, func(c *Candidate) bool { return c.score <= 0 })
	slices.SortStableFunc(out, func(a, b *Candidate) int { return cmp.Compare(b.score, a.score) })
	return out
}

// search visits the blocks one after the other.
type search struct {
	p      *program
	uses   map[*ir.Func][]int // by value ID
	found  map[string]*Candidate
	order  []*Candidate
	looked int
}

// minable reports whether an operator may be part of a line. The operator's circuit must be
// small.
func minable(i *ir.Instr) bool {
	if i.Op != ir.OpWord {
		return false
	}
	for _, v := range append(i.Args[:len(i.Args):len(i.Args)], i.Results[0]) {
		if v.Type != 1 && v.Type != 32 {
			return false
		}
	}
	switch i.Word {
	case word.Mul, word.Divu, word.Divs, word.Remu, word.Rems:
		return false
	case word.Shl, word.Shru, word.Shrs, word.Rotl:
		return isConst(i.Args[1])
	}
	return true
}

func isConst(v *ir.Value) bool { return v.Def != nil && v.Def.Op == ir.OpConst }

// block finds the cuts of the word operations of a block.
func (s *search) block(f *ir.Func, b *ir.Block) {
	if s.uses[f] == nil {
		s.uses[f] = usesIn(f)
	}
	cuts := map[*ir.Value][]cut{}
	for _, i := range b.Instrs {
		if !minable(i) || s.p.loads[i] {
			continue
		}
		v := i.Results[0]
		own := merged(i, cuts)
		for _, c := range own {
			s.note(f, b, v, c)
		}
		cuts[v] = append(own, cut{leaves: []*ir.Value{v}})
	}
}

func usesIn(f *ir.Func) []int {
	n := make([]int, f.NextID+1)
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			i.Uses(func(v **ir.Value) { n[(*v).ID]++ })
		}
		b.Term.Uses(func(v **ir.Value) { n[(*v).ID]++ })
	}
	return n
}

// merged makes the cuts of an operation from the cuts of its operands. It sorts the cuts by the
// number of inputs, fewest first. Cuts with equally many inputs are sorted by the number of
// operators, most first.
func merged(i *ir.Instr, cuts map[*ir.Value][]cut) []cut {
	sets := []cut{{}}
	for _, a := range i.Args {
		of := cuts[a]
		switch {
		case isConst(a):
			continue
		case of == nil:
			of = []cut{{leaves: []*ir.Value{a}}}
		}
		var next []cut
		for _, x := range sets {
			for _, y := range of {
				if c := union(x, y); len(c.leaves) <= maxInputs && c.parts < maxParts*maxParts {
					next = append(next, c)
				}
			}
		}
		sets = next
	}
	for k := range sets {
		sets[k].parts++
	}
	slices.SortStableFunc(sets, func(x, y cut) int {
		if len(x.leaves) != len(y.leaves) {
			return len(x.leaves) - len(y.leaves)
		}
		return y.parts - x.parts
	})
	sets = slices.CompactFunc(sets, func(x, y cut) bool { return slices.Equal(x.leaves, y.leaves) })
	return sets[:min(len(sets), maxCuts)]
}

func union(x, y cut) cut {
	out := cut{leaves: slices.Clone(x.leaves), parts: x.parts + y.parts}
	for _, v := range y.leaves {
		if !slices.Contains(out.leaves, v) {
			out.leaves = append(out.leaves, v)
		}
	}
	slices.SortFunc(out.leaves, func(a, b *ir.Value) int { return a.ID - b.ID })
	return out
}

// note counts the savings of a line that computes v from a cut.
func (s *search) note(f *ir.Func, b *ir.Block, v *ir.Value, c cut) {
	if len(c.leaves) == 0 {
		return
	}
	cone := coneOf(v, c.leaves)
	saved := s.saved(f, v, cone)
	if saved <= 0 || len(cone) > maxParts {
		return
	}
	rd, inputs := expression(v, c.leaves)
	line := lineOf(rd, inputs)
	key := line.Text
	x := s.found[key]
	if x == nil {
		x = &Candidate{Line: line, Inputs: inputs, funcs: map[*ir.Func]bool{}}
		s.found[key], s.order = x, append(s.order, x)
	}
	x.funcs[f] = true
	x.score += s.p.weight[b] * float64(saved)
	x.Uses = append(x.Uses, Use{Func: f.Name, At: v.Def.Span, Runs: s.p.weight[b]})
}

// coneOf lists the operations between a cut and a value. Users come before their operands.
func coneOf(v *ir.Value, leaves []*ir.Value) []*ir.Instr {
	var out []*ir.Instr
	seen := map[*ir.Value]bool{}
	var visit func(*ir.Value)
	visit = func(x *ir.Value) {
		if seen[x] || isConst(x) || slices.Contains(leaves, x) {
			return
		}
		seen[x] = true
		for _, a := range x.Def.Args {
			visit(a)
		}
		out = append(out, x.Def)
	}
	visit(v)
	slices.Reverse(out)
	return out
}

// saved is the number of cycles that one execution of a line for v saves. The line replaces the
// operation of v, and each operation whose value only replaced operations read. saved is the
// sum of the cycles of these operations, minus one cycle for the line.
func (s *search) saved(f *ir.Func, v *ir.Value, cone []*ir.Instr) int {
	inside := map[*ir.Value]int{}
	n := -1
	for _, i := range cone {
		x := i.Results[0]
		if x != v && inside[x] < s.uses[f][x.ID] {
			continue
		}
		n += s.p.cost(i)
		for _, a := range i.Args {
			inside[a]++
		}
	}
	return n
}
