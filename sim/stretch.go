package sim

// stretch measures the work of a core between two waits. A stretch is the time from the end of
// a wait to the next idle cycle. The work before the first wait is start-up and does not count.
type stretch struct {
	waited bool
	now    uint64
	most   uint64
}

// cycle handles one cycle.
func (s *stretch) cycle(idle bool) {
	if idle {
		s.waited, s.now = true, 0
		return
	}
	s.busy(1)
}

// busy handles n cycles of work.
func (s *stretch) busy(n uint64) {
	if s.waited {
		s.now += n
		s.most = max(s.most, s.now)
	}
}

// Longest returns the largest number of cycles between two waits so far.
func (h *Harness) Longest() uint64 { return h.work.most }
