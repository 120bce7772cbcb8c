package lower

import "github.com/sinter-lang/sinter/ir"

// alignParams sets the alignment of object parameters to the alignment of their arguments. The
// alignment can be only 2, because the buffer of a socket lies inside a frame.
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
