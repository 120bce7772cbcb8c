package world

// A Feed gives the frames of captures, which it reads during the run. So a capture may be
// larger than memory. Each world reads the files separately.
type Feed struct {
	captures []Capture
	first    int64  // the earliest timestamp, which is time 0
	last     uint64 // the time of the last frame
	frames   int    // number of frames
}

// newFeed reads the captures once. newFeed finds errors in the captures, the first timestamp,
// the number of frames and the time of the last frame.
func newFeed(devices []string, captures []Capture) (*Feed, error) {
	f := &Feed{captures: captures}
	latest := int64(0)
	for i := range captures {
		c := &captures[i]
		if c.Device < 0 || c.Device >= len(devices) {
			return nil, captureErrorf(c.Name, "there is no device %d for it", c.Device)
		}
		n, first, last, err := readOnce(c)
		if err != nil {
			return nil, err
		}
		if n > 0 && (f.frames == 0 || first < f.first) {
			f.first = first
		}
		if n > 0 && (f.frames == 0 || last > latest) {
			latest = last
		}
		f.frames += n
	}
	f.last = uint64(latest - f.first)
	return f, nil
}

// readOnce reads a capture to its end. It returns the number of records, the first timestamp
// and the latest timestamp.
func readOnce(c *Capture) (n int, first, latest int64, err error) {
	r, err := newRecords(c)
	if err != nil {
		return 0, 0, 0, err
	}
	defer r.close()
	for {
		f, ok, err := r.look()
		if err != nil || !ok {
			return n, first, latest, err
		}
		if n == 0 {
			first, latest = f.stamp, f.stamp
		}
		latest = max(latest, f.stamp)
		n++
	}
}

// First keeps only the first n messages.
func (s *Script) First(n int) error {
	s.Inputs = s.Inputs[:min(n, len(s.Inputs))]
	if s.Feed == nil || n >= s.Feed.frames {
		return nil
	}
	f := *s.Feed
	f.frames, f.last = n, 0
	all := f.start()
	defer all.close()
	for in := all.head(); in != nil; in = all.head() {
		f.last = in.Time
		all.pop()
	}
	s.Feed = &f
	return all.err
}

// Whole reads all captures that a run would read step by step. After that, Inputs has all
// inputs, for callers that need all inputs at once.
func (s *Script) Whole() error {
	if s.Feed == nil {
		return nil
	}
	w := New(s)
	defer w.Close()
	var all []Input
	for w.upcoming() != nil {
		all = append(all, w.pull())
	}
	if err := w.Err(); err != nil {
		return err
	}
	s.Inputs, s.Feed = all, nil
	return nil
}

// later reports whether the frames are read during the run.
func (f *Feed) later() bool {
	for i := range f.captures {
		if f.captures[i].Open != nil {
			return true
		}
	}
	return false
}

// feeding is the state of a feed during a run. It merges the frames of the captures.
type feeding struct {
	left    int // number of frames left
	first   int64
	streams []*stream
	best    *stream // the stream that has the next frame; nil: not known
	err     error
}

// stream is one of the merged captures.
type stream struct {
	device int
	r      *records
	head   Input
	latest int64
	over   bool
}

// start begins to read at the first frame.
func (f *Feed) start() *feeding {
	all := &feeding{left: f.frames, first: f.first}
	for i := range f.captures {
		r, err := newRecords(&f.captures[i])
		if err != nil {
			all.fail(err)
			return all
		}
		s := &stream{device: f.captures[i].Device, r: r}
		all.streams = append(all.streams, s)
		all.advance(s)
	}
	return all
}

// fail ends the feed early, because a file has changed since the run began.
func (f *feeding) fail(err error) {
	if f.err == nil {
		f.err = err
	}
	f.left = 0
	f.close()
}

func (f *feeding) close() {
	for _, s := range f.streams {
		s.r.close()
	}
}

// advance reads the next frame of a stream.
func (f *feeding) advance(s *stream) {
	r, ok, err := s.r.next()
	switch {
	case err != nil:
		f.fail(err)
	case !ok:
		s.over = true
		s.r.close()
	default:
		if s.latest = max(s.latest, r.stamp); s.r.n == 1 {
			s.latest = r.stamp
		}
		s.head = Input{Time: uint64(s.latest) - uint64(f.first), Device: s.device, Data: r.data}
	}
}

// head returns the next frame, or nil at the end.
func (f *feeding) head() *Input {
	if f.best == nil && f.left > 0 {
		for _, s := range f.streams {
			if !s.over && (f.best == nil || compareInputs(s.head, f.best.head) < 0) {
				f.best = s
			}
		}
		if f.best == nil {
			f.fail(captureErrorf(f.streams[0].r.c.Name, "it has become shorter while it was read"))
		}
	}
	if f.left == 0 || f.best == nil {
		return nil
	}
	return &f.best.head
}

// pop removes the next frame.
func (f *feeding) pop() {
	s := f.best
	f.best = nil
	if f.left--; f.left == 0 {
		f.close()
		return
	}
	f.advance(s)
}
