package rtl

import (
	"fmt"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/word"
)

// Builder makes a circuit. Values are node IDs. Equal operators on equal arguments become one
// node, constants are folded and identities applied. A method may therefore return an existing
// node. A value must exist before it is used. Only registers and synchronous read ports can
// form cycles, so combinational loops cannot be built.
//
//	b := rtl.NewBuilder("blink")
//	en := b.Input("en", 1)
//	count := b.Reg("count", 8, 0)
//	b.If(en, func() { b.Set(count, b.Add(count.Q(), b.Const(8, 1))) })
//	b.Output("led", b.Eq(count.Q(), b.Const(8, 255)))
//	c, err := b.Build()
//
// A method panics if widths do not fit, because this is a bug of the calling program. Build
// reports faults that depend on more than one call.
type Builder struct {
	c      *Circuit
	made   map[nodeKey]ID
	region *[]Effect // the list to which the next effect is added
	span   diag.Span
}

// nodeKey identifies a pure node, so that equal nodes are found.
type nodeKey struct {
	kind       Kind
	op         word.Op
	width      int
	imm        uint64
	a0, a1, a2 ID
}

// Register is a register under construction.
type Register struct {
	index int
	q     ID
}

// Q returns the current value of the register.
func (r Register) Q() ID { return r.q }

// Memory is a memory under construction.
type Memory struct{ index int }

// ReadPort is a synchronous read port under construction.
type ReadPort struct {
	mem, port int
	q         ID
}

// Q returns the value of the port.
func (p ReadPort) Q() ID { return p.q }

// NewBuilder starts a circuit.
func NewBuilder(name string) *Builder {
	b := &Builder{c: &Circuit{Name: name}, made: map[nodeKey]ID{}}
	b.region = &b.c.Body
	return b
}

// Build verifies and returns the circuit. The builder must not be used after that.
func (b *Builder) Build() (*Circuit, error) {
	if err := b.c.Verify(); err != nil {
		return nil, err
	}
	return b.c, nil
}

// At sets the source position of the following nodes and effects. It returns
// the previous position.
func (b *Builder) At(span diag.Span) diag.Span {
	old := b.span
	b.span = span
	return old
}

// Width returns the width of a value.
func (b *Builder) Width(x ID) int { return b.c.Nodes[x].Width }

func (b *Builder) node(n Node) ID {
	n.Span = b.span
	b.c.Nodes = append(b.c.Nodes, n)
	return ID(len(b.c.Nodes) - 1)
}

// Input makes an input port.
func (b *Builder) Input(name string, width int) ID {
	id := b.node(Node{Kind: KInput, Width: width, Name: name})
	b.c.Inputs = append(b.c.Inputs, id)
	return id
}

// Reg makes a register with its reset value.
func (b *Builder) Reg(name string, width int, reset uint64) Register {
	i := len(b.c.Regs)
	id := b.node(Node{Kind: KReg, Width: width, Index: i, Name: name})
	b.c.Regs = append(b.c.Regs, Reg{Name: name, Width: width, Reset: reset & word.Mask(width), Node: id, Span: b.span})
	return Register{i, id}
}

// Set gives the register its next value, if the enclosing conditions hold. If several Sets run
// in a cycle, the last one wins.
func (b *Builder) Set(r Register, value ID) {
	b.want("Set "+b.c.Regs[r.index].Name, value, b.c.Regs[r.index].Width)
	b.effect(Effect{Kind: SetReg, Index: r.index, Value: value, Cond: None})
}

// Mem makes a memory of 1<<addrBits words. Each word has the given number of equal write lanes.
func (b *Builder) Mem(name string, width, addrBits, lanes int, init []uint64) Memory {
	if len(init) == 0 {
		init = nil
	}
	b.c.Mems = append(b.c.Mems, Mem{Name: name, Width: width, AddrBits: addrBits, Lanes: lanes, Init: init, Span: b.span})
	return Memory{len(b.c.Mems) - 1}
}

// ReadAsync makes an asynchronous read port. In the same cycle it shows the word at addr, with
// the value before the next clock edge.
func (b *Builder) ReadAsync(m Memory, addr ID) ID {
	b.want("ReadAsync", addr, b.c.Mems[m.index].AddrBits)
	return b.readPort(m, Read{Addr: addr, Enable: None}).q
}

// ReadSync makes a synchronous read port with its address. If enable is None, it always reads.
func (b *Builder) ReadSync(m Memory, addr, enable ID, policy Policy) ID {
	p := b.SyncPort(m, policy)
	b.Drive(p, addr, enable)
	return p.q
}

// SyncPort makes a synchronous read port without an address. Drive sets its address later. The
// address may depend on the value of the port.
func (b *Builder) SyncPort(m Memory, policy Policy) ReadPort {
	return b.readPort(m, Read{Addr: None, Enable: None, Sync: true, Policy: policy})
}

func (b *Builder) readPort(m Memory, r Read) ReadPort {
	mem := &b.c.Mems[m.index]
	p := ReadPort{mem: m.index, port: len(mem.Reads)}
	p.q = b.node(Node{Kind: KRead, Width: mem.Width, Index: m.index, Port: p.port})
	r.Node = p.q
	mem.Reads = append(mem.Reads, r)
	return p
}

// Drive sets the address and enable of a synchronous read port. If enable is None, the port
// always reads.
func (b *Builder) Drive(p ReadPort, addr, enable ID) {
	mem := &b.c.Mems[p.mem]
	b.want("Drive "+mem.Name, addr, mem.AddrBits)
	if enable != None {
		b.want("Drive "+mem.Name, enable, 1)
	}
	mem.Reads[p.port].Addr, mem.Reads[p.port].Enable = addr, enable
}

// WriteMem makes a write port that writes if the enclosing conditions hold. If lanes is None,
// it writes all lanes. If several ports write the same word in a cycle, the last port wins.
func (b *Builder) WriteMem(m Memory, addr, data, lanes ID) {
	mem := &b.c.Mems[m.index]
	b.want("WriteMem "+mem.Name, addr, mem.AddrBits)
	b.want("WriteMem "+mem.Name, data, mem.Width)
	if lanes != None {
		b.want("WriteMem "+mem.Name, lanes, mem.Lanes)
	}
	mem.Writes = append(mem.Writes, Write{addr, data, lanes})
	b.effect(Effect{Kind: WriteMem, Index: m.index, Port: len(mem.Writes) - 1, Value: None, Cond: None})
}

func (b *Builder) effect(e Effect) {
	e.Span = b.span
	*b.region = append(*b.region, e)
}

// If makes a region. The effects that the function `then` makes happen if cond is 1. The
// effects of `els` (none or one function) happen if it is 0. Regions may be nested.
func (b *Builder) If(cond ID, then func(), els ...func()) {
	b.want("If", cond, 1)
	e := Effect{Kind: If, Cond: cond, Value: None, Span: b.span}
	outer := b.region
	b.region = &e.Then
	then()
	for _, f := range els {
		b.region = &e.Else
		f()
	}
	b.region = outer
	if len(e.Then)+len(e.Else) > 0 {
		*outer = append(*outer, e)
	}
}

// Output makes an output port that shows a value.
func (b *Builder) Output(name string, value ID) {
	b.c.Outputs = append(b.c.Outputs, Output{name, value, b.span})
}

// Assert states that a one-bit value is 1 in every cycle after reset.
func (b *Builder) Assert(name string, value ID) {
	b.want("Assert "+name, value, 1)
	b.c.Asserts = append(b.c.Asserts, Assert{name, value, b.span})
}

// Probe names a value for simulators and checks. The circuit does not use it.
func (b *Builder) Probe(name string, value ID) {
	b.c.Probes = append(b.c.Probes, Probe{name, value})
}

// Name gives an operator or a read port a name for texts and waveforms, and returns the value.
// A value keeps its first name. A constant gets no name.
func (b *Builder) Name(name string, value ID) ID {
	n := &b.c.Nodes[value]
	if n.Name == "" && n.Kind != KConst {
		n.Name = name
	}
	return value
}

// want panics unless x has width w.
func (b *Builder) want(what string, x ID, w int) {
	if got := b.Width(x); got != w {
		panic(fmt.Sprintf("rtl: %s: %s: expected %d bits, got %d", b.c.Name, what, w, got))
	}
}
