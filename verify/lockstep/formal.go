package lockstep

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim"
	"github.com/sinter-lang/sinter/sim/cycle"
	"github.com/sinter-lang/sinter/sim/world"
)

// Formal is the record of one instruction at a core's trace port. The names of the fields come
// from the RISC-V Formal Interface. The fields rs3_addr and rs3_rdata are 0 on a core without
// these outputs.
type Formal struct {
	Order     uint64 `rvfi:"order"`
	Insn      uint32 `rvfi:"insn"`
	Trap      uint8  `rvfi:"trap"`
	Halt      uint8  `rvfi:"halt"`
	Intr      uint8  `rvfi:"intr"`
	Mode      uint8  `rvfi:"mode"`
	IXL       uint8  `rvfi:"ixl"`
	Rs1       uint8  `rvfi:"rs1_addr"`
	Rs1Value  uint32 `rvfi:"rs1_rdata"`
	Rs2       uint8  `rvfi:"rs2_addr"`
	Rs2Value  uint32 `rvfi:"rs2_rdata"`
	Rs3       uint8  `rvfi:"rs3_addr"`
	Rs3Value  uint32 `rvfi:"rs3_rdata"`
	Rd        uint8  `rvfi:"rd_addr"`
	Value     uint32 `rvfi:"rd_wdata"`
	PC        uint32 `rvfi:"pc_rdata"`
	Next      uint32 `rvfi:"pc_wdata"`
	Addr      uint32 `rvfi:"mem_addr"`
	ReadMask  uint8  `rvfi:"mem_rmask"`
	WriteMask uint8  `rvfi:"mem_wmask"`
	Read      uint32 `rvfi:"mem_rdata"`
	Written   uint32 `rvfi:"mem_wdata"`
}

// FormalFields lists the names of the fields in order, without the prefix rvfi_.
func FormalFields() []string {
	var out []string
	t := reflect.TypeFor[Formal]()
	for i := range t.NumField() {
		out = append(out, t.Field(i).Tag.Get("rvfi"))
	}
	return out
}

// String lists the fields in hexadecimal, in order.
func (f Formal) String() string {
	var parts []string
	v := reflect.ValueOf(f)
	for i := range v.NumField() {
		parts = append(parts, fmt.Sprintf("%x", v.Field(i).Uint()))
	}
	return strings.Join(parts, " ")
}

// formals makes the expected records from the instruction set. It has a register file of its
// own, with the values that the instructions wrote.
type formals struct {
	tape  *tape
	im    *image.Image
	regs  [32]uint32
	order uint64
	ended bool
}

// Formals runs an image on the instruction set. Formals calls the function `each` with the
// record of every instruction, including an instruction that traps.
func Formals(im *image.Image, s *world.Script, each func(Formal)) error {
	f, err := newFormals(im, s)
	if err != nil {
		return err
	}
	for {
		r, ok, err := f.next()
		if err != nil || !ok {
			return err
		}
		each(r)
	}
}

func newFormals(im *image.Image, s *world.Script) (*formals, error) {
	t, err := newTape(im, s)
	return &formals{tape: t, im: im}, err
}

// next returns the record of the next instruction, or false at the end of the run.
func (f *formals) next() (Formal, bool, error) {
	if f.ended {
		return Formal{}, false, nil
	}
	r, ok, err := f.tape.next()
	if err != nil {
		return Formal{}, false, err
	}
	pc := f.tape.m.PC() // of the next instruction, or of the instruction that stopped the machine
	if !ok {
		f.ended = true
		return f.trapped(pc)
	}
	out := f.of(r)
	out.Next = pc
	if f.tape.m.Done() { // if a run waits or traps, its last instruction has not completed
		out.Halt = 1
	}
	return out, true, nil
}

// trapped returns the record of the instruction that ended the run by a trap. The second result is
// false if the run did not end by a trap.
func (f *formals) trapped(pc uint32) (Formal, bool, error) {
	if _, ok := f.im.TrapAt(pc); !ok {
		return Formal{}, false, nil
	}
	out := f.of(sim.Retire{PC: pc, Insn: f.im.Text[(pc-image.PC(0))/4]})
	out.Next, out.Trap, out.Halt = pc+4, 1, 1
	return out, true, nil
}

// of makes the record of a retired instruction, without the next pc.
func (f *formals) of(r sim.Retire) Formal {
	const machineMode, bits32 = 3, 1
	out := Formal{
		Order: f.order, Insn: r.Insn, Mode: machineMode, IXL: bits32,
		Rd: r.Rd, Value: r.Value, PC: r.PC, Addr: r.Addr &^ 3,
	}
	f.order++
	in, ops, _ := f.tape.dec.Decode(r.Insn)
	if in != nil {
		out.sources(in, ops, &f.regs)
		if in.Meaning.Store != nil {
			out.WriteMask, out.Written = r.Mask, r.Data
		} else {
			out.ReadMask, out.Read = r.Mask, r.Data
		}
	}
	if r.Rd != 0 {
		f.regs[r.Rd] = r.Value
	}
	return out
}

// sources sets the fields for the registers that an instruction reads.
func (f *Formal) sources(in *isa.Inst, ops isa.Ops, regs *[32]uint32) {
	n := in.Format.Sources()
	if n > 0 {
		f.Rs1, f.Rs1Value = ops.Rs1, regs[ops.Rs1]
	}
	if n > 1 {
		f.Rs2, f.Rs2Value = ops.Rs2, regs[ops.Rs2]
	}
	if n > 2 {
		f.Rs3, f.Rs3Value = ops.Rs3, regs[ops.Rs3]
	}
}

// RunFormal runs a core with its own program in a world, and compares each record of the core's
// trace port with the instruction set. If seed is not 0 the ports have gaps. RunFormal returns
// the number of records. An error is a *Difference, or a fault of the comparison.
func RunFormal(im *image.Image, c *rtl.Circuit, core *sim.Core, s *world.Script, seed int64) (int, error) {
	ref, err := newFormals(im, s)
	if err != nil {
		return 0, err
	}
	p, err := formalPort(c)
	if err != nil {
		return 0, err
	}
	var shown []Formal // by the trace port in the present cycle
	m, err := cycle.NewMachine(c, core, world.New(s), cycle.Options{Seed: seed, Settled: func(in cycle.Inside) {
		if in.Peek(p.valid) == 1 {
			shown = append(shown, p.read(in))
		}
	}})
	if err != nil {
		return 0, err
	}
	n, last := 0, uint64(0)
	fail := func(what string) (int, error) { return n, &Difference{0, m.Cycles(), what, ref.tape.history()} }
	for !m.Done() {
		shown = shown[:0]
		if err := m.Step(); err != nil {
			return fail(err.Error())
		}
		if m.Cycles()-last > silence {
			return fail("the trace port shows nothing more")
		}
		for _, got := range shown {
			last = m.Cycles()
			want, ok, err := ref.next()
			switch {
			case err != nil:
				return n, err
			case !ok && m.Done():
				continue // the harness offers one last beat, to find out for which input an idle core waits
			case !ok:
				return fail("an instruction is shown after the end of the run")
			case got != want:
				return fail(formalDiffers(got, want))
			}
			n++
		}
	}
	switch _, more, err := ref.next(); {
	case err != nil:
		return n, err
	case more:
		return fail("the core has ended, but the instruction set continues")
	}
	return n, nil
}

// formalDiffers lists the fields in which two records differ.
func formalDiffers(got, want Formal) string {
	var out []string
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i, name := range FormalFields() {
		if g.Field(i).Uint() != w.Field(i).Uint() {
			out = append(out, fmt.Sprintf("rvfi_%s: expected %#x, got %#x", name, w.Field(i).Uint(), g.Field(i).Uint()))
		}
	}
	return strings.Join(out, ", ")
}

// tracePort holds the nodes of a circuit's trace port.
type tracePort struct {
	valid  rtl.ID
	fields []rtl.ID // in the order of Formal's fields; rtl.None for a missing output
}

// formalPort finds the trace port of a circuit.
func formalPort(c *rtl.Circuit) (*tracePort, error) {
	at := map[string]rtl.ID{}
	for _, o := range c.Outputs {
		at[o.Name] = o.Node
	}
	p := &tracePort{}
	var ok bool
	if p.valid, ok = at[rtl.PortFormalValid]; !ok {
		return nil, fmt.Errorf("circuit %s has no trace port", c.Name)
	}
	for _, name := range FormalFields() {
		id, ok := at["rvfi_"+name]
		if !ok && !strings.HasPrefix(name, "rs3") {
			return nil, fmt.Errorf("the trace port of circuit %s lacks rvfi_%s", c.Name, name)
		}
		if !ok {
			id = rtl.None
		}
		p.fields = append(p.fields, id)
	}
	return p, nil
}

// read returns the record that the trace port shows in this cycle.
func (p *tracePort) read(in cycle.Inside) Formal {
	var f Formal
	v := reflect.ValueOf(&f).Elem()
	for i, id := range p.fields {
		if id != rtl.None {
			v.Field(i).SetUint(in.Peek(id))
		}
	}
	return f
}
