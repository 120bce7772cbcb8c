package world

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/port"
)

// command returns a command that asks for n random bytes.
func command(n byte) []byte { return []byte{1, 0, 0, 0, 0, 0, n, 0} }

// TestSource checks that the given bytes come first, that the bytes of the generator follow, and
// that no byte comes twice.
func TestSource(t *testing.T) {
	b := NewBus(port.Find("rng"))
	require.NoError(t, b.ReadAnswers("r", []byte("16 2a # first\n\nff00 # then\n")))
	require.Equal(t, []byte{0, 0, 0, 0, 0x16}, b.Do(0, command(1)))
	require.Equal(t, []byte{0, 0, 0, 0}, b.Do(0, command(0)))
	state := uint64(0)
	want := []byte{0, 0, 0, 0, 0x2a, 0xff, 0}
	for range 9 {
		state = state*6364136223846793005 + 1442695040888963407
		want = append(want, byte(state>>56))
	}
	require.Equal(t, want, b.Do(5, command(12)))
	b.Source().Give([]byte{7})
	require.Equal(t, byte(7), b.Do(5, command(1))[4])
	require.Equal(t, status(BusRefused), b.Do(0, []byte{1, 0}), "a command has eight bytes")
	require.Nil(t, NewBus(port.Find("spi")).Source())
	require.Zero(t, b.last(), "a file of random bytes has no times")
}

// TestSourceOfEachRun checks that each run of a script gets the same random bytes, and that a run
// also gets the bytes that are given during the run.
func TestSourceOfEachRun(t *testing.T) {
	b := NewBus(port.Find("rng"))
	b.Source().Give([]byte{1, 2})
	s := &Script{Devices: []string{"r"}, Buses: []*Bus{b}}
	first, second := New(s), New(s)
	want := first.Ask(0, command(5))
	require.Equal(t, want, second.Ask(0, command(5)))
	require.Equal(t, want, New(s).Ask(0, command(5)))
	b.Source().Give([]byte{3})
	require.Equal(t, []byte{0, 0, 0, 0, 3}, first.Ask(0, command(1)))
}

// TestBadSource checks that an error in a file of random bytes names the line of the error.
func TestBadSource(t *testing.T) {
	for text, want := range map[string]string{
		"16\n1g\n":   `r:2:1: error[E0504]: expected bytes in hexadecimal, two digits each, got "1g"`,
		"1":          `r:1:1: error[E0504]: expected bytes in hexadecimal, two digits each, got "1"`,
		"0 : 16\n":   `r:1:1: error[E0504]: expected bytes in hexadecimal, two digits each, got "0 : 16"`,
		"16 2a\n- #": `r:2:1: error[E0504]: expected bytes in hexadecimal, two digits each, got "-"`,
	} {
		require.ErrorContains(t, NewBus(port.Find("rng")).ReadAnswers("r", []byte(text)), want)
	}
}
