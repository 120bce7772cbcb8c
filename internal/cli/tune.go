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

// gcPercent trades memory for time: a compiler runs briefly and keeps most of its data.
const gcPercent = 400

// With at most `large` live bytes, a heap may grow to `enough` bytes, and by leastPercent
// in any case. A larger heap grows by morePercent, because there a collection costs more
// than it saves.
const (
	enough       = 144 << 20
	large        = 160 << 20
	leastPercent = 50
	morePercent  = 150
)

// Tune sets up the process of the tool or of a program that measures it. GOGC takes
// precedence.
func Tune() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
		afterCollection(gcPercent)
	}
}

// afterCollection sets the growth after each collection by the live heap, unless other code
// sets it.
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

// Lean makes the process hold little memory. A run of a long capture allocates much and
// keeps nothing, and the data compiled for it is small.
func Lean() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent / 4)
	}
}

// grace is how long a command may continue after a signal, to end its children and remove
// its temporary folders. Work that ignores the context does neither.
const grace = 3 * time.Second

// Signals gives a context that ends with the first SIGINT, SIGTERM or SIGHUP. A second
// signal ends the process at once. A command that continues for too long is ended too.
// Writing to a closed pipe becomes a normal error.
func Signals(ctx context.Context) context.Context {
	ending := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup does
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
