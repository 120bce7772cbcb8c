package riscv

// pairs is a set of unordered pairs of registers: a hash table with open addressing. The size
// of the table depends on the number of pairs, and not on the square of the number of
// registers.
type pairs struct {
	slots []uint64 // 0: free; registers are counted from 1
	used  int
}

func newPairs() *pairs { return &pairs{slots: make([]uint64, 1<<10)} }

func keyOf(x, y reg) uint64 {
	if x > y {
		x, y = y, x
	}
	return uint64(x)<<32 | uint64(y)
}

// find returns the slot of key, or the free slot for it.
func (p *pairs) find(key uint64) int {
	mask := len(p.slots) - 1
	at := int(key*0x9e3779b97f4a7c15>>32) & mask
	for p.slots[at] != 0 && p.slots[at] != key {
		at = (at + 1) & mask
	}
	return at
}

func (p *pairs) has(x, y reg) bool { return p.slots[p.find(keyOf(x, y))] != 0 }

// add adds a pair. It reports whether the pair is new.
func (p *pairs) add(x, y reg) bool {
	key := keyOf(x, y)
	at := p.find(key)
	if p.slots[at] != 0 {
		return false
	}
	p.slots[at] = key
	if p.used++; 2*p.used > len(p.slots) {
		p.grow()
	}
	return true
}

func (p *pairs) grow() {
	old := p.slots
	p.slots = make([]uint64, 2*len(old))
	for _, key := range old {
		if key != 0 {
			p.slots[p.find(key)] = key
		}
	}
}
