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

// gcPercent trades memory for time: a compiler lives for a moment and keeps most
// of what it makes.
const gcPercent = 400

// A heap is kept within enough bytes as long as that lets it grow by leastPercent, which is
// the growth up to large bytes. A larger one grows by morePercent: there a collection costs
// more than it saves.
const (
	enough       = 144 << 20
	large        = 160 << 20
	leastPercent = 50
	morePercent  = 150
)

// Tune sets up the process of the tool, and of whoever measures it. GOGC comes
// first.
func Tune() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
		afterCollection(gcPercent)
	}
}

// afterCollection sets the growth after each collection by what is live then, as long as
// nobody else sets it.
func afterCollection(last int) {
	gone := new([64]byte) // nobody holds it, so the next collection frees it
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

// growth is by how many per cent a heap of so many live bytes may grow.
func growth(live uint64) int {
	if live > large {
		return morePercent
	}
	return int(min(gcPercent, max(leastPercent, 100*(enough-min(live, enough))/max(live, 1))))
}

// Lean makes the process hold little: a run of a long capture makes much and keeps nothing,
// and what was compiled for it is small.
func Lean() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent / 4)
	}
}

// grace is how long a command may go on after a signal: it ends its children and
// removes its temporary folders. Work that looks at no signal does neither.
const grace = 3 * time.Second

// Signals gives a context that ends with the first SIGINT, SIGTERM or SIGHUP. A
// second one ends the process at once, and so does a command that goes on for too
// long. Writing into a closed pipe becomes an error like any other.
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
