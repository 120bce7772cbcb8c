package periph

import (
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim/cycle"
)

// twelve is the clock frequency of many boards.
var twelve = Hz{12_000_000, 1}

// made returns the circuit of a constructor, which must succeed.
func made(t *testing.T, c *rtl.Circuit, err error) *rtl.Circuit {
	t.Helper()
	require.NoError(t, err)
	return c
}

// engine runs a circuit.
func engine(t require.TestingT, c *rtl.Circuit) *cycle.Scalar {
	e, err := cycle.New(c)
	require.NoError(t, err)
	start(e)
	return e
}

// start gives the registers their power-up values.
func start(e *cycle.Scalar) {
	e.Reset(true)
	e.Step()
	e.Reset(false)
}

func set(t require.TestingT, e *cycle.Scalar, name string, v uint64) {
	require.NoError(t, e.Set(name, v))
}

func output(t require.TestingT, e *cycle.Scalar, name string) uint64 {
	v, ok := e.Output(name)
	require.True(t, ok, name)
	return v
}

// TestCells checks that the cost of each circuit is within its bound.
func TestCells(t *testing.T) {
	cells := func(c *rtl.Circuit, err error) int {
		require.NoError(t, err)
		p, err := plan.Price(c)
		require.NoError(t, err)
		t.Logf("%-16s %3d cells, %d flip-flops", c.Name, p.Cells, p.FFs)
		return p.Cells
	}
	s, err := StepOf(twelve)
	require.NoError(t, err)
	require.LessOrEqual(t, cells(Reset()), 16)
	require.LessOrEqual(t, cells(Clock(twelve)), TimeBits+s.Bits+12)
	require.LessOrEqual(t, cells(Debounce(DebounceBits)), 20)
	require.LessOrEqual(t, cells(Sender(twelve, 115200))+cells(Receiver(twelve, 115200)), 70)
	require.LessOrEqual(t, cells(LogWire(twelve, 115200)), 140)
	require.LessOrEqual(t, cells(SPI(twelve)), 60)
	require.LessOrEqual(t, cells(I2C(twelve)), 400)
}

// TestReset checks that the output is 1 for 1,024 cycles after power-up, and after each request
// that the clock has sampled.
func TestReset(t *testing.T) {
	c, err := Reset()
	resetWorks(t, made(t, c, err))
}

func resetWorks(t require.TestingT, c *rtl.Circuit) {
	e := engine(t, c)
	r := rand.New(rand.NewSource(1))
	var sync [2]bool
	count, requested := 0, 0
	for range 200_000 {
		request := r.Intn(4000) == 0 && requested == 0 && e.Cycle() > 2*ResetCycles // the first reset is complete
		if request {
			requested = 1 + r.Intn(30)
		}
		requested = max(requested-1, 0)
		on := requested > 0 || request
		set(t, e, "request", map[bool]uint64{true: 1}[on])
		e.Eval()
		require.Equal(t, count < ResetCycles, output(t, e, "reset_out") == 1, "cycle %d", e.Cycle())
		e.Clock()
		switch {
		case sync[1]:
			count = 0
		case count < ResetCycles:
			count++
		}
		sync[0], sync[1] = on, sync[0]
	}
}

// TestClock checks the time with random pauses. The time is never ahead of the cycles and never
// goes backward. The time does not change while `run` is 0, and catches up after every pause.
func TestClock(t *testing.T) {
	for _, f := range []Hz{{2_000_000, 1}, twelve, {16_000_000, 1}, {39_750_000, 1}, {100_000_000, 1}, {2_000_000_000, 3}} {
		c, err := Clock(f)
		clockWorks(t, made(t, c, err), f)
	}
}

func clockWorks(t require.TestingT, c *rtl.Circuit, f Hz) {
	e := engine(t, c)
	r := rand.New(rand.NewSource(int64(f.Num)))
	before, ran, run, left := uint64(0), uint64(1), uint64(1), 0
	for cycleNo := uint64(0); cycleNo < 60_000; cycleNo++ {
		if left--; left < 0 {
			run, left = 1-run, r.Intn(300)
		}
		if cycleNo > 40_000 { // the time has caught up after the last pauses
			run = 1
		}
		set(t, e, "run", run)
		e.Eval()
		now := output(t, e, "clock")
		exact := cycleNo * 1_000_000 * f.Den / f.Num
		if now > exact || now < before || now > before+ran {
			require.Failf(t, "the time is wrong", "%s: %d after %d at cycle %d", f, now, before, cycleNo)
		}
		before, ran = now, run
		e.Clock()
		if cycleNo > 59_000 && now+2 < exact {
			require.Failf(t, "the time is wrong", "%s: late at cycle %d", f, cycleNo)
		}
	}
}

// TestClockErrors checks frequencies that give no exact time.
func TestClockErrors(t *testing.T) {
	_, err := Clock(Hz{1_999_999, 1})
	require.ErrorContains(t, err, "a clock of at least 2 MHz makes the time, got 2 MHz")
	_, err = Clock(Hz{1<<60 + 1, 1})
	require.ErrorContains(t, err, "is not a simple multiple of 1 MHz")
	_, err = Clock(Hz{5, 0})
	require.Error(t, err)
}

// TestDebounce tries bouncing presses, and glitches of any length. The output changes only
// after the input has been stable for long enough. The stable time begins when the circuit
// samples the input.
func TestDebounce(t *testing.T) {
	c, err := Debounce(debounceBits)
	debounceWorks(t, made(t, c, err))
}

// debounceBits makes a short debouncer.
const debounceBits = 5

func debounceWorks(t require.TestingT, c *rtl.Circuit) {
	const n = debounceBits
	e := engine(t, c)
	r := rand.New(rand.NewSource(3))
	var sync [2]uint64
	level, still, in, left := uint64(0), 0, uint64(0), 0
	changes, held := 0, 0
	for range 200_000 {
		if left--; left < 0 {
			in, left = 1-in, r.Intn(5<<n)
			if r.Intn(3) > 0 {
				left = r.Intn(4)
			}
		}
		set(t, e, "in", in)
		e.Eval()
		switch out := output(t, e, "out"); {
		case out != level:
			require.GreaterOrEqual(t, still, 1<<n, "a change after too little rest")
			level, still = out, 0
			changes++
		default:
			require.Less(t, still, 2<<n, "no change after enough rest")
		}
		e.Clock()
		if sync[1] == level {
			if still >= 1<<n {
				held++
			}
			still = 0
		} else {
			still++
		}
		sync[0], sync[1] = in, sync[0]
	}
	require.Greater(t, changes, 500)
	require.Greater(t, held, 10, "rests between the bounds, which may do either")
}

// TestSender samples the line like an oscilloscope. Each bit must last exactly as many cycles
// as the divider says.
func TestSender(t *testing.T) {
	c, err := Sender(twelve, 115200)
	senderWorks(t, made(t, c, err))
}

func senderWorks(t require.TestingT, c *rtl.Circuit) {
	const divider = 104
	e := engine(t, c)
	for _, want := range []uint64{0x00, 0xFF, 0x55, 0xA3} {
		set(t, e, "valid", 1)
		set(t, e, "data", want)
		for e.Eval(); output(t, e, "ready") == 0; e.Eval() {
			require.Equal(t, uint64(1), output(t, e, "line"), "the line rests")
			require.Less(t, e.Cycle(), uint64(10_000), "it stands still")
			e.Clock()
		}
		e.Clock()
		set(t, e, "valid", 0)
		frame := want<<1 | 1<<9
		for i := range frameBits * divider {
			e.Eval()
			require.Equal(t, frame>>(i/divider)&1, output(t, e, "line"), "byte %#x, bit %d", want, i/divider)
			e.Clock()
		}
	}
}

// TestReceiver checks that a receiver outputs all bytes of a sender whose clock is off by 2 %.
// A byte may begin at any time. The receiver outputs no glitches and no broken bytes.
func TestReceiver(t *testing.T) {
	c, err := Receiver(twelve, 115200)
	receiverWorks(t, made(t, c, err))
}

func receiverWorks(t require.TestingT, c *rtl.Circuit) {
	e := engine(t, c)
	r := rand.New(rand.NewSource(4))
	var got []uint64
	hold := func(level uint64, until float64, at *float64) {
		*at += until
		for float64(e.Cycle()) < *at {
			set(t, e, "line", level)
			e.Eval()
			if output(t, e, "valid") == 1 {
				got = append(got, output(t, e, "data"))
			}
			e.Clock()
		}
	}
	at := 0.0
	hold(1, 500, &at)
	for _, drift := range []float64{0.98, 0.99, 1, 1.01, 1.02} {
		bit := 12e6 / 115200 * drift
		var want []uint64
		got = nil
		for range 60 {
			v := uint64(r.Intn(256))
			want = append(want, v)
			for i := range frameBits {
				hold((v<<1|1<<9)>>i&1, bit, &at)
			}
			switch r.Intn(4) {
			case 0: // a rest of any length
				hold(1, float64(r.Intn(2000)), &at)
			case 1: // a glitch that is shorter than half a bit
				hold(1, bit, &at)
				hold(0, float64(1+r.Intn(45)), &at)
				hold(1, 2*bit, &at)
			case 2: // a byte without its stop bit, and the rest after it
				hold(0, 10*bit+float64(r.Intn(1000)), &at)
				hold(1, 2*bit, &at)
			}
		}
		hold(1, 2*bit, &at)
		require.Equal(t, want, got, "drift %g", drift)
	}
}

// TestDivider checks a line speed that the clock cannot make.
func TestDivider(t *testing.T) {
	d, err := Divider(twelve, 115200)
	require.NoError(t, err)
	require.Equal(t, uint64(104), d)
	_, err = Divider(twelve, 4_000_000)
	require.EqualError(t, err, "a serial line of 4000000 baud needs a clock of at least 16 MHz, got 12 MHz, which makes at most 3000000 baud")
	_, err = Divider(twelve, 1<<62) // four times as many overflow
	require.ErrorContains(t, err, "a serial line of 4611686018427387904 baud needs a clock of at least")
	_, err = Divider(twelve, 921600*2)
	require.EqualError(t, err, "no divider of 12 MHz is within 1 % of 1843200 baud: the nearest makes 1.71429e+06")
	_, err = Divider(twelve, 0)
	require.Error(t, err)
}

// TestLogWire checks that the circuit sends words in order, as the bytes that WordOnWire gives.
// Random words arrive as fast as the buffer accepts them, or with pauses.
func TestLogWire(t *testing.T) {
	c, err := LogWire(twelve, 1_000_000)
	logWireWorks(t, made(t, c, err))
}

func logWireWorks(t require.TestingT, c *rtl.Circuit) {
	const divider = 12
	e := engine(t, c)
	r := rand.New(rand.NewSource(5))
	var want, got []byte
	offered, word, left, full := uint64(0), uint32(0), 0, 0
	bit, wait, v := -1, 0, uint64(0)
	for e.Cycle() < 400_000 {
		if offered == 0 {
			if left--; left < 0 && e.Cycle() < 150_000 {
				offered, word, left = 1, r.Uint32(), 0
				if r.Intn(200) == 0 { // a pause in which the buffer may run empty
					left = r.Intn(40_000)
				}
			}
		}
		set(t, e, "log_valid", offered)
		set(t, e, "log_data", uint64(word))
		e.Eval()
		if ready := output(t, e, "log_ready"); offered == 1 && ready == 1 {
			b := WordOnWire(word)
			want = append(want, b[:]...)
			offered = 0
		} else if offered == 1 {
			full++
		}
		line := output(t, e, "line")
		switch wait--; {
		case bit < 0 && line == 0:
			bit, wait, v = 0, divider/2+divider, 0
		case bit >= 0 && wait == 0 && bit < 8:
			v |= line << bit
			bit, wait = bit+1, divider
		case bit == 8 && wait == 0:
			require.Equal(t, uint64(1), line, "stop bit")
			got = append(got, byte(v))
			bit = -1
		}
		e.Clock()
	}
	require.Equal(t, want, got)
	require.Greater(t, len(got), 5*300)
	require.Greater(t, full, 1000, "the buffer was full at times")
}

// TestWordOnWire checks that the bytes on the wire hold the word, and that the top bit is set
// only in the first byte.
func TestWordOnWire(t *testing.T) {
	for _, w := range []uint32{0, 0xFFFF_FFFF, 0x0003_0011, 0x89AB_CDEF} {
		b := WordOnWire(w)
		require.Equal(t, w, uint32(b[0]&15)<<28|uint32(b[1])<<21|uint32(b[2])<<14|uint32(b[3])<<7|uint32(b[4]))
		require.Equal(t, byte(8), b[0]>>4)
		for _, x := range b[1:] {
			require.Less(t, x, byte(0x80))
		}
		r := WordReader{}
		for i, x := range append([]byte{1, 2, 0x81, 3}, b[:]...) { // the first bytes that a late reader sees
			got, whole := r.Next(x)
			require.Equal(t, i == 8, whole)
			if whole {
				require.Equal(t, w, got)
			}
		}
		require.Equal(t, 4, r.Lost)
	}
}
