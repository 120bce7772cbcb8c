package gen

import (
	"fmt"
	"strings"
)

// sort is a kind of type.
type sort uint8

const (
	boolSort sort = iota
	intSort
	rangeSort
	bytesSort
	arraySort
	sliceSort // only for parameters
	structSort
	enumSort
	optionSort
	layoutSort // result of parse
	fixSort
	floatSort
	mapSort // only for variables and inout parameters
)

// typ is a type. A range without a name is the type of an exact expression.
type typ struct {
	sort     sort
	name     string
	bits     int // width of an integer, a real number, or an enum with a declared width
	frac     int // bits after the binary point
	signed   bool
	lo, hi   int64
	n        int // elements of an array; capacity of bytes; pairs of a map
	key      *typ
	elem     *typ
	fields   []field // fields of a struct or layout
	variants []variant
	layout   *layout
}

type field struct {
	name string
	typ  *typ
}

type variant struct {
	name    string
	payload []field
}

func intType(bits int, signed bool) *typ {
	name := "u"
	if signed {
		name = "i"
	}
	return &typ{sort: intSort, bits: bits, signed: signed, name: fmt.Sprintf("%s%d", name, bits)}
}

func rangeType(lo, hi int64) *typ { return &typ{sort: rangeSort, lo: lo, hi: hi} }

func bytesType(n int) *typ { return &typ{sort: bytesSort, n: n, name: fmt.Sprintf("bytes<%d>", n)} }

func arrayType(n int, elem *typ) *typ {
	name := elem.name
	if elem.sort == optionSort {
		name = "(" + name + ")"
	}
	return &typ{sort: arraySort, n: n, elem: elem, name: fmt.Sprintf("[%d]%s", n, name)}
}

func sliceType(elem *typ) *typ { return &typ{sort: sliceSort, elem: elem, name: "[]" + elem.name} }

func optionType(elem *typ) *typ {
	name := elem.name + "?"
	if elem.sort == arraySort {
		name = "(" + elem.name + ")?"
	}
	return &typ{sort: optionSort, elem: elem, name: name}
}

// same reports whether two types are the same type for the checker.
func same(a, b *typ) bool {
	if a.sort != b.sort {
		return false
	}
	switch a.sort {
	case rangeSort:
		return a.lo == b.lo && a.hi == b.hi
	case arraySort, optionSort, sliceSort:
		return a.n == b.n && same(a.elem, b.elem)
	}
	return a.name == b.name
}

// scalar reports whether a value of the type is one word.
func (t *typ) scalar() bool {
	return t.sort == boolSort || t.number() || t.real() || t.sort == enumSort && t.plain()
}

func (t *typ) number() bool { return t.sort == intSort || t.sort == rangeSort }

// plain reports whether a type is an enum whose variants have no payload.
func (t *typ) plain() bool {
	for _, v := range t.variants {
		if len(v.payload) > 0 {
			return false
		}
	}
	return true
}

// least and most return the bounds of a number, limited to int64.
func (t *typ) least() int64 {
	switch {
	case t.sort == rangeSort:
		return t.lo
	case t.signed:
		return -1 << (t.bits - 1)
	}
	return 0
}

func (t *typ) most() int64 {
	switch {
	case t.sort == rangeSort:
		return t.hi
	case t.signed || t.bits == 64:
		return 1<<(min(t.bits, 64)-1) - 1
	}
	return 1<<t.bits - 1
}

// holds reports whether t holds every number of a range.
func (t *typ) holds(r *typ) bool { return t.least() <= r.lo && r.hi <= t.most() }

// words is the approximate size of a value in words.
func (t *typ) words() int {
	switch t.sort {
	case bytesSort:
		return 1 + (t.n+3)/4
	case arraySort:
		return t.n * t.elem.words()
	case optionSort:
		return 1 + t.elem.words()
	case mapSort:
		return t.n * (2 + t.key.words() + t.elem.words())
	}
	total := 1
	for _, f := range t.fields {
		total += f.typ.words()
	}
	for _, v := range t.variants {
		for _, f := range v.payload {
			total += f.typ.words()
		}
	}
	return total
}

// zero is the text of a small value of type t.
func (t *typ) zero() string {
	switch t.sort {
	case boolSort:
		return "false"
	case intSort, fixSort, floatSort:
		return t.name + "(0)"
	case rangeSort:
		return fmt.Sprint(min(max(t.lo, 0), t.hi))
	case bytesSort:
		return `""`
	case optionSort:
		return "none"
	case arraySort:
		return "[" + strings.Join(repeat(t.elem.zero(), t.n), ", ") + "]"
	case structSort:
		return t.name + "(" + zeros(t.fields) + ")"
	case enumSort:
		return t.name + "." + t.variants[0].zero()
	}
	return ""
}

func (v *variant) zero() string {
	if len(v.payload) == 0 {
		return v.name
	}
	return v.name + "(" + zeros(v.payload) + ")"
}

func zeros(fields []field) string {
	var all []string
	for _, f := range fields {
		all = append(all, f.typ.zero())
	}
	return strings.Join(all, ", ")
}

func repeat(s string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = s
	}
	return out
}
