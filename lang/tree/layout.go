package tree

import "github.com/sinter-lang/sinter/internal/diag"

// LayoutDef is a declared layout. A layout describes the bits of a message, most significant
// first. A value of a layout has the named fields in order, like a struct.
//
// Parsing goes through Fields in order, with a bit position that starts at 0. Each part consumes
// these bits:
//
//	part with When false    nothing; its value is none
//	LayoutInt, LayoutEnum   the next Bits bits, big-endian or Little
//	LayoutSub               the fields of Sub in order
//	LayoutBytes             by Size: Len bytes; a u16 and as many; all that are left
//
// Parsing fails, with the result none, exactly in these cases:
//
//   - The message has too few bytes.
//   - A value breaks Fixed, or Low and High.
//   - A number is not a variant of its enum.
//   - A bytes field is longer than its capacity.
//   - The seal differs.
//
// Bytes after the last field are ignored. A Sub, a bytes field, a seal and a field with When
// begin and end on byte boundaries, and so does the layout.
//
// At most one field of a layout is a seal. Without All, the seal is the checksum of the bytes of
// the layout before the seal. With All, it is the checksum of all bytes of the layout, with zeros
// in place of the seal. Every value that a program can make satisfies Fixed, Low and High and the
// seal, because a program cannot assign to a place inside a sealed layout.
type LayoutDef struct {
	Name   string
	Fields []LayoutField
	Cells  int
	Min    int // fewest bytes of a message
	Max    int // most bytes of a message
	Span   diag.Span
}

// LayoutKind is the kind of a field of a layout.
type LayoutKind uint8

// The kinds of fields of a layout.
const (
	LayoutInt LayoutKind = iota
	LayoutEnum
	LayoutSub
	LayoutBytes
)

// LayoutSize states where the length of a field of kind LayoutBytes comes from.
type LayoutSize uint8

// The sources of the length of a bytes field.
const (
	SizeExpr   LayoutSize = iota // the value of Len, proved to be 0..=capacity
	SizePrefix                   // a u16 before the bytes
	SizeRest                     // the remaining bytes
)

// SealKind is a kind of checksum.
type SealKind uint8

// The checksums. CRC32 is the CRC of IEEE 802.3: polynomial 0x04c11db7 reflected, initial value
// and final inversion all ones. InetSum is the checksum of RFC 1071: the complement of the
// ones' complement sum of big-endian 16-bit words. An odd last byte is padded with 0.
const (
	NoSeal SealKind = iota
	CRC32
	InetSum
)

// LayoutField is one field of a layout.
type LayoutField struct {
	Name   string // empty for _
	Kind   LayoutKind
	Type   *Type // the type that the program sees: Option of Part if When is not nil
	Part   *Type // type of the field itself: Int, Enum, Layout or Bytes
	Offset int   // first cell in the layout's value, -1 for _
	Bits   int   // width of a LayoutInt or LayoutEnum
	Little bool
	Signed bool
	Seal   SealKind
	All    bool    // the seal covers the whole layout
	At     int     // for a seal over the whole layout: the number of bytes before it
	Blank  uint64  // the value to write for a number without a name, as a cell of Part
	Fixed  *uint64 // the only value allowed, as a cell of Part
	Bound  bool    // Low and High are set
	Low    uint64  // least value allowed, as a cell of Part
	High   uint64  // largest value allowed, as a cell of Part
	Size   LayoutSize
	Len    Expr    // for SizeExpr: the length; its leaves are Const and LayoutRef
	When   Expr    // nil if the field is always present; otherwise a bool over Const and LayoutRef
	Needs  [][]int // options that must be present for When to be evaluated, otherwise When is false; paths as in LayoutRef, outermost first
	Span   diag.Span
}

// LayoutRef is the value of an earlier field. It occurs only in Len and When. Path leads to the
// field. It starts with the index of a field of the layout that is being parsed. The next element
// is the index of a field inside this field, and so on. The type of a number is a range: the
// bounds of `in`, or else all values of Part.
type LayoutRef struct {
	Expr0
	Layout *LayoutDef
	Path   []int
}
