package gates

// operation is one operation of the program. All fields are slots. In an asynchronous read, a
// is the index of the port.
type operation struct{ dst, a, b, c uint16 }

// run is a sequence of operations of the same kind. The interpreter dispatches once per run,
// not once per operation.
type run struct {
	kind   kind
	lo, hi int
}

// scheduler orders the values of a formula in long runs of the same kind. The scheduler stays
// with a kind as long as a value of that kind is ready.
type scheduler struct {
	f     *formula
	uses  [][]int // for each value: the values that need it
	waits []int   // for each value: number of operands that are not scheduled yet
	ready [kinds][]int
	order []int
}

// schedule returns the needed values in execution order.
func schedule(f *formula, needed []bool) []int {
	s := &scheduler{f: f, uses: make([][]int, len(f.values)), waits: make([]int, len(f.values))}
	for i := range f.values {
		if !needed[i] || f.values[i].kind <= source {
			continue
		}
		for _, o := range operandsOf(f, i) {
			if f.values[o].kind > source {
				s.waits[i]++
				s.uses[o] = append(s.uses[o], i)
			}
		}
		if s.waits[i] == 0 {
			s.push(i)
		}
	}
	s.drain()
	return s.order
}

func (s *scheduler) push(i int) {
	k := s.f.values[i].kind
	s.ready[k] = append(s.ready[k], i)
}

func (s *scheduler) drain() {
	for {
		best := constant
		for k := range kinds {
			if len(s.ready[k]) > len(s.ready[best]) {
				best = k
			}
		}
		if len(s.ready[best]) == 0 {
			return
		}
		for n := 0; n < len(s.ready[best]); n++ {
			s.done(s.ready[best][n])
		}
		s.ready[best] = nil
	}
}

func (s *scheduler) done(i int) {
	s.order = append(s.order, i)
	for _, u := range s.uses[i] {
		if s.waits[u]--; s.waits[u] == 0 {
			s.push(u)
		}
	}
}

// operandsOf lists the values that value i reads. If the value is a data bit of an
// asynchronous read, operandsOf lists the read.
func operandsOf(f *formula, i int) []int {
	v := &f.values[i]
	var out []int
	switch v.kind {
	case read:
		out = append(out, f.addrs[i]...)
	case not:
		out = []int{v.a}
	case mux, muxn:
		out = []int{v.a, v.b, v.c}
	case and, andn, nor, xor:
		out = []int{v.a, v.b}
	}
	for j, o := range out {
		if r, ok := f.after[o]; ok {
			out[j] = r
		}
	}
	return out
}
