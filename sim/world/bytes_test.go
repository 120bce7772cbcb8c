package world_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// TestBytes checks that each byte of a stream is a separate input, and that a read takes as
// many waiting bytes as fit.
func TestBytes(t *testing.T) {
	s := &world.Script{Devices: []string{"line", "eth"}, Streams: []bool{true}, Inputs: []world.Input{{Time: 7, Device: 1, Data: []byte("frame")}}}
	text := "# a comment\n\n0 68 65 6c\n7 6C6f # two more\n9 0a"
	require.NoError(t, s.AddBytes([]world.Bytes{{Device: 0, Name: "t.bytes", Data: []byte(text)}}))
	w := world.New(s)
	require.True(t, w.Advance())
	require.Equal(t, []byte("h"), w.Head(0))
	got, ok := w.Take(0, 2)
	require.True(t, ok)
	require.Equal(t, "he", string(got))
	require.True(t, w.Advance(), "the bytes of the line come before the frame of a later device")
	require.EqualValues(t, 7, w.Now())
	require.False(t, w.Pending(1))
	got, _ = w.Take(0, 100)
	require.Equal(t, "llo", string(got))
	require.False(t, w.Pending(0))
	require.True(t, w.Advance())
	require.True(t, w.Pending(1))
	require.True(t, w.Advance())
	require.False(t, w.Advance())
	require.Equal(t, [][]byte{{'a'}, {'b'}}, w.Pieces(0, []byte("ab")))
	require.Equal(t, [][]byte{[]byte("ab")}, w.Pieces(1, []byte("ab")))
}

// TestBytesOut checks that a written file is read back as the same bytes at the same times.
func TestBytesOut(t *testing.T) {
	tr := &trace.Trace{}
	for i, at := range []uint64{5, 5, 9, 12} {
		tr.Events = append(tr.Events, trace.Event{Kind: trace.Out, Port: "line", Time: at, Data: []byte{byte(0xf0 + i)}})
	}
	tr.Events = append(tr.Events, trace.Event{Kind: trace.Out, Port: "other", Time: 20, Data: []byte{1}})
	text := world.WriteBytes(tr, "line")
	require.Equal(t, "5 f0f1\n9 f2\n12 f3\n", string(text))
	require.Empty(t, world.WriteBytes(tr, "none"))
	s := &world.Script{Devices: []string{"line"}, Streams: []bool{true}}
	require.NoError(t, s.AddBytes([]world.Bytes{{Name: "t", Data: text}}))
	require.Equal(t, []world.Input{{Time: 5, Data: []byte{0xf0, 0xf1}}, {Time: 9, Data: []byte{0xf2}}, {Time: 12, Data: []byte{0xf3}}}, s.Inputs)
}

func TestBadBytes(t *testing.T) {
	for text, want := range map[string]string{
		"soon 68":      `t.bytes:1:1: error[E0503]: expected a time in microseconds, got "soon"`,
		"-1 68":        `expected a time in microseconds, got "-1"`,
		"0 6":          `expected bytes in hexadecimal after the time, two digits each, got "6"`,
		"0 hello":      `got "hello"`,
		"0":            `got ""`,
		"\n5 68\n4 65": "t.bytes:3:1: error[E0503]: the time 4 lies before that of the line above, 5",
	} {
		s := &world.Script{Devices: []string{"line"}, Streams: []bool{true}}
		err := s.AddBytes([]world.Bytes{{Name: "t.bytes", Data: []byte(text)}})
		require.ErrorContains(t, err, want)
		require.Equal(t, world.BadBytes, diag.AsList(err)[0].Code)
	}
}
