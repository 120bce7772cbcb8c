package monitor

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// waiter writes a text and waits for a frame. Then it writes another text from its memory, so
// this text is right only if the snapshot contains the memory. At the end, the guest asks for
// the time.
func waiter() []byte {
	data := make([]byte, ringAt-dataAt)
	copy(data, slices.Concat(block(call3{op: callWrite, a: dataAt + 0x700, b: 5}), block(call3{op: callWait, a: 1, b: never}), block(call3{op: callWrite, a: dataAt + 0x705, b: 5}), block(call3{op: callExit, a: 9})))
	copy(data[0x700:], "firstlater")
	return image(calls(4), data, "nic net\n")
}

// TestSnapshot ends a guest while the guest waits. The guest must continue in another virtual
// machine.
func TestSnapshot(t *testing.T) {
	need(t)
	im, err := Load(waiter())
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var states [][]byte
	var out bytes.Buffer
	conf := Config{Console: &out, Nets: map[string]Net{"nic": &queue{}}, Words: []string{"sn.a=1"}}
	conf.Save = func(state []byte) error {
		states = append(states, bytes.Clone(state))
		stop() // the guest is about to sleep, however long it took to start
		return nil
	}
	_, err = Run(ctx, im, conf)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, "first", out.String())
	require.Len(t, states, 2, "at the first wait, and at the end")
	for _, state := range states {
		out.Reset()
		again := Config{Console: &out, Nets: map[string]Net{"nic": &queue{in: [][]byte{[]byte("x")}}}, Words: conf.Words, State: state}
		began := time.Now()
		r, err := Run(t.Context(), im, again)
		require.NoError(t, err)
		t.Logf("restored and ended after %v", time.Since(began))
		require.Equal(t, "later", out.String())
		require.Equal(t, 9, r.Code)
	}
	t.Run("refused", func(t *testing.T) { snapshotsRefused(t, im, states[1], conf) })
}

// signed is a snapshot that was changed and has a valid checksum.
func signed(state []byte, change func(b []byte) []byte) []byte {
	b := change(bytes.Clone(state[:len(state)-sha256.Size]))
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// snapshotsRefused tries bytes that are not a complete snapshot of this image. The monitor must
// refuse such bytes with a message before the guest runs. A forged snapshot may start a guest,
// but this guest must have no more rights than other guests.
func snapshotsRefused(t *testing.T, im *Image, state []byte, conf Config) {
	const registers = len(snapshotMagic) + sha256.Size + 4 + len("sn.a=1") + 8
	conf.Save = nil
	conf.Nets = map[string]Net{"nic": &queue{in: [][]byte{[]byte("x")}}}
	run := func(state []byte, words ...string) error {
		c := conf
		c.State, c.Words = state, words
		ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer stop()
		_, err := Run(ctx, im, c)
		return err
	}
	set := func(at int, v uint64) []byte {
		return signed(state, func(b []byte) []byte { binary.LittleEndian.PutUint64(b[at:], v); return b })
	}
	flipped := bytes.Clone(state)
	flipped[len(flipped)/2] ^= 1
	var bad *BadState
	for name, c := range map[string]struct {
		state []byte
		want  string
	}{
		"nothing":           {[]byte{}, "not a snapshot"},
		"a magic":           {[]byte(snapshotMagic), "cut off or spoilt"},
		"half":              {state[:len(state)/2], "cut off or spoilt"},
		"a bit":             {flipped, "cut off or spoilt"},
		"another image":     {set(len(snapshotMagic), 1), "of another image"},
		"a long text":       {set(len(snapshotMagic)+sha256.Size, 0xffffffff), "a length that does not fit"},
		"more memory":       {signed(state, func(b []byte) []byte { return append(b, 0) }), "a length that does not fit"},
		"less memory":       {signed(state, func(b []byte) []byte { return b[:len(b)-1] }), "a length that does not fit"},
		"a clock":           {set(registers-8, 1<<63), "the clock of the snapshot"},
		"a place in data":   {set(registers+16*8, dataAt), "where no call is"},
		"a place in text":   {set(registers+16*8, textAt+1), "where no call is"},
		"a place elsewhere": {set(registers+16*8, 1<<63), "where no call is"},
	} {
		err := run(c.state, "sn.a=1")
		require.ErrorAs(t, err, &bad, name)
		require.ErrorContains(t, err, c.want, name)
	}
	require.ErrorContains(t, run(state, "sn.a=2"), `started with the words "sn.a=1", this run has "sn.a=2"`)
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 { // any registers and memory: the guest ends, crashes or waits, and nothing else happens
		made := signed(state, func(b []byte) []byte {
			for k := registers; k < len(b); k += 1 + r.IntN(40) {
				if k < registers+16*8 || k >= registers+17*8 {
					b[k] = byte(r.Uint32())
				}
			}
			return b
		})
		if err := run(made, "sn.a=1"); err != nil {
			var crash *Crash
			require.True(t, errors.As(err, &crash) || errors.Is(err, context.DeadlineExceeded), "%v", err)
		}
	}
}
