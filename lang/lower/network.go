package lower

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Network lowers the functions that carry datagrams in frames, into a module that
// has nothing else but the tables of the program; ir/pass joins it with a
// module whose network devices shall carry frames. It is nil when the program has
// no net.Udp.
func Network(p *tree.Program) (*ir.Module, error) {
	if p.Network == nil {
		return nil, nil
	}
	l := &lowerer{p: p, m: &ir.Module{Name: "net", Marks: p.Marks}, consts: map[*tree.ConstDef]*ir.Object{}, instances: map[string]*ir.Func{}}
	l.tables()
	for _, f := range []*tree.Func{p.Network.Receive, p.Network.Send} {
		var sizes []int
		for _, q := range f.Params {
			if hasObject(q.Type) {
				n, _ := sizeOf(q.Type)
				sizes = append(sizes, n)
			}
		}
		l.function(f, sizes, make([][]int, len(f.Params)))
	}
	ir.Thread(l.m)
	if err := ir.Verify(l.m); err != nil {
		return nil, fmt.Errorf("lower: %w", err)
	}
	return l.m, nil
}
