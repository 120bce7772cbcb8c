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

// Expr0 is embedded by every expression.
type Expr0 struct {
	At diag.Span
	T  *Type
}

// Span returns the source position of the expression.
func (e Expr0) Span() diag.Span { return e.At }

// Type returns the type of the expression.
func (e Expr0) Type() *Type { return e.T }
func (Expr0) expr()         {}

// Const is a scalar, as a cell.
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

// LocalRef is the value of a local, or its place.
type LocalRef struct {
	Expr0
	Local *Local
}

// Op is an operator.
type Op uint8

// The operators. Sign is the sign of the operands' word.
const (
	Add    Op = iota
	Sub       //
	Mul       //
	Div       // toward zero; x/0 is all ones, min/-1 is min
	Rem       // sign of the dividend; x%0 is x, min%-1 is 0
	BitAnd    //
	BitOr     //
	BitXor    //
	Shl       // R has a separate word; see Binary
	Shr       // arithmetic when L is signed
	Lt        // result bool
	Le        //
	Gt        //
	Ge        //
	And       // bools, short circuit
	Or        //
	Neg       // Unary: 0 - x, wraps
	BitNot    // Unary: all bits
	Sqrt      // Unary: of a float
	Not       // Unary: bool
)

// Binary is L op R. For fix the operators are + - * / << >> and comparisons, for
// floats + - * / and comparisons.
//
// Fix: the word is the value times 2^F. + - and shifts are the operations on that word.
// Products and quotients are computed exactly, rounded toward minus infinity, and keep the
// low bits. x/0 is all ones, as for integers.
//
// Floats: IEEE 754, rounded to nearest even. No two operations are contracted to one. Each
// NaN that is computed has the bits 0x7fc00000 or 0x7ff8000000000000. All comparisons with
// a NaN are false.
//
// Other types: L op R. Both have the same word, except the amount of a shift. The amount is
// R's cell modulo the smallest power of two >= the width of L. If the amount is then >= the
// width, the result is 0, or the sign for Shr of a signed L. (For ranges the checker has
// proved that the amount is within the word.) Comparisons give bool.
type Binary struct {
	Expr0
	Op   Op
	L, R Expr
}

// Unary is op X in X's word. Neg of a float changes the sign, even of 0, and leaves NaN
// unchanged. Sqrt applies only to floats. It rounds to nearest even, and gives NaN below 0.
type Unary struct {
	Expr0
	Op Op
	X  Expr
}

// Equal is L == R, or L != R when Ne is set, for two values of one type. Numbers have the
// same word, and capacities of bytes may differ. Aggregates are equal when their visible
// parts are equal. The bytes after a length, the value of an absent option and the payload
// of another variant are not visible. Floats are equal as numbers, even in aggregates: 0 is
// -0, and NaN equals nothing.
type Equal struct {
	Expr0
	Ne   bool
	L, R Expr
}

// Convert gives the word of X another width and sign. It extends by X's sign or keeps the
// low bits. From bool, 1 is true.
//
// From fix to fix and integers it rounds toward minus infinity and keeps the low bits. From
// an integer to fix it keeps the low bits. Between floats and from an integer to a float it
// rounds to nearest even. From a float to an integer it rounds toward zero and saturates;
// NaN gives the largest integer. (For fix to float and back, the checker combines these
// with a product with a power of two.)
type Convert struct {
	Expr0
	X Expr
}

// Bits is bits(e). For an enum without payload it is the Value of its variant. For fix or a
// float it is the word as an unsigned integer.
type Bits struct {
	Expr0
	X Expr
}

// FromBits is T.from_bits(X) of a fix or float type T: the value with the word X, an
// unsigned integer of the same width. Every NaN becomes the standard NaN.
type FromBits struct {
	Expr0
	X Expr
}

// Index is X[I]. X is a place or an aggregate of kind Array, Slice or Bytes. I is a number.
// Unless Proved, it traps at Site when I is not in 0 <= I < length.
type Index struct {
	Expr0
	X      Expr
	I      Expr
	Proved bool
	Site   int
}

// SliceOf is X[Lo..Hi] or, with both nil, all of X, as an argument for a
// parameter of type []T. X is an Array, Slice or Bytes. Lo and Hi have one word. It
// traps at Site unless 0 <= Lo <= Hi <= length, or it is Proved.
type SliceOf struct {
	Expr0
	X      Expr
	Lo, Hi Expr
	Proved bool
	Site   int
}

// FieldRef is a field of a struct or layout. Index is the field's number, Offset its first
// cell.
type FieldRef struct {
	Expr0
	X      Expr
	Index  int
	Offset int
}

// Arg is one argument of a call or literal. Index is the number of its parameter or field.
// Arguments are evaluated in the order of their slice.
type Arg struct {
	Index int
	Value Expr
}

// Call is f(args); all parameters are given. The argument of an inout parameter is a place
// that overlaps no other argument. No argument writes something that another argument reads
// by reference.
type Call struct {
	Expr0
	Func *Func
	Args []Arg
}

// StructLit is S(a: x, b: y), of a struct or layout. All named fields are given.
type StructLit struct {
	Expr0
	Args []Arg
}

// EnumLit is a variant with its payload.
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

// The searches.
const (
	First SearchKind = iota // option of Var's type
	Count                   // range
	Any                     // bool
	All                     // bool
)

// Search is `first i in a..b where p`. Bounds are as in For, with Step 1. First,
// Any and All evaluate Where no further than needed.
type Search struct {
	Expr0
	Kind   SearchKind
	Var    *Local
	Lo, Hi Expr
	Closed bool
	Safe   bool
	Where  Expr
}

// Within is `x within a..b`: an option of a range. X, Lo and Hi have one word
// and are evaluated in this order.
type Within struct {
	Expr0
	X, Lo, Hi Expr
	Closed    bool
}

// Clamp is `clamp(x, lo, hi)`: max(lo, min(x, hi)). All operands have one word. The result
// has the word of its type.
type Clamp struct {
	Expr0
	X, Lo, Hi Expr
}

// Parse is L.parse(b): an option of the layout. X has type bytes<N> or []u8 or
// [N]u8.
type Parse struct {
	Expr0
	Layout *LayoutDef
	X      Expr
}

// Len is b.len of bytes or a slice: a range.
type Len struct {
	Expr0
	X Expr
}

// ToBytes is be16(x) to be64(x) and le16(x) to le64(x): the bytes of the word of X in that
// byte order, as full bytes<Size>.
type ToBytes struct {
	Expr0
	X      Expr
	Size   int
	Little bool
}

// ChanRecv is `c.recv()`; it blocks until the channel has a value.
type ChanRecv struct {
	Expr0
	Chan Expr
}

// HeadRecv is `s.recv(buf)` of a port whose messages have a head. It blocks until a message
// arrives that fits the buffer, a place of type bytes<N>. Its value is the message's head.
type HeadRecv struct {
	Expr0
	Dev Expr
	Buf Expr
}

// Lost is `s.lost()`, a u16: how many messages the socket had lost, modulo 2^16, at the
// arrival of the last message that the task received. A port loses no messages and gives 0.
type Lost struct {
	Expr0
	Dev Expr
}

// Asked is a command of a port as an expression. It is a bool that tells whether the
// command succeeded. It does not trap.
type Asked struct {
	Expr0
	Ask *DevAsk
}

// LevelGet is `b.read()`, a bool: the level of an input when all tasks last waited, false
// before that. From then on it is the level that the program knows.
type LevelGet struct {
	Expr0
	Dev Expr
}
