package explore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Units groups the points that share an image and differ only in choices of the hardware
// generator. A worker claims one unit at a time.
func (m *Manifest) Units(points []int) [][]int {
	var out [][]int
	unitByName := map[string]int{}
	for _, i := range points {
		e := &m.Points[i]
		name := []string{fmt.Sprint(e.Program)}
		for k, a := range m.Axes {
			if a.Name != Organisation && a.Name != Shifter {
				name = append(name, e.Values[k])
			}
		}
		key := quote(name)
		if _, ok := unitByName[key]; !ok {
			unitByName[key] = len(out)
			out = append(out, nil)
		}
		out[unitByName[key]] = append(out[unitByName[key]], i)
	}
	return out
}

// Kinds of failures.
const (
	Differs = "difference" // the run differs from the reference run
	Refused = "refused"    // the point cannot be made, as the message says
	Fault   = "fault"      // an error of the tool or of an outside tool
)

// Failure is a point without a result.
type Failure struct {
	Index   int    `json:"index"` // of the point in the manifest
	Point   string `json:"point"`
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

// The folders of a queue hold the units that are waiting, claimed by a worker, or done. A unit
// of work is a file that workers move by rename. If several workers rename the same file, only
// one succeeds.
const (
	waiting = "waiting"
	claimed = "claimed"
	done    = "done"
	failed  = "failed"
	logs    = "logs"
)

// queue is the work of a sweep for several processes.
type queue struct{ dir string }

func (f *Folder) queue() queue { return queue{filepath.Join(f.Dir, queueName)} }

func (q queue) path(state, name string) string { return filepath.Join(q.dir, state, name) }

// fill makes a new queue of units.
func (q queue) fill(units [][]int) error {
	if err := os.RemoveAll(q.dir); err != nil {
		return fileProblem("empty", q.dir, err)
	}
	for _, state := range []string{waiting, claimed, done, failed, logs} {
		if err := os.MkdirAll(filepath.Join(q.dir, state), 0o755); err != nil {
			return fileProblem("make", q.dir, err)
		}
	}
	for n, u := range units {
		name := q.path(waiting, fmt.Sprintf("%06d", n))
		if err := os.WriteFile(name, []byte(quote(u)), 0o644); err != nil {
			return fileProblem("write", name, err)
		}
	}
	return nil
}

// list names the files in a state, in order.
func (q queue) list(state string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(q.dir, state))
	if err != nil {
		return nil, fileProblem("read", filepath.Join(q.dir, state), err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out, nil
}

// claim takes a waiting unit for a worker. The name is empty if no unit waits.
func (q queue) claim(worker string) (name string, unit []int, err error) {
	list, err := q.list(waiting)
	if err != nil {
		return "", nil, err
	}
	for _, n := range list {
		mine := n + "." + worker
		err := os.Rename(q.path(waiting, n), q.path(claimed, mine))
		if errors.Is(err, os.ErrNotExist) {
			continue // another worker was first
		}
		if err != nil {
			return "", nil, fileProblem("claim", n, err)
		}
		data, err := os.ReadFile(q.path(claimed, mine))
		if err == nil {
			err = json.Unmarshal(data, &unit)
		}
		if err != nil {
			return "", nil, fileProblem("read", q.path(claimed, mine), err)
		}
		return mine, unit, nil
	}
	return "", nil, nil
}

// finish moves a claimed unit to the done units. If the worker has lost its claim, another
// worker has the unit, and finds the results in the folder.
func (q queue) finish(claim string) error {
	name, _, _ := strings.Cut(claim, ".")
	err := os.Rename(q.path(claimed, claim), q.path(done, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fileProblem("finish", claim, err)
	}
	return nil
}

// release makes the units of vanished workers wait again. It returns the number of these units.
func (q queue) release(gone func(worker string) bool) (int, error) {
	list, err := q.list(claimed)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, c := range list {
		name, worker, _ := strings.Cut(c, ".")
		if !gone(worker) {
			continue
		}
		err := os.Rename(q.path(claimed, c), q.path(waiting, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return n, fileProblem("give back", c, err)
		}
		n++
	}
	return n, nil
}

// Fail notes that a point of the queue failed.
func (f *Folder) Fail(x Failure) error {
	return f.write(filepath.Join(queueName, failed, fmt.Sprintf("%06d.json", x.Index)), []byte(quote(x)))
}

// failures reads the failures that workers noted, in the order of the points.
func (q queue) failures() ([]Failure, error) {
	list, err := q.list(failed)
	if err != nil {
		return nil, err
	}
	var out []Failure
	for _, name := range list {
		var x Failure
		data, err := readAtMost(q.path(failed, name), maxResult)
		if err == nil {
			err = json.Unmarshal(data, &x)
		}
		if err != nil {
			return nil, fileProblem("read", q.path(failed, name), err)
		}
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b Failure) int { return a.Index - b.Index })
	return out, nil
}

// Work is the loop of a worker: it claims and measures units until no unit waits. First the
// worker gives back the units that it had claimed before a restart.
func (f *Folder) Work(ctx context.Context, worker string, do func(ctx context.Context, unit []int) error) error {
	if strings.ContainsAny(worker, "./\\") || worker == "" {
		return problem("%q is not the name of a worker", worker)
	}
	q := f.queue()
	if _, err := q.release(func(w string) bool { return w == worker }); err != nil {
		return err
	}
	for ctx.Err() == nil {
		claim, unit, err := q.claim(worker)
		if err != nil || claim == "" {
			return err
		}
		if err := do(ctx, unit); err != nil {
			return err
		}
		if err := q.finish(claim); err != nil {
			return err
		}
	}
	return ctx.Err()
}
