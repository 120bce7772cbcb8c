// Command sinter compiles one program through every level of computing. See
// internal/cli for its commands.
package main

import (
	"context"
	"os"

	"github.com/sinter-lang/sinter/internal/cli"
)

func main() {
	cli.Tune()
	ctx := cli.Signals(context.Background())
	os.Exit(cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
