package tree

import "github.com/sinter-lang/sinter/internal/diag"

// An Expr is an expression with its type:
// *Const *ConstRef *BytesLit *LocalRef *Unary *Binary *Equal *Convert *Bits *FromBits *Index *SliceOf
// *FieldRef *Call *StructLit *EnumLit *ArrayLit *None *Some *Search *Within *Clamp *Parse
// *Len *ToBytes *ChanRecv *TryRecv *TrySend *HeadRecv *Asked *LevelGet *Lost *Now *LayoutRef *Write *Sealed
// *MapGet; in tests also *Take *Choose *ChooseBytes *ChooseSubset *Unflushed *Sector.
type Expr interface {
	Span() diag.Span
	Type() *Type
	expr()
}

// Expr0 is embedded in every expression.
type Expr0 struct {
	At diag.Span
	T  *Type
}

// Span returns the source position of the expression.
func (e Expr0) Span() diag.Span { return e.At }

// Type returns the type of the expression.
func (e Expr0) Type() *Type { return e.T }
func (Expr0) expr()         {}

// Const is a scalar constant, stored as a cell.
type Const struct {
	Expr0
	Cell uint64
}

// ConstRef is a constant that is not a scalar.
type ConstRef struct {
	Expr0
	Const *ConstDef
}

// BytesLit is a string as bytes<N>, len(Data) <= N.
type BytesLit struct {
	Expr0
	Data []byte
}

// LocalRef refers to a local: to its value, or to its place in an assignment.
type LocalRef struct {
	Expr0
	Local *Local
}

// Op is an operator.
type Op uint8

// The operators. The word of the operands determines whether an operation is signed.
const (
	Add    Op = iota
	Sub       //
	Mul       //
	Div       // rounds toward zero; x/0 is all ones, min/-1 is min
	Rem       // has the sign of the dividend; x%0 is x, min%-1 is 0
	BitAnd    //
	BitOr     //
	BitXor    //
	Shl       // R may have a different word; see Binary
	Shr       // arithmetic shift if L is signed
	Lt        // result is a bool
	Le        //
	Gt        //
	Ge        //
	And       // on bools, short circuit
	Or        //
	Neg       // Unary: 0 - x, which wraps
	BitNot    // Unary: inverts all bits
	Sqrt      // Unary: on floats
	Not       // Unary: on bools
)

// Binary is L op R. A fix has the operators + - * / << >> and comparisons. A float has + - * /
// and comparisons.
//
// Fix: the word is the value times 2^F. The operators + and - and the shifts work directly on this
// word. Products and quotients are computed exactly and rounded toward minus infinity. The result
// keeps the low bits. x/0 is all ones, as for integers.
//
// Floats: IEEE 754, rounded to nearest even. Two operations are never fused into one. Each
// computed NaN has the bits 0x7fc00000 or 0x7ff8000000000000. All comparisons with a NaN are
// false.
//
// Other types: L and R have the same word, except for a shift amount. The shift amount is the cell
// of R modulo the smallest power of two that is at least the width of L. If this amount is still
// at least the width, the result is 0, or all sign bits for Shr of a signed L. (For ranges, the
// checker has proved that the amount is below the width.) Comparisons give a bool.
type Binary struct {
	Expr0
	Op   Op
	L, R Expr
}

// Unary is op X, computed in the word of X. Neg of a float flips the sign, even for 0, and leaves
// NaN unchanged. Sqrt applies only to floats. The root is rounded to nearest even. For a negative
// X it is NaN.
type Unary struct {
	Expr0
	Op Op
	X  Expr
}

// Equal is L == R, or L != R if Ne is set, for two values of one type. Two numbers have the same
// word, but two bytes values may have different capacities. Aggregates are equal if their visible
// parts are equal. Invisible parts are the bytes after a length, the value of an absent option and
// the payloads of other variants. Floats are compared as numbers, even inside aggregates: 0 equals
// -0, and NaN equals nothing.
type Equal struct {
	Expr0
	Ne   bool
	L, R Expr
}

// Convert changes the width and sign of the word of X. To a wider word it extends X according to
// the sign of X's word. To a narrower word it keeps the low bits. The bool true becomes 1.
//
// A conversion from fix, to fix or an integer, rounds toward minus infinity and keeps the low
// bits. A conversion from an integer to fix keeps the low bits. A conversion to a float rounds to
// nearest even. A conversion from a float to an integer rounds toward zero and saturates, and NaN
// gives the largest integer. (The checker builds conversions between fix and float from these
// conversions and a product with a power of two.)
type Convert struct {
	Expr0
	X Expr
}

// Bits is bits(e). For an enum without payload, the result is the Value of the variant. For fix or
// a float, the result is the word as an unsigned integer.
type Bits struct {
	Expr0
	X Expr
}

// FromBits is T.from_bits(X) for a fix or float type T. X is an unsigned integer of the same
// width, and becomes the word of the result. Every NaN becomes the standard NaN.
type FromBits struct {
	Expr0
	X Expr
}

// Index is X[I]. X is a place or an aggregate of kind Array, Slice or Bytes. I is a number. The
// Index traps at Site unless 0 <= I < length. If Proved is set, this check is unnecessary.
type Index struct {
	Expr0
	X      Expr
	I      Expr
	Proved bool
	Site   int
}

// SliceOf is X[Lo..Hi] as an argument for a parameter of type []T. If Lo and Hi are nil, the slice
// is all of X. X is an Array, Slice or Bytes. Lo and Hi have the same word. The SliceOf traps at
// Site unless 0 <= Lo <= Hi <= length. If Proved is set, this check is unnecessary.
type SliceOf struct {
	Expr0
	X      Expr
	Lo, Hi Expr
	Proved bool
	Site   int
}

// FieldRef is a field of a struct or layout. Index is the number of the field, and Offset is the
// first cell of the field.
type FieldRef struct {
	Expr0
	X      Expr
	Index  int
	Offset int
}

// Arg is one argument of a call or literal. Index is the number of the parameter or field. The
// arguments of a []Arg are evaluated in their order.
type Arg struct {
	Index int
	Value Expr
}

// Call is f(args). Args holds all parameters. The argument of an inout parameter is a place
// that overlaps no other argument. No argument changes a value that another argument reads by
// reference.
type Call struct {
	Expr0
	Func *Func
	Args []Arg
}

// StructLit is S(a: x, b: y) for a struct or layout. All named fields are given.
type StructLit struct {
	Expr0
	Args []Arg
}

// EnumLit is an enum variant with its payload.
type EnumLit struct {
	Expr0
	Variant int
	Args    []Arg
}

// ArrayLit is [a, b, c].
type ArrayLit struct {
	Expr0
	Elems []Expr
}

// None is the absent value of an option.
type None struct{ Expr0 }

// Some is X as a present value of an option.
type Some struct {
	Expr0
	X Expr
}

// SearchKind is the kind of a Search.
type SearchKind uint8

// The kinds of searches, with the types of their results.
const (
	First SearchKind = iota // option of the type of Var
	Count                   // range
	Any                     // bool
	All                     // bool
)

// Search is `first i in a..b where p` or a related form. The bounds are as in For, with Step 1.
// First, Any and All stop as soon as the result is known.
type Search struct {
	Expr0
	Kind   SearchKind
	Var    *Local
	Lo, Hi Expr
	Closed bool
	Safe   bool
	Where  Expr
}

// Within is `x within a..b`, an option of a range. X, Lo and Hi have the same word and their
// evaluation has this order.
type Within struct {
	Expr0
	X, Lo, Hi Expr
	Closed    bool
}

// Clamp is `clamp(x, lo, hi)`, computed as max(lo, min(x, hi)). All operands have the same word.
// The word of the result can be narrower than that of the operands.
type Clamp struct {
	Expr0
	X, Lo, Hi Expr
}

// Parse is L.parse(b), an option of the layout. X has type bytes<N>, []u8 or [N]u8.
type Parse struct {
	Expr0
	Layout *LayoutDef
	X      Expr
}

// Len is b.len for bytes or a slice. The type of a Len is a range.
type Len struct {
	Expr0
	X Expr
}

// ToBytes is be16(x) to be64(x) and le16(x) to le64(x). The result holds the bytes of X's word in
// this byte order, as bytes<Size> of full length.
type ToBytes struct {
	Expr0
	X      Expr
	Size   int
	Little bool
}

// ChanRecv is `c.recv()`. It blocks until the channel has a value.
type ChanRecv struct {
	Expr0
	Chan Expr
}

// HeadRecv is `s.recv(buf)` for a port whose messages have a head (a header). The buffer is a
// place of type bytes<N>. The expression blocks until a message arrives that fits the buffer. Its
// value is the head of the message.
type HeadRecv struct {
	Expr0
	Dev Expr
	Buf Expr
}

// Lost is `s.lost()`, a u16. The value is the number of messages, modulo 2^16, that the socket had
// lost when the last received message arrived. For a port the value is 0, because a port loses no
// messages.
type Lost struct {
	Expr0
	Dev Expr
}

// Asked is a port command as an expression. The value is a bool: whether the command succeeded.
// The command never traps.
type Asked struct {
	Expr0
	Ask *DevAsk
}

// LevelGet is `b.read()`, a bool. The value is the level that the input had when all tasks last
// waited. Before all tasks have waited once, the value is false. After the read, it is the level
// that the program knows (see Select).
type LevelGet struct {
	Expr0
	Dev Expr
}
