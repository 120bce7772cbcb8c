package gates

// few is a number of lanes. For up to this number, bits are moved one by one. For more
// lanes, a transposition is faster.
const few = 2

// gather reads a group of slots as one word per lane.
func (s *State) gather(bits []uint16, out *[MaxLanes]uint64) {
	if s.lanes <= few {
		for l := range s.lanes {
			out[l] = s.Get(bits, l)
		}
		return
	}
	h, low := heightOf(min(s.lanes, len(bits)))
	var rows [MaxLanes]uint64
	if s.lanes < len(bits) { // a row for each lane
		for i, b := range bits {
			rows[i&(h-1)] |= s.slots[b] & low << (i &^ (h - 1))
		}
		transpose(rows[:h])
		copy(out[:s.lanes], rows[:])
		return
	}
	for i, b := range bits {
		rows[i] = s.slots[b]
	}
	transpose(rows[:h])
	for l := range s.lanes {
		out[l] = rows[l&(h-1)] >> (l &^ (h - 1)) & low
	}
}

// scatter writes one word per lane to a group of slots, in the lanes of mask.
func (s *State) scatter(bits []uint16, words *[MaxLanes]uint64, mask uint64) {
	if s.lanes <= few {
		for l := range s.lanes {
			if mask>>l&1 == 1 {
				s.Set(bits, l, words[l])
			}
		}
		return
	}
	h, low := heightOf(min(s.lanes, len(bits)))
	var rows [MaxLanes]uint64
	if s.lanes < len(bits) { // a row for each lane
		mask &= s.live
		copy(rows[:], words[:s.lanes])
		transpose(rows[:h])
		for i, b := range bits {
			s.slots[b] ^= (s.slots[b] ^ rows[i&(h-1)]>>(i&^(h-1))) & mask
		}
		return
	}
	for l, w := range words[:s.lanes] {
		rows[l&(h-1)] |= w & low << (l &^ (h - 1))
	}
	transpose(rows[:h])
	for i, b := range bits {
		s.slots[b] ^= (s.slots[b] ^ rows[i]) & mask
	}
}

// fetch reads the word of a port in every lane.
func (s *State) fetch(p *port, out *[MaxLanes]uint64) {
	var at [MaxLanes]uint64
	s.gather(p.addr, &at)
	words := s.mems[p.mem]
	if s.wide[p.mem] == 1 {
		for l := range s.lanes {
			out[l] = words[at[l]]
		}
		return
	}
	for l := range s.lanes {
		out[l] = words[int(at[l])*s.lanes+l]
	}
}

// write performs the write of a port in the lanes that enable it.
func (s *State) write(p *writePort) {
	en := s.slots[p.enable] & s.live
	if en == 0 {
		return
	}
	var at, data, lanes [MaxLanes]uint64
	s.gather(p.addr, &at)
	s.gather(p.data, &data)
	s.gather(p.lanes, &lanes)
	words := s.mems[p.mem]
	step := len(p.data) / len(p.lanes)
	for l := range s.lanes {
		if en>>l&1 == 1 {
			word := &words[int(at[l])*s.lanes+l]
			*word ^= (*word ^ data[l]) & spread(lanes[l], len(p.lanes), step)
		}
	}
}

// spread expands each of n bits to step bits.
func spread(bits uint64, n, step int) uint64 {
	var mask uint64
	for i := range n {
		if bits>>i&1 == 1 {
			mask |= (1<<step - 1) << (i * step)
		}
	}
	return mask
}

// heightOf returns the smallest number of matrix rows that can hold n bits of each lane, or the
// words of n lanes. The second result is a mask with one bit for each row. An address has only
// few bits, and a few lanes have only few words, so a matrix with few rows is often enough. The
// other dimension then is a number of such matrices side by side.
func heightOf(n int) (h int, low uint64) {
	for h = 8; h < n; {
		h *= 2
	}
	return h, 1<<h - 1
}

// transpose exchanges rows and columns of bit matrices with h rows. 64/h such matrices are side
// by side in m. In each step, transpose swaps two quarters of each square block. The next step
// takes blocks of half the size (Warren, Hacker's Delight, 7-3).
func transpose(m []uint64) {
	j := len(m) / 2
	mask := ^uint64(0) / (1<<j + 1)
	for ; j != 0; j >>= 1 {
		for k := 0; k < len(m); k = (k + j + 1) &^ j {
			t := (m[k]>>j ^ m[k+j]) & mask
			m[k] ^= t << j
			m[k+j] ^= t
		}
		mask ^= mask << (j >> 1)
	}
}
