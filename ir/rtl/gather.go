package rtl

import "github.com/sinter-lang/sinter/ir/word"

// gather simplifies a concatenation whose parts are disjunctions of selected fields. It
// rewrites it to one disjunction of whole words. Result buses and immediates often have this
// form:
//
//	cat(or(and(c, slice x 9), and(d, slice y 1)), and(c, slice x 8))
//	or(and(sext c, slice x 8), and(sext d, y shifted and masked))
//
// It returns None if a part has another form or if the result is not cheaper.
func (p *packer) gather(x ID) ID {
	g := &gatherer{packer: p, width: p.b.Width(x)}
	at, before := 0, 0
	for _, part := range p.parts(x, nil) {
		n, ok := g.terms(part, at)
		if !ok {
			return None
		}
		at += p.b.Width(part)
		before += n + 1
	}
	if len(g.fields)*costOfField >= before {
		return None
	}
	return g.build()
}

// costOfField is the cost of one field in a gathered word: a shift, a mask, a selection and a
// disjunction.
const costOfField = 4

// field is a group of terms with the same shape. If cond is 1 (None: always), bit i of the word
// is bit i+shift of base, for the bits i in mask. If base is None, these bits are ones.
type field struct {
	cond, base ID
	shift      int
	mask       uint64
}

type gatherer struct {
	*packer
	width  int
	fields []field
	seen   int
}

// terms splits a part at bit position `at` into terms. It returns the number of operators in
// the part.
func (g *gatherer) terms(x ID, at int) (int, bool) {
	if g.seen++; g.seen > 1000 { // the walk may visit a shared disjunction several times
		return 0, false
	}
	n := &g.b.c.Nodes[x]
	switch {
	case n.Kind == KConst && n.Imm == 0:
		return 0, true
	case n.Kind == KConst:
		g.add(field{cond: None, base: None}, at, n.Imm)
		return 1, true
	case n.Kind == KOp && n.Op == word.Or:
		left, ok := g.terms(n.Args[0], at)
		if !ok {
			return 0, false
		}
		right, ok := g.terms(n.Args[1], at)
		return left + right + 1, ok
	case n.Kind == KOp && n.Op == word.And:
		cond, value := g.selection(n)
		if cond == None {
			return 0, false
		}
		base, lo := g.slice(value)
		g.add(field{cond: cond, base: base, shift: lo - at}, at, word.Mask(n.Width))
		return 2, true
	case n.Width == 1 && n.Op != word.Slice:
		g.add(field{cond: x, base: None}, at, 1)
		return 0, true
	}
	base, lo := g.slice(x)
	g.add(field{cond: None, base: base, shift: lo - at}, at, word.Mask(n.Width))
	return 1, true
}

// selection splits a conjunction into its condition and the selected value.
func (g *gatherer) selection(n *Node) (cond, value ID) {
	for i := range 2 {
		c := g.bit(n.Args[i])
		if c != None && g.b.c.Nodes[n.Args[i]].Op != word.Slice {
			return c, n.Args[1-i]
		}
	}
	return None, None
}

// add adds a term to a field with the same shape, or as a new field.
func (g *gatherer) add(f field, at int, mask uint64) {
	f.mask = mask << at
	for i := range g.fields {
		old := &g.fields[i]
		if old.cond == f.cond && old.base == f.base && old.shift == f.shift {
			old.mask |= f.mask
			return
		}
	}
	g.fields = append(g.fields, f)
}

func (g *gatherer) build() ID {
	out := g.b.Const(g.width, 0)
	for _, f := range g.fields {
		v := g.b.And(g.shifted(f.base, f.shift), g.b.Const(g.width, f.mask))
		if f.cond != None {
			v = g.b.And(g.b.Repeat(f.cond, g.width), v)
		}
		out = g.b.Or(out, v)
	}
	return out
}

// shifted moves bit i+shift of a value to bit i of the word.
func (g *gatherer) shifted(x ID, shift int) ID {
	if x == None {
		return g.b.Const(g.width, word.Mask(g.width))
	}
	w := g.b.Width(x)
	if shift >= 0 {
		return g.b.Fit(g.b.Bits(x, w-1, shift), g.width)
	}
	low := g.b.Fit(x, min(w, g.width+shift))
	return g.b.Fit(g.b.Cat(low, g.b.Const(-shift, 0)), g.width)
}
