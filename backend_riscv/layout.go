package riscv

import (
	"sort"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
)

// layout holds the addresses of the objects of a program. Scalar slots come first. The objects
// follow, ordered by accesses per byte. So small objects with many accesses get low addresses,
// which fit an immediate.
type layout struct {
	addr map[*ir.Object]uint32 // every object with a known address, including parameters that always have the same address
	data []byte
	end  uint32
	objs []*ir.Object // in address order
	logs []trace.Site

	streams []bool // by device: it transfers single bytes
}

// known returns the address of a ref without its variable offset, if that address is constant.
func (l *layout) known(r *ir.Ref) (uint32, bool) {
	a, ok := l.addr[r.Obj]
	return a + uint32(r.Disp), ok
}

// arrange lays out the objects that the functions use, from address start. funcs lists callers
// before callees.
func arrange(m *ir.Module, funcs []*ir.Func, start uint32) (*layout, error) {
	l := &layout{addr: map[*ir.Object]uint32{}, logs: m.Logs}
	for _, d := range m.Devices {
		l.streams = append(l.streams, port.ShapeOf(d.Kind) == port.Stream)
	}
	heat := measure(funcs)
	seen := map[*ir.Object]bool{}
	collect := func(o *ir.Object) {
		if !seen[o] && o.Kind != ir.ParamObj && heat[o] > 0 {
			seen[o] = true
			l.objs = append(l.objs, o)
		}
	}
	for _, o := range m.Objects {
		collect(o)
	}
	for _, f := range funcs {
		for _, o := range f.Locals {
			collect(o)
		}
	}
	sort.SliceStable(l.objs, func(i, j int) bool {
		a, b := l.objs[i], l.objs[j]
		return heat[a]*float64(max(b.Size, 1)) > heat[b]*float64(max(a.Size, 1))
	})
	if err := l.assign(start); err != nil {
		return nil, err
	}
	l.bind(funcs)
	return l, nil
}

// assign gives addresses in order and fills the initial data.
func (l *layout) assign(at uint32) error {
	l.data = make([]byte, at)
	for _, o := range l.objs {
		at = (at + 3) &^ 3
		if uint64(at)+uint64(o.Size) > dataLimit {
			return l.tooLarge()
		}
		l.addr[o] = at
		if init := trimZeros(o.Init); len(init) > 0 {
			l.data = append(l.data, make([]byte, int(at)-len(l.data))...)
			l.data = append(l.data, init...)
		}
		at += uint32(o.Size)
	}
	l.end = (at + 3) &^ 3
	return nil
}

// dataLimit is the address of a core's text.
const dataLimit = design.TextBase

// tooLarge names the largest objects with their source positions.
func (l *layout) tooLarge() error {
	const shown = 4
	objs := append([]*ir.Object(nil), l.objs...)
	sort.SliceStable(objs, func(i, j int) bool { return objs[i].Size > objs[j].Size })
	total := 0
	for _, o := range objs {
		total += (o.Size + 3) &^ 3
	}
	e := diag.Errorf("", objs[0].Span, "the data of a core is at most %d bytes, this program has %d; %s takes %d", dataLimit, total, objs[0].Name, objs[0].Size)
	for _, o := range objs[1:min(shown, len(objs))] {
		e.Note(o.Span, "%s takes %d", o.Name, o.Size)
	}
	return e.Hint("processes and guests on x86-64 have more memory")
}

func trimZeros(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return b
}

// bind finds the parameters that have the same address in all calls.
func (l *layout) bind(funcs []*ir.Func) {
	calls := map[*ir.Func][]*ir.Instr{}
	for _, f := range funcs {
		eachInstr(f, func(_ int, i *ir.Instr) {
			if i.Op == ir.OpCall {
				calls[i.Callee] = append(calls[i.Callee], i)
			}
		})
	}
	for _, f := range funcs {
		for k, o := range f.Objs {
			if at, ok := l.common(calls[f], k); ok {
				l.addr[o] = at
			}
		}
	}
}

// common returns the address that all calls pass for object parameter k.
func (l *layout) common(calls []*ir.Instr, k int) (at uint32, ok bool) {
	for n, c := range calls {
		here, known := l.known(&c.Refs[k])
		if !known || c.Refs[k].Off != nil || n > 0 && here != at {
			return 0, false
		}
		at, ok = here, true
	}
	return at, ok
}

func eachInstr(f *ir.Func, visit func(block int, i *ir.Instr)) {
	for b, blk := range f.Blocks {
		for _, i := range blk.Instrs {
			visit(b, i)
		}
	}
}

// measure estimates the number of accesses to each object. It assumes eight iterations per
// loop. If a call passes an object as an argument, the accesses to the callee's parameter count
// for this object.
func measure(funcs []*ir.Func) map[*ir.Object]float64 {
	heat := map[*ir.Object]float64{}
	calls := map[*ir.Func]float64{}
	flows := map[*ir.Func]*ir.Flow{}
	weigh := func(f *ir.Func, b int) float64 {
		w := max(calls[f], 1)
		for d := 0; d < flows[f].Depth[b] && d < 6; d++ {
			w *= 8
		}
		return w
	}
	for _, f := range funcs {
		flows[f] = ir.FlowOf(f)
		eachInstr(f, func(b int, i *ir.Instr) {
			if i.Op == ir.OpCall {
				calls[i.Callee] += weigh(f, b)
			}
		})
	}
	for k := len(funcs) - 1; k >= 0; k-- {
		f := funcs[k]
		eachInstr(f, func(b int, i *ir.Instr) {
			for n, r := range i.Refs {
				if i.Op == ir.OpCall {
					heat[r.Obj] += heat[i.Callee.Objs[n]]
				}
				heat[r.Obj] += weigh(f, b)
			}
		})
	}
	return heat
}

// reachable returns the functions that main needs, callers before callees.
func reachable(main *ir.Func) []*ir.Func {
	var order []*ir.Func
	seen := map[*ir.Func]bool{}
	var visit func(f *ir.Func)
	visit = func(f *ir.Func) {
		if seen[f] {
			return
		}
		seen[f] = true
		eachInstr(f, func(_ int, i *ir.Instr) {
			if i.Op == ir.OpCall {
				visit(i.Callee)
			}
		})
		order = append(order, f)
	}
	visit(main)
	for i, j := 0, len(order)-1; i < j; i, j = i+1, j-1 {
		order[i], order[j] = order[j], order[i]
	}
	return order
}
