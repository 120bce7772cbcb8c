package periph

import (
	"bytes"
	"encoding/binary"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// busBench replaces a core that gives commands and accepts answers, with pauses on both sides.
type busBench struct {
	*bench
	r       *rand.Rand
	command []byte
	sent    int // bytes of it that were accepted
	offered bool
	answer  []byte
	whole   bool // the answer is complete
	shown   [4]uint64
	held    bool
	ready   bool
	broken  bool // a beat changed while it waited, or one came too early
}

func (b *busBench) give(command []byte) {
	b.command, b.sent, b.answer, b.whole = command, 0, nil, false
}

// drive sets the inputs of a cycle.
func (b *busBench) drive() {
	left := len(b.command) - b.sent
	b.offered = left > 0 && (b.offered || b.r.Intn(3) > 0)
	b.set(BusCommand.Valid, flag(b.offered))
	word, n := uint64(b.r.Uint32()), min(left, 4)
	if b.offered {
		word = 0
		for k := range n {
			word |= uint64(b.command[b.sent+k]) << (8 * k)
		}
	} else {
		n = 1 + b.r.Intn(4)
	}
	b.set(BusCommand.Data, word)
	b.set(BusCommand.Last, flag(b.offered && left <= 4))
	b.set(BusCommand.Bytes, uint64(n))
	b.ready = b.r.Intn(3) > 0
	b.set(BusAnswer.Ready, flag(b.ready))
}

// sample records the transfers of a cycle at its end.
func (b *busBench) sample() {
	ready := b.ready
	if b.offered && b.get(BusCommand.Ready) == 1 {
		b.sent, b.offered = min(b.sent+4, len(b.command)), false
	}
	beat := [4]uint64{b.get(BusAnswer.Valid), b.get(BusAnswer.Data), b.get(BusAnswer.Last), b.get(BusAnswer.Bytes)}
	if b.held && beat != b.shown || beat[0] == 1 && (b.whole || b.sent < len(b.command)) {
		b.broken = true
	}
	b.held, b.shown = beat[0] == 1 && !ready, beat
	if beat[0] != 1 || !ready {
		return
	}
	n := 4
	if beat[2] == 1 {
		n, b.whole = int(beat[3]), true
	} else if beat[3] != 4 {
		b.broken = true
	}
	if n < 1 || n > 4 {
		b.broken = true
		return
	}
	for k := range n {
		b.answer = append(b.answer, byte(beat[1]>>(8*k)))
	}
}

// spiSlave reads the wires of an SPI bus in each cycle. The slave samples a bit when the clock
// rises, and changes its own bit when the clock falls. The slave also checks the times of mode
// 0.
type spiSlave struct {
	half              int
	give, got         []byte
	bits              int
	clock, cs, mosi   uint64
	since, selectedAt int // cycles since the clock changed, since the device was selected
	wrong             bool
	selections        int
}

// miso is the bit that the slave outputs, or noise if it has no bit.
func (s *spiSlave) miso(r *rand.Rand) uint64 {
	if i := s.bits / 8; s.cs == 0 && i < len(s.give) {
		return uint64(s.give[i] >> (7 - s.bits%8) & 1)
	}
	return uint64(r.Intn(2))
}

func (s *spiSlave) look(clock, mosi, cs uint64) {
	s.since++
	s.selectedAt++
	switch {
	case cs != s.cs && cs == 0:
		s.selectedAt, s.bits, s.got = 0, 0, nil
		s.selections++
		s.wrong = s.wrong || clock != 0 || s.clock != 0
	}
	switch {
	case clock == s.clock:
		s.wrong = s.wrong || clock == 1 && mosi != s.mosi
	case clock == 1:
		s.wrong = s.wrong || cs != 0 || s.since < s.half || s.selectedAt < s.half || mosi != s.mosi
		if s.bits%8 == 0 {
			s.got = append(s.got, 0)
		}
		s.got[len(s.got)-1] |= byte(mosi << (7 - s.bits%8))
		s.since = 0
	default:
		s.wrong = s.wrong || s.since != s.half
		s.bits++
		s.since = 0
	}
	if cs > s.cs { // it may rise together with the last fall of the clock
		s.wrong = s.wrong || clock != 0 || s.bits%8 != 0
	}
	s.clock, s.cs, s.mosi = clock, cs, mosi
}

// spiWorks makes a check with commands of random lengths over the wires of a slave.
func spiWorks(half int) func(t require.TestingT, c *rtl.Circuit) {
	return func(t require.TestingT, c *rtl.Circuit) {
		e := engine(t, c)
		r := rand.New(rand.NewSource(int64(half)))
		b := &busBench{bench: &bench{e}, r: r}
		lengths := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 33, 512, 0, 2, 509}
		if half > 1 {
			lengths = lengths[:9]
		}
		for k := range 3 * len(lengths) {
			n := lengths[k%len(lengths)]
			if n > 100 && k >= len(lengths) {
				continue
			}
			s := &spiSlave{half: half, give: make([]byte, n), cs: 1, since: 1000}
			r.Read(s.give)
			body := make([]byte, n)
			r.Read(body)
			if k%9 == 8 {
				start(e) // a reset in between changes nothing
			}
			b.give(append([]byte{1, 0, 0, 0, 0, 0, 0, 0}, body...))
			for cycles := 0; !b.whole || b.r.Intn(6) > 0; cycles++ {
				b.drive()
				set(t, e, "miso", s.miso(r))
				e.Eval()
				s.look(output(t, e, "sck"), output(t, e, "mosi"), output(t, e, "cs"))
				b.sample()
				if s.wrong || b.broken || cycles > 64*half*(n+8)+40*(n+8) {
					t.Errorf("%d bytes, cycle %d: wires wrong: %t, beats wrong: %t, bit %d", n, cycles, s.wrong, b.broken, s.bits)
					t.FailNow()
				}
				e.Clock()
			}
			want := append(make([]byte, port.StatusSize), s.give...)
			if !bytes.Equal(s.got, body) && n > 0 || !bytes.Equal(b.answer, want) || s.cs != 1 || s.selections != int(flag(n > 0)) {
				t.Errorf("%d bytes: sent %x, got %x, answer %x of %x", n, body, s.got, b.answer, want)
				t.FailNow()
			}
		}
	}
}

// i2cSlave is the device on an I2C bus with open wires, which master and device may hold low.
// The slave acknowledges its address and the written bytes, up to the byte that it refuses. The
// slave holds the clock low at random times, and checks that each phase lasts a quarter of a
// bit.
type i2cSlave struct {
	r       *rand.Rand
	quarter int
	address byte
	refuses int // the number of the written byte that it does not acknowledge, -1 for none
	give    []byte

	written       []byte // including the bytes of the address
	starts, stops int
	given         int // bytes that the master accepted
	ended         bool
	stretched     int

	scl, sda bool // their previous levels
	low      bool // it holds the data low
	stretch  int  // cycles for which it holds the clock low
	bit      int  // of the byte; 8 is the acknowledge
	shift    byte
	does     slaveDoes
	since    int // cycles since the last change that counts
	wrong    bool
}

type slaveDoes uint8

const (
	slaveRests slaveDoes = iota
	slaveAddress
	slaveWrite
	slaveFirst // a read whose address is being acknowledged
	slaveRead
	slaveOut // not addressed, or at its end
)

// look samples the wires in a cycle.
func (s *i2cSlave) look(scl, sda bool) {
	s.since++
	s.stretch = max(0, s.stretch-1)
	switch {
	case scl && s.scl && sda != s.sda:
		s.condition(sda)
	case scl && !s.scl:
		s.wrong = s.wrong || s.does == slaveRests || s.since < 2*s.quarter
		s.since = 0
		s.rise(sda)
	case !scl && s.scl:
		s.wrong = s.wrong || s.since < s.quarter || s.bit > 0 && s.since < 2*s.quarter
		s.since = 0
		s.fall()
		if s.r.Intn(7) == 0 {
			s.stretch = 1 + s.r.Intn(9*s.quarter)
			s.stretched++
		}
	}
	s.scl, s.sda = scl, sda
}

// condition is a start or a stop: the data changes while the clock is high.
func (s *i2cSlave) condition(sda bool) {
	s.wrong = s.wrong || s.since < s.quarter || s.bit > 1 || s.low
	s.since, s.bit, s.low = 0, 0, false
	if sda {
		s.stops++
		s.wrong = s.wrong || s.does == slaveRests
		s.does = slaveRests
		return
	}
	s.starts++
	s.does = slaveAddress
}

func (s *i2cSlave) rise(sda bool) {
	if s.bit < 8 {
		s.shift = s.shift<<1 | byte(flag(sda))
	} else if s.does == slaveRead {
		s.given++
		if s.ended = sda; sda {
			s.does = slaveOut
		}
	}
	s.bit++
}

// fall sets the data for the bit that follows.
func (s *i2cSlave) fall() {
	s.low = false
	if s.bit == 9 {
		s.bit = 0
	}
	switch {
	case s.bit == 8 && s.does == slaveAddress:
		s.written = append(s.written, s.shift)
		s.low = s.shift>>1 == s.address
		s.does = slaveOut
		if s.low && s.shift&1 == 1 {
			s.does = slaveRead
		} else if s.low {
			s.does = slaveWrite
		}
		if s.low && s.does == slaveRead {
			s.does = slaveFirst
		}
	case s.bit == 8 && s.does == slaveWrite:
		s.written = append(s.written, s.shift)
		s.low = s.refuses != len(s.written)
		if !s.low {
			s.does = slaveOut
		}
	}
	if s.does == slaveFirst && s.bit == 0 {
		s.does, s.given = slaveRead, 0
	}
	if s.does == slaveRead && s.bit < 8 && s.given < len(s.give) {
		s.low = s.give[s.given]>>(7-s.bit)&1 == 0
	}
}

// i2cCase is a command and the bits that the bus shows for it.
type i2cCase struct {
	body    []byte
	wanted  int
	there   bool
	refuses int // number of the refused byte among the bytes sent, from 1 on
}

// i2cCases are commands of all forms, with refusals at all positions.
func i2cCases(r *rand.Rand) []i2cCase {
	var out []i2cCase
	for _, n := range []int{0, 1, 2, 3, 4, 5, 8, 9} {
		for _, wanted := range []int{0, 1, 2, 4, 5} {
			body := make([]byte, n)
			r.Read(body)
			out = append(out, i2cCase{body, wanted, true, -1})
			if n > 0 {
				out = append(out, i2cCase{body, wanted, true, r.Intn(n) + 1})
			}
			if wanted%2 == 0 {
				out = append(out, i2cCase{body, wanted, false, -1})
			}
		}
	}
	out = append(out, i2cCase{make([]byte, 255), 0, true, -1}, i2cCase{nil, 255, true, -1}, i2cCase{nil, 12, true, -1})
	return out
}

// i2cWorks makes a check with commands over wires that both ends hold low.
func i2cWorks(f Hz) func(t require.TestingT, c *rtl.Circuit) {
	return func(t require.TestingT, c *rtl.Circuit) {
		q, err := I2CQuarter(f)
		require.NoError(t, err)
		e := engine(t, c)
		r := rand.New(rand.NewSource(5))
		b := &busBench{bench: &bench{e}, r: r}
		stretched := 0
		for _, k := range i2cCases(r) {
			s := &i2cSlave{r: r, quarter: int(q), address: byte(r.Intn(128)), refuses: -1, give: make([]byte, k.wanted), scl: true, sda: true, since: 1000}
			if r.Read(s.give); k.refuses > 0 {
				s.refuses = k.refuses + 1
			}
			address := s.address
			if !k.there {
				address ^= byte(1 << r.Intn(7))
			}
			b.give(i2cCommand(address, k.body, k.wanted))
			for cycles := 0; !b.whole || r.Intn(6) > 0; cycles++ {
				b.drive()
				e.Eval()
				scl := output(t, e, "scl_low") == 0 && s.stretch == 0
				sda := output(t, e, "sda_low") == 0 && !s.low
				s.look(scl, sda)
				set(t, e, "scl", flag(scl))
				set(t, e, "sda", flag(sda))
				e.Eval()
				b.sample()
				if s.wrong || b.broken || cycles > 14*50*int(q)*(len(k.body)+k.wanted+4) {
					t.Errorf("%+v, cycle %d: wires wrong: %t, beats wrong: %t, %+v", k, cycles, s.wrong, b.broken, s)
					t.FailNow()
				}
				e.Clock()
			}
			stretched += s.stretched
			k.check(t, b, s, address)
		}
		require.Greater(t, stretched, 100)
	}
}

// check compares the bits at the slave and the answer at the core with the command.
func (k i2cCase) check(t require.TestingT, b *busBench, s *i2cSlave, address byte) {
	write, read := address<<1, address<<1|1
	var written []byte
	starts := 1
	ok := k.there && k.refuses < 0
	if len(k.body) > 0 || k.wanted == 0 {
		written = append(written, write)
		switch {
		case k.there && k.refuses > 0:
			written = append(written, k.body[:k.refuses]...)
		case k.there:
			written = append(written, k.body...)
		}
		if ok && k.wanted > 0 {
			written, starts = append(written, read), 2
		}
	} else {
		written = append(written, read)
	}
	want, given := []byte{1, 0, 0, 0}, 0
	if ok {
		want, given = append([]byte{0, 0, 0, 0}, s.give...), k.wanted
	}
	fine := bytes.Equal(s.written, written) && bytes.Equal(b.answer, want) && s.starts == starts && s.stops == 1 &&
		s.does == slaveRests && s.scl && s.sda && (given == 0 || s.ended && s.given == given)
	if !fine {
		t.Errorf("%+v: written %x of %x, answer %x of %x, %+v", k, s.written, written, b.answer, want, s)
		t.FailNow()
	}
}

// i2cCommand is a command as a core gives it.
func i2cCommand(address byte, body []byte, wanted int) []byte {
	c := binary.LittleEndian.AppendUint32([]byte{1, 0, 0, 0}, uint32(address)|uint32(wanted)<<port.WantedAt)
	return append(c, body...)
}

// TestBuses runs both masters with slaves at their wires.
func TestBuses(t *testing.T) {
	for _, f := range []Hz{twelve, {48_000_000, 1}} {
		c, err := SPI(f)
		spiWorks(SPIHalf(f))(t, made(t, c, err))
	}
	for _, f := range []Hz{{800_000, 1}} {
		c, err := I2C(f)
		i2cWorks(f)(t, made(t, c, err))
	}
	require.Equal(t, []int{1, 1, 4, 8}, []int{SPIHalf(twelve), SPIHalf(Hz{20_000_000, 1}), SPIHalf(Hz{48_000_000, 1}), SPIHalf(Hz{100_000_000, 1})})
}
