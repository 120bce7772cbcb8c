package tree

import (
	"fmt"
	"math/big"

	"github.com/sinter-lang/sinter/internal/diag"
)

// Kind is the kind of a type.
type Kind uint8

// The kinds of types. The comments name the fields of Type that a kind uses.
const (
	Unit     Kind = iota // no value: the result of a function without ->
	Bool                 //
	Int                  // Bits, Signed; arithmetic wraps
	Range                // Lo, Hi; arithmetic is exact
	Array                // Len, Elem
	Bytes                // Len is the capacity
	Struct               // Struct
	Enum                 // Enum
	Layout               // Layout
	Option               // Elem
	Slice                // Elem; only for parameters
	Chan                 // Elem, Out; only for parameters
	Device               // Name; only for parameters
	Time                 // a point in time: u64 ticks of 1 us since the start
	Duration             // i64 ticks of 1 us
	Fix                  // Bits in two's complement, Frac of them after the binary point
	Float                // Bits is 32 or 64
	Fraction             // Ratio: an exact constant that has no type yet; only inside the checker
	Map                  // Key, Elem, Len
	Opaque               // Name, Can: a type parameter; never in a finished program
)

// Ability is the set of operations that a type parameter allows.
type Ability uint8

// The abilities. Each ability includes the abilities before it.
const (
	CanCopy  Ability = iota // assignment
	CanEqual                // `T: eq`: == and canonical bits
	CanCount                // `T: num`: arithmetic and order
)

// Type is a type. Two types are equal if Same reports true. The identity of the pointers has no
// meaning.
type Type struct {
	Kind   Kind
	Bits   int
	Signed bool
	Lo, Hi *big.Int
	Len    int
	Elem   *Type
	Key    *Type
	Struct *StructDef
	Enum   *EnumDef
	Layout *LayoutDef
	Out    bool   // Chan: set for the sending end
	Name   string // Device: "net.Eth"; Opaque: the type parameter
	Frac   int    // Fix: number of bits after the binary point
	Ratio  *big.Rat
	Can    Ability
}

// StructDef is a declared struct.
type StructDef struct {
	Name   string
	Fields []Field
	Cells  int
	NoZero bool // some field has no zero value
	Span   diag.Span
}

// Field is a field of a struct or of the payload of a variant. Offset is the first cell of the
// field, counted from the start of the struct or payload.
type Field struct {
	Name   string
	Type   *Type
	Offset int
	Span   diag.Span
}

// EnumDef is a declared enum. Bits is the declared width, or 0 if the declaration states none.
type EnumDef struct {
	Name     string
	Bits     int
	Variants []Variant
	Room     int  // number of cells of the largest payload
	NoZero   bool // the payload of the first variant has a part without a zero value
	Span     diag.Span
}

// Variant is one case of an enum. Value is the number of the variant in layouts and in bits(e).
// Memory holds the index of the variant instead.
type Variant struct {
	Name    string
	Value   uint64
	Payload []Field
	Span    diag.Span
}

// HasPayload reports whether some variant has a payload.
func (e *EnumDef) HasPayload() bool { return e.Room > 0 }

// IntType returns the integer type uN or iN.
func IntType(bits int, signed bool) *Type { return &Type{Kind: Int, Bits: bits, Signed: signed} }

// TimeType returns the type time.
func TimeType() *Type { return &Type{Kind: Time} }

// DurationType returns the type duration.
func DurationType() *Type { return &Type{Kind: Duration} }

// EndsOf returns the element type of an array of channel ends. For other types the result is nil.
func EndsOf(t *Type) *Type {
	if t.Kind == Array && t.Elem.Kind == Chan {
		return t.Elem
	}
	return nil
}

// RangeType returns the type lo..=hi.
func RangeType(lo, hi *big.Int) *Type { return &Type{Kind: Range, Lo: lo, Hi: hi} }

// SmallRange returns the type lo..=hi for small bounds.
func SmallRange(lo, hi int64) *Type { return RangeType(big.NewInt(lo), big.NewInt(hi)) }

// OptionOf returns the type T?, where T is elem.
func OptionOf(elem *Type) *Type { return &Type{Kind: Option, Elem: elem} }

// BytesType returns the type bytes<n>.
func BytesType(n int) *Type { return &Type{Kind: Bytes, Len: n} }

// FixType returns the type fix<whole, frac>. The sign bit belongs to `whole`.
func FixType(whole, frac int) *Type { return &Type{Kind: Fix, Bits: whole + frac, Frac: frac} }

// FloatType returns the type f32 or f64.
func FloatType(bits int) *Type { return &Type{Kind: Float, Bits: bits} }

// IsReal reports whether t is a fixed-point or floating-point type.
func (t *Type) IsReal() bool { return t.Kind == Fix || t.Kind == Float }

// IsNumber reports whether t is an integer or a range.
func (t *Type) IsNumber() bool { return t.Kind == Int || t.Kind == Range }

// IsTime reports whether t is time or duration.
func (t *Type) IsTime() bool { return t.Kind == Time || t.Kind == Duration }

// IsScalar reports whether a value of t is one word: a number, a fixed-point or floating-point
// number, a bool, a time, a duration or an enum without payload. (The word of such an enum is
// the index of its variant.)
func (t *Type) IsScalar() bool {
	return t.Kind == Bool || t.IsNumber() || t.IsReal() || t.IsTime() || t.Kind == Enum && !t.Enum.HasPayload()
}

// HasWord reports whether a setting at program start (a word of the start) can give a value of
// type t.
func (t *Type) HasWord() bool {
	return t.Kind == Bool || t.IsNumber() || t.Kind == Duration || t.Kind == Bytes
}

// Word returns the width and sign of a scalar in operations. The word of a range has 32 bits if
// they are enough, else 64. This word is signed if the range has negative members. The word of an
// enum without payload has 8 bits for at most 256 variants, else 32. The word of fix<I,F> is its
// value times 2^F. The word of a float is its IEEE 754 bits.
func (t *Type) Word() (bits int, signed bool) {
	switch t.Kind {
	case Bool:
		return 1, false
	case Int:
		return t.Bits, t.Signed
	case Fix:
		return t.Bits, true
	case Float:
		return t.Bits, false
	case Range:
		return rangeWord(t.Lo, t.Hi)
	case Enum:
		return IndexType(t.Enum).Bits, false
	case Time:
		return 64, false
	case Duration:
		return 64, true
	}
	return 0, false
}

func rangeWord(lo, hi *big.Int) (bits int, signed bool) {
	signed = lo.Sign() < 0
	if within(lo, hi, IntType(32, signed)) {
		return 32, signed
	}
	return 64, signed
}

func within(lo, hi *big.Int, t *Type) bool {
	tl, th := t.Interval()
	return lo.Cmp(tl) >= 0 && hi.Cmp(th) <= 0
}

// Interval returns the least and the largest member of a number type. The caller owns the
// results.
func (t *Type) Interval() (lo, hi *big.Int) {
	if t.Kind == Range {
		return new(big.Int).Set(t.Lo), new(big.Int).Set(t.Hi)
	}
	one := big.NewInt(1)
	if t.Signed {
		half := new(big.Int).Lsh(one, uint(t.Bits-1))
		return new(big.Int).Neg(half), half.Sub(half, one)
	}
	top := new(big.Int).Lsh(one, uint(t.Bits))
	return new(big.Int), top.Sub(top, one)
}

// Holds reports whether every number in lo..=hi is a value of the number type t.
func (t *Type) Holds(lo, hi *big.Int) bool { return within(lo, hi, t) }

// Cells returns the number of cells of a value of t. A slice has 2 cells (address and length). A
// device or channel end has 1 cell.
func Cells(t *Type) int {
	switch t.Kind {
	case Unit:
		return 0
	case Array:
		return t.Len * Cells(t.Elem)
	case Bytes:
		return 1 + t.Len
	case Struct:
		return t.Struct.Cells
	case Enum:
		return 1 + t.Enum.Room
	case Layout:
		return t.Layout.Cells
	case Option:
		return 1 + Cells(t.Elem)
	case Slice:
		return 2
	case Map:
		return t.Len*(1+Cells(t.Key)+Cells(t.Elem)) + t.Sets()
	}
	return 1
}

// Same reports whether a and b are the same type.
func Same(a, b *Type) bool {
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case Int:
		return a.Bits == b.Bits && a.Signed == b.Signed
	case Range:
		return a.Lo.Cmp(b.Lo) == 0 && a.Hi.Cmp(b.Hi) == 0
	case Fix:
		return a.Bits == b.Bits && a.Frac == b.Frac
	case Float:
		return a.Bits == b.Bits
	case Fraction:
		return a.Ratio.Cmp(b.Ratio) == 0
	case Array:
		return a.Len == b.Len && Same(a.Elem, b.Elem)
	case Bytes:
		return a.Len == b.Len
	case Struct:
		return a.Struct == b.Struct
	case Enum:
		return a.Enum == b.Enum
	case Layout:
		return a.Layout == b.Layout
	case Option, Slice:
		return Same(a.Elem, b.Elem)
	case Map:
		return a.Len == b.Len && Same(a.Key, b.Key) && Same(a.Elem, b.Elem)
	case Chan:
		return a.Out == b.Out && Same(a.Elem, b.Elem)
	case Device, Opaque:
		return a.Name == b.Name
	}
	return true
}

// HasZero reports whether a variable of t may be declared without a value. A range has a zero
// value if it contains 0. A layout has no zero value, because its fields may forbid 0.
func (t *Type) HasZero() bool {
	switch t.Kind {
	case Range:
		return t.Lo.Sign() <= 0 && t.Hi.Sign() >= 0
	case Array:
		return t.Elem.HasZero()
	case Struct:
		return !t.Struct.NoZero
	case Enum:
		return !t.Enum.NoZero
	case Layout, Slice, Chan, Device, Fraction:
		return false
	}
	return true
}

// String returns the source form of the type.
func (t *Type) String() string {
	switch t.Kind {
	case Unit:
		return "nothing"
	case Bool:
		return "bool"
	case Int:
		return intName(t)
	case Range:
		return fmt.Sprintf("%s..=%s", t.Lo, t.Hi)
	case Array:
		return fmt.Sprintf("[%d]%s", t.Len, t.Elem)
	case Bytes:
		return fmt.Sprintf("bytes<%d>", t.Len)
	case Fix:
		return fmt.Sprintf("fix<%d, %d>", t.Bits-t.Frac, t.Frac)
	case Float:
		return fmt.Sprintf("f%d", t.Bits)
	case Fraction:
		return "fraction"
	case Struct:
		return t.Struct.Name
	case Enum:
		return t.Enum.Name
	case Layout:
		return t.Layout.Name
	case Option:
		if t.Elem.Kind == Array { // []T? is an array of options
			return "(" + t.Elem.String() + ")?"
		}
		return t.Elem.String() + "?"
	case Slice:
		return "[]" + t.Elem.String()
	case Map:
		return fmt.Sprintf("map<%s, %s, %d>", t.Key, t.Elem, t.Len)
	case Chan:
		return chanName(t)
	case Time:
		return "time"
	case Duration:
		return "duration"
	}
	return t.Name
}

func intName(t *Type) string {
	if t.Signed {
		return fmt.Sprintf("i%d", t.Bits)
	}
	return fmt.Sprintf("u%d", t.Bits)
}

func chanName(t *Type) string {
	if t.Out {
		return fmt.Sprintf("out chan<%s>", t.Elem)
	}
	return fmt.Sprintf("in chan<%s>", t.Elem)
}

// Leaves lists the types of the scalars and bytes that make up a value: elements and fields in
// order. The leaves of an option are a flag (a bool) and the leaves of its value, which are zero
// if the value is absent. The leaves of an enum are its index and the payloads of all variants.
// Only the payload of the current variant can differ from zero. Channel events show a value as its
// leaves.
func Leaves(t *Type) []*Type {
	switch t.Kind {
	case Array:
		var list []*Type
		each := Leaves(t.Elem)
		for range t.Len {
			list = append(list, each...)
		}
		return list
	case Struct:
		return fieldLeaves(nil, t.Struct.Fields)
	case Map:
		return Leaves(MapShape(t))
	case Layout:
		var list []*Type
		for _, f := range t.Layout.Fields {
			if f.Offset >= 0 {
				list = append(list, Leaves(f.Type)...)
			}
		}
		return list
	case Option:
		return append([]*Type{{Kind: Bool}}, Leaves(t.Elem)...)
	case Enum:
		if !t.Enum.HasPayload() {
			break
		}
		list := []*Type{IndexType(t.Enum)}
		for _, v := range t.Enum.Variants {
			list = fieldLeaves(list, v.Payload)
		}
		return list
	}
	return []*Type{t}
}

func fieldLeaves(list []*Type, fields []Field) []*Type {
	for _, f := range fields {
		list = append(list, Leaves(f.Type)...)
	}
	return list
}

// IndexType is the word type for the index of an enum variant.
func IndexType(e *EnumDef) *Type {
	if len(e.Variants) <= 256 {
		return IntType(8, false)
	}
	return IntType(32, false)
}
