package lower

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/lang/tree"
)

// osStmt lowers the statements that talk to the outside or a channel.
func (x *lowering) osStmt(s tree.Stmt) {
	switch s := s.(type) {
	case *tree.Log:
		x.log(s)
	case *tree.ChanSend:
		x.chanSend(s)
	case *tree.DevRecv:
		buf := x.object(x.place(s.Buf))
		x.At = s.At
		x.Emit(&ir.Instr{Op: ir.OpRecv, Dev: x.end(s.Dev), Refs: []ir.Ref{buf.ref}, Imm: uint64(s.Buf.Type().Len)})
	case *tree.DevSend:
		l := x.stored(s.Value.Type(), x.object(x.place(s.Value)))
		x.At = s.At
		x.Emit(&ir.Instr{Op: ir.OpSend, Dev: x.end(s.Dev), Refs: []ir.Ref{l.ref}})
	default:
		panic("lower: unknown statement")
	}
}

// end is the device or channel that a parameter of the task is bound to.
func (x *lowering) end(e tree.Expr) int {
	p := e.(*tree.LocalRef).Local
	for k, q := range x.f.Params {
		if q == p {
			return x.binds[k].Index
		}
	}
	panic("lower: a channel or device that is no parameter")
}

// stored gives bytes a header in memory.
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
	i := &ir.Instr{Op: ir.OpChSend, Chan: x.end(s.Chan)}
	t := s.Value.Type()
	ls := x.value(s.Value, nil)
	x.At = s.At
	for k, lt := range leavesOf(t) {
		if !lt.object {
			i.Args = append(i.Args, ls[k].v)
			continue
		}
		l := x.stored(lt.t, ls[k])
		if size, _ := sizeOf(lt.t); l.absent() || l.size < size {
			r := x.temp(lt.t)
			x.copyLeaf(r, lt.t, l)
			l = leaf{ref: r}
		}
		i.Refs = append(i.Refs, l.ref)
	}
	x.Emit(i)
}

func (x *lowering) chanRecv(e *tree.ChanRecv, dst []ir.Ref) []leaf {
	i := &ir.Instr{Op: ir.OpChRecv, Chan: x.end(e.Chan)}
	var types []ir.Type
	var out []leaf
	for _, lt := range leavesOf(e.T) {
		if !lt.object {
			types = append(types, wordOf(lt.t))
			out = append(out, leaf{})
			continue
		}
		var r ir.Ref
		if len(dst) > 0 {
			r, dst = dst[0], dst[1:]
		} else {
			r = x.temp(lt.t)
		}
		size, _ := sizeOf(lt.t)
		out = append(out, leaf{ref: r, size: size})
		i.Refs = append(i.Refs, r)
	}
	words := x.Emit(i, types...).Results
	for k := range out {
		if out[k].ref.Obj == nil {
			out[k].v, words = words[0], words[1:]
		}
	}
	return out
}
