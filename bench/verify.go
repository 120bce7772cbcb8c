package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// asSinter is the first argument that makes this program the command line of the tool.
const asSinter = "-as-sinter"

// verifyGoals gives, by program, the largest CPU time in seconds for a full verify with an empty
// cache.
func verifyGoals() map[string]float64 { return map[string]float64{"hello": 6, "sha256": 10} }

// printVerify runs `sinter verify` with all checks on the programs that have a goal. It
// prints the medians of the CPU seconds of all processes together. The first value is with an
// empty cache (cold), the second with the cache that the previous run has filled (warm).
func printVerify(ctx context.Context, o options, rounds int, to io.Writer) error {
	if len(o.only) == 0 {
		o.only = slices.Sorted(maps.Keys(verifyGoals()))
	}
	list, err := load(o)
	if err != nil {
		return err
	}
	f := newFigures()
	for _, e := range list {
		var cold, warm []float64
		for range rounds {
			cache, err := os.MkdirTemp("", "sinter-cache-")
			if err != nil {
				return err
			}
			for _, times := range []*[]float64{&cold, &warm} {
				used, err := verifyOnce(ctx, e.dir, cache)
				if err != nil {
					os.RemoveAll(cache)
					return err
				}
				*times = append(*times, used)
			}
			if err := os.RemoveAll(cache); err != nil {
				return err
			}
		}
		f.seconds("verify.cold."+e.name, middle(cold))
		f.seconds("verify.warm."+e.name, middle(warm))
		if goal, ok := verifyGoals()[e.name]; ok {
			f.seconds("verify.goal."+e.name, goal)
		}
	}
	return printJSON(to, f)
}

// verifyOnce runs this program as `sinter verify` with its own cache. It returns the CPU
// seconds of the process and of all its child processes.
func verifyOnce(ctx context.Context, dir, cache string) (float64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, self, asSinter, "verify", dir)
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+filepath.Clean(cache))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("verify %s: %w\n%s", dir, err, out)
	}
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), nil
}
