package live

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/sim/world"
)

// numberedFrame is a datagram that carries its number.
func numberedFrame(n uint32) []byte {
	at := world.Host{Address: 0x0a000202, Port: 1}
	return world.Datagram(world.MAC(1), world.MAC(2), at, at, binary.BigEndian.AppendUint32(nil, n))
}

// The counters of a wire are correct. The lost frames are missing in the output, and the
// duplicated frames occur twice. The numbers of swapped and changed frames equal the
// counters. The seed determines everything.
func TestWireDoesWhatItCounts(t *testing.T) {
	const frames = 20000
	w := &Wire{Lose: 10, Duplicate: 5, Reorder: 4, Corrupt: 3, Seed: 7}
	run := func(way uint64) (*direction, [][]byte) {
		d := w.newDirection(way)
		var out [][]byte
		for n := range uint32(frames) {
			out = append(out, d.pass(numberedFrame(n))...)
		}
		return d, append(out, d.flush()...)
	}
	d, out := run(0)
	_, again := run(0)
	require.Equal(t, out, again)
	_, other := run(1)
	require.NotEqual(t, out, other)

	seen, damaged, back, last := map[uint32]int{}, map[uint32]bool{}, 0, uint32(0)
	for _, f := range out {
		n := binary.BigEndian.Uint32(f[42:])
		if !bytes.Equal(f, numberedFrame(n)) {
			require.Len(t, f, 46)
			u, ok := world.Unwrap(f)
			require.False(t, ok && u.GoodChecksum, "a receiver can see the damage")
			continue
		}
		if n < last {
			back++
		}
		last = n
		seen[n]++
		damaged[n] = false
	}
	require.Equal(t, frames-int(d.lost.Load())+int(d.doubled.Load()), len(out))
	twice := 0
	for _, k := range seen {
		twice += k - 1
	}
	require.LessOrEqual(t, twice, int(d.doubled.Load()))
	require.GreaterOrEqual(t, twice, int(d.doubled.Load())*9/10, "the rest was damaged too")
	require.InDelta(t, float64(d.swapped.Load()), float64(back), float64(d.swapped.Load())/4)
	for _, c := range []struct {
		got  int64
		want float64
	}{{d.lost.Load(), 10}, {d.doubled.Load(), 5 * 0.9 * 0.96}, {d.swapped.Load(), 4 * 0.9}, {d.corrupted.Load(), 3 * 0.9}} {
		require.InEpsilon(t, c.want*frames/100, float64(c.got), 0.1)
	}
	perfect := (&Wire{}).newDirection(0)
	require.Equal(t, [][]byte{numberedFrame(1)}, perfect.pass(numberedFrame(1)))
	require.Empty(t, perfect.flush())
	hold := (&Wire{Reorder: 100}).newDirection(0)
	require.Empty(t, hold.pass(numberedFrame(1)))
	require.Equal(t, [][]byte{numberedFrame(2), numberedFrame(1)}, hold.pass(numberedFrame(2)))
	question := world.ARP(false, world.MAC(1), 1, nil, 2)
	require.Equal(t, [][]byte{question}, (&Wire{Corrupt: 100}).newDirection(0).pass(question), "nothing would show the damage")
}

func TestWiresAreRead(t *testing.T) {
	w, err := ParseWire("loss=5,duplicate=1,reorder=2.5,corrupt=100,seed=7")
	require.NoError(t, err)
	require.Equal(t, &Wire{5, 1, 2.5, 100, 7}, w)
	for text, why := range map[string]string{
		"":              "expected parts of loss=5",
		"los=5":         `found "los=5"`,
		"loss":          "0 to 100",
		"loss=101":      "0 to 100",
		"loss=NaN":      "0 to 100",
		"loss=-1":       "0 to 100",
		"seed=x":        "expected a number",
		"loss=1,loss=2": "loss is given twice",
	} {
		_, err := ParseWire(text)
		require.ErrorContains(t, err, why)
	}
}
