package cycle_test

import (
	"bytes"
	"math/rand"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/rtl/rtltest"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim/cycle"
)

// dump is a value change dump in the form that a reader gets.
type dump struct {
	width   map[string]int // by dotted name
	changes map[string][]vcdChange
}

type vcdChange struct{ time, value uint64 }

// at returns the value of a signal at a time.
func (d *dump) at(name string, time uint64) uint64 {
	var v uint64
	for _, c := range d.changes[name] {
		if c.time > time {
			break
		}
		v = c.value
	}
	return v
}

// readVCD reads a dump with its own implementation of the format.
func readVCD(t *testing.T, src string) *dump {
	t.Helper()
	d := &dump{width: map[string]int{}, changes: map[string][]vcdChange{}}
	head, body, ok := strings.Cut(src, "$enddefinitions $end\n")
	require.True(t, ok)
	names := map[string]string{}
	var scope []string
	for line := range strings.Lines(head) {
		f := strings.Fields(line)
		switch f[0] {
		case "$scope":
			scope = append(scope, f[2])
		case "$upscope":
			scope = scope[:len(scope)-1]
		case "$var":
			name := strings.Join(append(scope[:len(scope):len(scope)], f[4]), ".")
			require.NotContains(t, names, f[3], "identifier used twice")
			require.NotContains(t, d.width, name, "name used twice")
			names[f[3]] = name
			d.width[name], _ = strconv.Atoi(f[2])
		}
	}
	require.Empty(t, scope)
	var now uint64
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		value, id := line[:1], line[1:]
		switch line[0] {
		case '#':
			next, err := strconv.ParseUint(id, 10, 64)
			require.NoError(t, err)
			require.GreaterOrEqual(t, next, now)
			now = next
			continue
		case 'b':
			value, id, _ = strings.Cut(line[1:], " ")
		}
		v, err := strconv.ParseUint(value, 2, 64)
		require.NoError(t, err)
		name, ok := names[id]
		require.True(t, ok, "no identifier %s", id)
		require.Zero(t, v&^word.Mask(d.width[name]))
		d.changes[name] = append(d.changes[name], vcdChange{now, v})
	}
	return d
}

// TestDumpShowsWhatHappened replays windows of random circuits. The test compares each named
// value in each cycle with the engine Direct.
func TestDumpShowsWhatHappened(t *testing.T) {
	for seed := range int64(40) {
		c := rtltest.Random(seed, 30)
		e, err := cycle.New(c)
		require.NoError(t, err)
		d, r := cycle.NewDirect(c), rand.New(rand.NewSource(seed))
		both := []rival{{"scalar", e}, {"direct", d}}
		var out bytes.Buffer
		wave, err := cycle.NewWave(&out, c, 5, 25)
		require.NoError(t, err)
		want := map[string][]uint64{}
		for n := range 25 {
			drive(c, both, r, 1+r.Intn(100)) // the window has no reset
			d.Reset(false)
			e.Reset(false)
			if n >= 5 {
				if n == 5 {
					wave.Begin(cycle.SnapshotOf(e, c))
				}
				require.NoError(t, wave.Cycle(func(id rtl.ID) uint64 { return *d.Cell(id) }))
			}
			e.Step()
			d.Eval()
			for name, id := range namedNodes(c) {
				want[name] = append(want[name], d.Peek(id))
			}
			d.Clock()
		}
		require.NoError(t, wave.End())
		got := readVCD(t, out.String())
		for name, values := range want {
			for n := 5; n < 25; n++ {
				require.Equal(t, values[n], got.at("random."+name, uint64(10*n+1)), "seed %d: %s in cycle %d", seed, name, n)
			}
		}
		require.EqualValues(t, 1, got.at("random.clk", 50))
		require.EqualValues(t, 0, got.at("random.clk", 55))
	}
}

func TestSnapshotRestore(t *testing.T) {
	for seed := range int64(60) {
		c := rtltest.Random(seed+500, 40)
		e, err := cycle.New(c)
		require.NoError(t, err)
		r := rand.New(rand.NewSource(seed))
		for n := range 10 {
			drive(c, []rival{{"first", e}}, r, n)
			e.Step()
		}
		snap := cycle.SnapshotOf(e, c)
		play := func(e *cycle.Scalar) (out []uint64) {
			r := rand.New(rand.NewSource(seed))
			for n := range 20 {
				drive(c, []rival{{"again", e}}, r, n+1)
				e.Eval()
				for i := range c.Nodes {
					out = append(out, e.Peek(rtl.ID(i)))
				}
				e.Clock()
			}
			return out
		}
		want := play(e)
		other, err := cycle.New(c)
		require.NoError(t, err)
		other.Eval() // a started cycle must not be visible
		other.Restore(snap)
		require.Equal(t, want, play(other), "seed %d", seed)
		e.Restore(snap)
		require.Equal(t, want, play(e), "seed %d", seed)
	}
}
