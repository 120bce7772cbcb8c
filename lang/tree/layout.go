package tree

import "github.com/sinter-lang/sinter/internal/diag"

// LayoutDef is a declared layout: the bits of a message, most significant
// first. Its value is like a struct value: the named fields in order.
//
// Parsing goes through Fields in order at a bit position that starts at 0:
//
//	part with When false    nothing; its value is none
//	LayoutInt, LayoutEnum   the next Bits bits, big-endian or Little
//	LayoutSub               the fields of Sub in order
//	LayoutBytes             by Size: Len bytes; a u16 and as many; all that are left
//
// Parsing fails, with the result none, exactly in these cases:
//
//   - The bytes run out.
//   - Fixed, or Low and High, do not hold.
//   - A number is not a variant of its enum.
//   - Bytes are longer than their capacity.
//   - The seal differs.
//
// Bytes after the last field are ignored. Sub, bytes, seals and fields with When begin and
// end at whole bytes, and so does the layout.
//
// At most one field of a layout is a seal. It is the checksum of the bytes of the layout
// before it. With All it is the checksum of all its bytes, with the bytes of the seal as 0.
// Fixed, Low and High and the seal hold for every value that a program can make, because no
// place inside a sealed layout is assigned.
type LayoutDef struct {
	Name   string
	Fields []LayoutField
	Cells  int
	Min    int // least bytes that a message takes
	Max    int // most bytes that a message takes
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

// LayoutSize tells how many bytes a field of kind LayoutBytes has.
type LayoutSize uint8

// The ways to find the length of bytes.
const (
	SizeExpr   LayoutSize = iota // the value of Len, proved to be 0..=capacity
	SizePrefix                   // a u16 before the bytes
	SizeRest                     // the remaining bytes
)

// SealKind is a kind of checksum.
type SealKind uint8

// The checksums. CRC32 is the CRC of IEEE 802.3: polynomial 0x04c11db7 reflected, start and
// final inversion all ones. InetSum is RFC 1071: the complement of the ones' complement sum
// of big-endian 16-bit words, an odd byte padded with 0.
const (
	NoSeal SealKind = iota
	CRC32
	InetSum
)

// LayoutField is one field of a layout.
type LayoutField struct {
	Name   string // empty for _
	Kind   LayoutKind
	Type   *Type // the type that the program sees: Option of Part when When is not nil
	Part   *Type // type of the part itself: Int, Enum, Layout or Bytes
	Offset int   // first cell in the layout's value, -1 for _
	Bits   int   // LayoutInt, LayoutEnum
	Little bool
	Signed bool
	Seal   SealKind
	All    bool    // the seal is over the whole layout
	At     int     // of a seal over the whole layout: the number of bytes before it
	Blank  uint64  // the value to write for a number without a name, as a cell of Part
	Fixed  *uint64 // the only value allowed, as a cell of Part
	Bound  bool    // Low and High hold
	Low    uint64  // least value allowed, as a cell of Part
	High   uint64  // largest value allowed, as a cell of Part
	Size   LayoutSize
	Len    Expr    // SizeExpr: leaves are Const and LayoutRef
	When   Expr    // nil when always there; a bool over Const and LayoutRef
	Needs  [][]int // options that must be present, else When counts as false; paths as in LayoutRef, outermost first
	Span   diag.Span
}

// LayoutRef is the value of an earlier field, in Len and When only. Path starts at the
// layout that is being parsed: its field, that field's field, and so on. A number has the
// type of a range: the bounds of `in`, else all of Part.
type LayoutRef struct {
	Expr0
	Layout *LayoutDef
	Path   []int
}
