package flow

import (
	"bytes"
	"context"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/observe"
	"github.com/sinter-lang/sinter/sim/world"
)

// Study is a run of a core with all that a report shows of it.
type Study struct {
	Text    *observe.Text
	Profile *observe.Profile
	Stays   []Stay // what retired in the window
	Wave    []byte // of the window, a value change dump
	Trace   *trace.Trace
	Cycles  uint64
}

// Stay is an instruction on its way through the pipeline.
type Stay struct {
	Word int
	At   observe.Stages
}

// Study runs a core and looks at a window of length cycles. When from is negative, the
// window begins where the core has run for a while: at half of the run, at most.
func (p *Program) Study(ctx context.Context, core string, w World, from int64, length uint64) (*Study, error) {
	c, err := p.Core(ctx, core)
	if err != nil {
		return nil, err
	}
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	ports, err := p.PortsOf(ctx)
	if err != nil {
		return nil, err
	}
	begin := uint64(max(from, 0))
	if from < 0 {
		_, _, cycles, err := p.tracedCycles(ctx, core, w)
		if err != nil {
			return nil, err
		}
		begin = (cycles - min(cycles, length)) / 2
	}
	s := &Study{Text: p.textOf(im)}
	s.Text.Circuit, s.Text.Overlap = true, core != Multi
	s.Profile = observe.NewProfile(s.Text)
	pipeline := observe.NewPipeline(s.Text, begin, begin+length, func(_ *observe.Step, word int, at observe.Stages) {
		s.Stays = append(s.Stays, Stay{word, at})
	})
	var dump bytes.Buffer
	wave, err := cycle.NewWave(&dump, c.Circuit, begin, begin+length)
	if err != nil {
		return nil, err
	}
	script, err := p.Script(w)
	if err != nil {
		return nil, err
	}
	m, err := cycle.NewMachine(c.Circuit, ports, world.New(script), cycle.Options{Seed: w.Seed, Retire: true, Wave: wave})
	if err != nil {
		return nil, err
	}
	tape := observe.NewTape(s.Profile, pipeline)
	bounds, err := boundsOf(Cycle, w)
	if err != nil {
		return nil, err
	}
	if s.Trace, err = Drive(ctx, &retiring{m, tape}, bounds); err != nil {
		return nil, err
	}
	if wave.Cycles() == 0 {
		return nil, UserErrorf("the run ended after %d cycles, before the window, which begins at %d", m.Cycles(), begin)
	}
	if err := wave.End(); err != nil {
		return nil, err
	}
	s.Wave, s.Cycles = dump.Bytes(), m.Cycles()
	return s, tape.End()
}

// tracedCycles runs a core and counts.
func (p *Program) tracedCycles(ctx context.Context, core string, w World) (*trace.Trace, float64, uint64, error) {
	m, tr, seconds, err := p.Trace(ctx, Cycle, core, w)
	if err != nil {
		return nil, 0, 0, err
	}
	return tr, seconds, uint64(Figures(m)["cycles"]), nil
}
