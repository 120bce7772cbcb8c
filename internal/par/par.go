// Package par runs independent pieces of work on all processors.
//
//	par.Each(len(funcs), func(k int) { changed[k] = run(funcs[k]) })
//
// The order of the pieces is unspecified. Each piece writes only its own data, so results
// do not depend on the order.
package par

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Each calls `run` with 0 to n-1, several calls at a time, and returns after all of them. A panic
// in a call becomes a panic of Each.
func Each(n int, run func(k int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers <= 1 {
		for k := range n {
			run(k)
		}
		return
	}
	var next atomic.Int64
	var all sync.WaitGroup
	var first atomic.Pointer[any]
	for range workers {
		all.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					first.CompareAndSwap(nil, &r)
				}
			}()
			for k := int(next.Add(1)) - 1; k < n; k = int(next.Add(1)) - 1 {
				run(k)
			}
		})
	}
	all.Wait()
	if r := first.Load(); r != nil {
		panic(*r)
	}
}
