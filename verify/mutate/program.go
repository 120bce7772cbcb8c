package mutate

import (
	"fmt"
	"maps"
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// Before is a record of a module before a pass.
type Before struct {
	instrs map[*ir.Instr]string
	terms  map[*ir.Block]string
}

// Remember records every instruction and every terminator of a module.
func Remember(m *ir.Module) *Before {
	b := &Before{instrs: map[*ir.Instr]string{}, terms: map[*ir.Block]string{}}
	for _, f := range m.Funcs {
		for _, k := range f.Blocks {
			b.terms[k] = termPrint(&k.Term)
			for _, i := range k.Instrs {
				b.instrs[i] = instrPrint(i)
			}
		}
	}
	return b
}

// Changes lists the instructions and terminators that a pass made or changed.
type Changes struct {
	m      *ir.Module
	instrs []site
	terms  []site // block ends; these sites have no instruction
}

// site is the position of an instruction that a pass made or changed.
type site struct {
	f *ir.Func
	b *ir.Block
	i *ir.Instr
}

// Changed compares a module with its record.
func (b *Before) Changed(m *ir.Module) *Changes {
	c := &Changes{m: m}
	for _, f := range m.Funcs {
		for _, k := range f.Blocks {
			if was, old := b.terms[k]; !old || was != termPrint(&k.Term) {
				c.terms = append(c.terms, site{f, k, nil})
			}
			for _, i := range k.Instrs {
				if was, old := b.instrs[i]; !old || was != instrPrint(i) {
					c.instrs = append(c.instrs, site{f, k, i})
				}
			}
		}
	}
	return c
}

// instrPrint returns a text that differs if a pass changes an instruction. The text omits
// tokens, which follow from the order of instructions.
func instrPrint(i *ir.Instr) string {
	s := fmt.Sprint(i.Op, i.Word, i.Float, i.Imm, i.Size, i.Dev, i.Chan, i.Site, " ")
	for _, a := range i.Args {
		if a.Type != ir.Token {
			s += fmt.Sprintf("%p ", a)
		}
	}
	for _, r := range i.Refs {
		s += fmt.Sprintf("%p+%p+%d ", r.Obj, r.Off, r.Disp)
	}
	return s
}

func termPrint(t *ir.Term) string {
	s := fmt.Sprintf("%d %p ", t.Op, t.Cond)
	for _, e := range t.Succs {
		s += fmt.Sprintf("%p(", e.To)
		for _, a := range e.Args {
			if a.Type != ir.Token {
				s += fmt.Sprintf("%p ", a)
			}
		}
	}
	return s
}

// Faults lists the mistakes that can be planted in the output of the pass. A mistake is a kind
// of change at a kind of instruction, such as "operands exchanged: sub".
func (c *Changes) Faults() []string {
	seen := map[string]bool{}
	c.each(func(name string, _ site, _ func()) { seen[name] = true })
	return slices.Sorted(maps.Keys(seen))
}

// Apply makes a mistake at every possible position.
func (c *Changes) Apply(name string) {
	for _, p := range c.places(name) {
		p.apply()
	}
}

// Reach inserts a failing check before every position of a mistake. This shows whether a run
// reaches such a position. The position of a mistake in a check counts as reached only when
// this check fails. So such a check gets a trap site of its own.
func (c *Changes) Reach(name string) {
	list := c.places(name)
	if len(list) == 0 {
		return
	}
	c.m.Traps = append(c.m.Traps, ir.TrapSite{ID: len(c.m.Traps), Code: "reached"})
	mine := len(c.m.Traps) - 1
	for _, p := range list {
		if p.i != nil && p.i.Op == ir.OpCheck {
			p.i.Site = mine
			continue
		}
		at := len(p.b.Instrs)
		if p.i != nil {
			at = slices.Index(p.b.Instrs, p.i)
		}
		zero := p.bit(at, 0)
		p.b.Instrs = slices.Insert(p.b.Instrs, at+1, &ir.Instr{Op: ir.OpCheck, Args: []*ir.Value{zero}, Site: mine})
	}
	ir.Thread(c.m)
}

// bit inserts a one-bit constant before an instruction of the block.
func (s *site) bit(at int, imm uint64) *ir.Value {
	v := s.f.NewValue(1, nil, s.b.Term.Span)
	i := &ir.Instr{Op: ir.OpConst, Imm: imm, Results: []*ir.Value{v}}
	v.Def, v.In = i, s.b
	s.b.Instrs = slices.Insert(s.b.Instrs, at, i)
	return v
}

// place is the position of a mistake. For the end of a block, i is nil.
type place struct {
	site
	apply func()
}

func (c *Changes) places(name string) []place {
	var list []place
	c.each(func(n string, s site, apply func()) {
		if n == name {
			list = append(list, place{s, apply})
		}
	})
	return list
}

func (c *Changes) each(visit func(name string, s site, apply func())) {
	for _, s := range c.instrs {
		v := func(kind string, apply func()) { visit(kind+": "+s.label(), s, apply) }
		switch s.i.Op {
		case ir.OpConst:
			s.constant(v)
		case ir.OpWord:
			s.word(v)
		case ir.OpCheck:
			s.check(c.m, v)
		case ir.OpCopy, ir.OpClear:
			v("one byte short", func() { s.i.Imm-- })
		case ir.OpCall, ir.OpLog:
			exchange(s.i.Args, "arguments exchanged", v)
		}
		s.memory(v)
	}
	for _, s := range c.terms {
		s.ends(func(kind string, apply func()) { visit(kind, s, apply) })
	}
}

// label names the kind of instruction at a site.
func (s *site) label() string {
	switch s.i.Op {
	case ir.OpWord:
		return s.i.Word.String()
	case ir.OpConst:
		return "const of " + bits(s.i.Results[0].Type)
	}
	return s.i.Op.String()
}

func bits(t ir.Type) string {
	if t == 1 {
		return "one bit"
	}
	return "a word"
}

func (s *site) constant(v func(string, func())) {
	w := int(s.i.Results[0].Type)
	mask, imm := word.Mask(w), s.i.Imm
	if w == 1 {
		v("negated", func() { s.i.Imm ^= 1 })
		return
	}
	if imm > 1 && imm&(imm+1) == 0 {
		v("mask too narrow", func() { s.i.Imm = imm >> 1 })
		return
	}
	v("off by one", func() { s.i.Imm = (imm + 1) & mask })
}

// related maps each operator to operators that are easily confused with it: the other
// signedness or the other direction.
var related = map[word.Op]word.Op{
	word.Shru: word.Shrs, word.Shrs: word.Shru, word.Ltu: word.Lts, word.Lts: word.Ltu,
	word.Divu: word.Divs, word.Divs: word.Divu, word.Remu: word.Rems, word.Rems: word.Remu,
	word.Sext: word.Zext, word.Zext: word.Sext, word.Add: word.Sub, word.Sub: word.Add,
	word.And: word.Or, word.Or: word.And, word.Xor: word.And,
}

func (s *site) word(v func(string, func())) {
	i := s.i
	row := word.Table(i.Word)
	if other, ok := related[i.Word]; ok {
		v("becomes "+other.String(), func() { i.Word = other })
	}
	if row.Args == 2 && !row.Commutative && i.Args[0] != i.Args[1] && i.Args[0].Type == i.Args[1].Type {
		v("operands exchanged", func() { i.Args[0], i.Args[1] = i.Args[1], i.Args[0] })
	}
	if i.Word == word.Mux && i.Args[1] != i.Args[2] {
		v("arms exchanged", func() { i.Args[1], i.Args[2] = i.Args[2], i.Args[1] })
	}
	if lo, w := int(i.Imm), int(i.Results[0].Type); i.Word == word.Slice {
		if aw := int(i.Args[0].Type); lo+w < aw {
			v("one bit too high", func() { i.Imm++ })
		}
	}
	early, late := s.others(i.Args[0])
	if early != nil {
		v("other operand", func() { i.Args[0] = early })
	}
	if late != nil {
		v("operand does not dominate", func() { i.Args[0] = late })
	}
}

// others finds two values in the block with the type of x: one before and one after the
// position of the mistake.
func (s *site) others(x *ir.Value) (early, late *ir.Value) {
	fits := func(o *ir.Value) bool { return o.Type == x.Type && o != x }
	for _, p := range s.b.Params {
		if fits(p) {
			early = p
		}
	}
	after := false
	for _, i := range s.b.Instrs {
		if i == s.i {
			after = true
			continue
		}
		for _, r := range i.Results {
			switch {
			case !fits(r):
			case !after && i.Op != ir.OpConst:
				early = r
			case after && late == nil:
				late = r
			}
		}
	}
	return early, late
}

// check lists the faults of a check instruction: it is missing, or its trap site is wrong.
func (s *site) check(m *ir.Module, v func(string, func())) {
	v("dropped", func() {
		s.i.Args[0] = s.bit(slices.Index(s.b.Instrs, s.i), 1)
	})
	if len(m.Traps) > 1 {
		v("other site", func() { s.i.Site = (s.i.Site + 1) % len(m.Traps) })
	}
}

// memory lists the faults of a load or a store.
func (s *site) memory(v func(string, func())) {
	i := s.i
	if i.Op != ir.OpLoad && i.Op != ir.OpStore {
		return
	}
	r := &i.Refs[0]
	if r.Disp+2*i.Size <= r.Obj.Size {
		v("place off by one", func() { r.Disp += i.Size; r.NoWrap = false })
	}
	if i.Size > 1 {
		v("half of the bytes", func() { i.Size /= 2 })
	}
}

// ends lists the faults of a terminator.
func (s *site) ends(visit func(string, func())) {
	b := s.b
	if b.Term.Op == ir.Branch && b.Term.Succs[0].To != b.Term.Succs[1].To {
		visit("condition negated: branch", func() { s := b.Term.Succs; s[0], s[1] = s[1], s[0] })
	}
	for k := range b.Term.Succs {
		exchange(b.Term.Succs[k].Args, "arguments exchanged", func(kind string, apply func()) { visit(kind+": edge", apply) })
	}
	if b.Term.Op == ir.Return {
		exchange(b.Term.Args, "results exchanged", func(kind string, apply func()) { visit(kind+": return", apply) })
	}
}

// exchange swaps the first two different words of the same type.
func exchange(args []*ir.Value, kind string, v func(string, func())) {
	for k, a := range args {
		for j, b := range args[:k] {
			if a != b && a.Type == b.Type && a.Type != ir.Token {
				v(kind, func() { args[j], args[k] = args[k], args[j] })
				return
			}
		}
	}
}
