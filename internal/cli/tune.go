package cli

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"syscall"
	"time"
)

// gcPercent is the growth of the heap, in per cent, after which a garbage collection runs.
// The value is high, because a compiler runs briefly and keeps most of its data.
const gcPercent = 400

// These are the limits of heap growth. With at most `large` live bytes, a heap may grow to
// `enough` bytes, and by at least leastPercent. A larger heap grows by morePercent: more
// collections would save memory, but cost too much time.
const (
	enough       = 144 << 20
	large        = 160 << 20
	leastPercent = 50
	morePercent  = 150
)

// Tune sets up garbage collection for the tool, or for a program that measures the tool. The
// environment variable GOGC takes precedence.
func Tune() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
		afterCollection(gcPercent)
	}
}

// afterCollection sets the growth again after each collection, according to the live heap.
// The function stops if other code has changed the growth.
func afterCollection(last int) {
	gone := new([64]byte) // unreferenced, so the next collection frees it
	runtime.AddCleanup(gone, func(last int) {
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(sample)
		next := growth(sample[0].Value.Uint64())
		if old := debug.SetGCPercent(next); old != last {
			debug.SetGCPercent(old)
			return
		}
		afterCollection(next)
	}, last)
}

// growth is the percentage by which a heap with this many live bytes may grow.
func growth(live uint64) int {
	if live > large {
		return morePercent
	}
	return int(min(gcPercent, max(leastPercent, 100*(enough-min(live, enough))/max(live, 1))))
}

// Lean makes the process keep its heap small. A run over a long capture allocates much
// memory but keeps little, and the compiled program is small.
func Lean() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent / 4)
	}
}

// grace is the time for which a command may continue after a signal, to end its children and
// remove its temporary folders. Some work ignores the context and does not end by itself. So
// the process ends after this time.
const grace = 3 * time.Second

// Signals returns a context that ends with the first SIGINT, SIGTERM or SIGHUP. A second signal
// ends the process at once. The process also ends if the command continues too long after the
// first signal. A write to a closed pipe becomes a normal error instead of a signal.
func Signals(ctx context.Context) context.Context {
	ending := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup makes a process ignore this signal
		ending = append(ending, syscall.SIGHUP)
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(ctx, ending...)
	go func() {
		<-ctx.Done()
		stop()
		time.Sleep(grace)
		os.Exit(exitSignal)
	}()
	return ctx
}
