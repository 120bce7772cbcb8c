package driver

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/sinter-lang/sinter/lang/tree"
)

// maxText bounds the bytes of a value that are shown.
const maxText = 200

// Show writes a value in the syntax of the language.
func Show(t *tree.Type, cells []uint64) string {
	text := show(t, cells)
	if len(text) > maxText {
		return text[:maxText] + "..."
	}
	return text
}

func show(t *tree.Type, cells []uint64) string {
	switch t.Kind {
	case tree.Bool:
		return fmt.Sprint(cells[0] != 0)
	case tree.Array:
		if t.Elem.Kind == tree.Bool && t.Len > maxFlags {
			return showSet(t.Len, cells)
		}
		return showList(t.Elem, t.Len, cells)
	case tree.Bytes:
		return quoted(cells[1 : 1+cells[0]])
	case tree.Struct:
		return t.Struct.Name + showFields(t.Struct.Fields, cells)
	case tree.Layout:
		return t.Layout.Name + showFields(namedParts(t.Layout), cells)
	case tree.Option:
		if cells[0] == 0 {
			return "none"
		}
		return show(t.Elem, cells[1:])
	case tree.Enum:
		v := t.Enum.Variants[cells[0]]
		if len(v.Payload) == 0 {
			return t.Enum.Name + "." + v.Name
		}
		return t.Enum.Name + "." + v.Name + showFields(v.Payload, cells[1:])
	}
	switch t.Kind {
	case tree.Float:
		return floatText(t.Bits, cells[0])
	case tree.Duration:
		return ticksText(int64(cells[0]))
	case tree.Time:
		return "time.start + " + ticksText(int64(cells[0]))
	case tree.Fix:
		return new(big.Rat).SetFrac(big.NewInt(int64(cells[0])), new(big.Int).Lsh(big.NewInt(1), uint(t.Frac))).FloatString(t.Frac)
	case tree.Map:
		return fmt.Sprintf("a %s", t)
	}
	if _, signed := t.Word(); signed {
		return fmt.Sprint(int64(cells[0]))
	}
	return fmt.Sprint(cells[0])
}

// floatText writes a float in decimal, and also exactly in hexadecimal.
func floatText(bits int, cell uint64) string {
	v := math.Float64frombits(cell)
	if bits == 32 {
		v = float64(math.Float32frombits(uint32(cell)))
	}
	if math.IsNaN(v) {
		return "nan"
	}
	return fmt.Sprintf("%g (%x)", v, v)
}

// ticksText writes a time in ticks of 1 us with the largest unit that gives a whole number.
func ticksText(ticks int64) string {
	switch {
	case ticks != 0 && ticks%1000000 == 0:
		return fmt.Sprintf("%ds", ticks/1000000)
	case ticks != 0 && ticks%1000 == 0:
		return fmt.Sprintf("%dms", ticks/1000)
	}
	return fmt.Sprintf("%dus", ticks)
}

// maxFlags is the largest length of an array of bool for which every element is shown.
const maxFlags = 8

// showSet lists the elements of an array of bool that are set.
func showSet(n int, cells []uint64) string {
	var members []string
	for i := range n {
		if cells[i] != 0 {
			members = append(members, fmt.Sprint(i))
		}
	}
	if len(members) == 0 {
		return fmt.Sprintf("none of %d", n)
	}
	return fmt.Sprintf("%s of %d", strings.Join(members, ", "), n)
}

func showList(elem *tree.Type, n int, cells []uint64) string {
	var parts []string
	size := 0
	for i := 0; i < n && size <= maxText; i++ {
		parts = append(parts, show(elem, cells[i*tree.Cells(elem):]))
		size += len(parts[i]) + 2
	}
	if len(parts) < n {
		parts = append(parts, "...")
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func showFields(fields []tree.Field, cells []uint64) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = f.Name + ": " + show(f.Type, cells[f.Offset:])
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// namedParts lists the fields of a layout that have a name.
func namedParts(d *tree.LayoutDef) []tree.Field {
	var fields []tree.Field
	for _, f := range d.Fields {
		if f.Name != "" && f.Offset >= 0 {
			fields = append(fields, tree.Field{Name: f.Name, Type: f.Type, Offset: f.Offset})
		}
	}
	return fields
}

// quoted writes bytes as a string literal of the language.
func quoted(cells []uint64) string {
	var b strings.Builder
	for _, v := range cells[:min(len(cells), maxText)] {
		switch c := byte(v); {
		case c == '"' || c == '\\' || c == '{' || c == '}':
			fmt.Fprintf(&b, "\\%c", c)
		case c >= ' ' && c < 0x7f:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "\\x%02x", c)
		}
	}
	if len(cells) > maxText {
		return fmt.Sprintf("\"%s... (%d bytes)", b.String(), len(cells))
	}
	return "\"" + b.String() + "\""
}
