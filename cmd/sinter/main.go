// Command sinter compiles one program through every level of computing. See
// internal/cli for its commands.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/sinter-lang/sinter/internal/cli"
)

func main() {
	cli.Tune()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
