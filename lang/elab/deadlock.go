package elab

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/tree"
)

// maxMoves bounds the operations in the abstract run of a system. A system that reaches the
// bound is assumed to repeat itself and never stop.
const maxMoves = 1 << 16

// Deadlock looks for tasks that wait for each other in a circle. If no send or receive depends on
// data, Deadlock runs the system abstractly, and stores only the number of values in each channel.
// A circle of waiting tasks is then an error. Otherwise Deadlock looks for circles of channels,
// and warns about each circle whose tasks receive nothing from outside. It returns one channel of
// each such circle.
func Deadlock(s *tree.System, report Report) []diag.Span {
	if len(s.Chans) == 0 {
		return nil
	}
	r := newAbstractRun(s)
	defer r.close()
	if r.run() {
		r.stopped(report)
		return nil
	}
	return circles(s, report)
}

// maxNotes bounds how many tasks of a circle are shown.
const maxNotes = 10

// move is a send or receive that a task has reached.
type move struct {
	ch   int
	send bool
	at   diag.Span
}

// abstractTask is a task in an abstract run.
type abstractTask struct {
	next  func() (move, bool)
	stop  func()
	now   move // the move that the task has reached
	ended bool
}

// abstractRun is the state of a system in an abstract run. For a channel, it holds only the number
// of values in the channel.
type abstractRun struct {
	sys     *tree.System
	tasks   []*abstractTask
	count   []int
	moves   int
	unknown bool // some task does something that depends on data
}

func (t *abstractTask) advance() {
	var ok bool
	if t.now, ok = t.next(); !ok {
		t.ended = true
	}
}

func (r *abstractRun) close() {
	for _, t := range r.tasks {
		t.stop()
	}
}

// run continues until no task can move. It returns false if the run reaches maxMoves or depends on
// data.
func (r *abstractRun) run() bool {
	for _, t := range r.tasks {
		t.advance()
	}
	for moved := true; moved; {
		moved = false
		for _, t := range r.tasks {
			for !t.ended && !r.unknown && r.do(t) {
				moved = true
				if r.moves++; r.moves > maxMoves {
					return true
				}
			}
		}
		if r.unknown {
			return false
		}
	}
	return true
}

// do executes the move that a task has reached, if the move is possible. A send to a channel of
// capacity 0 is possible if the reader has reached the receive from this channel.
func (r *abstractRun) do(t *abstractTask) bool {
	ch := &r.sys.Chans[t.now.ch]
	reader := r.tasks[ch.Reader]
	switch {
	case t.now.send && ch.Cap == 0:
		if reader.ended || reader.now.send || reader.now.ch != t.now.ch {
			return false
		}
		reader.advance()
	case t.now.send && r.count[t.now.ch] < ch.Cap:
		r.count[t.now.ch]++
	case !t.now.send && r.count[t.now.ch] > 0:
		r.count[t.now.ch]--
	default:
		return false
	}
	t.advance()
	return true
}

// partner is the run that a waiting task waits for.
func (r *abstractRun) partner(k int) int {
	ch := &r.sys.Chans[r.tasks[k].now.ch]
	if r.tasks[k].now.send {
		return ch.Reader
	}
	return ch.Writer
}

// circle returns tasks that wait for each other. Each task waits for the next one in the list. If
// no tasks wait for each other, circle returns nil.
func (r *abstractRun) circle() []int {
	for k := range r.tasks {
		var path []int
		seen := map[int]int{}
		for at := k; !r.tasks[at].ended; at = r.partner(at) {
			if first, ok := seen[at]; ok {
				return path[first:]
			}
			seen[at] = len(path)
			path = append(path, at)
		}
	}
	return nil
}

// stopped reports the circle that stopped an abstract run.
func (r *abstractRun) stopped(report Report) {
	if r.moves > maxMoves {
		return
	}
	circle := r.circle()
	if circle == nil {
		return
	}
	var names []string
	for _, k := range circle {
		names = append(names, r.sys.Runs[k].Name)
	}
	names = append(names, names[0])
	first := r.tasks[circle[0]].now
	e := report.Errorf(codes.Deadlock, first.at, "these tasks wait for each other: %s", round(names)).
		Labelf("%s", r.waitText(circle[0]))
	for _, k := range circle[1:min(len(circle), maxNotes)] {
		e.Note(r.tasks[k].now.at, "%s", r.waitText(k))
	}
	e.Hint("give a channel of the circle more capacity, or let a task receive before it sends")
}

// round shows the names of a circle, but only the first names of a long one.
func round(names []string) string {
	if more := len(names) - 1 - maxNotes; more > 0 {
		names = append(append(append([]string(nil), names[:maxNotes]...), fmt.Sprintf("%d more", more)), names[len(names)-1])
	}
	return strings.Join(names, " -> ")
}

// waitText describes the event that task k waits for.
func (r *abstractRun) waitText(k int) string {
	t, ch := r.tasks[k], &r.sys.Chans[r.tasks[k].now.ch]
	what := fmt.Sprintf("a value in `%s`", ch.Name)
	switch {
	case t.now.send && ch.Cap == 0:
		what = fmt.Sprintf("a receiver at `%s`", ch.Name)
	case t.now.send:
		what = fmt.Sprintf("room in `%s`, capacity %d", ch.Name, ch.Cap)
	}
	return fmt.Sprintf("`%s` waits here for %s", r.sys.Runs[k].Name, what)
}

// circles warns about circles of channels that no outside event can break.
func circles(s *tree.System, report Report) (loops []diag.Span) {
	outside := make([]bool, len(s.Runs))
	for _, d := range s.Devices {
		if d.Run >= 0 && d.Rx {
			outside[d.Run] = true
		}
	}
	for _, x := range s.Sockets {
		if x.Run >= 0 {
			outside[x.Run] = true
		}
	}
	for k := range s.Runs {
		outside[k] = outside[k] || hasTimers(s.Runs[k].Task.Body)
	}
	reported := map[int]bool{}
	for k := range s.Chans {
		path := circleFrom(s, k, outside)
		if path == nil || reported[s.Chans[k].Writer] {
			continue
		}
		var names []string
		for _, run := range path {
			reported[run] = true
			names = append(names, s.Runs[run].Name)
		}
		names = append(names, names[0])
		loops = append(loops, s.Chans[k].Span)
		report.Warn(diag.Warningf(codes.Deadlock, s.Chans[k].Span, "these tasks may come to wait for each other: %s", round(names)).
			Labelf("a channel of the circle").Hint("which task sends or receives depends on data, so the check cannot decide; no device and no timer breaks the circle"))
	}
	return loops
}

// circleFrom finds the shortest path from the reader of a channel back to its writer. This path
// goes only through tasks that receive nothing from outside. circleFrom returns the runs in order,
// beginning with the writer.
func circleFrom(s *tree.System, k int, outside []bool) []int {
	from, to := s.Chans[k].Reader, s.Chans[k].Writer
	if outside[from] || outside[to] {
		return nil
	}
	before := map[int]int{from: -1}
	for queue := []int{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at == to {
			var path []int
			for ; at >= 0; at = before[at] {
				path = append([]int{at}, path...)
			}
			return append(path[len(path)-1:], path[:len(path)-1]...)
		}
		for i := range s.Chans {
			next := s.Chans[i].Reader
			if _, seen := before[next]; s.Chans[i].Writer == at && !seen && !outside[next] {
				before[next] = at
				queue = append(queue, next)
			}
		}
	}
	return nil
}

// hasTimers reports whether a task waits for the clock.
func hasTimers(b *tree.Block) bool {
	found := false
	tree.EachStmt(b, func(s tree.Stmt) {
		if sel, ok := s.(*tree.Select); ok {
			for i := range sel.Arms {
				found = found || sel.Arms[i].Kind == tree.ArmEvery || sel.Arms[i].Kind == tree.ArmAfter
			}
		}
	})
	return found
}
