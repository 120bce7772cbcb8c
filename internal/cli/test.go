package cli

import (
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/internal/checks"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/internal/flow"
)

// testCmd is `sinter test`.
type testCmd struct {
	Paths  []string `arg:"" help:"Source files, folders whose .sn files are one program, or std:NAME for a package of the library (std: for all)."`
	Define []string `short:"D" placeholder:"NAME=VALUE" help:"Set a config of the program."`
	On     []string `default:"source,ir" placeholder:"MACHINE,..." help:"Machines: ${machine}, or all, which leaves out those that start slowly."`
	Core   string   `default:"pipe3" enum:"${cores}" help:"Organisation of the core for cycle and gates: ${one_core}."`
	Filter string   `placeholder:"TEXT" help:"Only tests whose name contains the text."`
	Cases  int      `default:"100" placeholder:"N" help:"Runs of a test that chooses values with any."`
	Seed   uint64   `default:"1" placeholder:"N" help:"Seed of the chosen values."`
	Jobs   int      `short:"j" default:"0" placeholder:"N" help:"Tests at once (0: as many as there are processors)."`
	Junit  string   `placeholder:"FILE" help:"Write the results as JUnit XML."`
}

// Run runs the tests and prints the failures.
func (c *testCmd) Run(e *env) error {
	opts := flow.Options{}
	for _, d := range c.Define {
		if err := opts.Set(d); err != nil {
			return err
		}
	}
	levels, err := checks.TestLevels(c.On)
	if err != nil {
		return err
	}
	programs, err := checks.LoadTests(c.Paths, opts)
	if err != nil {
		return err
	}
	results := []checks.TestResult{}
	for _, p := range programs {
		if len(p.Warnings) > 0 && !e.json {
			fmt.Fprint(e.err, diag.Render(p.Warnings))
		}
		list, err := checks.Test(e.ctx, p, checks.TestOptions{
			Levels: levels, Core: c.Core, Filter: c.Filter, Cases: c.Cases, Seed: c.Seed, Jobs: c.Jobs,
		})
		if err != nil {
			return err
		}
		results = append(results, list...)
	}
	if c.Junit != "" {
		if err := flow.WriteFile(c.Junit, junit(results)); err != nil {
			return err
		}
	}
	return c.print(e, results)
}

// print prints failures with their excerpts, and a summary.
func (c *testCmd) print(e *env, results []checks.TestResult) error {
	counts := map[string]int{}
	for _, r := range results {
		counts[r.Status]++
	}
	if counts[checks.Failed] > 0 {
		e.failed = exitUser
	}
	if e.json {
		e.printJSON(map[string]any{"tests": results, "seed": c.Seed})
		return nil
	}
	if len(results) == 0 {
		what := "there are no tests"
		if c.Filter != "" {
			what = fmt.Sprintf("there is no test whose name contains %q", c.Filter)
		}
		fmt.Fprintf(e.out, "%s in %s\n", what, strings.Join(c.Paths, " "))
		return nil
	}
	for _, r := range results {
		line := fmt.Sprintf("%s %s on %s", r.Status, r.Name, r.Level)
		switch {
		case r.Status == checks.Skipped:
			line += ": " + r.Why
		case r.Cases > 1:
			line += fmt.Sprintf(", %d cases", r.Cases)
		}
		fmt.Fprintln(e.out, line)
		if r.Status == checks.Failed {
			fmt.Fprint(e.out, r.Detail)
		}
	}
	fmt.Fprintf(e.out, "%d passed, %d failed, %d skipped\n", counts[checks.Passed], counts[checks.Failed], counts[checks.Skipped])
	return nil
}

// The elements of JUnit's XML.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string       `xml:"name,attr"`
		Class   string       `xml:"classname,attr"`
		Time    string       `xml:"time,attr"`
		Failure *junitReason `xml:"failure,omitempty"`
		Skipped *junitReason `xml:"skipped,omitempty"`
	}
	junitReason struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// junit writes results as JUnit XML: a suite for each program and machine.
func junit(results []checks.TestResult) []byte {
	var all junitSuites
	index := map[string]int{}
	for _, r := range results {
		name := r.Program + "." + r.Level
		i, known := index[name]
		if !known {
			i = len(all.Suites)
			index[name] = i
			all.Suites = append(all.Suites, junitSuite{Name: name})
		}
		s := &all.Suites[i]
		k := junitCase{Name: r.Name, Class: name, Time: fmt.Sprintf("%.3f", r.Seconds)}
		s.Tests++
		switch r.Status {
		case checks.Failed:
			s.Failures++
			k.Failure = &junitReason{r.Why, r.Detail}
		case checks.Skipped:
			s.Skipped++
			k.Skipped = &junitReason{Message: r.Why}
		}
		s.Cases = append(s.Cases, k)
	}
	out, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		panic("cli: " + err.Error()) // plain structs always have an XML form
	}
	return append([]byte(xml.Header), append(out, '\n')...)
}
