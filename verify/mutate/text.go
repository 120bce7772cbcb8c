package mutate

import (
	"fmt"
	"maps"
	"slices"

	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// Text lists the back-end mistakes that can be planted in an image. A mistake is a kind of
// change at an instruction line, such as "sub: operands exchanged" or "lb: is lbu".
func Text(im *image.Image) []string {
	seen := map[string]bool{}
	eachWord(im, func(name string, _ int, _ uint32) { seen[name] = true })
	return slices.Sorted(maps.Keys(seen))
}

// Misselect returns a copy of an image with a mistake at every possible position.
func Misselect(im *image.Image, name string) *image.Image {
	out := *im
	out.Text = slices.Clone(im.Text)
	eachWord(im, func(n string, at int, w uint32) {
		if n == name {
			out.Text[at] = w
		}
	})
	return &out
}

// ReachText returns a copy of an image with a trap at every position of a mistake. This shows
// whether a run reaches such a position.
func ReachText(im *image.Image, name string) *image.Image {
	out := *im
	out.Text, out.Traps = slices.Clone(im.Text), slices.Clone(im.Traps)
	trap := slices.IndexFunc(im.Target.Set.Insts, func(in *isa.Inst) bool { return in.Meaning.Trap })
	stop := im.Target.Set.Insts[trap].Match
	eachWord(im, func(n string, at int, _ uint32) {
		if n == name {
			out.Text[at] = stop
			out.Traps = append(out.Traps, image.Trap{PC: image.PC(at), Site: reachSite + at, Code: "reached"})
		}
	})
	slices.SortFunc(out.Traps, func(a, b image.Trap) int { return int(a.PC) - int(b.PC) })
	return &out
}

// reachSite is a trap site number that no program uses.
const reachSite = 1 << 24

// eachWord calls `visit` with each wrong word that a mistake can put in place of a word. eachWord
// skips mistakes that cannot be encoded.
func eachWord(im *image.Image, visit func(name string, at int, w uint32)) {
	dec, rule := isa.NewDecoder(im.Target.Set), selectors()
	for at, w := range im.Text {
		in, ops, ok := dec.Decode(w)
		if !ok || in.Meaning.Trap {
			continue
		}
		put := func(as *isa.Inst, o isa.Ops, format string, args ...any) {
			other, err := as.Encode(o)
			if back, _, ok := dec.Decode(other); err == nil && ok && back == as && other != w {
				visit(rule(in)+": "+fmt.Sprintf(format, args...), at, other)
			}
		}
		for _, other := range im.Target.Set.Insts {
			if other != in && alike(in, other) {
				put(other, ops, "is %s", rule(other))
			}
		}
		operands(in, ops, put)
	}
}

// selectors returns a function that names the rule of selection for a line. Each line of the
// common instruction set has a rule of its own. Lines that multiply few bits differ between
// programs in their widths, but all of them share one rule. All other lines that are made for
// one program share another rule.
func selectors() func(in *isa.Inst) string {
	common := map[string]bool{}
	for _, in := range isa.RV32IM().Insts {
		common[in.Name] = true
	}
	return func(in *isa.Inst) string {
		switch {
		case common[in.Name]:
			return in.Name
		case in.Meaning.Rd != nil && in.Meaning.Rd.Op == word.Mul:
			return "narrow product"
		}
		return "made line"
	}
}

// alike reports whether two lines are easily confused: they have the same format and the same
// kinds of effects.
func alike(a, b *isa.Inst) bool {
	m, n := &a.Meaning, &b.Meaning
	return a.Format == b.Format && !n.Trap && (m.Load == nil) == (n.Load == nil) && (m.Store == nil) == (n.Store == nil) &&
		(m.PC == nil) == (n.PC == nil) && (m.Rd == nil) == (n.Rd == nil)
}

// operands lists the mistakes in the operand fields of a word.
func operands(in *isa.Inst, ops isa.Ops, put func(*isa.Inst, isa.Ops, string, ...any)) {
	if in.Format == isa.R && !symmetric(in.Meaning.Rd) || in.Format == isa.B && !symmetric(in.Meaning.Cond) {
		o := ops
		o.Rs1, o.Rs2 = o.Rs2, o.Rs1
		put(in, o, "operands exchanged")
	}
	if !in.Format.HasImm() {
		return
	}
	step := int32(1)
	switch {
	case in.Meaning.PC != nil:
		step = 4
	case in.Format == isa.U:
		step = 1 << 12
	case in.Meaning.Load != nil:
		step = int32(in.Meaning.Load.Bytes)
	case in.Meaning.Store != nil:
		step = int32(in.Meaning.Store.Bytes)
	}
	for _, d := range []int32{step, -step} {
		o := ops
		o.Imm += d
		put(in, o, "immediate off by %d", d)
	}
	if in.Format == isa.I && in.Meaning.Load == nil && ops.Imm > 1 && ops.Imm&(ops.Imm+1) == 0 {
		o := ops
		o.Imm >>= 1
		put(in, o, "mask too narrow")
	}
}

// symmetric reports whether an expression has the same meaning after its operands are
// exchanged.
func symmetric(e *word.Expr) bool {
	for e != nil && e.Leaf == "" && len(e.Args) == 1 {
		e = e.Args[0]
	}
	return e == nil || e.Leaf != "" || word.Table(e.Op).Commutative
}
