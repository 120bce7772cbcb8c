// Command sinter compiles a program to executables and to hardware. Package
// internal/cli has its subcommands.
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
