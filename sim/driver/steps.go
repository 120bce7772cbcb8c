package driver

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/eval"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim/world"
)

// Do executes a step of the body. If the step waits, Do waits too. After a failure, Do does
// nothing.
func (r *run) Do(e *eval.Effect) {
	if e.Kind == eval.TickEffect {
		r.ticks++
		if r.ticks > maxTicks {
			r.fail(r.test.Span, "its body never terminates")
			panic(stopped{})
		}
	}
	if e.Kind == eval.NowEffect && r.world != nil {
		e.Time = r.world.Now()
	}
	if e.Kind != eval.StepEffect {
		return // log lines of the test body itself are dropped
	}
	switch s := e.Step.(type) {
	case *tree.Expect:
		r.expected(s, e.Sides)
	case *tree.Fail:
		r.fail(s.At, "%s", s.Why)
	case *tree.Start:
		r.epoch = s.Epoch
	case *tree.Put:
		r.put(s, e)
	case *tree.Answer:
		r.answer(s, e)
	case *tree.Able:
		r.able(s, e.Words)
	case *tree.Pass:
		r.within = ticks(e.Words[0])
		r.pause(forTime)
	case *tree.Quiet:
		r.quiet(s, ticks(e.Words[0]))
	case *tree.Crash:
		r.crash(s, e.Cells)
	case *tree.Take:
		r.take(s, e)
	case *tree.Unflushed:
		r.settle()
		for i := range e.Cells {
			e.Cells[i] = 0
			if r.disks[s.Dev].IsUnflushed(i) {
				e.Cells[i] = 1
			}
		}
	case *tree.Sector:
		r.settle()
		for i, v := range r.disks[s.Dev].Sector(int(e.Words[0])) {
			e.Cells[i] = uint64(v)
		}
	case *tree.Choose:
		r.choose(s, e)
	case *tree.ChooseBytes:
		e.Data = make([]byte, e.Words[0])
		for i := range e.Data {
			e.Data[i] = byte(r.opts.Draws.draw(255))
		}
		r.chose(s.At, s.T, bytesCells(e.Data))
		r.outcome.Chosen = append(r.outcome.Chosen, append([]byte{0}, e.Data...))
	case *tree.ChooseSubset:
		for i, member := range e.Cells {
			if member != 0 {
				e.Cells[i] = r.opts.Draws.draw(1)
			}
		}
		r.chose(s.At, s.T, e.Cells)
	}
	if r.failure != nil {
		panic(stopped{})
	}
}

// maxTicks bounds the work of a test body, in slices of lang/eval.
const maxTicks = 1 << 14

// expected fails the test because an expect statement does not hold.
func (r *run) expected(s *tree.Expect, sides [][]uint64) {
	if s.L == nil {
		r.fail(s.At, "this does not hold")
		return
	}
	l, right := Show(s.L.Type, sides[0]), Show(s.R.Type, sides[1])
	if eq, ok := s.Cond.(*tree.Equal); ok && !eq.Ne {
		r.fail(s.At, "got %s, expected %s", l, right)
		return
	}
	r.fail(s.At, "this does not hold: left is %s, right is %s", l, right)
}

func (r *run) put(s *tree.Put, e *eval.Effect) {
	m := message{s.Dev, e.Data}
	kind := r.test.Devices[s.Dev].Kind
	if port.ShapeOf(kind) == port.Level {
		m.data = world.LevelData(e.Words[0], port.Find(kind).Bytes())
	} else if b := r.buses[s.Dev]; b != nil {
		b.Source().Give(e.Data)
		return
	} else if port.HeadOf(kind) > 0 {
		m.data = withPeer(e.Words[0], e.Data)
	} else if len(e.Data) == 0 {
		r.fail(s.At, "a %s is not empty", map[bool]string{true: "piece of a stream", false: "frame"}[port.ShapeOf(kind) == port.Stream])
		return
	}
	if r.machine == nil {
		r.early = append(r.early, m)
		return
	}
	r.arrive(m)
}

// answer sets the answer that the device on a bus gives from now on to certain sent bytes. The
// first word of the effect is the number of these bytes. The data of the effect are the sent
// bytes and then the answer.
func (r *run) answer(s *tree.Answer, e *eval.Effect) {
	if n := e.Words[0]; n == 0 && port.Find(r.test.Devices[s.Dev].Kind).Silent {
		r.fail(s.At, "what is sent begins with the address of the device")
	} else {
		r.buses[s.Dev].Add(world.Answer{Sent: e.Data[:n], Data: e.Data[n:]})
	}
}

// able sets whether a disk can do a command from now on. `words` holds 1 if the disk can do the
// command, else 0, and then the sector if the command has one. The disk first handles the
// commands that have arrived already.
func (r *run) able(s *tree.Able, words []uint64) {
	r.settle()
	sector := uint64(0)
	if len(words) > 1 {
		sector = words[1]
	}
	r.disks[s.Dev].AbleTo(s.Does, uint32(sector), words[0] != 0)
}

// isStream reports whether a device of the test transfers single bytes.
func (r *run) isStream(dev int) bool {
	return port.ShapeOf(r.test.Devices[dev].Kind) == port.Stream
}

// listen waits for the next message of a device. listen returns false if no message comes in time.
func (r *run) listen(dev int, within uint64) bool {
	r.within, r.dev = within, dev
	if len(*r.queue(dev)) > 0 {
		return true
	}
	r.pause(forMessage)
	return !r.silent
}

func (r *run) quiet(s *tree.Quiet, within uint64) {
	if r.listen(s.Dev, within) {
		if port.ShapeOf(r.test.Devices[s.Dev].Kind) == port.Level {
			r.fail(s.At, "expected no change, got %t", world.LevelOf(r.sent[s.Dev][0].data) != 0)
			return
		}
		r.fail(s.At, "expected nothing, got %s", quoted(bytesCells(r.sent[s.Dev][0].data)[1:]))
	}
}

func (r *run) take(x *tree.Take, e *eval.Effect) {
	within := ticks(e.Words[0])
	if !r.listen(x.Dev, within) {
		r.fail(x.At, "nothing came from `%s` within %s", r.nameOf(x.Dev), ticksText(int64(within)))
		return
	}
	list := r.queue(x.Dev)
	m := (*list)[0]
	*list = (*list)[1:]
	for x.Dev != tree.LogOfTest && r.isStream(x.Dev) && len(*list) > 0 && len(m.data) < e.Limit {
		m.data, *list = append(slices.Clone(m.data), (*list)[0].data...), (*list)[1:]
	}
	if x.T.Kind == tree.Bool {
		e.Cells[0] = world.LevelOf(m.data)
		return
	}
	e.Data = m.data
	if x.Dev != tree.LogOfTest && port.HeadOf(r.test.Devices[x.Dev].Kind) > 0 {
		peer := binary.LittleEndian.Uint64(m.data)
		e.Data = m.data[peerSize:]
		if x.To != nil && e.Words[1] != peer {
			r.fail(x.At, "the datagram went to %d, expected it to go to %d", peer, e.Words[1])
		}
	}
	if len(e.Data) > e.Limit {
		r.fail(x.At, "a message of %d bytes; a test takes at most %d", len(e.Data), e.Limit)
		e.Data = nil
	}
}

// ticks converts a duration to ticks. A negative duration becomes 0.
func ticks(d uint64) uint64 { return uint64(max(int64(d), 0)) }

// crash stops the tasks. Unflushed writes to disks are kept, except in the sectors that the
// crash loses.
func (r *run) crash(s *tree.Crash, lost []uint64) {
	r.settle()
	r.pause(forCrash)
	for i, d := range r.disks {
		if d != nil {
			d.Crash(func(sector int) bool { return i == s.Dev && s.Losing != nil && lost[sector] != 0 })
		}
	}
	r.machine = nil
	clear(r.sent)
}

// choose draws a number. With bounds, a draw of 0 stands for the lower bound. Without bounds,
// the draws 0, 1, 2, 3 stand for the values 0, -1, 1, -2 of a signed type, and for themselves
// otherwise.
func (r *run) choose(x *tree.Choose, e *eval.Effect) {
	if x.Lo == nil {
		bits, signed := x.T.Word()
		v := r.opts.Draws.draw(^uint64(0) >> (64 - bits))
		if signed {
			v = v>>1 ^ -(v & 1)
		}
		e.Cells[0] = v
	} else {
		lo, hi := e.Words[0], e.Words[1]
		if _, signed := x.T.Word(); signed && int64(lo) > int64(hi) || !signed && lo > hi {
			r.fail(x.At, "there is no number to choose: the least is above the largest")
			return
		}
		e.Cells[0] = lo + r.opts.Draws.draw(hi-lo)
	}
	r.chose(x.At, x.T, e.Cells)
	r.outcome.Chosen = append(r.outcome.Chosen, binary.LittleEndian.AppendUint64(nil, e.Cells[0]))
}

// chose records the value of a generator.
func (r *run) chose(at diag.Span, t *tree.Type, cells []uint64) {
	text := at.File.Text[at.Start:at.End]
	r.chosen = append(r.chosen, note{at, fmt.Sprintf("%s = %s", text, Show(t, cells))})
}

// bytesCells converts bytes to the cells of bytes<n>.
func bytesCells(data []byte) []uint64 {
	cells := make([]uint64, 1+len(data))
	cells[0] = uint64(len(data))
	for i, v := range data {
		cells[1+i] = uint64(v)
	}
	return cells
}
