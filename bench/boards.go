package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// boardClock is the clock of the priced peripherals: 12 MHz, the clock of an iCEBreaker.
var boardClock = periph.Hz{Num: 12_000_000, Den: 1}

// boardBaud is the speed of the priced serial line.
const boardBaud = 115200

// peripheral is a circuit that a board needs beside a core, and its goal.
type peripheral struct {
	name string
	goal int // in cells
	made []func() (*rtl.Circuit, error)
}

// peripherals lists the peripherals with goals. The goal for the circuit of the time is one
// cell for each bit of the time, plus 12 cells.
func peripherals() ([]peripheral, error) {
	s, err := periph.StepOf(boardClock)
	if err != nil {
		return nil, err
	}
	one := func(f func() (*rtl.Circuit, error)) []func() (*rtl.Circuit, error) {
		return []func() (*rtl.Circuit, error){f}
	}
	return []peripheral{
		{"serial line, 8N1, both ways", 70, []func() (*rtl.Circuit, error){
			func() (*rtl.Circuit, error) { return periph.Sender(boardClock, boardBaud) },
			func() (*rtl.Circuit, error) { return periph.Receiver(boardClock, boardBaud) },
		}},
		{"reset", 16, one(periph.Reset)},
		{"time", periph.TimeBits + s.Bits + 12, one(func() (*rtl.Circuit, error) { return periph.Clock(boardClock) })},
		{"SPI master", 60, one(func() (*rtl.Circuit, error) { return periph.SPI(boardClock) })},
		{"debounced input", 20, one(func() (*rtl.Circuit, error) { return periph.Debounce(periph.DebounceBits) })},
	}, nil
}

// cells is the number of cells that the peripheral takes with our own mapper.
func (p *peripheral) cells() (int, error) {
	n := 0
	for _, f := range p.made {
		c, err := f()
		if err != nil {
			return 0, err
		}
		price, err := plan.Price(c)
		if err != nil {
			return 0, err
		}
		n += price.Cells
	}
	return n, nil
}

// byHand counts the lines that a user must write, besides the program, to put a program
// onto a board. The count is 0, because the name of the board determines all files.
func byHand(ctx context.Context, o options, example, board string) (int, error) {
	p, err := flow.Load(filepath.Join(o.root, "examples", example), flow.Options{})
	if err != nil {
		return 0, err
	}
	options := flow.FPGAOptions{Board: board, Core: flow.Pipe3, Baud: boardBaud}
	_, files, err := p.BoardTexts(ctx, options)
	if err != nil {
		return 0, err
	}
	if len(files) < 3 {
		return 0, fmt.Errorf("%s on %s: core, top and constraints are wanted, got %d files", example, board, len(files))
	}
	return len(options.Bind) + len(options.Debounce), nil
}

// printBoards prints what programs on boards cost, and the time that each tool takes for blinky.
func printBoards(ctx context.Context, o options, w io.Writer) error {
	list, err := peripherals()
	if err != nil {
		return err
	}
	for _, p := range list {
		n, err := p.cells()
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%-32s %4d cells, goal %d\n", p.name, n, p.goal)
	}
	for _, example := range []string{"hello", "echo", "buttons"} {
		n, err := byHand(ctx, o, example, "icebreaker")
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%-32s %4d lines by hand, goal 0\n", example+" on icebreaker", n)
	}
	if !o.times {
		return nil
	}
	return blinkySeconds(ctx, o, w)
}

// blinkySeconds makes the bitstream of blinky, and prints the seconds that each tool takes.
func blinkySeconds(ctx context.Context, o options, w io.Writer) error {
	p, err := flow.Load(filepath.Join(o.root, "examples", "blinky"), flow.Options{})
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sinter-boards-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	f, err := p.FPGA(ctx, flow.FPGAOptions{Dir: dir, Board: "icebreaker", Core: flow.Pipe3, Baud: boardBaud})
	if f == nil {
		return err
	}
	for _, t := range f.Tools {
		if t.Missing != "" {
			fmt.Fprintf(w, "%-32s not run: %s\n", "blinky by "+t.Tool, t.Missing)
			return nil
		}
		fmt.Fprintf(w, "%-32s %6.1f s\n", "blinky by "+t.Tool, t.Seconds)
	}
	return err
}
