package lockstep

import (
	"math/rand"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
)

// frames gives each device an endless sequence of frames. The reference and the circuit get the
// same frames.
type frames struct{ seed int64 }

// frame returns the nth frame of a device. It has 1 to 40 bytes.
func (f *frames) frame(dev, n int) []byte {
	rng := rand.New(rand.NewSource(f.seed*1_000_003 + int64(dev)*10_007 + int64(n)))
	data := make([]byte, 1+rng.Intn(40))
	rng.Read(data)
	return data
}

// byteOf returns the nth byte of a device of shape Stream.
func (f *frames) byteOf(dev, n int) byte { return f.frame(dev, n)[0] }

// portModel models the port registers for the reference. Each receiving device always has a
// frame pending.
type portModel struct {
	sub     *Subset
	mem     []byte
	frames  *frames
	program *program
	taken   [32]int // number of frames consumed, by device

	mask, addr, length uint32
	armed              int // bit 0: ADDR was stored since the last GO, bit 1: LEN was stored
	received           uint32
	due                uint64
	halted             bool
}

func (p *portModel) ready() uint32 {
	var r uint32
	for _, d := range p.sub.Devices {
		if d.Rx && (d.Frames() || d.Stream) {
			r |= 1 << d.Index
		}
	}
	if clock >= p.due {
		r |= 1 << 31
	}
	return r
}

// clock is the value of the clock during a random program.
const clock = 0x5_8000_1234

// waits reports whether a load of WAIT would block.
func (p *portModel) waits() bool { return p.mask&p.ready() == 0 }

// mayLoad reports whether a load would block only for a limited time.
func (p *portModel) mayLoad(addr uint32) bool { return addr != port.Wait.Addr() || !p.waits() }

// mayStore reports whether a store is allowed. A store to GO needs a device and a buffer in
// memory. A store to HALT is allowed only rarely.
func (p *portModel) mayStore(addr, v uint32, rng *rand.Rand) bool {
	if level, ok := port.At(addr).Level(); ok {
		return p.output(level) != nil || p.line(level) != nil
	}
	switch port.At(addr) {
	case port.Go:
		return p.mayGo(v)
	case port.Wait:
		return v&p.ready() != 0 || rng.Intn(4) == 0
	case port.Addr:
		return v%4 == 0 && p.inMemory(v, p.length*uint32(p.armed>>1))
	case port.Len:
		return p.inMemory(p.addr*uint32(p.armed&1), v)
	case port.Mark:
		return v>>16 == 0
	case port.Halt:
		return rng.Intn(100) == 0
	}
	return true
}

// inMemory reports whether a buffer is inside data memory. The buffer must be smaller than the
// memory, because the memory must also have a word for the buffer's length.
func (p *portModel) inMemory(addr, length uint32) bool {
	return uint64(addr)+uint64(length) <= uint64(len(p.mem)) && int(length) < len(p.mem)
}

func (p *portModel) mayGo(v uint32) bool {
	if p.armed != 3 || !p.inMemory(p.addr, p.length) {
		return false
	}
	for _, d := range p.sub.Devices {
		if int(v>>1) == d.Index && d.Frames() {
			return v&1 == 0 && d.Rx || v&1 == 1 && d.Tx
		}
	}
	return false
}

// likely chooses a port register, mostly the next one for a frame transfer. A uniform random
// choice would rarely make the three stores of a transfer in a row.
func (p *portModel) likely(list []uint32, rng *rand.Rand) uint32 {
	next := port.Go.Addr()
	switch {
	case p.armed&1 == 0:
		next = port.Addr.Addr()
	case p.armed&2 == 0:
		next = port.Len.Addr()
	}
	if has(list, next) && rng.Intn(3) > 0 {
		return next
	}
	return list[rng.Intn(len(list))]
}

// wanted chooses a value for the store that likely prefers.
func (p *portModel) wanted(rng *rand.Rand) uint32 {
	switch {
	case p.armed&1 == 0:
		return uint32(rng.Intn(len(p.mem))) &^ 3
	case p.armed&2 == 0 || len(p.sub.Devices) == 0:
		return uint32(rng.Intn(48))
	}
	d := p.sub.Devices[rng.Intn(len(p.sub.Devices))]
	if d.Tx && (!d.Rx || rng.Intn(2) == 0) {
		return uint32(2*d.Index + 1)
	}
	return uint32(2 * d.Index)
}

// prefer chooses a register with a meaningful value as the source of a store to a port.
func (p *portModel) prefer(m *maker, o *isa.Ops) {
	var found, nonzero []uint8
	for r := range m.sub.Regs {
		if v := m.ref.Reg(r); p.mayStore(uint32(o.Imm), v, m.rng) {
			found = append(found, uint8(r))
			if v != 0 {
				nonzero = append(nonzero, uint8(r))
			}
		}
	}
	if len(nonzero) > 0 && m.rng.Intn(4) > 0 { // x0 is always valid, but tests little
		found = nonzero
	}
	if len(found) > 0 {
		o.Rs2 = found[m.rng.Intn(len(found))]
	}
}

// Load implements iss.Bus.
func (p *portModel) Load(addr uint32, _ int) (uint32, bool) {
	if level, ok := port.At(addr).Level(); ok && p.line(level) != nil {
		p.taken[level]++
		return uint32(p.frames.byteOf(level, p.taken[level]-1)), true
	}
	switch port.At(addr) {
	case port.Status, port.Wait:
		return p.ready(), addr == port.Status.Addr() || !p.waits()
	case port.Len:
		return p.received, true
	case port.Now:
		return clock & (1<<32 - 1), true
	case port.NowHigh:
		return clock >> 32, true
	}
	return 0, true
}

// output returns the device with a number if it is a level output, else nil.
func (p *portModel) output(index int) *design.Device {
	for i := range p.sub.Devices {
		if d := &p.sub.Devices[i]; d.Index == index && d.Bits > 0 && d.Tx {
			return d
		}
	}
	return nil
}

// line returns the device with a number if it transfers single bytes, else nil.
func (p *portModel) line(index int) *design.Device {
	for i := range p.sub.Devices {
		if d := &p.sub.Devices[i]; d.Index == index && d.Stream {
			return d
		}
	}
	return nil
}

// Store implements iss.Bus.
func (p *portModel) Store(addr, v uint32, _ int) bool {
	if level, ok := port.At(addr).Level(); ok {
		if p.line(level) != nil {
			p.program.out = append(p.program.out, []byte{byte(v)})
			return true
		}
		p.program.levels.set(*p.output(level), v)
		return true
	}
	switch port.At(addr) {
	case port.Wait:
		p.mask = v
	case port.Due:
		p.due = p.due>>32<<32 | uint64(v)
	case port.DueHigh:
		p.due = p.due<<32>>32 | uint64(v)<<32
	case port.Addr:
		p.addr, p.armed = v, p.armed|1
	case port.Len:
		p.length, p.armed = v, p.armed|2
	case port.Go:
		p.armed = 0
		p.move(int(v>>1), v&1 == 1)
	case port.Log:
		p.program.logs = append(p.program.logs, v)
	case port.Halt:
		p.halted = true
	}
	return true
}

// move executes a transfer of the frame engine.
func (p *portModel) move(dev int, send bool) {
	if send {
		if p.length > 0 {
			p.program.out = append(p.program.out, append([]byte(nil), p.mem[p.addr:p.addr+p.length]...))
		}
		return
	}
	frame := p.frames.frame(dev, p.taken[dev])
	p.taken[dev]++
	p.received = 0
	// The engine writes whole words, with zeros after the last byte of the frame. If a
	// frame is too long, the engine writes the part that fits.
	fits := len(frame) <= int(p.length)
	n := len(frame)
	if !fits {
		n = int(p.length) &^ 3
	}
	words := append(append([]byte(nil), frame[:n]...), 0, 0, 0)
	copy(p.mem[p.addr:], words[:(n+3)&^3])
	if fits {
		p.received = uint32(len(frame))
	}
}
