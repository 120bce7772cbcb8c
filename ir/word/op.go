// Package word has the only table of operators on bit vectors. The program IR, the meaning of
// instructions and circuits all use its rows. An operator such as `add`, `ltu` or `shrs`
// therefore has one name, one width rule, one meaning and one Verilog template in the whole
// system. So a part of a program's graph can become the meaning of a new instruction by a
// plain copy.
//
// A value has a width of 1 to 64 bits. It is stored in a uint64 whose bits above the width are
// zero. Operators are signed or unsigned, values are not. There are no implicit extensions.
// Arithmetic is defined for all operands:
//
//   - A shift amount is taken modulo the smallest power of two >= the width. If
//     the amount is still >= the width, the result is 0 (sign fill for shrs).
//   - x divu 0 is all ones, x remu 0 is x, min divs -1 is min, min rems -1 is 0
//     (RISC-V unprivileged specification, chapter M).
//
// An expression over named leaves prints like this:
//
//	zext32(rs1 lts sext32(imm))
//	(rs1 + rs2)[7:0]
//
// A package that uses the table must handle the core rows (Row.Core, at most 20 of them).
// Expand rewrites all other rows. The package does not depend on instructions, circuits or
// programs. Start reading at Table, then expr.go.
package word

import (
	"fmt"
	"math/bits"
)

// Op is the number of a row of the table.
type Op uint8

// The operators. Core rows come first.
const (
	Bad Op = iota
	Add
	Sub
	Mul
	Divu
	Remu
	And
	Or
	Xor
	Not
	Shl
	Shru
	Shrs
	Eq
	Ltu
	Lts
	Mux   // mux(cond, then, else)
	Cat   // cat(high, low)
	Slice // bits [imm+width-1 : imm] of the operand
	Zext
	Sext
	// The other rows, which have an expansion.
	Divs
	Rems
	Ne
	Geu
	Ges
	Neg
	Redor
	Redand
	Redxor
	Rotl
	Minu
	Maxu
	Mins
	Maxs
	NumOps // the number of operators
)

// Widths is the rule that relates the result width to the operand widths.
type Widths uint8

// The width rules.
const (
	Same    Widths = iota // all operands and the result have one width
	Compare               // operands have one width, the result is 1 bit
	Shift                 // the result has the width of operand 0; operand 1 has any width
	Select                // operand 0 is 1 bit, operands 1 and 2 and the result have one width
	Concat                // the result is the sum of the operands' widths
	Part                  // 0 <= imm, imm+width <= width of operand 0
	Extend                // the result is at least as wide as operand 0
	Reduce                // operand 0 has any width, the result is 1 bit
)

// Row holds all properties of one operator.
type Row struct {
	Name        string
	Args        int
	Widths      Widths
	Core        bool   // consumers must handle the row; other rows are expanded
	Commutative bool   // operands 0 and 1 may be exchanged
	Inverse     Op     // for a comparison: the opposite comparison
	Infix       string // printed between two operands; empty: printed as a call
	// Eval computes the result of width w. The operands have no bits set above their widths aw.
	// The caller clears the bits of the result above w.
	Eval func(w int, a [3]uint64, aw [3]int, imm uint64) uint64
	// Verilog is the Verilog-2005 template. $0 $1 $2 are the operands, as names of nets. $w is
	// the result width, and $h and $l are the bounds of a slice. $s is the index of the sign
	// bit of operand 0, and $x is the number of added bits. It is empty for expanded rows.
	Verilog string
	// Expand rewrites the operator with rows that come before it. It is nil for core rows.
	Expand func(b *Builder, w int, args []*Expr, imm uint64) *Expr
}

// Mask returns the uint64 with the low w bits set, 0 <= w <= 64.
func Mask(w int) uint64 {
	if w >= 64 {
		return ^uint64(0)
	}
	return 1<<w - 1
}

// Signed reads the w-bit value v as two's complement.
func Signed(v uint64, w int) int64 { return int64(v<<(64-w)) >> (64 - w) }

// Amount returns the effective amount of a shift of a w-bit value: v modulo the smallest power
// of two >= w.
func Amount(v uint64, w int) uint64 { return v & Mask(bits.Len(uint(w-1))) }

// AmountBits is the number of low bits of a shift amount that matter for width w.
func AmountBits(w int) int { return bits.Len(uint(w - 1)) }

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// Table returns the row of op. It panics for a value that is not an operator.
func Table(op Op) *Row {
	if op == Bad || op >= NumOps {
		panic(fmt.Sprintf("word: no operator %d", op))
	}
	return &table[op]
}

// Inverse returns the comparison that holds exactly if op does not. It returns false if op is
// not a comparison.
func Inverse(op Op) (Op, bool) {
	if op == Bad || op >= NumOps {
		return Bad, false
	}
	return table[op].Inverse, table[op].Inverse != Bad
}

// Lookup finds an operator by name.
func Lookup(name string) (Op, bool) {
	for op := Bad + 1; op < NumOps; op++ {
		if table[op].Name == name {
			return op, true
		}
	}
	return Bad, false
}

// String returns the operator's name.
func (op Op) String() string {
	if op == Bad || op >= NumOps {
		return fmt.Sprintf("op%d", op)
	}
	return table[op].Name
}

// Eval computes one operator. Operands and result have no bits set above their widths. The
// caller must ensure that the widths fit (see Check).
func Eval(op Op, w int, a [3]uint64, aw [3]int, imm uint64) uint64 {
	return Table(op).Eval(w, a, aw, imm) & Mask(w)
}

// Check reports a fault in the widths of an application, or nil.
func Check(op Op, w int, aw []int, imm uint64) error {
	if op == Bad || op >= NumOps {
		return fmt.Errorf("no operator %d", op)
	}
	row := &table[op]
	if len(aw) != row.Args {
		return fmt.Errorf("%s takes %d operands, got %d", row.Name, row.Args, len(aw))
	}
	for _, x := range append([]int{w}, aw...) {
		if x < 1 || x > 64 {
			return fmt.Errorf("%s: width %d is not in 1..64", row.Name, x)
		}
	}
	if row.Widths != Part && imm != 0 {
		return fmt.Errorf("%s takes no immediate", row.Name)
	}
	if !widthsFit(row.Widths, w, aw, imm) {
		return fmt.Errorf("%s: widths %v do not give width %d", row.Name, aw, w)
	}
	return nil
}

func widthsFit(rule Widths, w int, aw []int, imm uint64) bool {
	switch rule {
	case Same:
		for _, x := range aw {
			if x != w {
				return false
			}
		}
		return true
	case Compare:
		return w == 1 && aw[0] == aw[1]
	case Shift:
		return aw[0] == w
	case Select:
		return aw[0] == 1 && aw[1] == w && aw[2] == w
	case Concat:
		return w == aw[0]+aw[1]
	case Part:
		return imm < 64 && int(imm)+w <= aw[0]
	case Extend:
		return w >= aw[0]
	case Reduce:
		return w == 1
	}
	return false
}

// ResultWidth returns the width of the result for operands of widths aw. It returns 0 for
// slices and extensions, because the operands do not determine their width.
func ResultWidth(op Op, aw []int) int {
	switch Table(op).Widths {
	case Compare, Reduce:
		return 1
	case Select:
		return aw[1]
	case Concat:
		return aw[0] + aw[1]
	case Part, Extend:
		return 0
	}
	return aw[0]
}
