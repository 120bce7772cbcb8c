package explore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Slurm runs workers of a sweep as a job array. Slurm needs a folder that all nodes share, and
// uses only the commands sbatch, squeue and scancel.
type Slurm struct {
	Command  []string // of a worker; Slurm appends the worker's name
	Workers  int
	Args     []string             // for sbatch, such as --partition=short
	Poll     time.Duration        // between two queries of the queue
	Progress func(done, of int)   // may be nil
	Notice   func(message string) // called when work was lost and is repeated; may be nil
}

// FindSlurm reports in one line that Slurm is missing.
func FindSlurm() error {
	for _, tool := range []string{"sbatch", "squeue", "scancel"} {
		if _, err := exec.LookPath(tool); err != nil {
			return problem("%s not found: there is no Slurm here; --runner local, or slurm-or-local, sweeps on this computer", tool)
		}
	}
	return nil
}

const (
	maxStill  = 3  // consecutive submissions that finish nothing
	maxSilent = 30 // times that squeue fails in a row
	stopTime  = 20 * time.Second
)

// Run does the units and returns the failures that workers noted.
func (s *Slurm) Run(ctx context.Context, f *Folder, units [][]int) ([]Failure, error) {
	q := f.queue()
	if err := s.stopOld(ctx, q); err != nil {
		return nil, err
	}
	if err := q.fill(units); err != nil {
		return nil, err
	}
	finished, still := 0, 0
	for finished < len(units) {
		if still == maxStill {
			return nil, s.stuck(q, len(units)-finished)
		}
		if still > 0 || finished > 0 {
			s.notice("all workers have ended, but %d of %d units are left; these units are submitted again", len(units)-finished, len(units))
		}
		if err := s.round(ctx, q, len(units)); err != nil {
			return nil, err
		}
		list, err := q.list(done)
		if err != nil {
			return nil, err
		}
		still++
		if len(list) > finished {
			finished, still = len(list), 0
		}
	}
	return q.failures()
}

func (s *Slurm) notice(format string, args ...any) {
	if s.Notice != nil {
		s.Notice(fmt.Sprintf(format, args...))
	}
}

// round submits workers and waits until all have ended.
func (s *Slurm) round(ctx context.Context, q queue, units int) error {
	list, err := q.list(waiting)
	if err != nil {
		return err
	}
	job, err := s.submit(ctx, q, min(s.Workers, len(list)))
	if err != nil {
		return err
	}
	if err := s.watch(ctx, q, job, units); err != nil {
		if stop := s.cancel(job); stop != nil {
			s.notice("%v", stop)
		}
		return err
	}
	return nil
}

// submit writes the workers' script and submits it to Slurm.
func (s *Slurm) submit(ctx context.Context, q queue, workers int) (job string, err error) {
	script := filepath.Join(q.dir, "worker.sh")
	if err := os.WriteFile(script, []byte(s.Script()), 0o755); err != nil {
		return "", fileProblem("write", script, err)
	}
	logPath, err := filepath.Abs(q.path(logs, "%a.txt"))
	if err != nil {
		return "", err
	}
	args := append([]string{
		"--parsable", "--requeue", "--job-name=sinter-explore", "--open-mode=append", "--output=" + logPath,
		fmt.Sprintf("--array=0-%d", workers-1),
	}, s.Args...)
	out, err := run(ctx, "sbatch", append(args, script)...)
	if err != nil {
		return "", err
	}
	job, _, _ = strings.Cut(strings.TrimSpace(out), ";") // the cluster's name may follow the job number
	if job == "" || strings.Trim(job, "0123456789") != "" {
		return "", problem("expected a job number from sbatch, got %q", out)
	}
	if err := os.WriteFile(filepath.Join(q.dir, "job"), []byte(job), 0o644); err != nil {
		return "", fileProblem("write", filepath.Join(q.dir, "job"), err)
	}
	return job, nil
}

// Script is the script of each job of the array. A worker keeps its name when Slurm
// restarts it.
func (s *Slurm) Script() string {
	var words []string
	for _, w := range s.Command {
		words = append(words, "'"+strings.ReplaceAll(w, "'", `'\''`)+"'")
	}
	return "#!/bin/sh\n# A worker of a sweep: it claims units until none waits.\nexec " + strings.Join(words, " ") +
		` "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"` + "\n"
}

// watch follows the array until all its jobs have ended. It gives back the units that vanished
// jobs had claimed.
func (s *Slurm) watch(ctx context.Context, q queue, job string, units int) error {
	silent := 0
	for {
		alive, err := living(ctx, job)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			if silent++; silent == maxSilent {
				return err
			}
		default:
			silent = 0
			lost, err := q.release(func(worker string) bool { return !slices.Contains(alive, worker) })
			if err != nil {
				return err
			}
			if lost > 0 {
				s.notice("a worker was lost: %d of its units wait again", lost)
			}
		}
		list, e := q.list(done)
		if e != nil {
			return e
		}
		if s.Progress != nil {
			s.Progress(len(list), units)
		}
		if err == nil && len(alive) == 0 {
			return nil
		}
		if err := sleep(ctx, s.Poll); err != nil {
			return err
		}
	}
}

// living lists the jobs of an array that Slurm knows, including waiting jobs. The result has
// the name of each job's worker.
func living(ctx context.Context, job string) ([]string, error) {
	out, err := run(ctx, "squeue", "-h", "-r", "-j", job, "-o", "%F_%K")
	if err != nil && strings.Contains(err.Error(), "Invalid job id") {
		return nil, nil // Slurm has forgotten the array
	}
	return strings.Fields(out), err
}

// stopOld ends the workers of an earlier coordinator that was killed.
func (s *Slurm) stopOld(ctx context.Context, q queue) error {
	data, err := os.ReadFile(filepath.Join(q.dir, "job"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fileProblem("read", filepath.Join(q.dir, "job"), err)
	}
	job := string(data)
	for began := time.Now(); time.Since(began) < stopTime; {
		alive, err := living(ctx, job)
		if err == nil && len(alive) == 0 {
			return nil
		}
		if err == nil {
			err = s.cancel(job)
		}
		if err != nil {
			return err
		}
		if err := sleep(ctx, s.Poll); err != nil {
			return err
		}
	}
	return problem("job %s of an earlier sweep does not end: scancel %s", job, job)
}

// cancel ends a job, even after an interrupt of the sweep.
func (s *Slurm) cancel(job string) error {
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Second)
	defer stop()
	_, err := run(ctx, "scancel", job)
	return err
}

// stuck is the error for workers that finish nothing. It quotes the last output of one worker.
func (s *Slurm) stuck(q queue, left int) error {
	last := "no log was written"
	if list, err := q.list(logs); err == nil && len(list) > 0 {
		if data, err := os.ReadFile(q.path(logs, list[0])); err == nil {
			lines := strings.Split(strings.TrimSpace(string(data)), "\n")
			last = lines[len(lines)-1]
		}
	}
	return problem("%d submissions one after another finished nothing, %d units are left; a worker says: %s", maxStill, left, last)
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// run runs a command of Slurm.
func run(ctx context.Context, name string, args ...string) (string, error) {
	var out, said strings.Builder
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return "", problem("%s: %v: %s", name, err, strings.TrimSpace(said.String()))
	}
	return out.String(), nil
}
