package lower

import (
	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/lang/tree"
)

// leafType is one leaf of a type: a scalar, which is a word, or an array or
// bytes, which is an object.
type leafType struct {
	t      *tree.Type
	object bool
}

// leavesOf lists the leaves of a type in order. An enum with payloads has the index of its
// variant and the leaves of all payloads. An option has a flag and the leaves of its value.
func leavesOf(t *tree.Type) []leafType {
	switch t.Kind {
	case tree.Unit:
		return nil
	case tree.Array, tree.Bytes:
		return []leafType{{t: t, object: true}}
	case tree.Option:
		return append([]leafType{{t: boolType}}, leavesOf(t.Elem)...)
	}
	if t.IsScalar() {
		return []leafType{{t: t}}
	}
	out := headOf(t)
	for _, p := range partsOf(t) {
		out = append(out, leavesOf(p)...)
	}
	return out
}

var boolType = &tree.Type{Kind: tree.Bool}

// headOf returns the leaf before the parts of an aggregate. Only an enum has such a leaf,
// the index of its variant.
func headOf(t *tree.Type) []leafType {
	if t.Kind == tree.Enum {
		return []leafType{{t: tagType(t.Enum)}}
	}
	return nil
}

// tagType is the type of a variant's index.
func tagType(e *tree.EnumDef) *tree.Type {
	if len(e.Variants) <= 256 {
		return tree.IntType(8, false)
	}
	return tree.IntType(32, false)
}

// partsOf lists the types of the parts of a struct, layout or enum with
// payloads, in order.
func partsOf(t *tree.Type) []*tree.Type {
	var out []*tree.Type
	switch t.Kind {
	case tree.Struct:
		for _, f := range t.Struct.Fields {
			out = append(out, f.Type)
		}
	case tree.Layout:
		for _, f := range t.Layout.Fields {
			if f.Name != "" {
				out = append(out, f.Type)
			}
		}
	case tree.Map:
		return partsOf(tree.MapShape(t))
	case tree.Enum:
		for _, v := range t.Enum.Variants {
			for _, f := range v.Payload {
				out = append(out, f.Type)
			}
		}
	}
	return out
}

// partIndex converts the index of a field to its index in partsOf.
func partIndex(t *tree.Type, field int) int {
	if t.Kind != tree.Layout {
		return field
	}
	n := 0
	for _, f := range t.Layout.Fields[:field] {
		if f.Name != "" {
			n++
		}
	}
	return n
}

// payloadIndex is the index of the first part of a variant's payload in the list partsOf.
func payloadIndex(e *tree.EnumDef, variant int) int {
	n := 0
	for _, v := range e.Variants[:variant] {
		n += len(v.Payload)
	}
	return n
}

// firstLeaf is the index of the first leaf of part k.
func firstLeaf(t *tree.Type, k int) int {
	n := len(headOf(t))
	for _, p := range partsOf(t)[:k] {
		n += len(leavesOf(p))
	}
	return n
}

// wordOf is the IR type of a scalar.
func wordOf(t *tree.Type) ir.Type {
	bits, _ := t.Word()
	return ir.Type(bits)
}

func isSigned(t *tree.Type) bool {
	_, signed := t.Word()
	return signed
}

// In memory, a scalar takes 1, 2, 4 or 8 bytes, as few as its values need, with an alignment of at
// most 4. A bytes<N> takes 4 bytes for its length, and N bytes rounded up to a multiple of 4. An
// aggregate is the sequence of its parts.

// scalarSize is the number of bytes of a scalar in memory. A range or an enum may need fewer
// bytes than its word type.
func scalarSize(t *tree.Type) int {
	switch t.Kind {
	case tree.Range:
		for _, n := range []int{1, 2, 4} {
			if tree.IntType(8*n, isSigned(t)).Holds(t.Lo, t.Hi) {
				return n
			}
		}
		return 8
	case tree.Enum:
		if n := len(t.Enum.Variants); n > 256 && n <= 65536 {
			return 2
		}
	}
	return wordOf(t).Bytes()
}

// Size is the number of bytes of a value in memory.
func Size(t *tree.Type) int {
	n, _ := sizeOf(t)
	return n
}

func alignTo(n, a int) int { return (n + a - 1) / a * a }

// sizeOf returns size and alignment of a type in memory.
func sizeOf(t *tree.Type) (size, align int) {
	switch {
	case t.Kind == tree.Unit:
		return 0, 1
	case t.IsScalar():
		n := scalarSize(t)
		return n, min(n, 4)
	case t.Kind == tree.Bytes:
		return 4 + alignTo(t.Len, 4), 4
	case t.Kind == tree.Array:
		n, a := sizeOf(t.Elem)
		return n * t.Len, a
	case t.Kind == tree.Option:
		n, a := sizeOf(t.Elem)
		return alignTo(alignTo(1, a)+n, a), a
	}
	size, align = partOffset(t, len(partsOf(t)))
	return alignTo(size, align), align
}

// partOffset returns the offset of part k of an aggregate, and the alignment of the aggregate. If
// k is the number of parts, `at` is the end of the aggregate.
func partOffset(t *tree.Type, k int) (at, align int) {
	align = 1
	if t.Kind == tree.Enum {
		at, align = sizeOf(tagType(t.Enum))
	}
	parts := partsOf(t)
	for j, p := range parts {
		n, a := sizeOf(p)
		align = max(align, a)
		if j < k {
			at = alignTo(at, a) + n
		}
	}
	if k < len(parts) {
		_, a := sizeOf(parts[k])
		at = alignTo(at, a)
	}
	return at, align
}

// leafOffsets lists the offset of each leaf of t in memory.
func leafOffsets(t *tree.Type) []int {
	switch t.Kind {
	case tree.Array, tree.Bytes:
		return []int{0}
	case tree.Option:
		_, a := sizeOf(t.Elem)
		out := []int{0}
		for _, o := range leafOffsets(t.Elem) {
			out = append(out, alignTo(1, a)+o)
		}
		return out
	}
	if t.IsScalar() {
		return []int{0}
	}
	out := make([]int, len(headOf(t)))
	for k, p := range partsOf(t) {
		at, _ := partOffset(t, k)
		for _, o := range leafOffsets(p) {
			out = append(out, at+o)
		}
	}
	return out
}

// optionOffset is the offset of an option's value in memory.
func optionOffset(t *tree.Type) int {
	_, a := sizeOf(t.Elem)
	return alignTo(1, a)
}

// encode writes the cells of a value of t to memory and returns the remaining cells.
func encode(t *tree.Type, cells []uint64, mem []byte) []uint64 {
	switch {
	case t.IsScalar():
		for k := range scalarSize(t) {
			mem[k] = byte(cells[0] >> (8 * k))
		}
		return cells[1:]
	case t.Kind == tree.Array:
		n, _ := sizeOf(t.Elem)
		for k := range t.Len {
			cells = encode(t.Elem, cells, mem[k*n:])
		}
		return cells
	case t.Kind == tree.Bytes:
		n := cells[0]
		for k := range 4 {
			mem[k] = byte(n >> (8 * k))
		}
		for k := range int(n) {
			mem[4+k] = byte(cells[1+k])
		}
		return cells[1+t.Len:]
	case t.Kind == tree.Option:
		mem[0] = byte(cells[0])
		return encode(t.Elem, cells[1:], mem[optionOffset(t):])
	case t.Kind == tree.Enum:
		return encodeEnum(t, cells, mem)
	}
	for k, p := range partsOf(t) {
		at, _ := partOffset(t, k)
		cells = encode(p, cells, mem[at:])
	}
	return cells
}

// encodeEnum writes an enum with payloads. In cells, all payloads share the same cells.
func encodeEnum(t *tree.Type, cells []uint64, mem []byte) []uint64 {
	e := t.Enum
	encode(tagType(e), cells, mem)
	first := payloadIndex(e, int(cells[0]))
	for k, f := range e.Variants[cells[0]].Payload {
		at, _ := partOffset(t, first+k)
		encode(f.Type, cells[1+f.Offset:], mem[at:])
	}
	return cells[1+e.Room:]
}
