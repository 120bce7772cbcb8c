package lockstep

import (
	"bytes"
	"fmt"
	"math/rand"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
)

// runner runs a circuit and reads its retire records.
type runner struct {
	e       cycle.Engine
	fresh   *cycle.Snapshot // state before the first clock edge
	c       *rtl.Circuit
	ports   map[string]*uint64 // values of outputs and probes
	inputs  map[string]input
	record  *cycle.Record
	asserts []*uint64
	order   uint64
	cycle   uint64 // number of clock edges, including reset
	streams []design.Device
}

// input is an input of the circuit with the address of its value.
type input struct {
	to   *uint64
	mask uint64
}

func newRunner(c *rtl.Circuit, sub *Subset) (*runner, error) {
	r := &runner{c: c, ports: map[string]*uint64{}, inputs: map[string]input{}, streams: sub.Devices}
	var watch []rtl.ID
	for _, a := range c.Asserts {
		watch = append(watch, a.Node)
	}
	for _, p := range c.Probes {
		watch = append(watch, p.Node)
	}
	e, err := cycle.Default(c, watch...)
	if err != nil {
		return nil, err
	}
	r.e = e
	r.find()
	if r.record == nil {
		return nil, fmt.Errorf("circuit %s has no retire record", c.Name)
	}
	r.fresh = cycle.SnapshotOf(e, c)
	return r, nil
}

// start starts a run with the given contents of the memories.
func (r *runner) start(text, data []uint32) {
	r.e.Restore(r.fresh)
	r.order, r.cycle = 0, 1
	r.load(textMemory, text)
	r.load(dataMemory, data)
	r.e.Reset(true)
	r.e.Eval()
	r.e.Clock()
	r.e.Reset(false)
}

// load fills a memory with words and then zeros, if the circuit has that memory.
func (r *runner) load(name string, words []uint32) {
	for i := range r.c.Mems {
		if r.c.Mems[i].Name != name {
			continue
		}
		to := r.e.Memory(i)
		clear(to)
		for k, w := range words {
			to[k] = uint64(w)
		}
	}
}

// find looks up the addresses of the values that the runner reads.
func (r *runner) find() {
	for _, a := range r.c.Asserts {
		r.asserts = append(r.asserts, r.e.Cell(a.Node))
	}
	for _, p := range r.c.Probes {
		r.ports[p.Name] = r.e.Cell(p.Node)
	}
	for _, o := range r.c.Outputs {
		r.ports[o.Name] = r.e.Cell(o.Node)
	}
	for _, id := range r.c.Inputs {
		n := &r.c.Nodes[id]
		r.inputs[n.Name] = input{r.e.Cell(id), word.Mask(n.Width)}
	}
	r.record = cycle.RecordOf(func(name string) *uint64 { return r.ports[name] })
}

// get reads an output or probe. If it does not exist, the value is 0.
func (r *runner) get(name string) uint32 {
	if at := r.ports[name]; at != nil {
		return uint32(*at)
	}
	return 0
}

func (r *runner) set(name string, v uint32) {
	r.setWide(name, uint64(v))
}

func (r *runner) setWide(name string, v uint64) {
	if in, ok := r.inputs[name]; ok {
		*in.to = v & in.mask
	}
}

// step executes one cycle in an environment. It returns the record of the retired instruction,
// if any. An error means that an assert failed, or that the circuit withdrew a beat before the
// environment accepted the beat.
func (r *runner) step(env *environment) (sim.Retire, bool, error) {
	env.drive(r)
	r.e.Eval()
	for i, a := range r.asserts {
		if *a == 0 {
			return sim.Retire{}, false, fmt.Errorf("assert %s does not hold", r.c.Asserts[i].Name)
		}
	}
	rec, retired := r.record.Retired(r.order)
	if retired {
		r.order++
	}
	env.sample(r)
	r.e.Clock()
	r.cycle++
	return rec, retired, nil
}

// end checks that the core has stopped at the same instruction as the reference.
func (r *runner) end(p *program, env *environment) error {
	want := map[ending]string{trapped: rtl.PortTrap, halted: rtl.PortHalted}[p.end]
	if want == "" {
		return nil
	}
	const patience = 100
	for range patience {
		if _, _, err := r.step(env); err != nil {
			return err
		}
	}
	r.e.Eval()
	if r.get(want) != 1 {
		return fmt.Errorf("expected the output %s to be 1", want)
	}
	if pc := r.get(rtl.PortTrapPC); p.end == trapped && pc != p.trapPC {
		return fmt.Errorf("trap: expected pc %#x, got %#x", p.trapPC, pc)
	}
	return nil
}

// environment is everything around the circuit. It offers the same frames as the reference
// gets, with gaps between beats. The environment accepts log words and beats, also with gaps.
type environment struct {
	frames *frames
	rng    *rand.Rand
	sub    *Subset
	rx     [32]struct {
		n, pos int // number of the frame, and byte offset in it
		valid  bool
	}
	logReady bool
	txReady  [32]bool
	sending  []byte
	out      [][]byte
	logs     []uint32
	levels   levels
}

// drive sets the inputs for the next cycle.
func (v *environment) drive(r *runner) {
	v.logReady = v.rng.Intn(3) > 0
	r.set(rtl.PortLogReady, flag(v.logReady))
	r.setWide(rtl.PortClock, clock)
	for _, d := range v.sub.Devices {
		i := d.Index
		switch {
		case d.Bits > 0:
			continue // an input pin stays 0, because the core samples it while it is idle
		case d.Stream && d.Rx: // a byte is always pending
			v.rx[i].valid = true
			r.set(rtl.RxPorts(d.Name).Valid, 1)
			r.set(rtl.RxPorts(d.Name).Data, uint32(v.frames.byteOf(i, v.rx[i].n)))
		}
		v.txReady[i] = v.rng.Intn(3) > 0
		r.set(rtl.TxPorts(d.Name).Ready, flag(v.txReady[i]))
		if !d.Rx || d.Stream {
			continue
		}
		s, p := &v.rx[i], rtl.RxPorts(d.Name)
		// The first beat of a frame is always pending. A beat that is offered stays until it is
		// taken.
		s.valid = s.valid || s.pos == 0 || v.rng.Intn(3) > 0
		rest := v.frames.frame(i, s.n)[s.pos:]
		var beat uint32
		for k := range min(4, len(rest)) {
			beat |= uint32(rest[k]) << (8 * k)
		}
		r.set(p.Valid, flag(s.valid))
		r.set(p.Data, beat)
		r.set(p.Last, flag(len(rest) <= 4))
		r.set(p.Bytes, uint32(min(4, len(rest))))
	}
}

func flag(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// pins reads the values of the output pins.
func (v *environment) pins(r *runner) {
	for _, d := range v.sub.Devices {
		if d.Bits > 0 && d.Tx {
			v.levels.set(d, r.get(rtl.PortLevelOut(d.Name)))
		}
	}
}

// sample reads the values of the outputs.
func (v *environment) sample(r *runner) {
	v.pins(r)
	if v.logReady && r.get(rtl.PortLogValid) == 1 {
		v.logs = append(v.logs, r.get(rtl.PortLogData))
	}
	for _, d := range v.sub.Devices {
		i := d.Index
		if d.Bits > 0 {
			continue
		}
		if s := &v.rx[i]; d.Rx && s.valid && r.get(rtl.RxPorts(d.Name).Ready) == 1 {
			s.valid = false
			if s.pos += 4; d.Stream || s.pos >= len(v.frames.frame(i, s.n)) {
				s.n, s.pos = s.n+1, 0
			}
		}
		if p := rtl.TxPorts(d.Name); d.Tx && v.txReady[i] && r.get(p.Valid) == 1 {
			if d.Stream {
				v.beat(r.get(p.Data), true, 1)
				continue
			}
			v.beat(r.get(p.Data), r.get(p.Last) == 1, r.get(p.Bytes))
		}
	}
}

// beat adds a beat to a frame that the core sends.
func (v *environment) beat(data uint32, last bool, n uint32) {
	if !last {
		n = 4
	}
	for k := range min(n, 4) {
		v.sending = append(v.sending, byte(data>>(8*k)))
	}
	if last {
		v.out = append(v.out, v.sending)
		v.sending = nil
	}
}

// check compares the outputs of the core with the outputs of the reference. The circuit may
// already show outputs of instructions that have not been compared yet.
func (v *environment) check(p *program) error {
	if len(v.logs) < len(p.logs) || len(v.out) < len(p.out) {
		return fmt.Errorf("expected %d log words and %d frames, got %d and %d", len(p.logs), len(p.out), len(v.logs), len(v.out))
	}
	if err := v.levels.begins(p.levels); err != nil {
		return err
	}
	for i, w := range p.logs {
		if v.logs[i] != w {
			return fmt.Errorf("log word %d: expected %#x, got %#x", i, w, v.logs[i])
		}
	}
	for i, f := range p.out {
		if !bytes.Equal(v.out[i], f) {
			return fmt.Errorf("frame %d: expected %x, got %x", i, f, v.out[i])
		}
	}
	return nil
}
