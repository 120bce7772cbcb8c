package equiv

import (
	"math/rand/v2"
	"testing"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/stretchr/testify/require"
)

// queue is a word with a valid bit beside it. Two values cannot be observed: the word at
// reset, and a value of `line` that differs from all words of the memory.
func queue(t *testing.T, reset, line uint64) *rtl.Circuit {
	b := rtl.NewBuilder("queue")
	rom := b.Mem("rom", 8, 2, 1, []uint64{0x13, 0x37, 0x6f})
	valid, data := b.Reg("valid", 1, 0), b.Reg("data", 8, reset)
	word := b.ReadSync(rom, b.Input("at", 2), rtl.None, rtl.Old)
	take := b.Input("take", 1)
	b.If(take, func() { b.Set(valid, b.Const(1, 1)); b.Set(data, word) })
	known := b.EqConst(word, line)
	b.Output("out", b.And(data.Q(), b.Repeat(valid.Q(), 8)))
	b.Output("known", known)
	c, err := b.Build()
	require.NoError(t, err)
	return c
}

func TestMachinesLookAtRuns(t *testing.T) {
	for _, c := range []struct {
		name        string
		reset, line uint64
		machines    Status
	}{
		{"the same", 0, 0x37, Proved},
		{"a reset value beside a valid bit", 0xff, 0x37, Proved},
		{"a word that the memory holds", 0, 0x13, Undecided},
		{"the word before the first read", 0, 0, Undecided},
	} {
		rep, err := Machines(queue(t, 0, 0x37), queue(t, c.reset, c.line), Options{})
		require.NoError(t, err)
		require.Equal(t, c.machines, rep.Status(), "%s: %v", c.name, rep)
	}
	rep, err := Machines(queue(t, 0, 0x41), queue(t, 0, 0x42), Options{}) // neither is in the memory
	require.NoError(t, err)
	require.Equal(t, Proved, rep.Status(), rep)
	states, err := Circuits(queue(t, 0, 0x41), queue(t, 0, 0x42), Options{})
	require.NoError(t, err)
	require.Equal(t, Different, states.Status())
}

func TestMachinesOfDifferentShape(t *testing.T) {
	c := queue(t, 0, 1)
	d := *c
	d.Mems = append([]rtl.Mem(nil), c.Mems...)
	d.Mems[0].Init = []uint64{1, 2, 3}
	rep, err := Machines(c, &d, Options{})
	require.NoError(t, err)
	require.Equal(t, Different, rep.Status())
}

// TestMachinesThatAreProvedRunAlike makes random circuits, and changes a reset value or a
// constant in a copy. A copy that is proved equal must show the same outputs in random runs.
func TestMachinesThatAreProvedRunAlike(t *testing.T) {
	proved, apart := 0, 0
	for seed := range int64(250) {
		c := rtltest.Make(rtltest.Config{Seed: seed, Size: 25, MaxWidth: 6})
		r := rand.New(rand.NewPCG(11, uint64(seed)))
		d := other(c, r)
		rep, err := Machines(c, d, Options{})
		require.NoError(t, err)
		same := runAlike(c, d, r)
		if rep.Status() == Proved {
			proved++
			require.True(t, same, "seed %d: proved, but a run differs", seed)
		} else if !same {
			apart++
		}
	}
	t.Logf("%d proved, %d seen to differ", proved, apart)
	require.Greater(t, proved, 4)
	require.Greater(t, apart, 10)
}

// other flips a bit of a reset value or of a constant.
func other(c *rtl.Circuit, r *rand.Rand) *rtl.Circuit {
	d := *c
	d.Nodes, d.Regs = append([]rtl.Node(nil), c.Nodes...), append([]rtl.Reg(nil), c.Regs...)
	if k := r.IntN(len(d.Nodes)); d.Nodes[k].Kind == rtl.KConst {
		d.Nodes[k].Imm ^= 1 << r.IntN(d.Nodes[k].Width)
	} else if len(d.Regs) > 0 {
		k := r.IntN(len(d.Regs))
		d.Regs[k].Reset ^= 1 << r.IntN(d.Regs[k].Width)
	}
	return &d
}

func runAlike(c, d *rtl.Circuit, r *rand.Rand) bool {
	a, b := newStepper(c), newStepper(d)
	for range 60 {
		for _, id := range c.Inputs {
			p := blast.Place{Kind: blast.Input, Name: c.Nodes[id].Name}
			v := r.Uint64() & word.Mask(c.Nodes[id].Width)
			a.state[p], b.state[p] = v, v
		}
		a.eval()
		b.eval()
		for _, o := range c.Outputs {
			if a.v[o.Node] != b.v[o.Node] {
				return false
			}
		}
		a.clock()
		b.clock()
	}
	return true
}
