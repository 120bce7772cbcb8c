package pass

import (
	"slices"

	"github.com/sinter-lang/sinter/ir"
)

// once turns a local object into a state object if it has only one lifetime, which begins
// with zeros. State starts as zero, so no code has to clear it. Buffers of blocking
// operations stay local objects, because the pass `tasks` swaps them with the slots of
// channels.
//
// Needs: nothing. Keeps: effects and their order.
//
//	before  v2: tok %a = local %a ; v3: tok %a = clear %a, v2, 64     (in a task, outside of loops)
//	after   state %a 64 align 4
func once(m *ir.Module, _ *Env) bool {
	if len(m.Contexts) > 0 {
		return false
	}
	single := runOnce(m)
	var moved []*ir.Object
	for _, f := range m.Funcs {
		if single[f] {
			moved = append(moved, moveZeros(f)...)
		}
	}
	if len(moved) == 0 {
		return false
	}
	for _, o := range moved {
		o.Kind, o.Name = ir.StateObj, nameInModule(m, o)
		m.Objects = append(m.Objects, o)
	}
	ir.Thread(m)
	return true
}

// runOnce finds the functions that run at most once. Such a function belongs to a single
// task, or has a single call outside of loops in a function that runs at most once.
func runOnce(m *ir.Module) map[*ir.Func]bool {
	calls, repeated := map[*ir.Func]int{}, map[*ir.Func]bool{}
	caller := map[*ir.Func]*ir.Func{}
	for _, t := range m.Tasks {
		calls[t.Func]++
	}
	for _, f := range m.Funcs {
		flow := ir.FlowOf(f)
		for k, b := range f.Blocks {
			for _, i := range b.Instrs {
				if i.Op == ir.OpCall {
					calls[i.Callee]++
					caller[i.Callee] = f
					repeated[i.Callee] = repeated[i.Callee] || flow.Depth[k] > 0
				}
			}
		}
	}
	out := map[*ir.Func]bool{}
	for _, f := range m.Funcs {
		g := f
		for g != nil && calls[g] == 1 && !repeated[g] { // nothing calls itself, so this ends at a task
			g = caller[g]
		}
		out[f] = g == nil
	}
	return out
}

// moveZeros finds the local objects of f whose only lifetime begins with zeros. It
// removes the instructions that begin these lifetimes, and returns the objects.
func moveZeros(f *ir.Func) []*ir.Object {
	lives, buffers := map[*ir.Object]int{}, map[*ir.Object]bool{}
	for _, b := range f.Blocks {
		for _, i := range b.Instrs {
			if i.Op == ir.OpLocal {
				lives[i.Refs[0].Obj]++
			}
			for _, r := range i.Refs {
				buffers[r.Obj] = buffers[r.Obj] || i.Blocks()
			}
		}
	}
	flow := ir.FlowOf(f)
	var moved []*ir.Object
	for k, b := range f.Blocks {
		if flow.Depth[k] > 0 {
			continue
		}
		for _, i := range b.Instrs {
			if i.Op == ir.OpClear && clearsAll(i) && lives[i.Refs[0].Obj] == 1 && !buffers[i.Refs[0].Obj] && !slices.Contains(moved, i.Refs[0].Obj) {
				moved = append(moved, i.Refs[0].Obj)
			}
		}
	}
	begins := func(i *ir.Instr) bool {
		return (i.Op == ir.OpLocal || i.Op == ir.OpClear && clearsAll(i)) && slices.Contains(moved, i.Refs[0].Obj)
	}
	for _, b := range f.Blocks {
		b.Instrs = slices.DeleteFunc(b.Instrs, begins)
	}
	f.Locals = slices.DeleteFunc(f.Locals, func(o *ir.Object) bool { return slices.Contains(moved, o) })
	return moved
}

// clearsAll reports whether i clears a whole local object directly after its life begins.
func clearsAll(i *ir.Instr) bool {
	r := i.Refs[0]
	begin := i.Args[len(i.Args)-1].Def
	return begin != nil && begin.Op == ir.OpLocal && r.Off == nil && r.Disp == 0 && i.Imm == uint64(r.Obj.Size)
}

// nameInModule returns a name for an object that no object of the module has.
func nameInModule(m *ir.Module, o *ir.Object) string {
	all := slices.Clone(m.Objects)
	for _, f := range m.Funcs {
		all = append(append(all, f.Objs...), f.Locals...)
	}
	return freeAmong(all, o.Name)
}
