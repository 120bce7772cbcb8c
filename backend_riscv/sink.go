package riscv

// sinkLoads moves each load down to its first use in the block. Otherwise the results of all
// loads of a long sum would occupy registers at the same time, until the additions use them. A
// load does not move past a store, a call, the access of a port, or a new definition of the
// load's address register.
func (f *fn) sinkLoads() {
	for _, b := range f.blocks {
		for k := len(b.insts) - 1; k >= 0; k-- {
			if i := b.insts[k]; i.isLoad() {
				b.sink(k)
			}
		}
	}
}

func (i *inst) isLoad() bool {
	return i.code == cLine && i.rule.Line.Meaning.Load != nil && !i.still
}

// blocksLoads reports whether i stops loads from moving past it.
func (i *inst) blocksLoads() bool {
	switch i.code {
	case cLine:
		return i.rule.Line.Meaning.Store != nil || i.still
	case cMove, cConst, cBranch:
		return false
	}
	return true
}

// sink moves the load at index k down as far as this saves registers.
func (b *block) sink(k int) {
	load := b.insts[k]
	to := k
	for n := k + 1; n < b.tail(); n++ {
		i := b.insts[n]
		if i.blocksLoads() || i.touches(load) {
			break
		}
		to = n
	}
	if to+1 >= len(b.insts) || !b.insts[to+1].reads(load.rd) {
		return // the result is not needed soon, but the address may be
	}
	copy(b.insts[k:to], b.insts[k+1:to+1])
	b.insts[to] = load
}

func (i *inst) reads(r reg) bool {
	found := false
	i.uses(func(u *reg) { found = found || *u == r })
	return found
}

// touches reports whether i reads or writes the result of the load, or writes its address.
func (i *inst) touches(load *inst) bool {
	found := i.reads(load.rd)
	i.defs(func(d *reg) { found = found || *d == load.rd || *d == load.rs1 || *d == load.rs2 || *d == load.rs3 })
	return found
}
