package lower

import "github.com/sinter-lang/sinter/ir"

// alignParams gives the objects that functions are given the alignment of what they are
// given: the buffer of a socket lies in a frame, where words are aligned to 2.
func alignParams(m *ir.Module) {
	order, _ := ir.CallOrder(m)
	for k := len(order) - 1; k >= 0; k-- { // callers first
		for _, b := range order[k].Blocks {
			for _, i := range b.Instrs {
				if i.Op != ir.OpCall {
					continue
				}
				for n, r := range i.Refs {
					o := i.Callee.Objs[n]
					o.Align = min(o.Align, r.Aligned())
				}
			}
		}
	}
}
