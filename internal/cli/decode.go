package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/sinter-lang/sinter/internal/flow"
)

// decodeCmd is `sinter decode`.
type decodeCmd struct {
	program `embed:""`
	In      string `short:"i" placeholder:"FILE" help:"Where the bytes come from, such as /dev/ttyUSB1 or a recording (default: standard input)."`
	Console string `placeholder:"FILE" help:"Text that the console of an x86-64 product showed: show the source positions of its crashes and traps; - for standard input."`
	Product string `default:"pvh" enum:"pvh,pvh-pci,uefi,hvt,linux" help:"With --console: the product that wrote the text. The program may be the .elf itself."`
}

// Run prints the lines of a log wire as they arrive.
func (c *decodeCmd) Run(e *env) error {
	if c.Console != "" {
		return c.console(e)
	}
	p, err := c.load(e)
	if err != nil {
		return err
	}
	in := e.stdin
	if c.In != "" {
		f, err := os.Open(c.In)
		if err != nil {
			return flow.UserErrorf("cannot read %s: %s", c.In, flow.Reason(err))
		}
		defer f.Close()
		in = f
	}
	lines := []string{}
	n, err := p.Decode(e.ctx, untilSignal(e, in), func(line string) {
		if e.json {
			lines = append(lines, line)
			return
		}
		fmt.Fprintln(e.out, line)
	})
	if err != nil {
		return err
	}
	if e.json {
		e.printJSON(map[string]any{"lines": lines, "skipped": n.Skipped})
		return nil
	}
	fmt.Fprintf(e.err, "%d lines, %d words and bytes skipped\n", n.Lines, n.Skipped)
	return nil
}

// untilSignal is a reader that ends with the command, because a read from a wire may
// otherwise wait for ever.
func untilSignal(e *env, in io.Reader) io.Reader {
	r, w := io.Pipe()
	go func() {
		_, err := io.Copy(w, in)
		w.CloseWithError(err)
	}()
	go func() {
		<-e.ctx.Done()
		w.CloseWithError(e.ctx.Err())
	}()
	return r
}
