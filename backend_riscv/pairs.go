package riscv

// pairs is a set of unordered pairs of registers: a table of their numbers with
// open addressing, whose size follows the pairs and not the square of the registers.
type pairs struct {
	slots []uint64 // 0: free; registers count from 1
	used  int
}

func newPairs() *pairs { return &pairs{slots: make([]uint64, 1<<10)} }

func keyOf(x, y reg) uint64 {
	if x > y {
		x, y = y, x
	}
	return uint64(x)<<32 | uint64(y)
}

// find returns where key is, or where it belongs.
func (p *pairs) find(key uint64) int {
	mask := len(p.slots) - 1
	at := int(key*0x9e3779b97f4a7c15>>32) & mask
	for p.slots[at] != 0 && p.slots[at] != key {
		at = (at + 1) & mask
	}
	return at
}

func (p *pairs) has(x, y reg) bool { return p.slots[p.find(keyOf(x, y))] != 0 }

// add reports whether the pair is new.
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
