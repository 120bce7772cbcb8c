package word

import "fmt"

// Expr is a node of an expression graph: a constant, a named leaf (an operand
// field, a register, a port) or an operator applied to nodes. Nodes are
// immutable and may be shared.
type Expr struct {
	Op    Op // Bad for a leaf or a constant
	Width int
	Args  []*Expr
	Imm   uint64 // value of a constant, low bound of a slice
	Leaf  string // name of a leaf, empty otherwise
}

// IsConst reports whether e is a constant.
func (e *Expr) IsConst() bool { return e.Op == Bad && e.Leaf == "" }

// Builder makes expressions. Its methods panic if widths do not fit. They are for code, not for
// text from users (see Parse). The zero Builder is ready to use. It does not share nodes
// between calls.
type Builder struct{}

// Const makes a constant of width w.
func (b *Builder) Const(w int, v uint64) *Expr { return &Expr{Width: w, Imm: v & Mask(w)} }

// LeafOf makes a named leaf of width w.
func (b *Builder) LeafOf(name string, w int) *Expr { return &Expr{Width: w, Leaf: name} }

// Make applies op with result width w.
func (b *Builder) Make(op Op, w int, imm uint64, args ...*Expr) *Expr {
	aw := make([]int, len(args))
	for i, a := range args {
		aw[i] = a.Width
	}
	if err := Check(op, w, aw, imm); err != nil {
		panic(fmt.Sprintf("word: %v", err))
	}
	return &Expr{Op: op, Width: w, Args: args, Imm: imm}
}

// node applies op under a width rule. The rule is an argument, because node also builds the
// expansions that are part of the table.
func node(op Op, rule Widths, w int, imm uint64, args ...*Expr) *Expr {
	aw := make([]int, len(args))
	for i, a := range args {
		aw[i] = a.Width
	}
	if w < 1 || w > 64 || !widthsFit(rule, w, aw, imm) {
		panic(fmt.Sprintf("word: operator %d: widths %v do not give width %d", op, aw, w))
	}
	return &Expr{Op: op, Width: w, Args: args, Imm: imm}
}

// Add makes x + y.
func (b *Builder) Add(x, y *Expr) *Expr { return node(Add, Same, x.Width, 0, x, y) }

// Sub makes x - y.
func (b *Builder) Sub(x, y *Expr) *Expr { return node(Sub, Same, x.Width, 0, x, y) }

// Divu makes x divu y.
func (b *Builder) Divu(x, y *Expr) *Expr { return node(Divu, Same, x.Width, 0, x, y) }

// Remu makes x remu y.
func (b *Builder) Remu(x, y *Expr) *Expr { return node(Remu, Same, x.Width, 0, x, y) }

// And makes x and y.
func (b *Builder) And(x, y *Expr) *Expr { return node(And, Same, x.Width, 0, x, y) }

// Or makes x or y.
func (b *Builder) Or(x, y *Expr) *Expr { return node(Or, Same, x.Width, 0, x, y) }

// Xor makes x xor y.
func (b *Builder) Xor(x, y *Expr) *Expr { return node(Xor, Same, x.Width, 0, x, y) }

// Not makes the complement of x.
func (b *Builder) Not(x *Expr) *Expr { return node(Not, Same, x.Width, 0, x) }

// Shl makes x shl y.
func (b *Builder) Shl(x, y *Expr) *Expr { return node(Shl, Shift, x.Width, 0, x, y) }

// Shru makes x shru y.
func (b *Builder) Shru(x, y *Expr) *Expr { return node(Shru, Shift, x.Width, 0, x, y) }

// Eq makes x eq y, one bit.
func (b *Builder) Eq(x, y *Expr) *Expr { return node(Eq, Compare, 1, 0, x, y) }

// Ltu makes x ltu y, one bit.
func (b *Builder) Ltu(x, y *Expr) *Expr { return node(Ltu, Compare, 1, 0, x, y) }

// Lts makes x lts y, one bit.
func (b *Builder) Lts(x, y *Expr) *Expr { return node(Lts, Compare, 1, 0, x, y) }

// Mux makes c ? x : y.
func (b *Builder) Mux(c, x, y *Expr) *Expr { return node(Mux, Select, x.Width, 0, c, x, y) }

// Cat puts hi above lo.
func (b *Builder) Cat(hi, lo *Expr) *Expr { return node(Cat, Concat, hi.Width+lo.Width, 0, hi, lo) }

// Slice takes w bits of x from bit lo upward.
func (b *Builder) Slice(x *Expr, lo, w int) *Expr { return node(Slice, Part, w, uint64(lo), x) }

// Zext extends x with zeros to w bits.
func (b *Builder) Zext(x *Expr, w int) *Expr { return node(Zext, Extend, w, 0, x) }

// Sext extends x with its sign to w bits.
func (b *Builder) Sext(x *Expr, w int) *Expr { return node(Sext, Extend, w, 0, x) }

// Eval computes e. The function `leaf` gives the value of each named leaf.
func (e *Expr) Eval(leaf func(name string) uint64) uint64 {
	return e.eval(leaf, map[*Expr]uint64{})
}

// eval computes e, and computes shared parts only once.
func (e *Expr) eval(leaf func(name string) uint64, done map[*Expr]uint64) uint64 {
	if e.Op == Bad {
		if e.Leaf != "" {
			return leaf(e.Leaf) & Mask(e.Width)
		}
		return e.Imm
	}
	if v, ok := done[e]; ok {
		return v
	}
	var a [3]uint64
	var aw [3]int
	for i, x := range e.Args {
		a[i], aw[i] = x.eval(leaf, done), x.Width
	}
	v := Eval(e.Op, e.Width, a, aw, e.Imm)
	done[e] = v
	return v
}

// Expand rewrites e so that it has only core rows. Shared parts of e stay shared.
func (e *Expr) Expand() *Expr { return e.expand(map[*Expr]*Expr{}) }

func (e *Expr) expand(done map[*Expr]*Expr) *Expr {
	if e.Op == Bad {
		return e
	}
	if x := done[e]; x != nil {
		return x
	}
	args := make([]*Expr, len(e.Args))
	for i, a := range e.Args {
		args[i] = a.expand(done)
	}
	row := Table(e.Op)
	x := &Expr{Op: e.Op, Width: e.Width, Args: args, Imm: e.Imm}
	if !row.Core {
		x = row.Expand(&Builder{}, e.Width, args, e.Imm).expand(done)
	}
	done[e] = x
	return x
}

// Rewrite rebuilds e from its operands upward. For each part it calls f, which may return a
// replacement. Shared parts of e stay shared, and f is called once for each. Unchanged parts
// keep their pointers.
func (e *Expr) Rewrite(f func(*Expr) *Expr) *Expr {
	done := map[*Expr]*Expr{}
	var visit func(*Expr) *Expr
	visit = func(x *Expr) *Expr {
		if y := done[x]; y != nil {
			return y
		}
		args, same := make([]*Expr, len(x.Args)), true
		for i, a := range x.Args {
			args[i] = visit(a)
			same = same && args[i] == a
		}
		y := x
		if !same {
			n := *x
			n.Args, y = args, &n
		}
		y = f(y)
		done[x] = y
		return y
	}
	return visit(e)
}

// Each calls `visit` once for each part of e, operands first. Parts are the same if their
// pointers are equal.
func (e *Expr) Each(visit func(*Expr)) {
	seen := map[*Expr]bool{}
	var walk func(*Expr)
	walk = func(x *Expr) {
		if seen[x] {
			return
		}
		seen[x] = true
		for _, a := range x.Args {
			walk(a)
		}
		visit(x)
	}
	walk(e)
}
