// Command sinter compiles one program through every level of computing. See
// internal/cli for its commands.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"

	"github.com/sinter-lang/sinter/internal/cli"
)

// gcPercent trades memory for time: a compiler lives for a moment and keeps most
// of what it makes.
const gcPercent = 400

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
