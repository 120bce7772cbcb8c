package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/verify/lockstep"
)

// subset says what a configuration kept.
func subset(t testing.TB, im *image.Image, o plan.Options) *lockstep.Subset {
	p, err := plan.Make(im, o)
	require.NoError(t, err)
	c, err := plan.Decode(im, p)
	require.NoError(t, err)
	s := &lockstep.Subset{Set: &isa.Set{Name: "kept", Insts: c.Keep}, Regs: c.Regs, Amounts: c.Amounts, Devices: c.Devices}
	for _, p := range c.Ports {
		if p.Load {
			s.Loads = append(s.Loads, p.Addr)
		}
		if p.Store {
			s.Stores = append(s.Stores, p.Addr)
		}
	}
	return s
}

func TestRandomInstructions(t *testing.T) {
	im := load(t, echo)
	for _, o := range []plan.Options{
		{Core: plan.Pipe3}, {Core: plan.Multi},
		{Core: plan.Pipe3, Full: true}, {Core: plan.Multi, Full: true},
	} {
		r, err := lockstep.Random(generate(t, im, o), subset(t, im, o), lockstep.Options{Instructions: 20000, Seed: 1})
		require.NoError(t, err, "%+v", o)
		for _, in := range subset(t, im, o).Set.Insts {
			require.True(t, in.Meaning.Trap || r.Lines[in.Name] > 0, "%s was never executed", in.Name)
		}
	}
}

func TestOwnProgramInLockStep(t *testing.T) {
	im := load(t, echo)
	for _, core := range cores() {
		for seed := range int64(5) {
			r, err := lockstep.Run(im, generate(t, im, plan.Options{Core: core}), coreOf(im), frames(), seed)
			require.NoError(t, err)
			require.Equal(t, 86, r.Instructions)
		}
	}
}
