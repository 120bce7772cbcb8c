package process

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// A guest that receives frames in advance reports its steps. The trace must be the same as when
// the guest asks for each frame. The test covers the times of frames, a frame that is too long,
// and the end of the run.
func TestBatch(t *testing.T) {
	script := say('B', 1, 4096, "") + "head -c 44 >&2\n" + // one frame, the first batch is of one
		say('t', 0, 8, "") + say('S', 0, 0, "\x01") + say('B', 1, 4096, "") + "head -c 68 >&2\n" +
		say('t', 0, 2, "") + say('w', 1, 0, "") + say('t', 0, 8, "") + say('S', 0, 0, "\x02") +
		say('B', 1, 4096, "") + "head -c 20 >&2\n" + say('E', 1, 0, "") + "exit 0\n"
	tr, err := play(t, script, world.Input{Time: 7, Device: 1, Data: []byte("abc")}, world.Input{Time: 8, Device: 1, Data: []byte("long")}, world.Input{Time: 9, Device: 1, Data: []byte("d")})
	require.NoError(t, err)
	require.Equal(t, `trace guest
  two in eth0 3 616263
  two out eth0 @7 1 01
  two in eth0 1 64
  two out eth0 @9 1 02
  status waiting
end
`, trace.Print(tr))
}

// The steps that a guest reports must equal the steps of the simulated world.
func TestBatchThatLies(t *testing.T) {
	for _, c := range []struct{ script, want string }{
		{say('w', 1, 0, ""), "the program went on although no input is left"},
		{say('t', 0, 8, ""), "the program took a frame from eth0, where none waits"},
	} {
		_, err := play(t, c.script+"exit 0\n")
		require.ErrorContains(t, err, c.want)
	}
}

// This test checks the bytes of a batch: waiting frames, later frames, and the clock. A batch
// contains no waiting frame that does not fit, and no frame after the end of the run.
func TestBatchBytes(t *testing.T) {
	until := uint64(20)
	long := bytes.Repeat([]byte("x"), 100)
	inputs := []world.Input{{Time: 5, Device: 1, Data: []byte("abc")}, {Time: 6, Device: 1, Data: long}, {Time: 30, Device: 1, Data: []byte("late")}}
	for _, c := range []struct {
		room int
		want [4]uint32 // ready, bytes that have arrived, all bytes, the clock
	}{
		{4096, [4]uint32{1, 24, 24 + 120, 5}},
		{100, [4]uint32{1, 24, 24, 5}},
		{20, [4]uint32{1, 0, 0, 5}},
	} {
		w := world.New(&world.Script{Devices: []string{"pad", "eth0"}, Inputs: inputs, Until: &until})
		var said bytes.Buffer
		m := newMachine(program(""), w, Options{})
		m.in, m.batches.size = &said, 8
		require.NoError(t, m.batch(1, c.room))
		var got [4]uint32
		require.NoError(t, binary.Read(&said, binary.LittleEndian, &got))
		require.Equal(t, c.want, got)
		require.Len(t, said.Bytes(), 4+int(got[2]))
	}
}

// Batches grow while the guest is fast, and shrink while the guest is slow, so that the guest
// reports often enough.
func TestBatchSize(t *testing.T) {
	var b batches
	now := time.Unix(1, 0)
	var sizes []int
	for _, took := range []time.Duration{0, 1, 1, 1, time.Second, time.Second, time.Second} {
		now = now.Add(took)
		sizes = append(sizes, b.next(now))
	}
	require.Equal(t, []int{1, 2, 4, 8, 2, 1, 1}, sizes)
	for range 30 {
		b.next(now)
	}
	require.Equal(t, mostAhead, b.size)
}

// Inputs that a script announces in advance are committed once, in order.
func TestAheadOfTheWorld(t *testing.T) {
	inputs := []world.Input{{Time: 1, Data: []byte("a")}, {Time: 2, Data: []byte("b")}, {Time: 3, Data: []byte("c")}}
	w := world.New(&world.Script{Devices: []string{"d"}, Inputs: inputs})
	require.Equal(t, inputs[:2], w.Ahead(2))
	var got strings.Builder
	for w.Advance() {
		data, _ := w.Take(0, 9)
		got.Write(data)
	}
	require.Equal(t, "abc", got.String())
	require.Empty(t, w.Ahead(2))
}
