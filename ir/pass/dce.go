package pass

import (
	"github.com/sinter-lang/sinter/ir"
)

// dce removes dead code: unused values, parameters that are used only to compute themselves,
// writes to objects that are never read, uncalled functions, and unused objects.
//
// Needs: nothing. Keeps: events and their order.
//
//	before  v4: tok %t = store4 %t[v1], v2, v3      (%t is never read)
//	after
func dce(m *ir.Module, env *Env) bool {
	changed := dropFuncs(m)
	read := readObjects(m)
	again := each(m, env, func(f *ir.Func) bool {
		writes := dropWrites(f, read)
		values := dropValues(f)
		return writes || values
	})
	return dropObjects(m) || again || changed
}

// dropFuncs removes functions that neither a task nor Main reaches.
func dropFuncs(m *ir.Module) bool {
	need := map[*ir.Func]bool{}
	var visit func(f *ir.Func)
	visit = func(f *ir.Func) {
		if f == nil || need[f] {
			return
		}
		need[f] = true
		for _, c := range ir.Callees(f) {
			visit(c)
		}
	}
	for _, c := range m.Contexts {
		visit(c.Func)
	}
	for _, t := range m.Tasks {
		if len(m.Contexts) == 0 {
			visit(t.Func)
		}
	}
	var kept []*ir.Func
	for _, f := range m.Funcs {
		if need[f] || isTask(m, f) {
			kept = append(kept, f)
		}
	}
	changed := len(kept) != len(m.Funcs)
	m.Funcs = kept
	return changed
}

func isTask(m *ir.Module, f *ir.Func) bool {
	for _, t := range m.Tasks {
		if t.Func == f {
			return true
		}
	}
	return false
}

// readObjects returns the objects whose bytes may matter. If a function reads a parameter,
// the objects that calls bind to this parameter matter.
func readObjects(m *ir.Module) map[*ir.Object]bool {
	read := map[*ir.Object]bool{}
	order, _ := ir.CallOrder(m)
	for _, f := range order {
		for _, o := range f.Objs { // the caller may read the bytes that the callee wrote
			read[o] = true
		}
		for _, b := range f.Blocks {
			for _, i := range b.Instrs {
				for k, r := range i.Refs {
					if k > 0 || !i.OnlyWrites() {
						read[r.Obj] = true
					}
				}
			}
		}
	}
	return read
}

func dropWrites(f *ir.Func, read map[*ir.Object]bool) bool {
	changed := false
	for _, b := range f.Blocks {
		kept := b.Instrs[:0]
		for _, i := range b.Instrs {
			if i.OnlyWrites() && !read[i.Refs[0].Obj] {
				changed = true
				continue
			}
			kept = append(kept, i)
		}
		b.Instrs = kept
	}
	return changed
}

// dropValues removes pure values, loads and parameters that no effect and no branch needs.
func dropValues(f *ir.Func) bool {
	l := &liveValues{need: make([]bool, f.NextID+1), in: preds(f)}
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			if i.HasEffect() {
				i.Uses(l.mark)
			}
		}
		if b.Term.Cond != nil {
			l.mark(&b.Term.Cond)
		}
		for k := range b.Term.Args {
			l.mark(&b.Term.Args[k])
		}
	}
	l.drain()
	changed := false
	for n, b := range f.Blocks {
		kept := b.Instrs[:0]
		for _, i := range b.Instrs {
			if !i.HasEffect() && !l.need[i.Results[0].ID] {
				changed = true
				continue
			}
			kept = append(kept, i)
		}
		b.Instrs = kept
		for _, p := range append([]*ir.Value(nil), b.Params...) {
			if n > 0 && !l.need[p.ID] && p.Type != ir.Token {
				dropParam(f, p)
				changed = true
			}
		}
	}
	return changed
}

type liveValues struct {
	need []bool // by value ID
	work []*ir.Value
	in   map[*ir.Block][]*ir.Edge
}

func (l *liveValues) mark(v **ir.Value) {
	if !l.need[(*v).ID] {
		l.need[(*v).ID] = true
		l.work = append(l.work, *v)
	}
}

// drain marks the operands of needed values.
func (l *liveValues) drain() {
	for len(l.work) > 0 {
		v := l.work[len(l.work)-1]
		l.work = l.work[:len(l.work)-1]
		if v.Def != nil {
			if !v.Def.HasEffect() {
				v.Def.Uses(l.mark)
			}
			continue
		}
		for k, p := range v.In.Params {
			if p != v {
				continue
			}
			for _, e := range l.in[v.In] {
				l.mark(&e.Args[k])
			}
		}
	}
}

// dropObjects removes unused locals and unused objects of the module.
func dropObjects(m *ir.Module) bool {
	used := map[*ir.Object]bool{}
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			for _, i := range b.Instrs {
				for _, r := range i.Refs {
					used[r.Obj] = true
				}
			}
		}
	}
	changed := false
	keep := func(objs []*ir.Object) []*ir.Object {
		var kept []*ir.Object
		for _, o := range objs {
			if used[o] {
				kept = append(kept, o)
			} else {
				changed = true
			}
		}
		return kept
	}
	m.Objects = keep(m.Objects)
	for _, f := range m.Funcs {
		f.Locals = keep(f.Locals)
	}
	return changed
}
