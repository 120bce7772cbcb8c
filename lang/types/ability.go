package types

import (
	"slices"

	"github.com/sinter-lang/sinter/lang/tree"
)

// hasEqual reports whether values of t can be compared with ==.
func hasEqual(t *tree.Type) bool {
	switch t.Kind {
	case tree.Unit, tree.Slice, tree.Chan, tree.Device, tree.Map:
		return false
	case tree.Opaque:
		return t.Can >= tree.CanEqual
	case tree.Array, tree.Option:
		return hasEqual(t.Elem)
	case tree.Struct:
		return allEqual(t.Struct.Fields)
	case tree.Enum:
		for _, v := range t.Enum.Variants {
			if !allEqual(v.Payload) {
				return false
			}
		}
	}
	return true
}

func allEqual(fields []tree.Field) bool {
	for _, f := range fields {
		if !hasEqual(f.Type) {
			return false
		}
	}
	return true
}

// plural names the kind of a type that has no ==.
func plural(t *tree.Type) string {
	switch t.Kind {
	case tree.Slice:
		return "slices"
	case tree.Map:
		return "maps"
	case tree.Chan, tree.Device:
		return "devices and channel ends"
	}
	return "values of " + describe(t)
}

// abilities are the constraints by name.
var abilities = map[string]tree.Ability{"eq": tree.CanEqual, "num": tree.CanCount}

// lacks describes, for each constraint, the ability that is missing in a type that breaks the
// constraint.
var lacks = map[tree.Ability]string{
	tree.CanCopy: "cannot be copied", tree.CanEqual: "has no `==` that is one of bits", tree.CanCount: "is not an integer, fix or float",
}

// fulfils reports whether a type satisfies a constraint. Ranges do not satisfy `num`: range
// arithmetic is exact, and the sum of two ranges has a different type.
func fulfils(t *tree.Type, can tree.Ability) bool {
	if t.Kind == tree.Opaque {
		return t.Can >= can
	}
	switch can {
	case tree.CanEqual:
		return hasEqual(t) && !hasFloat(t) // equal values have equal bits
	case tree.CanCount:
		return t.Kind == tree.Int || t.IsReal()
	}
	return t.Kind != tree.Slice && t.Kind != tree.Chan && t.Kind != tree.Device && t.Kind != tree.Unit
}

// hasFloat reports whether a value of t holds floats. The equality of floats is not the equality
// of bits: 0 equals -0, and a NaN does not equal itself.
func hasFloat(t *tree.Type) bool {
	switch t.Kind {
	case tree.Float:
		return true
	case tree.Struct:
		return anyFloat(t.Struct.Fields)
	case tree.Enum:
		for _, v := range t.Enum.Variants {
			if anyFloat(v.Payload) {
				return true
			}
		}
	}
	return t.Elem != nil && hasFloat(t.Elem)
}

func anyFloat(fields []tree.Field) bool {
	return slices.ContainsFunc(fields, func(f tree.Field) bool { return hasFloat(f.Type) })
}

// isOpaque reports whether t is or contains a type parameter. Such a type is opaque: the checker
// knows only the abilities that the constraint promises.
func isOpaque(t *tree.Type) bool {
	for t.Elem != nil {
		if t.Key != nil && isOpaque(t.Key) {
			return true
		}
		t = t.Elem
	}
	return t.Kind == tree.Opaque
}
