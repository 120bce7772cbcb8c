package elab

import (
	"fmt"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/tree"
)

// Parallel decides which tasks of a parallel system are threads. A task can be a thread if its
// behaviour depends only on the contents of its channels. It must have no select, no try_ call, no
// now, no device and no remaining trap. The behaviour of such a task does not depend on the order
// in which tasks run (Kahn, 1974). If one task cannot be a thread, no task that is connected to it
// through channels can be a thread, at any distance. For example, a select can observe the
// progress of the neighbours of its task. Parallel warns about each task that keeps other tasks
// from being threads. The map `traps` has one remaining trap site for each function that may trap.
func Parallel(s *tree.System, traps map[*tree.Func]tree.TrapSite, report Report) {
	why := make([]*obstacle, len(s.Runs))
	for k := range s.Runs {
		why[k] = obstacleOf(&s.Runs[k], traps)
	}
	group := groups(s)
	kept := map[int]bool{} // groups that contain a task that cannot be a thread
	for k, o := range why {
		kept[group[k]] = kept[group[k]] || o != nil
	}
	with := map[int]int{} // for each group, the number of tasks of the program
	for k := range s.Runs {
		s.Runs[k].Thread = !kept[group[k]]
		if !s.Runs[k].Service {
			with[group[k]]++
		}
	}
	warned := map[obstacle]bool{}
	for k, o := range why {
		if o == nil || s.Runs[k].Service || warned[*o] {
			continue
		}
		warned[*o] = true
		report.Warn(sequential(&s.Runs[k], o, with[group[k]]-1))
	}
}

// sequential makes the warning about a task that cannot be a thread.
func sequential(r *tree.Run, o *obstacle, others int) *diag.Error {
	w := diag.Warningf(codes.Sequential, o.at, "the task `%s` is not a thread: it has %s here", r.Name, o.what).Note(r.Span, "where it is run")
	switch others {
	case 0:
		return w
	case 1:
		return w.Hint("the task that it shares channels with, if only through others, stays with it")
	}
	return w.Hint("the %d tasks that it shares channels with, if only through others, stay with it", others)
}

// obstacle is a reason why a task cannot be a thread.
type obstacle struct {
	what string
	at   diag.Span
}

// obstacleOf finds the first obstacle of a task, or nil.
func obstacleOf(r *tree.Run, traps map[*tree.Func]tree.TrapSite) *obstacle {
	if r.Service {
		return &obstacle{"the network", r.Span}
	}
	for i, b := range r.Args {
		if b.Kind == tree.BindDevice || b.Kind == tree.BindSocket {
			return &obstacle{"a device", r.Task.Params[i].Span}
		}
	}
	f := finder{traps: traps, seen: map[*tree.Func]bool{}}
	f.function(r.Task)
	return f.found
}

// finder looks for an obstacle in the functions of a task.
type finder struct {
	traps map[*tree.Func]tree.TrapSite
	seen  map[*tree.Func]bool
	found *obstacle
}

func (f *finder) note(what string, at diag.Span) {
	if f.found == nil {
		f.found = &obstacle{what, at}
	}
}

func (f *finder) function(fn *tree.Func) {
	if f.seen[fn] {
		return
	}
	f.seen[fn] = true
	tree.EachStmt(fn.Body, func(s tree.Stmt) {
		if _, ok := s.(*tree.Select); ok {
			f.note("a select", s.Span())
		}
		for _, x := range tree.Heads(s) {
			tree.Walk(x, f.expr)
		}
	})
	if t, ok := f.traps[fn]; ok {
		f.note(fmt.Sprintf("a trap that is left (%s)", t.Code), t.Span)
	}
}

func (f *finder) expr(x tree.Expr) {
	switch x := x.(type) {
	case *tree.Now:
		f.note("a now()", x.Span())
	case *tree.TryRecv:
		f.note("a try_recv", x.Span())
	case *tree.TrySend:
		f.note("a try_send", x.Span())
	case *tree.Call:
		f.function(x.Func)
	}
}

// groups gives each run the number of the first run in its group. Channels connect the runs of a
// group.
func groups(s *tree.System) []int {
	group := make([]int, len(s.Runs))
	for k := range group {
		group[k] = k
	}
	for again := true; again; {
		again = false
		for _, c := range s.Chans {
			if c.Writer < 0 || c.Reader < 0 {
				continue
			}
			if low := min(group[c.Writer], group[c.Reader]); group[c.Writer] != low || group[c.Reader] != low {
				group[c.Writer], group[c.Reader], again = low, low, true
			}
		}
	}
	return group
}
