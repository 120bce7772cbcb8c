package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/flow"
)

// checkCmd is `sinter check`.
type checkCmd struct {
	program `embed:""`
}

// Run checks the program and prints a summary.
func (c *checkCmd) Run(e *env) error {
	p, err := c.load(e)
	if err != nil {
		return err
	}
	s := p.Summary()
	if e.json {
		e.printJSON(checked{s, jsonErrors(p.Warnings)})
		return nil
	}
	fmt.Fprintf(e.out, "%s: %s, %s, %s, %s of state, %s\n", s.Program, count(s.Tasks, "task"), count(s.Channels, "channel"),
		count(s.Devices, "device"), count(s.StateBytes, "byte"), count(len(s.Traps), "possible trap"))
	if len(s.Services) > 0 {
		fmt.Fprintf(e.out, "  %s over %s: %s\n", count(s.Sockets, "socket"), count(len(s.Services), "service of the library"), strings.Join(s.Services, ", "))
	}
	for _, t := range s.Traps {
		fmt.Fprintf(e.out, "  %s at %s\n", t.Code, t.Place)
	}
	return nil
}

// checked is the JSON output of check.
type checked struct {
	flow.Summary
	Warnings []jsonError `json:"warnings"`
}

// count is a number with a noun in singular or plural.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// fmtCmd is `sinter fmt`.
type fmtCmd struct {
	Paths []string `arg:"" help:"Files or folders; - formats standard input to standard output."`
	Check bool     `help:"Change nothing; exit with 1 and list the files that would change."`
}

// Run formats files in place.
func (c *fmtCmd) Run(e *env) error {
	if len(c.Paths) == 1 && c.Paths[0] == "-" {
		return c.stream(e)
	}
	changed := []string{}
	for _, path := range c.Paths {
		names, err := flow.Format(path, !c.Check)
		if err != nil {
			return err
		}
		changed = append(changed, names...)
	}
	if c.Check && len(changed) > 0 {
		e.failed = exitUser
	}
	if e.json {
		e.printJSON(map[string]any{"changed": changed})
		return nil
	}
	for _, name := range changed {
		fmt.Fprintln(e.out, name)
	}
	return nil
}

func (c *fmtCmd) stream(e *env) error {
	text, err := io.ReadAll(e.stdin)
	if err != nil {
		return err
	}
	out, err := flow.FormatText("<stdin>", string(text))
	if err != nil {
		return err
	}
	_, err = io.WriteString(e.out, out)
	return err
}

// explainCmd is `sinter explain`.
type explainCmd struct {
	Code string `arg:"" help:"A code such as E0301."`
}

// Run prints the page of a diagnostic.
func (c *explainCmd) Run(e *env) error {
	text, err := flow.Explain(c.Code)
	if err != nil {
		return err
	}
	if e.json {
		e.printJSON(map[string]string{"code": c.Code, "text": text})
		return nil
	}
	_, err = io.WriteString(e.out, text)
	return err
}

// doctorCmd is `sinter doctor`.
type doctorCmd struct{}

// Run lists the outside tools and the engines for circuits.
func (c *doctorCmd) Run(e *env) error {
	tools := checks.Doctor(e.ctx)
	if err := e.ctx.Err(); err != nil {
		return err
	}
	if e.json {
		e.printJSON(tools)
		return nil
	}
	rows := [][]string{{"tool", "found", "for", "install"}}
	for _, t := range tools {
		found, install := t.Version, ""
		if t.Path == "" {
			found, install = "no", t.Install
		}
		rows = append(rows, []string{t.Name, found, t.Purpose, install})
	}
	table(e.out, rows)
	return nil
}

// versionCmd is `sinter version`.
type versionCmd struct{}

// Run prints the version.
func (c *versionCmd) Run(e *env) error {
	if e.json {
		e.printJSON(map[string]string{"version": flow.Version})
		return nil
	}
	fmt.Fprintln(e.out, "sinter", flow.Version)
	return nil
}

// isTerminal reports whether w is a terminal, on which progress can be shown.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
