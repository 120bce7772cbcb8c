package main

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/sinter-lang/sinter/internal/flow"
)

// registersTried are the numbers of registers in the table.
func registersTried() []int { return []int{8, 12, 16, 24, 32} }

// cost is the cost of a pipe3 core with a given number of registers.
type cost struct{ cycles, cells int }

// product is the value that the choice of registers minimises.
func (c cost) product() float64 { return float64(c.cycles) * float64(c.cells) }

// costs measures a program compiled for a number of registers. 0 means that the compiler
// chooses the number. The function also returns the number that was used.
func (e *example) costs(ctx context.Context, regs int) (cost, int, error) {
	p, err := flow.Load(e.dir, flow.Options{Regs: regs})
	if err != nil {
		return cost{}, 0, err
	}
	im, err := p.Image(ctx)
	if err != nil {
		return cost{}, 0, err
	}
	with := *e
	with.Program = p
	cycles, err := with.work(ctx, flow.Cycle, flow.Pipe3, "cycles")
	if err != nil {
		return cost{}, 0, err
	}
	c, err := p.Core(ctx, flow.Pipe3)
	if err != nil {
		return cost{}, 0, err
	}
	price, err := c.Price()
	return cost{cycles, price.Cells}, im.Target.Regs, err
}

// registersRow is a row of the table. For each number of registers, a row has the cycles and
// cells, as percentages of the values for 16 registers. A row also has the number that the
// compiler chose.
func registersRow(ctx context.Context, e *example) (string, error) {
	base, _, err := e.costs(ctx, 16)
	if err != nil {
		return "", err
	}
	row := fmt.Sprintf("| %s |", e.name)
	for _, regs := range registersTried() {
		c, _, err := e.costs(ctx, regs)
		if err != nil {
			return "", err
		}
		row += fmt.Sprintf(" %.1f × %.1f |", 100*float64(c.cycles)/float64(base.cycles), 100*float64(c.cells)/float64(base.cells))
	}
	_, chosen, err := e.costs(ctx, 0)
	return row + fmt.Sprintf(" %d |\n", chosen), err
}

// printRegisters writes the table of docs/hardware.md.
func printRegisters(ctx context.Context, o options, to io.Writer) error {
	list, err := load(o)
	if err != nil {
		return err
	}
	head, line := "| example |", "|---|"
	for _, regs := range registersTried() {
		head, line = head+fmt.Sprintf(" %d |", regs), line+"---|"
	}
	fmt.Fprintf(to, "%s chosen |\n%s---|\n", head, line)
	rows, errs := make([]string, len(list)), make([]error, len(list))
	var all sync.WaitGroup
	for k, e := range list {
		all.Go(func() { rows[k], errs[k] = registersRow(ctx, e) })
	}
	all.Wait()
	for k, row := range rows {
		if errs[k] != nil {
			return fmt.Errorf("%s: %w", list[k].name, errs[k])
		}
		fmt.Fprint(to, row)
	}
	return nil
}
