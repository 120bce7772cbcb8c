package pass

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir"
)

// float replaces a float operation by a call of a function of Env.Soft.
func (l *legaliser) float(i *ir.Instr, before int) {
	v := i.Results[0]
	f := l.softFunc(softName(i))
	types := legalTypes([]ir.Type{v.Type})
	out := l.b.Emit(&ir.Instr{Op: ir.OpCall, Callee: f, Args: l.flat(i.Args)}, types...).Results
	n := num{w: int(v.Type), lo: out[0]}
	if len(out) > 1 {
		n.hi = out[1]
	}
	l.define(v, n, before)
}

// softName is the name of the function that computes i: f32_add, f64_from_f32,
// f32_from_u64, f64_to_i32.
func softName(i *ir.Instr) string {
	in, out := i.Args[0].Type, i.Results[0].Type
	switch i.Float {
	case ir.FConv:
		return fmt.Sprintf("f%d_from_f%d", out, in)
	case ir.FFromS:
		return fmt.Sprintf("f%d_from_i%d", out, in)
	case ir.FFromU:
		return fmt.Sprintf("f%d_from_u%d", out, in)
	case ir.FToS:
		return fmt.Sprintf("f%d_to_i%d", in, out)
	case ir.FToU:
		return fmt.Sprintf("f%d_to_u%d", in, out)
	}
	return fmt.Sprintf("f%d_%s", in, i.Float.String()[1:])
}

// softFunc moves a function of Env.Soft and all its callees into the module, and adds the
// prefix `soft.` to their names. The main loop of legalise legalises them later.
func (l *legaliser) softFunc(name string) *ir.Func {
	full := "soft." + name
	if f := l.rt[full]; f != nil {
		return f
	}
	if l.soft == nil {
		if l.env.Soft == nil {
			panic("legalise: the program has floats and the target has no library for them")
		}
		l.soft = l.env.Soft()
	}
	for _, f := range l.soft.Funcs {
		if f.Name == name {
			l.moveIn(f)
			return f
		}
	}
	panic("legalise: the library has no function " + name)
}

func (l *legaliser) moveIn(f *ir.Func) {
	full := "soft." + f.Name
	l.rt[full] = f
	for _, g := range ir.Callees(f) {
		if l.rt[g.Name] == nil { // the functions that were moved before already have the prefix
			l.moveIn(g)
		}
	}
	f.Name = full
	l.m.Funcs = append(l.m.Funcs, f)
}
