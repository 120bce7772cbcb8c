package pass

import (
	"slices"

	"github.com/sinter-lang/sinter/ir"
)

// args removes parameters to which all calls pass the same constant, and unused
// parameters.
//
// Needs: tokens. Keeps: blocks, effects and their order.
//
//	before  func @f(v1: i32, v2: i32) ...      call @f v7, v8    (v8 is 5 in all calls)
//	after   func @f(v1: i32) ...               call @f v7
//	        v2: i32 = const 5
func args(m *ir.Module, env *Env) bool {
	order, ok := ir.CallOrder(m)
	if !ok {
		return false
	}
	calls := map[*ir.Func][]*ir.Instr{}
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			for _, i := range b.Instrs {
				if i.Op == ir.OpCall {
					calls[i.Callee] = append(calls[i.Callee], i)
				}
			}
		}
	}
	changed := false
	for _, f := range slices.Backward(order) { // callers first, because they pass constants on to callees
		if isTask(m, f) || isContext(m, f) || env.Only != nil && !env.Only(f) {
			continue
		}
		changed = sameArgs(f, calls[f]) || changed
	}
	return changed
}

func isContext(m *ir.Module, f *ir.Func) bool {
	return slices.ContainsFunc(m.Contexts, func(c ir.Context) bool { return c.Func == f })
}

// sameArgs removes parameters of f, given all its calls.
func sameArgs(f *ir.Func, calls []*ir.Instr) bool {
	if len(calls) == 0 {
		return false
	}
	uses := useCounts(f)
	subst := renames{}
	entry := f.Blocks[0]
	before := len(entry.Params)
	var consts []*ir.Instr
	for k := len(entry.Params) - 1; k >= 0; k-- {
		v := entry.Params[k]
		if v.Type == ir.Token {
			continue
		}
		c, same := constArg(calls, k)
		if !same && uses.of(v) > 0 {
			continue
		}
		if uses.of(v) > 0 {
			i := newConst(f, entry, v.Type, c, nil)
			i.Span = v.Span
			consts, subst[v] = append(consts, i), i.Results[0]
		}
		entry.Params = slices.Delete(slices.Clone(entry.Params), k, k+1)
		for _, i := range calls {
			i.Args = slices.Delete(slices.Clone(i.Args), k, k+1)
		}
	}
	insertAt(entry, 0, consts...)
	subst.apply(f)
	return len(entry.Params) < before
}

// constArg returns the constant that all calls pass as argument k.
func constArg(calls []*ir.Instr, k int) (uint64, bool) {
	first, ok := constOf(calls[0].Args[k])
	for _, i := range calls {
		c, is := constOf(i.Args[k])
		ok = ok && is && c == first
	}
	return first, ok
}
