package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/sinter-lang/sinter/monitor"
	"github.com/sinter-lang/sinter/sim/world"
)

// inside is a guest in Sinter's monitor: a virtual machine inside the current process.
type inside struct {
	stop   context.CancelFunc
	pipes  []*os.File
	disks  []*monitor.FileBlock
	result monitor.Result
	err    error
	done   chan struct{} // closed after both are set
}

// NewMonitor starts the executable of product hvt in a virtual machine of Sinter's monitor. If
// /dev/kvm is not available, the error is a monitor.ErrNoKVM.
func NewMonitor(ctx context.Context, p Program, w *world.World, o Options) (*Machine, error) {
	if err := monitor.Available(); err != nil {
		return nil, err
	}
	im, err := monitor.Load(p.ELF)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Name, err)
	}
	m, err := prepare(p, w, o)
	if err != nil {
		return nil, err
	}
	if err := m.enter(ctx, im); err != nil {
		m.Close()
		return nil, fmt.Errorf("%s: %w", p.Name, err)
	}
	return m, nil
}

// enter starts the guest. Two pipes connect it to the harness.
func (m *Machine) enter(ctx context.Context, im *monitor.Image) error {
	g := &inside{done: make(chan struct{})}
	m.inside = g
	blocks, err := m.blocks()
	if err != nil {
		close(g.done)
		return err
	}
	for range 2 {
		r, w, err := os.Pipe()
		if err != nil {
			close(g.done)
			return err
		}
		g.pipes = append(g.pipes, r, w)
	}
	ctx, g.stop = context.WithCancel(ctx)
	toGuest, fromHarness, toHarness, fromGuest := g.pipes[0], g.pipes[1], g.pipes[2], g.pipes[3]
	m.in, m.out = fromHarness, bufio.NewReader(&deadlineReader{toHarness, m.opts.Timeout})
	go func() {
		defer close(g.done)
		g.result, g.err = monitor.Run(ctx, im, monitor.Config{Console: fromGuest, Script: toGuest, Blocks: blocks, Words: m.prog.Words})
		fromGuest.Close() // so that the harness sees the end
		toGuest.Close()
	}()
	return nil
}

// blocks opens the image files of the disks.
func (m *Machine) blocks() (map[string]monitor.Block, error) {
	if err := m.writeDisks(); err != nil {
		return nil, err
	}
	all := map[string]monitor.Block{}
	for i, name := range m.prog.Devices {
		if !m.prog.isDisk(i) {
			continue
		}
		d, err := monitor.OpenBlock(m.diskFile(i))
		if err != nil {
			return nil, err
		}
		m.inside.disks = append(m.inside.disks, d)
		all[name] = d
	}
	return all, nil
}

// finishInside ends a finished run: it waits until the guest has ended, and checks that the
// exit code agrees with the end of the run.
func (m *Machine) finishInside() error {
	g := m.inside
	select {
	case <-g.done:
	case <-time.After(m.opts.Timeout):
		return fmt.Errorf("the run is over (%s), but the program does not end", m.tr.Status)
	}
	if g.err != nil {
		return m.crashed(g.err)
	}
	if want := exitCodes[m.tr.Status]; g.result.Code != want {
		return fmt.Errorf("the run is over (%s), but the program ended with exit code %d instead of %d", m.tr.Status, g.result.Code, want)
	}
	return m.checkDisks()
}

// lostInside explains why the guest sends no more requests.
func (m *Machine) lostInside(err error) error {
	g := m.inside
	select {
	case <-g.done:
	case <-time.After(time.Second):
		return err
	}
	if g.err != nil {
		return m.crashed(g.err)
	}
	return fmt.Errorf("the program ended by itself, with exit code %d", g.result.Code)
}

// crashed adds the source position to a crash.
func (m *Machine) crashed(err error) error {
	var c *monitor.Crash
	if errors.As(err, &c) {
		return &Crash{RIP: c.Address, Addr: c.Fault, Where: m.where(c.Address), Why: c.Why}
	}
	return err
}

// close stops the guest.
func (g *inside) close() {
	if g.stop != nil {
		g.stop()
	}
	for _, f := range g.pipes {
		f.Close()
	}
	<-g.done
	for _, d := range g.disks {
		d.Close()
	}
}
