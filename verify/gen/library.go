package gen

import (
	"fmt"
	"hash/crc32"
	mathbits "math/bits"
	"strings"
)

// All levels run the same library. So a wrong library function causes no difference between
// levels. For this reason, the generator computes the right answers of some calls with Go's
// library or from the definition. The program reports any other answer.

// Wrong is the prefix of the log line with which a program reports a wrong answer of the
// library.
const Wrong = "the library is wrong:"

// known is a call and its expected result. `first` is a statement that must precede the call.
type known struct{ call, want, first string }

// libraryStmt makes a call of a library function with edge cases of numbers and bytes.
func (g *gen) libraryStmt() *node {
	k := pick(g, []func(*gen) known{(*gen).knownFold, (*gen).knownSum, (*gen).knownCRC, (*gen).knownBits})(g)
	g.p.library = true
	check := stmt(fmt.Sprintf("if %s != %s {\nlog.print(\"%s %s\")\n}", k.call, k.want, Wrong, k.call))
	if k.first == "" {
		return check
	}
	return list(stmt(k.first), check)
}

// fold computes the checksum of a sum by the definition of RFC 1071. Ones' complement sums are
// sums modulo 65535, except that a sum other than 0 never becomes 0.
func fold(sum uint32) uint16 {
	r := sum % 65535
	if r == 0 && sum > 0 {
		return 0
	}
	return ^uint16(r)
}

func (g *gen) knownFold() known {
	edges := []uint32{0, 1, 0x7fff, 0xfffe, 0xffff, 0x10000, 0x1fffe, 0x1ffff, 0xffff0000, 0xffff0001, 0xfffffffe, 0xffffffff}
	sum := pick(g, edges)
	if g.oneIn(2) {
		sum = g.r.Uint32()
	}
	return known{call: fmt.Sprintf("checksum.inet_fold(%d)", sum), want: fmt.Sprint(fold(sum))}
}

// edgeBytes makes 1 to 9 bytes, often all ones. It returns the bytes, a variable that holds the
// bytes, and the declaration of the variable.
func (g *gen) edgeBytes() (b []byte, name, first string) {
	b = make([]byte, g.between(1, 9))
	var parts []string
	for i := range b {
		b[i] = pick(g, []byte{0, 1, 0x7f, 0x80, 0xff, 0xff, byte(g.r.Uint32())})
		parts = append(parts, fmt.Sprint(b[i]))
	}
	name = g.name("bytes")
	return b, name, fmt.Sprintf("let %s: [%d]u8 = [%s]", name, len(b), strings.Join(parts, ", "))
}

func (g *gen) knownSum() known {
	b, name, first := g.edgeBytes()
	var sum uint32
	for i, c := range b {
		sum += uint32(c) << (8 * ((i + 1) % 2))
	}
	return known{fmt.Sprintf("checksum.inet_sum(%s)", name), fmt.Sprint(fold(sum)), first}
}

func (g *gen) knownCRC() known {
	b, name, first := g.edgeBytes()
	if g.oneIn(2) {
		return known{fmt.Sprintf("crc32(%s)", name), fmt.Sprint(crc32.ChecksumIEEE(b)), first}
	}
	return known{fmt.Sprintf("checksum.crc32c(%s)", name), fmt.Sprint(crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))), first}
}

func (g *gen) knownBits() known {
	x := pick(g, []uint64{0, 1, 0x80, 0x8000, 0x80000000, 0xffffffff, 1 << 32, 1 << 63, 1<<64 - 1, g.r.Uint64()}) >> pick(g, []int{0, 0, 1, 31, 32})
	w, n := uint32(x), uint32(g.r.IntN(33))
	return pick(g, []known{
		{call: fmt.Sprintf("bits.popcount64(%d)", x), want: fmt.Sprint(mathbits.OnesCount64(x))},
		{call: fmt.Sprintf("bits.leading64(%d)", x), want: fmt.Sprint(mathbits.LeadingZeros64(x))},
		{call: fmt.Sprintf("bits.trailing64(%d)", x), want: fmt.Sprint(mathbits.TrailingZeros64(x))},
		{call: fmt.Sprintf("bits.reverse(%d)", w), want: fmt.Sprint(mathbits.Reverse32(w))},
		{call: fmt.Sprintf("bits.swap64(%d)", x), want: fmt.Sprint(mathbits.ReverseBytes64(x))},
		{call: fmt.Sprintf("bits.rotl(%d, %d)", w, n%32), want: fmt.Sprint(mathbits.RotateLeft32(w, int(n%32)))},
		{call: fmt.Sprintf("bits.rotr64(%d, %d)", x, n), want: fmt.Sprint(mathbits.RotateLeft64(x, -int(n)))},
	})
}
