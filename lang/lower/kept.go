package lower

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/lang/tree"
)

// The network stack knows the checksum of a datagram that has arrived, and stores it in the first
// bytes of the frame (std/net/stack.sn). The stored checksum stays valid if only receives from
// sockets write the buffer, because the datagram is then unchanged. A send from such a buffer
// keeps the stored checksum, and the stack does not compute the checksum again. Any other send
// replaces the stored checksum by 0, which marks it as unknown.

// sumAt is the offset of the checksum in the object of a frame.
const sumAt = 4

// received lists the buffers of a function that only receives from sockets and ports write.
func received(f *tree.Func) map[*tree.Local]bool {
	r := &receivedOnly{gets: map[*tree.Local]bool{}, changed: map[*tree.Local]bool{}}
	tree.EachStmt(f.Body, r.stmt)
	for l := range r.changed {
		delete(r.gets, l)
	}
	return r.gets
}

type receivedOnly struct {
	gets    map[*tree.Local]bool // locals into which a message is received
	changed map[*tree.Local]bool // locals that may change in another way
}

func (r *receivedOnly) stmt(s tree.Stmt) {
	switch s := s.(type) {
	case *tree.Declare:
		if s.Value != nil {
			r.changed[s.Local] = true
		}
	case *tree.DevSend:
		r.reads(s.Head)
		r.reads(s.Value)
		return
	case *tree.Select:
		for k := range s.Arms {
			a := &s.Arms[k]
			r.reads(a.End)
			r.reads(a.After)
			r.reads(a.When)
			if a.Kind == tree.ArmDev && kindOf(a.End).HeadBits > 0 {
				r.fills(a.Buf)
			} else {
				r.touches(a.Buf)
			}
		}
		return
	case *tree.If:
		r.reads(s.Cond)
		return
	case *tree.While:
		r.reads(s.Cond)
		return
	case *tree.Match:
		r.reads(s.Value)
		return
	case *tree.Log:
		for _, e := range s.Args {
			r.reads(e)
		}
		return
	}
	for _, e := range tree.Heads(s) {
		if got, ok := e.(*tree.HeadRecv); ok {
			r.reads(got)
		} else {
			r.touches(e)
		}
	}
}

// fills handles a buffer into which a message is received.
func (r *receivedOnly) fills(e tree.Expr) {
	if l, ok := e.(*tree.LocalRef); ok {
		r.gets[l.Local] = true
	} else {
		r.touches(e)
	}
}

// reads handles an expression that changes a local only through a call or a receive inside the
// expression.
func (r *receivedOnly) reads(e tree.Expr) {
	switch e := e.(type) {
	case nil, *tree.LocalRef:
	case *tree.HeadRecv:
		r.reads(e.Dev)
		r.fills(e.Buf)
	case *tree.Len, *tree.Index, *tree.Binary, *tree.Unary, *tree.Equal, *tree.Convert:
		for _, x := range tree.Operands(e) {
			r.reads(x)
		}
	default:
		r.touches(e)
	}
}

// touches handles an expression that may change every local that it names.
func (r *receivedOnly) touches(e tree.Expr) {
	tree.Walk(e, func(x tree.Expr) {
		if l, ok := x.(*tree.LocalRef); ok {
			r.changed[l.Local] = true
		}
	})
}

// unchanged reports whether the frame of a sent value holds the checksum of that value.
func (x *lowering) unchanged(value tree.Expr) bool {
	l, ok := value.(*tree.LocalRef)
	if !ok || !x.arrivals[l.Local] {
		return false
	}
	_, whole := x.room(l.Local)
	return whole > 0
}

// noSum marks the checksum in the frame of a buffer as unknown. For a buffer outside of a frame,
// noSum does nothing.
func (x *lowering) noSum(l *tree.Local, buf ir.Ref) {
	if _, whole := x.room(l); whole > 0 && x.arrivals[l] {
		x.Store(x.Const(32, 0), ir.Ref{Obj: buf.Obj, Disp: sumAt})
	}
}
