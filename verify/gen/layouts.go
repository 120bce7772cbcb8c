package gen

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
)

// layout is a message format for which the generator can make messages.
type layout struct {
	name  string
	parts []part
	typ   *typ // type of the result of parse
	most  int  // largest size in bytes
}

// part is a field of a layout.
type part struct {
	name   string
	typ    *typ // type of the part itself
	bits   int  // width of a number or enum
	little bool
	fixed  bool
	lo, hi uint64 // limits of a number that has bounds or is fixed
	sub    *layout
	size   sizing
	scale  int // for exact bytes: the length is a field times scale plus offset
	offset int
	of     int // index of the field that holds the length
	most   int // limit for bytes with a length prefix and for remaining bytes
	when   *condition
	seal   sealing
}

// sealing states what a sealed (computed) field is computed from.
type sealing uint8

const (
	noSeal  sealing = iota
	crcSeal         // CRC-32 of the bytes before the field
	sumSeal         // Internet checksum of the whole message
)

var sealWords = [...]string{crcSeal: " = seal crc32", sumSeal: " = seal all inet_sum"}

type sizing uint8

const (
	noBytes sizing = iota
	exactBytes
	prefixBytes
	restBytes
)

// condition is `field OP k`, where field is an earlier number.
type condition struct {
	of int
	op string
	k  uint64
}

func (c *condition) holds(v uint64) bool {
	switch c.op {
	case "==":
		return v == c.k
	case "!=":
		return v != c.k
	case "<":
		return v < c.k
	}
	return v >= c.k
}

// layout declares a message format.
func (g *gen) layout() {
	l := &layout{name: g.name("L")}
	if g.oneIn(6) { // it is at an even, constant offset
		l.add(g, part{bits: 16, seal: sumSeal})
	}
	for range g.between(1, 4) {
		g.partOf(l)
	}
	if !l.sealed() && g.oneIn(4) {
		l.add(g, part{bits: 32, seal: crcSeal})
	}
	if g.oneIn(3) {
		l.add(g, part{size: restBytes, most: g.between(0, 24)})
	}
	var forms []string
	for i := range l.parts {
		forms = append(forms, l.parts[i].text(l))
	}
	g.declare("layout " + l.name + " {\n" + strings.Join(forms, "\n") + "\n}")
	l.typ = &typ{sort: layoutSort, name: l.name, layout: l}
	for _, p := range l.parts {
		if p.name == "_" {
			continue
		}
		t := p.typ
		if p.when != nil {
			t = optionType(t)
		}
		if p.hi > 0 && !p.fixed && p.when == nil { // its type is the range of the bounds
			t = rangeType(int64(p.lo), int64(p.hi))
		}
		l.typ.fields = append(l.typ.fields, field{p.name, t})
	}
	g.layouts = append(g.layouts, l)
}

// add appends a part with a name and the type that results for it.
func (l *layout) add(g *gen, p part) {
	if p.name == "" {
		p.name = g.name("q")
	}
	switch {
	case p.sub != nil:
		p.typ = p.sub.typ
		l.most += p.sub.most
	case p.size != noBytes:
		p.typ = bytesType(p.most)
		l.most += p.most + 2
	case p.typ == nil:
		p.typ = intType(p.bits, false)
		l.most += p.bits/8 + 1
	}
	l.parts = append(l.parts, p)
}

// partOf adds a part of whole bytes.
func (g *gen) partOf(l *layout) {
	switch g.r.IntN(8) {
	case 0, 1:
		g.bitFields(l, 8*g.between(1, 3))
	case 2:
		lo := g.r.IntN(3)
		scale, offset := g.between(1, 2), g.r.IntN(3)
		hi := lo + g.between(1, 5)
		l.add(g, part{bits: 8, lo: uint64(lo), hi: uint64(hi)})
		l.add(g, part{size: exactBytes, scale: scale, offset: offset, of: len(l.parts) - 1, most: hi*scale + offset})
	case 3:
		l.add(g, part{size: prefixBytes, most: g.between(0, 12)})
	case 4:
		if subs := g.closed(); len(subs) > 0 {
			l.add(g, part{sub: pick(g, subs), when: g.when(l)})
			return
		}
		fallthrough
	default:
		p := part{bits: pick(g, []int{8, 16, 16, 24, 32, 32, 48, 64}), when: g.when(l)}
		p.little = p.bits > 8 && g.oneIn(3)
		if g.oneIn(3) {
			p.typ = intType(p.bits, true)
		} else {
			g.bound(&p)
		}
		l.add(g, p)
	}
}

// closed lists the layouts that do not extend over the remaining bytes.
func (g *gen) closed() []*layout {
	var out []*layout
	for _, l := range g.layouts {
		if !l.open() && !l.sealed() {
			out = append(out, l)
		}
	}
	return out
}

// sealed reports whether a layout has a field that is computed from other fields.
func (l *layout) sealed() bool {
	return slices.ContainsFunc(l.parts, func(p part) bool { return p.seal != noSeal })
}

func (l *layout) open() bool {
	if len(l.parts) == 0 {
		return false
	}
	last := l.parts[len(l.parts)-1]
	return last.size == restBytes || last.sub != nil && last.sub.open()
}

// bitFields divides some bytes into bit fields.
func (g *gen) bitFields(l *layout, left int) {
	for left > 0 {
		p := part{bits: g.between(1, min(left, 12))}
		for _, e := range g.enums {
			if e.bits > 0 && e.bits <= left && g.oneIn(2) {
				p.bits, p.typ = e.bits, e
			}
		}
		switch {
		case p.typ != nil:
		case g.oneIn(6):
			p.name = "_"
		case g.oneIn(6):
			p.typ = intType(p.bits, true)
		default:
			g.bound(&p)
		}
		left -= p.bits
		l.add(g, p)
	}
}

// bound sometimes makes a number fixed or gives it bounds.
func (g *gen) bound(p *part) {
	top := uint64(1)<<min(p.bits, 20) - 1
	switch {
	case g.oneIn(7):
		p.lo = g.r.Uint64N(top + 1)
		p.hi, p.fixed = p.lo, true
	case g.oneIn(4):
		p.lo = g.r.Uint64N(top + 1)
		p.hi = p.lo + g.r.Uint64N(top-p.lo+1)
	}
}

// The function `when` makes a part optional in some cases. The condition uses an earlier
// number that is always present.
func (g *gen) when(l *layout) *condition {
	if !g.oneIn(3) {
		return nil
	}
	for i := len(l.parts) - 1; i >= 0; i-- {
		p := l.parts[i]
		if p.bits > 0 && p.bits < 20 && p.name != "_" && p.when == nil && p.typ.sort == intSort && !p.typ.signed {
			return &condition{i, pick(g, []string{"==", "!=", "<", ">="}), g.r.Uint64N(uint64(1)<<min(p.bits, 3)-1) + 1}
		}
	}
	return nil
}

func (p *part) text(l *layout) string {
	t := ""
	switch {
	case p.size == exactBytes:
		t = fmt.Sprintf("bytes<%s * %d + %d>", l.parts[p.of].name, p.scale, p.offset)
	case p.size == prefixBytes:
		t = fmt.Sprintf("bytes<..%d>", p.most)
	case p.size == restBytes:
		t = fmt.Sprintf("bytes<*..%d>", p.most)
	default:
		t = p.typ.name
	}
	t = p.name + ": " + t
	if p.little {
		t += " little"
	}
	if p.fixed {
		t += fmt.Sprintf(" = %d", p.lo)
	} else if p.hi > 0 {
		t += fmt.Sprintf(" in %d..=%d", p.lo, p.hi)
	}
	t += sealWords[p.seal]
	if p.when != nil {
		t += fmt.Sprintf(" when %s %s %d", l.parts[p.when.of].name, p.when.op, p.when.k)
	}
	return t
}

// bits is a message under construction, most significant bit first.
type bits struct {
	data []byte
	n    int
}

func (b *bits) write(v uint64, n int) {
	for i := n - 1; i >= 0; i-- {
		if b.n%8 == 0 {
			b.data = append(b.data, 0)
		}
		b.data[b.n/8] |= byte(v>>i&1) << (7 - b.n%8)
		b.n++
	}
}

// message writes a random message that parse accepts.
func (g *gen) message(l *layout, b *bits) {
	values := make([]uint64, len(l.parts))
	start, sum := len(b.data), -1
	for i := range l.parts {
		p := &l.parts[i]
		if p.when != nil && !p.when.holds(values[p.when.of]) {
			continue
		}
		switch {
		case p.sub != nil:
			g.message(p.sub, b)
		case p.seal == crcSeal:
			b.write(uint64(crc32.ChecksumIEEE(b.data[start:])), p.bits)
		case p.seal == sumSeal:
			sum = len(b.data)
			b.write(0, p.bits)
		case p.size == exactBytes:
			g.noise(b, int(values[p.of])*p.scale+p.offset)
		case p.size == prefixBytes:
			n := g.r.IntN(p.most + 1)
			b.write(uint64(n), 16)
			g.noise(b, n)
		case p.size == restBytes:
			g.noise(b, g.r.IntN(p.most+1))
		default:
			values[i] = g.number(p)
			g.put(b, values[i], p)
		}
	}
	if sum >= 0 {
		binary.BigEndian.PutUint16(b.data[sum:], inetSum(b.data[start:]))
	}
}

// inetSum computes the Internet checksum of bytes (RFC 1071).
func inetSum(b []byte) uint16 {
	s := uint32(0)
	for i, x := range b {
		s += uint32(x) << (8 - i%2*8)
	}
	for s > 0xffff {
		s = s&0xffff + s>>16
	}
	return ^uint16(s)
}

// number returns a random value that a part accepts.
func (g *gen) number(p *part) uint64 {
	switch {
	case p.fixed || p.hi > 0:
		return p.lo + g.r.Uint64N(p.hi-p.lo+1)
	case p.typ.sort == enumSort:
		return g.r.Uint64N(uint64(len(p.typ.variants)))
	}
	return g.edge(intType(p.bits, false)).Uint64()
}

func (g *gen) put(b *bits, v uint64, p *part) {
	if !p.little {
		b.write(v, p.bits)
		return
	}
	for i := 0; i < p.bits; i += 8 {
		b.write(v>>i&0xff, 8)
	}
}

func (g *gen) noise(b *bits, n int) {
	for range n {
		b.write(g.r.Uint64N(256), 8)
	}
}

// parsed makes an expression that parses a message from bytes. It returns nil if no bytes are
// available.
func (g *gen) parsed() *node {
	g.b.pure++
	defer func() { g.b.pure-- }()
	x := g.readable(func(t *typ) bool { return t.sort == bytesSort || t.sort == sliceSort && t.elem.name == "u8" })
	if x == nil || len(g.layouts) == 0 {
		return nil
	}
	l := pick(g, g.layouts)
	return expr(optionType(l.typ), l.name+".parse($)", x)
}
