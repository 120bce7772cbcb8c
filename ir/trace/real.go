package trace

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Frac returns the number of bits after the binary point of a "fixF". It reports false for any
// other kind.
func (t ArgType) Frac() (int, bool) {
	text, ok := strings.CutPrefix(t.Kind, "fix")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && n < 64 && strconv.Itoa(n) == text
}

// IsScalar reports whether t is a known kind that is one word.
func (t ArgType) IsScalar() bool {
	switch t.Kind {
	case "u", "i", "hex", "bool":
		return true
	case "float":
		return t.Width == 32 || t.Width == 64
	}
	frac, ok := t.Frac()
	return ok && frac < t.Width
}

// renderFix writes v / 2^frac exactly in decimal, with 1 to frac digits after the point.
func renderFix(b *strings.Builder, v int64, frac int) {
	m := uint64(v)
	if v < 0 {
		b.WriteByte('-')
		m = -m
	}
	b.WriteString(strconv.FormatUint(m>>frac, 10))
	b.WriteByte('.')
	for mask := uint64(1)<<frac - 1; ; {
		hi, lo := bits.Mul64(m&mask, 10)
		b.WriteByte(byte('0' + hi<<(64-frac) + lo>>frac))
		if m = lo & mask; m == 0 {
			return
		}
	}
}

// renderFloat writes the bits of a float exactly and as short as possible, like %a of C99. Even
// a subnormal number has a leading 1: 0x1.8p+1, -0x1p-149, 0x0p+0, inf, nan.
func renderFloat(b *strings.Builder, v uint64, width int) {
	f := math.Float64frombits(v)
	if width == 32 {
		f = float64(math.Float32frombits(uint32(v)))
	}
	switch {
	case f != f:
		b.WriteString("nan")
		return
	case math.IsInf(f, 0):
		b.WriteString(map[bool]string{true: "-inf", false: "inf"}[f < 0])
		return
	}
	text := strconv.FormatFloat(f, 'x', -1, 64)
	digits, exp, _ := strings.Cut(text, "p") // Go writes at least two exponent digits, C as few as possible
	b.WriteString(digits + "p" + exp[:1])
	if exp = strings.TrimLeft(exp[1:], "0"); exp == "" {
		exp = "0"
	}
	b.WriteString(exp)
}
