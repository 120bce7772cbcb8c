package types

import (
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/tree"
)

// On a machine, a test that starts no task runs as a task. Before the run, the host chooses the
// values of the test's generators. Each value arrives as one frame at a device. A frame holds the
// eight bytes of a number in little-endian order, or one byte followed by the chosen bytes. The
// test receives the frames with functions that this file builds as trees, without source text.

// receiver builds a call of the function that receives a value: bytes<n>, or a u64 if n < 0.
func (b *body) receiver(n int, at tree.Expr0) tree.Expr {
	c := b.c
	if c.receivers == nil {
		c.receivers = map[int]*tree.Func{}
	}
	f := c.receivers[n]
	if f == nil {
		f = receiveFunc(n)
		c.receivers[n] = f
	}
	from := b.fn.Params[0]
	dev := &tree.LocalRef{Expr0: tree.Expr0{At: at.At, T: from.Type}, Local: from}
	return &tree.Call{Expr0: tree.Expr0{At: at.At, T: f.Result}, Func: f, Args: []tree.Arg{{Value: dev}}}
}

// portType is the type of the device at which chosen values arrive.
func portType() *tree.Type { return &tree.Type{Kind: tree.Device, Name: port.Find(port.Frames).Type} }

func receiveFunc(n int) *tree.Func {
	f := &tree.Func{Name: "test.number", Result: tree.IntType(64, false)}
	size := 8
	if n >= 0 {
		f.Name, f.Result, size = "test.bytes", tree.BytesType(n), n+1
	}
	local := func(name string, t *tree.Type, k tree.LocalKind) tree.Expr {
		l := &tree.Local{ID: len(f.Locals), Name: name, Type: t, Kind: k}
		f.Locals = append(f.Locals, l)
		return &tree.LocalRef{Expr0: tree.Expr0{T: t}, Local: l}
	}
	add := func(s tree.Stmt) { f.Body.Stmts = append(f.Body.Stmts, s) }
	f.Body = &tree.Block{}
	dev := local("dev", portType(), tree.ParamLocal)
	f.Params = f.Locals[:1]
	buf := local("buf", tree.BytesType(size), tree.VarLocal)
	add(&tree.Declare{Local: f.Locals[1]})
	add(&tree.DevRecv{Dev: dev, Buf: buf})
	if n < 0 {
		add(&tree.Return{Value: littleEndian(buf)})
		return f
	}
	out := local("out", f.Result, tree.VarLocal)
	add(&tree.Declare{Local: f.Locals[2]})
	t := tree.SmallRange(0, int64(size))
	rest := &tree.SliceOf{
		Expr0: tree.Expr0{T: &tree.Type{Kind: tree.Slice, Elem: byteType()}}, X: buf,
		Lo: &tree.Const{Expr0: tree.Expr0{T: t}, Cell: 1}, Hi: &tree.Len{Expr0: tree.Expr0{T: t}, X: buf}, Proved: true,
	}
	add(&tree.Append{Buf: out, Value: rest, Proved: true})
	add(&tree.Return{Value: out})
	return f
}

// littleEndian builds the u64 made of eight bytes.
func littleEndian(buf tree.Expr) tree.Expr {
	u64, index := tree.IntType(64, false), tree.SmallRange(0, 7)
	var sum tree.Expr
	for i := range uint64(8) {
		at := &tree.Const{Expr0: tree.Expr0{T: index}, Cell: i}
		var x tree.Expr = &tree.Index{Expr0: tree.Expr0{T: byteType()}, X: buf, I: at, Proved: true}
		x = &tree.Convert{Expr0: tree.Expr0{T: u64}, X: x}
		if i == 0 {
			sum = x
			continue
		}
		by := &tree.Const{Expr0: tree.Expr0{T: tree.IntType(32, false)}, Cell: 8 * i}
		x = &tree.Binary{Expr0: tree.Expr0{T: u64}, Op: tree.Shl, L: x, R: by}
		sum = &tree.Binary{Expr0: tree.Expr0{T: u64}, Op: tree.BitOr, L: sum, R: x}
	}
	return sum
}

// receivedNumber builds a number of a type from the 64-bit cell that holds it.
func (b *body) receivedNumber(at tree.Expr0) tree.Expr {
	x := b.receiver(-1, at)
	if at.T.Kind == tree.Bool {
		zero := &tree.Const{Expr0: tree.Expr0{At: at.At, T: x.Type()}}
		return &tree.Equal{Expr0: at, Ne: true, L: x, R: zero}
	}
	return &tree.Convert{Expr0: at, X: x}
}
