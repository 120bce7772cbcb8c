package eval

import "github.com/sinter-lang/sinter/lang/tree"

// sumOf computes the checksum of bytes.
func sumOf(kind tree.SealKind, data []uint64) uint64 {
	if kind == tree.InetSum {
		return inetSum(data)
	}
	return crc(data, 0xedb88320)
}

// crc computes a 32-bit cyclic redundancy check with a reflected polynomial. It works bit by
// bit, least significant bit first. The initial value is all ones and the result is inverted.
func crc(data []uint64, poly uint64) uint64 {
	sum := uint64(0xffffffff)
	for _, b := range data {
		sum ^= b
		for range 8 {
			if sum&1 != 0 {
				sum = sum>>1 ^ poly
			} else {
				sum >>= 1
			}
		}
	}
	return sum ^ 0xffffffff
}

// inetSum computes the Internet checksum of RFC 1071.
func inetSum(data []uint64) uint64 {
	sum := uint64(0)
	for i := 0; i < len(data); i += 2 {
		sum += data[i] << 8
		if i+1 < len(data) {
			sum += data[i+1]
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^sum & 0xffff
}

// sealOfAll compiles the check of a seal (a checksum field) that covers all bytes of a
// layout. The check runs after all fields have been parsed.
func sealOfAll(d *tree.LayoutDef) fieldCode {
	k := d.SealedField()
	if k < 0 || !d.Fields[k].All {
		return func(*machine, *reader, int) bool { return true }
	}
	f := &d.Fields[k]
	return func(m *machine, r *reader, dst int) bool {
		data := append([]uint64(nil), m.mem[r.at+r.start:r.at+r.bit/8]...)
		clear(data[f.At : f.At+f.Bits/8])
		return sumOf(f.Seal, data) == m.mem[dst+f.Offset]
	}
}
