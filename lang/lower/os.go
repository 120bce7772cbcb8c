package lower

import (
	"slices"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/lang/tree"
)

// osStmt lowers the statements that use a device or a channel.
func (x *lowering) osStmt(s tree.Stmt) {
	switch s := s.(type) {
	case *tree.Log:
		x.log(s)
	case *tree.Select:
		x.selectStmt(s)
	case *tree.ChanSend:
		x.chanSend(s)
	case *tree.DevRecv:
		buf := x.object(x.place(s.Buf))
		x.At = s.At
		x.Emit(&ir.Instr{Op: ir.OpRecv, Dev: x.device(s.Dev), Refs: []ir.Ref{buf.ref}, Imm: uint64(s.Buf.Type().Len)})
	case *tree.DevSend:
		x.devSend(s)
	case *tree.LevelPut:
		x.levelPut(s)
	case *tree.DevAsk:
		x.devAsk(s)
	default:
		panic("lower: unknown statement")
	}
}

// stored returns an object in memory for a leaf. A view (bytes without a length before them) is
// copied.
func (x *lowering) stored(t *tree.Type, l leaf) leaf {
	if l.n == nil {
		return l
	}
	r := x.temp(t)
	x.copyLeaf(r, t, l)
	size, _ := sizeOf(t)
	return leaf{ref: r, size: size}
}

func (x *lowering) log(s *tree.Log) {
	i := &ir.Instr{Op: ir.OpLog, Site: s.Site}
	for k, a := range s.Args {
		if a.Type().Kind == tree.Bytes {
			l := x.stored(a.Type(), x.object(x.place(a)))
			for _, later := range s.Args[k+1:] {
				if writes(later) {
					l = x.keep(a.Type(), []leaf{l})[0]
					break
				}
			}
			i.Refs = append(i.Refs, l.ref)
			continue
		}
		i.Args = append(i.Args, x.word(a))
	}
	x.At = s.At
	x.Emit(i)
}

func (x *lowering) chanSend(s *tree.ChanSend) {
	to := x.endsOf(s.Chan)
	args, refs := x.sent(s.Value)
	x.At = s.At
	x.eachEnd(to, func(ch int) {
		x.Emit(&ir.Instr{Op: ir.OpChSend, Chan: ch, Args: slices.Clone(args), Refs: slices.Clone(refs)})
	})
}

// sent evaluates a value for a channel: its words and objects.
func (x *lowering) sent(e tree.Expr) (args []*ir.Value, refs []ir.Ref) {
	t := e.Type()
	ls := x.value(e, nil)
	x.At = e.Span()
	for k, lt := range leavesOf(t) {
		if !lt.object {
			args = append(args, ls[k].v)
			continue
		}
		l := x.stored(lt.t, ls[k])
		if size, _ := sizeOf(lt.t); l.absent() || l.size < size {
			r := x.temp(lt.t)
			x.copyLeaf(r, lt.t, l)
			l = leaf{ref: r}
		}
		refs = append(refs, l.ref)
	}
	return args, refs
}

func (x *lowering) chanRecv(e *tree.ChanRecv, dst []ir.Ref) []leaf {
	from := x.endsOf(e.Chan)
	r := x.receiver(e.T, dst)
	x.eachEnd(from, func(ch int) { x.receive(ir.OpChRecv, ch, r) })
	return x.received(r)
}
