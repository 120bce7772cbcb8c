package eval

import "github.com/sinter-lang/sinter/lang/tree"

// store compiles an expression to code that writes the value to an address. The expression must
// not read the old contents at that address.
func (c *compiler) store(x tree.Expr) storeCode {
	if !isAggregate(x.Type()) {
		f := c.scalar(x)
		return func(m *machine, dst int) { m.mem[dst] = f(m) }
	}
	switch x := x.(type) {
	case *tree.LocalRef, *tree.ConstRef, *tree.FieldRef, *tree.Index:
		at, n := c.addr(x), tree.Cells(x.Type())
		return func(m *machine, dst int) {
			from := at(m)
			copy(m.mem[dst:dst+n], m.mem[from:from+n])
		}
	case *tree.BytesLit:
		return bytesLit(x)
	case *tree.StructLit:
		return c.structLit(x)
	case *tree.EnumLit:
		return c.enumLit(x)
	case *tree.ArrayLit:
		return c.arrayLit(x)
	case *tree.None:
		n := tree.Cells(x.T)
		return func(m *machine, dst int) { clear(m.mem[dst : dst+n]) }
	case *tree.Some:
		value := c.store(x.X)
		return func(m *machine, dst int) { m.mem[dst] = 1; value(m, dst+1) }
	case *tree.Call:
		return c.callStore(x)
	case *tree.Search:
		return c.first(x)
	case *tree.Within:
		return c.within(x)
	case *tree.Parse:
		return c.parse(x)
	case *tree.ToBytes:
		return c.toBytes(x)
	case *tree.Write:
		return c.write(x)
	case *tree.Sealed:
		return c.sealed(x)
	case *tree.MapGet:
		return c.mapGet(x)
	case *tree.ChanRecv:
		return c.recvStore(x)
	case *tree.TryRecv:
		return c.tryRecv(x)
	case *tree.Take, *tree.ChooseBytes, *tree.ChooseSubset, *tree.Unflushed, *tree.Sector:
		return c.testStore(x)
	}
	panic(unknown("aggregate", x))
}

func bytesLit(x *tree.BytesLit) storeCode {
	cells := make([]uint64, 1+len(x.Data))
	cells[0] = uint64(len(x.Data))
	for i, b := range x.Data {
		cells[1+i] = uint64(b)
	}
	return func(m *machine, dst int) { copy(m.mem[dst:], cells) }
}

// fields compiles the arguments of a literal, each stored at its offset.
func (c *compiler) fields(args []tree.Arg, fields []tree.Field, base int) storeCode {
	type field struct {
		off   int
		store storeCode
	}
	list := make([]field, len(args))
	for i, a := range args {
		list[i] = field{base + fields[a.Index].Offset, c.store(a.Value)}
	}
	return func(m *machine, dst int) {
		for _, f := range list {
			f.store(m, dst+f.off)
		}
	}
}

// structLit stores the fields of a struct or layout.
func (c *compiler) structLit(x *tree.StructLit) storeCode {
	if x.T.Kind == tree.Struct {
		return c.fields(x.Args, x.T.Struct.Fields, 0)
	}
	places := make([]tree.Field, len(x.T.Layout.Fields))
	for i, f := range x.T.Layout.Fields {
		places[i].Offset = f.Offset
	}
	return c.fields(x.Args, places, 0)
}

func (c *compiler) enumLit(x *tree.EnumLit) storeCode {
	n, index := tree.Cells(x.T), uint64(x.Variant)
	payload := c.fields(x.Args, x.T.Enum.Variants[x.Variant].Payload, 1)
	return func(m *machine, dst int) {
		clear(m.mem[dst : dst+n])
		m.mem[dst] = index
		payload(m, dst)
	}
}

func (c *compiler) arrayLit(x *tree.ArrayLit) storeCode {
	size := tree.Cells(x.T.Elem)
	list := make([]storeCode, len(x.Elems))
	for i, e := range x.Elems {
		list[i] = c.store(e)
	}
	return func(m *machine, dst int) {
		for i, f := range list {
			f(m, dst+i*size)
		}
	}
}

func (c *compiler) within(x *tree.Within) storeCode {
	v, lo, hi := c.scalar(x.X), c.scalar(x.Lo), c.scalar(x.Hi)
	signed := wordOf(x.X.Type()).signed
	closed := x.Closed
	return func(m *machine, dst int) {
		a := v(m)
		low := lo(m)
		high := hi(m)
		if less(a, low, signed) || less(high, a, signed) || !closed && a == high {
			m.mem[dst], m.mem[dst+1] = 0, 0
			return
		}
		m.mem[dst], m.mem[dst+1] = 1, a
	}
}

// toBytes compiles code that writes the bytes of a word in a byte order.
func (c *compiler) toBytes(x *tree.ToBytes) storeCode {
	f, n, little := c.scalar(x.X), x.Size, x.Little
	return func(m *machine, dst int) {
		v := f(m)
		m.mem[dst] = uint64(n)
		for i := range n {
			at := dst + n - i
			if little {
				at = dst + 1 + i
			}
			m.mem[at] = v >> (8 * i) & 255
		}
	}
}

// callStore compiles a call and copies its result out of the frame of the callee.
func (c *compiler) callStore(x *tree.Call) storeCode {
	call := c.call(x)
	from, n := c.function(x.Func).result, tree.Cells(x.T)
	return func(m *machine, dst int) {
		call(m)
		copy(m.mem[dst:dst+n], m.mem[from:from+n])
	}
}

// call compiles a call. If an argument contains a call, the code evaluates all arguments before it
// sets a parameter, because that call may be to the same function.
func (c *compiler) call(x *tree.Call) func(m *machine) {
	f := c.function(x.Func)
	list := make([]func(m *machine), 0, len(x.Args))
	nested := false
	for _, a := range x.Args {
		nested = nested || calls(a.Value)
	}
	var moves []func(m *machine)
	for _, a := range x.Args {
		p := x.Func.Params[a.Index]
		dst, n := c.locals[p].addr, 1
		if p.Type.Kind == tree.Slice {
			n = 2
		}
		if nested {
			to := dst
			dst = c.alloc(n)
			moves = append(moves, move(to, dst, n))
		}
		list = append(list, c.argument(p, a.Value, dst))
	}
	list = append(list, moves...)
	return func(m *machine) {
		for _, set := range list {
			set(m)
		}
		f.code(m)
	}
}

func move(to, from, n int) func(m *machine) {
	return func(m *machine) { copy(m.mem[to:to+n], m.mem[from:from+n]) }
}

// argument compiles code that sets the parameter at address dst.
func (c *compiler) argument(p *tree.Local, x tree.Expr, dst int) func(m *machine) {
	switch {
	case p.Type.Kind == tree.Slice:
		elements := c.elements(x)
		return func(m *machine) {
			at, n := elements(m)
			m.mem[dst], m.mem[dst+1] = uint64(at), uint64(n)
		}
	case c.locals[p].indirect:
		at := c.addr(x)
		return func(m *machine) { m.mem[dst] = uint64(at(m)) }
	}
	f := c.scalar(x)
	return func(m *machine) { m.mem[dst] = f(m) }
}

func (c *compiler) recvScalar(x *tree.ChanRecv) scalarCode {
	at := c.alloc(1)
	recv := c.recvStore(x)
	return func(m *machine) uint64 {
		recv(m, at)
		return m.mem[at]
	}
}

func (c *compiler) recvStore(x *tree.ChanRecv) storeCode {
	ch, n := c.scalar(x.Chan), tree.Cells(x.T)
	return func(m *machine, dst int) {
		m.host.Do(&Effect{Kind: ChanRecvEffect, Index: int(ch(m)), Cells: m.mem[dst : dst+n]})
	}
}
