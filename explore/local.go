package explore

import (
	"context"
	"sync"
	"sync/atomic"
)

// Local calls `run` with the numbers 0 to n-1. At most `workers` calls run at a time. Local
// returns when all calls are done or the context ends. The first error stops the other calls.
func Local(ctx context.Context, n, workers int, run func(ctx context.Context, k int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var all sync.WaitGroup
	var thrown atomic.Pointer[any]
	work := func() {
		defer func() {
			if r := recover(); r != nil {
				thrown.CompareAndSwap(nil, &r)
				cancel(nil)
			}
		}()
		for k := int(next.Add(1)) - 1; k < n && ctx.Err() == nil; k = int(next.Add(1)) - 1 {
			if err := run(ctx, k); err != nil {
				cancel(err)
				return
			}
		}
	}
	for range min(max(workers, 1), n) {
		all.Go(work)
	}
	all.Wait()
	if r := thrown.Load(); r != nil {
		panic(*r)
	}
	return context.Cause(ctx)
}
