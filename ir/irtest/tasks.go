package irtest

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/trace"
)

// talker holds the channels and the device of a task.
type talker struct {
	dev     int
	in, out []int // channel indices
	frame   *ir.Object
}

// frameSize is the capacity of the buffers in random tasks. A longer frame is dropped. Test
// scripts should include such frames.
const frameSize = 24

// tasks makes the tasks of a module. The channels of the tasks form a ring: each task sends to the
// next task. The tasks may get stuck, which is a valid end.
func (g *gen) tasks(tab *ir.Object) {
	n := g.o.Tasks
	talkers := make([]*talker, n)
	for k := range n {
		talkers[k] = &talker{dev: k}
		name := fmt.Sprintf("d%d", k)
		g.m.Devices = append(g.m.Devices, ir.Device{Name: name, Kind: "eth", Task: k, Rx: true, Tx: true})
	}
	for k := range n {
		to := (k + 1) % n
		talkers[k].out = append(talkers[k].out, len(g.m.Chans))
		talkers[to].in = append(talkers[to].in, len(g.m.Chans))
		g.m.Chans = append(g.m.Chans, g.channel(k, to))
	}
	g.funcs = nil // the functions write the shared state, which no task owns
	for k := range n {
		f := &ir.Func{Name: fmt.Sprintf("task%d", k)}
		g.m.Tasks = append(g.m.Tasks, ir.Task{Name: fmt.Sprintf("t%d", k), Func: f})
		g.task = talkers[k]
		g.task.frame = &ir.Object{Name: fmt.Sprintf("frame%d", k), Kind: ir.StateObj, Size: 4 + frameSize, Align: 4}
		g.m.Objects = append(g.m.Objects, g.task.frame)
		state := &ir.Object{Name: fmt.Sprintf("state%d", k), Kind: ir.StateObj, Size: objectSize, Align: 4}
		g.m.Objects = append(g.m.Objects, state)
		g.function(f, []*ir.Object{tab, state}, nil)
	}
}

// channel makes a channel whose elements have some words and perhaps an object.
func (g *gen) channel(from, to int) ir.Chan {
	c := ir.Chan{Name: fmt.Sprintf("c%d", from), Cap: 1 + g.r.IntN(3), Writer: from, Reader: to}
	if g.o.Selects && g.r.IntN(3) == 0 {
		c.Cap = 0
	}
	for range g.r.IntN(3) {
		t := g.width()
		c.Words = append(c.Words, t)
		c.Args = append(c.Args, trace.ArgType{Kind: "hex", Width: int(t)})
		c.From = append(c.From, ir.ChanLeaf{Obj: -1})
	}
	if g.r.IntN(2) == 0 {
		c.Objs = append(c.Objs, 10)
		c.Args = append(c.Args, trace.ArgType{Kind: "u", Width: 16})
		c.From = append(c.From, ir.ChanLeaf{Obj: 0, Off: 8})
	}
	return c
}

// talk makes an operation on a channel or the device.
func (g *gen) talk() {
	t := g.task
	if g.o.Selects && g.r.IntN(2) == 0 {
		g.selecting()
		return
	}
	switch g.r.IntN(6) {
	case 0, 1:
		g.send(ir.OpChSend, t.out[g.r.IntN(len(t.out))])
	case 2, 3:
		g.add(g.receive(ir.OpChRecv, t.in[g.r.IntN(len(t.in))])...)
	case 4:
		g.b.Emit(&ir.Instr{Op: ir.OpRecv, Dev: t.dev, Imm: frameSize, Refs: []ir.Ref{{Obj: t.frame}}})
		g.add(g.b.Load(32, ir.Ref{Obj: t.frame, Disp: 4 * g.r.IntN(2)}))
	default:
		g.b.Emit(&ir.Instr{Op: ir.OpSend, Dev: t.dev, Refs: []ir.Ref{{Obj: t.frame}}})
	}
}

func (g *gen) send(op ir.Op, ch int) {
	i := &ir.Instr{Op: op, Chan: ch}
	for _, t := range g.m.Chans[ch].Words {
		i.Args = append(i.Args, g.pick(t))
	}
	for range g.m.Chans[ch].Objs {
		i.Refs = append(i.Refs, ir.Ref{Obj: g.objs[g.r.IntN(len(g.objs))], Disp: 8 * g.r.IntN(4)})
	}
	g.b.Emit(i)
}

func (g *gen) receive(op ir.Op, ch int) []*ir.Value {
	i := &ir.Instr{Op: op, Chan: ch}
	ws := g.writable()
	for range g.m.Chans[ch].Objs {
		i.Refs = append(i.Refs, ir.Ref{Obj: ws[g.r.IntN(len(ws))], Disp: 8 * g.r.IntN(4)})
	}
	return g.b.Emit(i, g.m.Chans[ch].Words...).Results
}
