package periph

import (
	"bytes"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim/cycle"
)

// bench drives a circuit under a check that a mutant may fail.
type bench struct {
	e *cycle.Scalar
}

func benchOf(c *rtl.Circuit) (*bench, error) {
	e, err := cycle.New(c)
	if err == nil {
		start(e)
	}
	return &bench{e}, err
}

func (b *bench) set(name string, v uint64) { b.e.Set(name, v) } //nolint:errcheck // a mutant has the same ports

func (b *bench) get(name string) uint64 {
	v, _ := b.e.Output(name)
	return v
}

func flag(on bool) uint64 {
	if on {
		return 1
	}
	return 0
}

// someFrame is a frame in which bytes with a special meaning are frequent.
func someFrame(r *rand.Rand) []byte {
	f := make([]byte, 1+r.Intn(14))
	for i := range f {
		f[i] = byte(r.Intn(256))
		if r.Intn(3) == 0 {
			f[i] = []byte{slipEnd, slipEscape, slipEnd2, slipEsc2}[r.Intn(4)]
		}
	}
	return f
}

// slipInAgrees runs SlipIn in lock-step with SlipReader, with random pauses at input and
// output, empty frames, and escapes of bytes that need no escape.
func slipInAgrees(c *rtl.Circuit) (bool, error) {
	b, err := benchOf(c)
	if err != nil {
		return false, err
	}
	r := rand.New(rand.NewSource(11))
	wire := []byte{slipEnd2, slipEsc2, slipEnd}
	for range 400 {
		wire = append(wire, SlipFrame(someFrame(r))...)
		switch r.Intn(8) {
		case 0:
			wire = append(wire, slipEnd)
		case 1:
			wire = append(wire, slipEscape, byte(r.Intn(slipEnd)))
		case 2: // an end byte that was escaped unchanged
			wire = append(wire, slipEscape, slipEnd)
		}
	}
	var model SlipReader
	var want, got [][]byte
	var frame []byte
	var shown [4]uint64
	held, offered := false, false
	for at := 0; at < len(wire); {
		offered = offered || r.Intn(3) > 0
		ready := r.Intn(3) > 0
		b.set("byte_valid", flag(offered))
		b.set("byte_data", uint64(wire[at]))
		b.set("ready", flag(ready))
		b.e.Eval()
		if b.e.Cycle() < 2 && b.get("data") != 0 {
			return false, nil
		}
		beat := [4]uint64{b.get("valid"), b.get("data"), b.get("last"), b.get("bytes")}
		if held && beat != shown {
			return false, nil
		}
		held, shown = beat[0] == 1 && !ready, beat
		if beat[0] == 1 && ready {
			n := 4
			if beat[2] == 1 {
				n = int(beat[3])
			}
			if n < 1 || n > 4 || beat[2] == 1 && beat[1]>>(8*n) != 0 {
				return false, nil
			}
			for k := range n {
				frame = append(frame, byte(beat[1]>>(8*k)))
			}
			if beat[2] == 1 {
				got, frame = append(got, frame), nil
			}
		}
		if offered && b.get("byte_ready") == 1 {
			if f, whole := model.Next(wire[at]); whole {
				want = append(want, f)
			}
			if len(got) != len(want) {
				return false, nil
			}
			at, offered = at+1, false
		}
		b.e.Clock()
		if b.e.Cycle() > uint64(12*len(wire)) {
			return false, nil // the circuit stands still
		}
	}
	for i := range want {
		if !bytes.Equal(want[i], got[i]) {
			return false, nil
		}
	}
	return len(want) > 300, nil
}

// slipOutAgrees runs SlipOut in lock-step with SlipFrame.
func slipOutAgrees(c *rtl.Circuit) (bool, error) {
	b, err := benchOf(c)
	if err != nil {
		return false, err
	}
	r := rand.New(rand.NewSource(12))
	for range 400 {
		frame := someFrame(r)
		var got []byte
		var shown uint64
		held, offered := false, false
		for at, cycles := 0, 0; at < len(frame); cycles++ {
			rest := frame[at:]
			var word uint64
			for k := range min(4, len(rest)) {
				word |= uint64(rest[k]) << (8 * k)
			}
			offered = offered || r.Intn(3) > 0
			ready := r.Intn(3) > 0
			b.set("valid", flag(offered))
			b.set("data", word)
			b.set("last", flag(len(rest) <= 4))
			b.set("bytes", uint64(min(4, len(rest))))
			b.set("byte_ready", flag(ready))
			b.e.Eval()
			valid, out := b.get("byte_valid"), b.get("byte_data")
			if held && (valid != 1 || out != shown) || valid == 1 && !offered {
				return false, nil
			}
			held, shown = valid == 1 && !ready, out
			if valid == 1 && ready {
				got = append(got, byte(out))
			}
			if b.get("ready") == 1 {
				if !offered {
					return false, nil
				}
				at, offered = at+4, false
			}
			b.e.Clock()
			if cycles > 600 {
				return false, nil // the circuit stands still
			}
		}
		if !bytes.Equal(got, SlipFrame(frame)) {
			return false, nil
		}
	}
	return true, nil
}

func TestSlip(t *testing.T) {
	c, err := SlipIn()
	require.NoError(t, err)
	ok, err := slipInAgrees(c)
	require.NoError(t, err)
	require.True(t, ok)
	c, err = SlipOut()
	require.NoError(t, err)
	ok, err = slipOutAgrees(c)
	require.NoError(t, err)
	require.True(t, ok)
}

// TestSlipText checks that a frame comes back from the line, whatever its bytes are.
func TestSlipText(t *testing.T) {
	require.Equal(t, []byte{1, 0xDB, 0xDC, 0xDB, 0xDD, 0xC0}, SlipFrame([]byte{1, 0xC0, 0xDB}))
	r := rand.New(rand.NewSource(1))
	var reader SlipReader
	for range 200 {
		want := someFrame(r)
		wire := append([]byte{slipEnd}, SlipFrame(want)...)
		for i, c := range wire {
			got, whole := reader.Next(c)
			require.Equal(t, i == len(wire)-1, whole)
			if whole {
				require.Equal(t, want, got)
			}
		}
	}
}

// lineInAgrees runs LineIn in lock-step with a queue. Bytes arrive with pauses of any length,
// from a sender whose clock is off by 2 %. The queue's reader waits until the buffer is full.
func lineInAgrees(c *rtl.Circuit) (bool, error) {
	b, err := benchOf(c)
	if err != nil {
		return false, err
	}
	r := rand.New(rand.NewSource(13))
	const divider = 4
	var sent, got []byte
	at, asleep := 0.0, 0
	tick := func(level uint64, until float64) {
		for at += until; float64(b.e.Cycle()) < at; {
			asleep = max(asleep-1, 0)
			ready := asleep == 0 && r.Intn(3) > 0
			b.set("line", level)
			b.set("ready", flag(ready))
			b.e.Eval()
			if b.get("valid") == 1 && ready {
				got = append(got, byte(b.get("data")))
			}
			b.e.Clock()
			if asleep == 0 && r.Intn(40_000) == 0 {
				asleep = 30_000
			}
		}
	}
	tick(1, 50)
	lost := 0
	for range 3000 {
		v := byte(r.Intn(256))
		switch full := len(sent)-len(got) == 1<<queueBits-1; {
		case full && asleep > 100*divider:
			lost++
		case full: // it is not known whether there will be room
			tick(1, 5*divider)
			continue
		default:
			sent = append(sent, v)
		}
		bit := divider * (0.98 + 0.04*r.Float64())
		for i := range frameBits {
			tick((uint64(v)<<1|1<<9)>>i&1, bit)
		}
		if r.Intn(4) == 0 {
			tick(1, float64(r.Intn(60)))
		}
	}
	asleep = 0
	tick(1, 8000)
	return lost > 10 && bytes.Equal(sent, got), nil
}

func TestLineIn(t *testing.T) {
	c, err := LineIn(Hz{4_000_000, 1}, 1_000_000)
	require.NoError(t, err)
	ok, err := lineInAgrees(c)
	require.NoError(t, err)
	require.True(t, ok)
}
