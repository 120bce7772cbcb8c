package eval

import "github.com/sinter-lang/sinter/lang/tree"

// addr compiles the address of a place. An aggregate that must be computed first gets newly
// allocated cells.
func (c *compiler) addr(x tree.Expr) addrCode {
	switch x := x.(type) {
	case *tree.LocalRef:
		p := c.locals[x.Local]
		at := p.addr
		if p.indirect {
			return func(m *machine) int { return int(m.mem[at]) }
		}
		return func(*machine) int { return at }
	case *tree.ConstRef:
		at := c.constant(x.Const)
		return func(*machine) int { return at }
	case *tree.FieldRef:
		base := c.addr(x.X)
		off := x.Offset
		return func(m *machine) int { return base(m) + off }
	case *tree.Index:
		return c.index(x)
	}
	return c.temporary(x)
}

// temporary compiles an expression into newly allocated cells.
func (c *compiler) temporary(x tree.Expr) addrCode {
	at := c.alloc(tree.Cells(x.Type()))
	store := c.store(x)
	return func(m *machine) int {
		store(m, at)
		return at
	}
}

// elements compiles the address of the first element and the length of an array, bytes or
// slice.
func (c *compiler) elements(x tree.Expr) func(m *machine) (at, n int) {
	t := x.Type()
	switch {
	case t.Kind == tree.Array:
		base, n := c.addr(x), t.Len
		return func(m *machine) (int, int) { return base(m), n }
	case t.Kind == tree.Bytes:
		base := c.addr(x)
		return func(m *machine) (int, int) { at := base(m); return at + 1, int(m.mem[at]) }
	}
	if l, ok := x.(*tree.LocalRef); ok {
		at := c.locals[l.Local].addr
		return func(m *machine) (int, int) { return int(m.mem[at]), int(m.mem[at+1]) }
	}
	return c.slice(x.(*tree.SliceOf))
}

func (c *compiler) index(x *tree.Index) addrCode {
	i := c.scalar(x.I)
	size := tree.Cells(x.T)
	site, proved := x.Site, x.Proved
	if x.X.Type().Kind == tree.Array {
		base, n := c.addr(x.X), uint64(x.X.Type().Len)
		return func(m *machine) int {
			at := base(m)
			k := i(m)
			if k >= n {
				outOfBounds(site, proved)
			}
			return at + int(k)*size
		}
	}
	elements := c.elements(x.X)
	return func(m *machine) int {
		at, n := elements(m)
		k := i(m)
		if k >= uint64(n) {
			outOfBounds(site, proved)
		}
		return at + int(k)*size
	}
}

func outOfBounds(site int, proved bool) {
	if proved {
		panic(&Fault{"an index that was proved is not below the length"})
	}
	panic(&Trap{site, tree.TrapIndex})
}

// slice compiles a[i..j] to an address and a length.
func (c *compiler) slice(x *tree.SliceOf) func(m *machine) (at, n int) {
	elements := c.elements(x.X)
	if x.Lo == nil {
		return elements
	}
	lo, hi := c.scalar(x.Lo), c.scalar(x.Hi)
	size := tree.Cells(x.T.Elem)
	site, proved := x.Site, x.Proved
	return func(m *machine) (int, int) {
		at, n := elements(m)
		l := lo(m)
		h := hi(m)
		if l > h || h > uint64(n) {
			if proved {
				panic(&Fault{"a slice that was proved has its bounds out of order"})
			}
			panic(&Trap{site, tree.TrapSlice})
		}
		return at + int(l)*size, int(h - l)
	}
}

// length compiles x.len for bytes or a slice.
func (c *compiler) length(x tree.Expr) scalarCode {
	elements := c.elements(x)
	return func(m *machine) uint64 {
		_, n := elements(m)
		return uint64(n)
	}
}
