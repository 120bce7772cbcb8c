package ice40

import (
	"github.com/sinter-lang/sinter/ir/gate"
)

// A block has 4,096 bits in one of four shapes.
const (
	blockBits   = 4096
	rowBits     = 16 // bits in a row of the internal array
	rowAddress  = 8
	maxAddrBits = 11
)

// modeOf returns the shape of a block, as the number of its mode. This is the shape with the
// widest words among the shapes with enough words. Mode 0 has 256 words of 16 bits, and mode 3
// has 2,048 words of 2 bits.
func modeOf(addrBits int) int { return max(0, addrBits-rowAddress) }

// widthOf is the number of bits of a word in a mode.
func widthOf(mode int) int { return rowBits >> mode }

// pinOf is the data pin of bit i of a word.
func pinOf(mode, i int) int { return i<<mode + [4]int{0, 0, 1, 3}[mode] }

// block is one block RAM that serves one read port. The block holds bits low to high-1 of a
// memory's words.
type block struct {
	mem       *gate.Mem[gate.Net]
	port      int
	low, high int
	lane      int
}

func (b *block) mode() int { return modeOf(b.mem.AddrBits) }

// blocksOf cuts a memory into blocks, separately for each read port. In all modes except 0, a
// block lies within one lane.
func blocksOf(m *gate.Mem[gate.Net]) []block {
	var out []block
	lane := m.Width / m.Lanes
	width := widthOf(modeOf(m.AddrBits))
	for port := range m.Reads {
		for low := 0; low < m.Width; {
			high := min(low+width, m.Width)
			if end := (low/lane + 1) * lane; m.Lanes > 1 && modeOf(m.AddrBits) > 0 {
				high = min(high, end)
			}
			out = append(out, block{m, port, low, high, low / lane})
			low = high
		}
	}
	return out
}

// contents returns the rows of a block's internal array. Bit i of the word at address a is in
// row a modulo 256.
func (b *block) contents() [blockBits / rowBits]uint16 {
	var rows [blockBits / rowBits]uint16
	mode := b.mode()
	for a, w := range b.mem.Init {
		for i := range b.high - b.low {
			if w>>(b.low+i)&1 == 1 {
				rows[a%len(rows)] |= 1 << (i<<mode + a/len(rows))
			}
		}
	}
	return rows
}
