package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/iss"
	"github.com/sinter-lang/sinter/sim/world"
)

const hello = `image hello
  task main
  log 3 "hello " u 32 " and " i 64 " and " bytes 8 "!"
  text
    addi x1, x0, 3
    sw x1, -2024(x0)
    addi x1, x0, 42
    sw x1, -2024(x0)
    addi x1, x0, -2
    sw x1, -2024(x0)
    addi x1, x0, -1
    sw x1, -2024(x0)
    addi x1, x0, 2
    sw x1, -2024(x0)
    addi x1, x0, 0x141
    sw x1, -2024(x0)
    sw x0, -2020(x0)
  end
end
`

const echo = `image echo
  task main
  device eth0 eth 0 rx tx
  mark work 0
  data 0 16
  text
    addi x1, x0, 1
    sw x1, -2044(x0)
  wait:
    lw x2, -2044(x0)
    addi x1, x0, 4
    sw x1, -2040(x0)
    addi x1, x0, 8
    sw x1, -2036(x0)
    sw x0, -2032(x0)
    lw x3, -2036(x0)
    beq x3, x0, wait
    sw x3, 0(x0)
    sw x0, -2028(x0)
    addi x1, x0, 4
    sw x1, -2040(x0)
    sw x3, -2036(x0)
    addi x1, x0, 1
    sw x1, -2032(x0)
    sw x1, -2028(x0)
    jal x0, wait
  end
end
`

func load(t testing.TB, src string) *image.Image {
	im, err := image.ParseFor(design.Default(), &diag.File{Name: "t.image", Text: src})
	require.NoError(t, err)
	return im
}

// generate makes the circuit of an image.
func generate(t testing.TB, im *image.Image, o plan.Options) *rtl.Circuit {
	p, err := plan.Make(im, o)
	require.NoError(t, err)
	c, err := Generate(im, p)
	require.NoError(t, err)
	return c
}

// simulate runs a core with a script. It checks the core's claims in every cycle.
func simulate(t testing.TB, im *image.Image, c *rtl.Circuit, s *world.Script, seed int64) (*trace.Trace, uint64) {
	m, err := cycle.NewMachine(c, iss.CoreOf(im), world.New(s), cycle.Options{Seed: seed})
	require.NoError(t, err)
	tr, err := sim.Run(m, 1000000)
	require.NoError(t, err)
	return tr, m.Cycles()
}

func reference(t testing.TB, im *image.Image, s *world.Script) *trace.Trace {
	m, err := iss.New(im, world.New(s))
	require.NoError(t, err)
	tr, err := sim.Run(m, 0)
	require.NoError(t, err)
	return tr
}

func cores() []string { return append([]string{design.Pipe3, design.Multi}, design.Serials()...) }

func TestHello(t *testing.T) {
	im := load(t, hello)
	for _, core := range cores() {
		c := generate(t, im, plan.Options{Core: core})
		tr, n := simulate(t, im, c, nil, 0)
		require.Equal(t, trace.Print(reference(t, im, nil)), trace.Print(tr), core)
		t.Log(core, n, "cycles")
	}
}

// frames are inputs for echo, some longer than its buffer.
func frames() *world.Script {
	s := &world.Script{Devices: []string{"eth0"}}
	for i, data := range [][]byte{{1, 2, 3}, make([]byte, 9), {1, 2, 3, 4, 5, 6, 7, 8}, {7}, make([]byte, 40), {5, 6, 7, 8, 9}} {
		s.Inputs = append(s.Inputs, world.Input{Time: uint64(7 * i), Data: data})
	}
	return s
}

func TestEcho(t *testing.T) {
	im := load(t, echo)
	ref := reference(t, im, frames())
	ref.Waits = nil
	want := trace.Print(ref)
	for _, core := range cores() {
		c := generate(t, im, plan.Options{Core: core})
		for seed := range int64(4) {
			tr, n := simulate(t, im, c, frames(), seed)
			tr.Waits = nil // for people
			require.Equal(t, want, trace.Print(tr), core)
			t.Log(core, n, "cycles")
		}
	}
}
