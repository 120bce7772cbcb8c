package flow

import (
	"bytes"
	"context"
	"math"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/observe"
	"github.com/sinter-lang/sinter/sim/world"
)

// Study is a run of a core with everything that a report shows about the run.
type Study struct {
	Text    *observe.Text
	Profile *observe.Profile
	Stays   []Stay // instructions that retired in the window
	Wave    []byte // value change dump of the window
	Trace   *trace.Trace
	Cycles  uint64
}

// Stay is the path of an instruction through the pipeline.
type Stay struct {
	Word int
	At   observe.Stages
}

// Study runs a core and observes a window of length cycles. If from is negative, the window
// begins a little before the costliest line first executes.
func (p *Program) Study(ctx context.Context, core string, w World, from int64, length uint64) (*Study, error) {
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	s := &Study{Text: p.textOf(im)}
	s.Text.Circuit, s.Text.Overlap = true, core == Pipe3
	s.Profile = observe.NewProfile(s.Text)
	begin := uint64(max(from, 0))
	if from < 0 {
		if begin, err = p.hotBegin(ctx, core, w, s.Text); err != nil {
			return nil, err
		}
	}
	return s, p.studied(ctx, core, w, s, begin, length)
}

// studied runs the core for a study.
func (p *Program) studied(ctx context.Context, core string, w World, s *Study, begin, length uint64) error {
	c, err := p.Core(ctx, core)
	if err != nil {
		return err
	}
	var dump bytes.Buffer
	wave, err := cycle.NewWave(&dump, c.Circuit, begin, begin+length)
	if err != nil {
		return err
	}
	pipeline := observe.NewPipeline(s.Text, begin, begin+length, func(_ *observe.Step, word int, at observe.Stages) {
		s.Stays = append(s.Stays, Stay{word, at})
	})
	m, tr, err := p.watched(ctx, core, w, wave, s.Profile, pipeline)
	if err != nil {
		return err
	}
	if wave.Cycles() == 0 {
		return UserErrorf("the run ended after %d cycles, before the window, which begins at %d", m.Cycles(), begin)
	}
	s.Trace, s.Cycles = tr, m.Cycles()
	err = wave.End()
	s.Wave = dump.Bytes()
	return err
}

// watched runs a core with observers.
func (p *Program) watched(ctx context.Context, core string, w World, wave *cycle.Wave, to ...observe.Observer) (*cycle.Machine, *trace.Trace, error) {
	script, err := p.Script(w)
	if err != nil {
		return nil, nil, err
	}
	in := world.New(script)
	defer in.Close()
	m, err := p.circuitMachine(ctx, core, in, cycle.Options{Seed: w.Seed, Retire: true, Wave: wave})
	if err != nil {
		return nil, nil, err
	}
	tape := observe.NewTape(to...)
	tr, _, err := toEnd(ctx, &retiring{m, tape}, Cycle, w)
	if err != nil {
		return nil, nil, err
	}
	return m, tr, tape.End()
}

// before is the number of cycles by which a window begins before the cycle of interest.
const before = 20

// hotBegin is a cycle a little before the first execution of the costliest line.
func (p *Program) hotBegin(ctx context.Context, core string, w World, text *observe.Text) (uint64, error) {
	profile, first := observe.NewProfile(text), map[profileKey]uint64{}
	key := func(word *observe.Word) profileKey {
		line, _ := word.Place.Position()
		k := profileKey{Line: line, Function: word.Func}
		if word.Place.File != nil {
			k.File = word.Place.File.Name
		}
		return k
	}
	all := observe.NewPipeline(text, 0, math.MaxUint64, func(_ *observe.Step, word int, at observe.Stages) {
		k := key(&text.Words[word])
		if _, known := first[k]; !known {
			first[k] = at.Execute
		}
	})
	if _, _, err := p.watched(ctx, core, w, nil, profile, all); err != nil {
		return 0, err
	}
	var hot profileKey
	most := uint64(0)
	for _, r := range profile.Lines() {
		if n := r.Total() - r.Cycles[observe.Wait]; r.File != "" && n > most {
			hot, most = profileKey{r.File, r.Line, r.Func}, n
		}
	}
	at := first[hot]
	return at - min(at, before), nil
}
