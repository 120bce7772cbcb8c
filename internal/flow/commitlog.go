package flow

import (
	"bufio"
	"context"
	"fmt"
	"math/bits"
	"os"
	"time"

	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
)

// commitLog writes a line for each instruction that retires, in the form of Spike's
// --log-commits, while the machine runs:
//
//	core   0: 3 0x00000010 (0x00b12623) mem 0x00000ffc 0x0000002a
//	core   0: 3 0x00000014 (0x00c12503) x10 0x0000002a mem 0x00000ffc
//
// A register stands with its new value, a store with its address and bytes, a load with
// its address. The name of the file is given when the run is over.
type commitLog struct {
	path, part string
	file       *os.File
	out        *bufio.Writer
	decoder    *isa.Decoder
}

func newCommitLog(path string, set *isa.Set) (*commitLog, error) {
	l := &commitLog{path: path, decoder: isa.NewDecoder(set)}
	var err error
	if isDevice(path) {
		l.file, err = os.OpenFile(path, os.O_WRONLY, 0)
	} else if l.part, err = writePart(path, nil, 0o644); err == nil {
		l.file, err = os.OpenFile(l.part, os.O_WRONLY, 0)
	}
	if err != nil {
		return nil, err
	}
	l.out = bufio.NewWriterSize(l.file, 1<<16)
	return l, nil
}

// write adds a line. The writer keeps the first error until the end.
func (l *commitLog) write(r *sim.Retire) {
	fmt.Fprintf(l.out, "core %3d: 3 0x%08x (0x%08x)", r.Context, r.PC, r.Insn)
	if r.Rd != 0 {
		fmt.Fprintf(l.out, " x%-2d 0x%08x", r.Rd, r.Value)
	}
	if r.Mask != 0 {
		fmt.Fprintf(l.out, " mem 0x%08x", r.Addr)
		if in, _, ok := l.decoder.Decode(r.Insn); ok && in.Meaning.Store != nil {
			n := bits.OnesCount8(r.Mask)
			fmt.Fprintf(l.out, " 0x%0*x", 2*n, r.Data>>(8*(r.Addr&3)))
		}
	}
	l.out.WriteByte('\n')
}

// end completes the file.
func (l *commitLog) end() error {
	err := l.out.Flush()
	if e := l.file.Close(); err == nil {
		err = e
	}
	if err != nil || l.part == "" {
		return err
	}
	part := l.part
	l.part = ""
	return commit(part, l.path)
}

// drop removes what has not been completed.
func (l *commitLog) drop() {
	if l.part != "" {
		l.file.Close()
		os.Remove(l.part)
	}
}

// retiring is a circuit that tells what it retires.
type retiring struct {
	*cycle.Machine
	write func(*sim.Retire)
}

// Step makes one cycle.
func (m *retiring) Step() error {
	err := m.Machine.Step()
	if r, ok := m.Retired(); ok && err == nil {
		m.write(&r)
	}
	return err
}

// committing makes the machine of a run whose instructions are written, and what counts
// in it.
func (p *Program) committing(ctx context.Context, o RunOptions, w *world.World, write func(*sim.Retire)) (run, counts sim.Machine, err error) {
	if o.Level == ISA {
		m, err := p.Machine(ctx, o.Level, o.Core, w, o.World.Seed)
		if err != nil {
			return nil, nil, err
		}
		m.(*iss.Machine).Retire(write)
		return m, m, nil
	}
	if err := p.checkEngine(o.Level); err != nil {
		return nil, nil, err
	}
	c, err := p.Core(ctx, o.Core)
	if err != nil {
		return nil, nil, err
	}
	ports, err := p.PortsOf(ctx)
	if err != nil {
		return nil, nil, err
	}
	m, err := cycle.NewMachine(c.Circuit, ports, w, cycle.Options{Engine: p.opts.Engine, Seed: o.World.Seed, Retire: true})
	return &retiring{m, write}, m, err
}

// runCommitted runs a core and writes what it executes.
func (p *Program) runCommitted(ctx context.Context, o RunOptions, outs outputs) (*Result, error) {
	switch {
	case o.Level != ISA && o.Level != Cycle:
		return nil, UserErrorf("--commit-log wants --on isa or --on cycle, got --on %s", o.Level)
	case o.Wave != "" || o.Lanes > 1:
		return nil, UserErrorf("--commit-log goes with neither --wave nor --lanes: run the program once for each")
	case p.Form > FromImage:
		return nil, UserErrorf("%s is %s, which does not say what its instructions mean: give its image to --commit-log", p.Path, p.Form)
	}
	script, err := p.Script(o.World)
	if err != nil {
		return nil, err
	}
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	bounds, err := boundsOf(o.Level, o.World)
	if err != nil {
		return nil, err
	}
	log, err := newCommitLog(o.CommitLog, im.Target.Set)
	if err != nil {
		return nil, err
	}
	defer log.drop()
	w := world.New(script)
	m, counts, err := p.committing(ctx, o, w, log.write)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	tr, err := Drive(ctx, m, bounds)
	if err != nil {
		if ctx.Err() == nil {
			err = &MachineFault{err}
		}
		return nil, err
	}
	if err := outs.write(tr, w); err != nil {
		return nil, err
	}
	if err := log.end(); err != nil {
		return nil, err
	}
	return p.result(o, counts, tr, time.Since(began).Seconds()), nil
}
