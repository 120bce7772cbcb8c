package lockstep

import (
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
)

// silence is the largest allowed number of cycles without a retired instruction. It is far
// longer than the transfer of the longest frame with gaps.
const silence = 1 << 20

// Run compares a core with the instruction set while both run the core's own program in a
// simulated world. Run compares every retire record of the whole run. If seed is not 0, the
// ports have random gaps. An error is a *Difference, or a failure of the comparison itself.
func Run(im *image.Image, c *rtl.Circuit, core *sim.Core, s *world.Script, seed int64) (*Result, error) {
	ref, err := newTape(im, s)
	if err != nil {
		return nil, err
	}
	m, err := cycle.NewMachine(c, core, world.New(s), cycle.Options{Seed: seed, Retire: true})
	if err != nil {
		return nil, err
	}
	r := &Result{Programs: 1, Lines: map[string]int{}}
	fail := func(what string) (*Result, error) {
		return r, &Difference{0, m.Cycles(), what, ref.history()}
	}
	for last := uint64(0); !m.Done(); {
		if err := m.Step(); err != nil {
			return fail(err.Error())
		}
		got, retired := m.Retired()
		if m.Cycles()-last > silence {
			return fail("the core retires nothing more")
		}
		if !retired || m.Trace().Status == trace.Waiting {
			continue // the harness offers a last beat, to find out what an idle core waits for
		}
		last = m.Cycles()
		want, ok, err := ref.next()
		switch {
		case err != nil:
			return r, err
		case !ok:
			return fail("an instruction retires after the end of the run")
		}
		if text := differs(got, want); text != "" {
			return fail(text)
		}
		r.Instructions++
		r.Lines[ref.name(want)]++
	}
	r.Cycles = m.Cycles()
	switch _, more, err := ref.next(); {
	case err != nil:
		return r, err
	case more:
		return fail("the core has ended, but the instruction set continues")
	}
	return r, nil
}

// tape returns the records of the instruction-set simulator one by one.
type tape struct {
	m     *iss.Machine
	set   *isa.Set
	dec   *isa.Decoder
	last  []sim.Retire // the latest records, for error messages
	fresh bool         // the last record is new
}

func newTape(im *image.Image, s *world.Script) (*tape, error) {
	m, err := iss.New(im, world.New(s))
	if err != nil {
		return nil, err
	}
	t := &tape{m: m, set: im.Target.Set, dec: isa.NewDecoder(im.Target.Set)}
	m.Retire(func(r *sim.Retire) {
		const kept = 7
		if len(t.last) == kept {
			copy(t.last, t.last[1:])
			t.last = t.last[:kept-1]
		}
		t.last, t.fresh = append(t.last, *r), true
	})
	return t, nil
}

// next executes one instruction. It returns false at the end of the run.
func (t *tape) next() (sim.Retire, bool, error) {
	for t.fresh = false; !t.fresh && !t.m.Done(); {
		if err := t.m.StepN(1); err != nil {
			return sim.Retire{}, false, err
		}
	}
	if !t.fresh {
		return sim.Retire{}, false, nil
	}
	return t.last[len(t.last)-1], true, nil
}

func (t *tape) name(r sim.Retire) string {
	in, _, _ := t.dec.Decode(r.Insn)
	if in == nil {
		return ""
	}
	return in.Name
}

func (t *tape) history() []string { return history(t.set, t.last, len(t.last)-1) }
