package syntax

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
)

// Value returns the exact value of the literal. The value is below 2^64.
func (l *IntLit) Value() *big.Int {
	v, _, _ := number(l.Text)
	return new(big.Int).SetUint64(v)
}

// number reads an integer literal. If the literal is malformed, code is not empty and `why`
// explains the error.
func number(text string) (v uint64, code diag.Code, why string) {
	base, digits := uint64(10), text
	switch {
	case strings.HasPrefix(text, "0x"):
		base, digits = 16, text[2:]
	case strings.HasPrefix(text, "0b"):
		base, digits = 2, text[2:]
	case len(text) > 1 && text[0] == '0':
		return 0, BadNumber, "a decimal number does not start with 0"
	}
	if digits == "" || digits[0] == '_' || digits[len(digits)-1] == '_' || strings.Contains(digits, "__") {
		return 0, BadNumber, "expected a digit on each side of `_` and after the prefix"
	}
	for i := 0; i < len(digits); i++ {
		if digits[i] == '_' {
			continue
		}
		d := uint64(digitValue(digits[i]))
		if d >= base {
			return 0, BadNumber, notADigit(digits[i:], base)
		}
		if v > (1<<64-1-d)/base {
			return 0, BigNumber, "the number does not fit 64 bits"
		}
		v = v*base + d
	}
	return v, "", ""
}

func notADigit(rest string, base uint64) string {
	if base == 10 && isLetter(rest[0]) {
		return fmt.Sprintf("`%s` is not a unit: expected us, ms or s", shorten(rest))
	}
	return fmt.Sprintf("`%c` is not a digit of a number with base %d", rest[0], base)
}

// digitValue returns the value of a digit up to base 16. For any other byte it returns a large
// number.
func digitValue(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return 99
}

// Fraction reads a decimal number with an optional point, sign and exponent. It returns nil if
// text is not such a number, or if it is too large (above 1e400) or too close to 0 (below 1e-400).
func Fraction(text string) *big.Rat {
	if strings.ContainsAny(text, "_xXpP/") {
		return nil
	}
	if f, err := strconv.ParseFloat(text, 64); err != nil || math.IsInf(f, 0) || math.IsNaN(f) || len(text) > 400 {
		return nil
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 { // limits the exponent, because the size of the ratio below grows with the exponent
		if n, err := strconv.Atoi(text[i+1:]); err != nil || n < -400 || n > 400 {
			return nil
		}
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return r
}
