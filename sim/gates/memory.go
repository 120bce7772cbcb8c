package gates

// few is the largest number of lanes for which bits are moved one by one. For more lanes a
// whole 64x64 transposition is cheaper.
const few = 6

// gather reads a group of slots as one word per lane.
func (s *State) gather(bits []uint16, out *[MaxLanes]uint64) {
	if s.lanes <= few {
		for l := range s.lanes {
			out[l] = s.Get(bits, l)
		}
		return
	}
	*out = [MaxLanes]uint64{}
	for i, b := range bits {
		out[i] = s.slots[b]
	}
	transpose(out)
}

// scatter writes one word per lane to a group of slots, in the lanes of mask.
// It may change words.
func (s *State) scatter(bits []uint16, words *[MaxLanes]uint64, mask uint64) {
	if s.lanes <= few {
		for l := range s.lanes {
			if mask>>l&1 == 1 {
				s.Set(bits, l, words[l])
			}
		}
		return
	}
	transpose(words)
	for i, b := range bits {
		s.slots[b] ^= (s.slots[b] ^ words[i]) & mask
	}
}

// fetch reads a port's word in every lane.
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

// write does the write of a port in the lanes that enable it.
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

// spread widens each of n bits to step bits.
func spread(bits uint64, n, step int) uint64 {
	var mask uint64
	for i := range n {
		if bits>>i&1 == 1 {
			mask |= (1<<step - 1) << (i * step)
		}
	}
	return mask
}

// transpose exchanges rows and columns of a 64x64 bit matrix by swapping
// quarters of halving size (Warren, Hacker's Delight, 7-3).
func transpose(m *[MaxLanes]uint64) {
	mask := uint64(0x00000000FFFFFFFF)
	for j := 32; j != 0; j >>= 1 {
		for k := 0; k < 64; k = (k + j + 1) &^ j {
			t := (m[k]>>j ^ m[k+j]) & mask
			m[k] ^= t << j
			m[k+j] ^= t
		}
		mask ^= mask << (j >> 1)
	}
}
