package world_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// randomCapture is a capture with time stamps that repeat and go backward.
func randomCapture(t *testing.T, rng *rand.Rand) []byte {
	tr, now := &trace.Trace{}, uint64(1000)
	for range rng.Intn(30) {
		now += uint64(rng.Intn(4))
		data := make([]byte, 1+rng.Intn(20))
		rng.Read(data)
		tr.Add(trace.Event{Kind: trace.Out, Port: "d", Time: now - uint64(rng.Intn(3)), Data: data})
	}
	data, err := world.CaptureOf(tr, "d", false)
	require.NoError(t, err)
	return data
}

// played returns the inputs that a script's world commits, and their times.
func played(s *world.Script) (out []world.Input, end uint64) {
	w := world.New(s)
	defer w.Close()
	for w.Advance() {
		for dev := range s.Devices {
			for w.Pending(dev) {
				data, _ := w.Take(dev, 100)
				out = append(out, world.Input{Time: w.Now(), Device: dev, Data: data})
			}
		}
	}
	return out, w.End()
}

// Captures give the same inputs whether they are read during the run or before it, in each
// world and with each limit for the length of frames.
func TestFeed(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for range 50 {
		var whole, later []world.Capture
		for i := range 1 + rng.Intn(3) {
			c := world.Capture{Device: rng.Intn(2), Name: "x.pcap", Data: randomCapture(t, rng)}
			whole = append(whole, c)
			if i == 0 || rng.Intn(2) == 0 {
				data := c.Data
				c.Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
				c.Data = nil
			}
			later = append(later, c)
		}
		a, err := world.FromCaptures([]string{"a", "b"}, whole)
		require.NoError(t, err)
		b, err := world.FromCaptures([]string{"a", "b"}, later)
		require.NoError(t, err)
		require.Nil(t, a.Feed)
		require.NotNil(t, b.Feed)
		for _, limit := range []int{1000, rng.Intn(40) + 1} {
			require.NoError(t, a.First(limit))
			require.NoError(t, b.First(limit))
			require.Equal(t, a.Frames(), b.Frames())
			want, wantEnd := played(a)
			for range 2 {
				got, end := played(b)
				require.Equal(t, want, got)
				require.Equal(t, wantEnd, end)
			}
		}
		require.NoError(t, b.Whole())
		require.Nil(t, b.Feed)
		got, end := played(b)
		want, wantEnd := played(a)
		require.Equal(t, want, got)
		require.Equal(t, wantEnd, end)
		require.Len(t, b.Inputs, len(a.Inputs))
	}
}

// The inputs of a feed are ordered among the other inputs of the script: levels first, then by
// device.
func TestFeedAmongInputs(t *testing.T) {
	tr := &trace.Trace{}
	for _, at := range []uint64{0, 5, 9} {
		tr.Add(trace.Event{Kind: trace.Out, Port: "d", Time: at, Data: []byte{byte(at)}})
	}
	data, err := world.CaptureOf(tr, "d", false)
	require.NoError(t, err)
	s, err := world.FromCaptures([]string{"line", "net"}, []world.Capture{{
		Device: 1, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}})
	require.NoError(t, err)
	s.Streams = []bool{true}
	require.NoError(t, s.AddBytes([]world.Bytes{{Data: []byte("5 61\n7 62\n")}}))
	got, end := played(s)
	require.Equal(t, uint64(9), end)
	var order []string
	for _, in := range got {
		order = append(order, string('0'+byte(in.Time))+s.Devices[in.Device])
	}
	require.Equal(t, []string{"0net", "5line", "5net", "7line", "9net"}, order)
}

// If the file differs when it is read again, the run ends with an error that reports this.
func TestFeedOfAFileThatChanges(t *testing.T) {
	good := randomCapture(t, rand.New(rand.NewSource(4)))
	for name, second := range map[string]func() (io.ReadCloser, error){
		"the file ends too early": func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(good[:len(good)-1])), nil },
		"it has become shorter":   func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(good[:24])), nil },
		"it is gone":              func() (io.ReadCloser, error) { return nil, errors.New("it is gone") },
	} {
		opened := 0
		s, err := world.FromCaptures([]string{"a"}, []world.Capture{{Name: "x.pcap", Open: func() (io.ReadCloser, error) {
			if opened++; opened == 1 {
				return io.NopCloser(bytes.NewReader(good)), nil
			}
			return second()
		}}})
		require.NoError(t, err)
		w := world.New(s)
		for w.Advance() {
		}
		require.ErrorContains(t, w.Err(), name)
	}
}
