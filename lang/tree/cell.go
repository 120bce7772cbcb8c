package tree

import "math/big"

// MaxCells bounds the memory of one value and of a whole program: 64 MiB.
const MaxCells = 8 << 20

// CellValue is the number that a 64-bit cell represents for a type.
func CellValue(cell uint64, t *Type) *big.Int {
	if _, signed := t.Word(); signed {
		return big.NewInt(int64(cell))
	}
	return new(big.Int).SetUint64(cell)
}

// CellOf is the cell of a number: the low 64 bits of the number.
func CellOf(v *big.Int) uint64 {
	if v.Sign() < 0 {
		return uint64(v.Int64())
	}
	return v.Uint64()
}

// Truncate keeps as many low bits of a cell as the type has, and extends them to a full cell.
func Truncate(cell uint64, t *Type) uint64 {
	bits, signed := t.Word()
	shift := uint(64 - bits)
	if signed {
		return uint64(int64(cell<<shift) >> shift)
	}
	return cell << shift >> shift
}
