package pass

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// Ethernet makes the devices of datagrams of a module, kind udp, devices of frames:
// what is taken and sent there goes through the functions net._receive and
// net._send of net, which is a module of its own and is used up. The contract of
// both is in std/net/stack.sn. What was a datagram for the program is told to
// whoever watches the run.
//
// Needs: Main. Keeps: what is seen at the ports of datagrams.
//
//	before  v1: i1 = take nic %buf, 1480
//	after   v1 = take nic %frame, 1514 ; br v1, b1, b4(0)
//	        b1: v2 = call @net._receive %known, %own, %waiting, %frame, 7
//	            br (v2 == 1), b2, b3
//	        b2: send nic %frame ; jump b4(0)
//	        b3: br (8 <= v2 <= 1480), b5, b4(0)
//	        b5: %buf = message in %frame ; told nic %buf ; jump b4(1)
//	        b4(v1):
//
// A frame whose station is not known becomes a question; then a frame that waits is
// looked at once, for it may be the answer.
func Ethernet(m, net *ir.Module, ports []uint16) error {
	e := &ethernet{m: m, ports: ports, of: map[int]*netState{}, frames: map[*ir.Instr]bool{}}
	for _, f := range net.Funcs {
		switch f.Name {
		case "net._receive":
			e.receive = f
		case "net._send":
			e.send = f
		}
		m.Funcs = append(m.Funcs, f)
	}
	if m.Main() == nil || e.receive == nil || e.send == nil || len(ports) != len(m.Devices) {
		return fmt.Errorf("ethernet: a module without Main, or without the functions of the network")
	}
	for _, o := range net.Objects {
		o.Name = "net." + o.Name
		m.Objects = append(m.Objects, o)
	}
	for _, f := range m.Funcs {
		e.function(f)
	}
	for k := range m.Devices {
		if m.Devices[k].Kind == "udp" {
			m.Devices[k].Kind, m.Devices[k].Rx, m.Devices[k].Tx = "eth", true, true
		}
	}
	ir.Thread(m)
	return ir.Verify(m)
}

// The sizes of frames, and where a message lies in one.
const (
	frameCap   = 1514
	frameSize  = 1516 // in memory, behind the length
	messageAt  = 34
	messageMin = 8
	messageMax = frameCap - messageAt
)

type ethernet struct {
	m             *ir.Module
	ports         []uint16 // by device
	receive, send *ir.Func
	of            map[int]*netState
	frames        map[*ir.Instr]bool // made here: they move frames
}

// netState is the state of one device.
type netState struct {
	refs  []ir.Ref // of the functions: known, own, waiting, frame
	frame ir.Ref
	port  uint16
}

func (e *ethernet) state(dev int) *netState {
	if s := e.of[dev]; s != nil {
		return s
	}
	s := &netState{port: e.ports[dev]}
	for k, what := range []string{"known", "own", "waiting", "frame"} {
		o := &ir.Object{
			Name: fmt.Sprintf("net.%s.%s", what, e.m.Devices[dev].Name), Kind: ir.StateObj,
			Size: e.receive.Objs[k].Size, Align: 4, Span: e.receive.Span,
		}
		e.m.Objects = append(e.m.Objects, o)
		s.refs = append(s.refs, ir.Ref{Obj: o})
	}
	s.frame = s.refs[3]
	e.of[dev] = s
	return s
}

// function replaces the operations of f on devices of datagrams.
func (e *ethernet) function(f *ir.Func) {
	for k := 0; k < len(f.Blocks); k++ {
		b := f.Blocks[k]
		for n, i := range b.Instrs {
			if i.Op != ir.OpTake && i.Op != ir.OpSend || e.m.Devices[i.Dev].Kind != "udp" || e.frames[i] {
				continue
			}
			x := &exchange{e: e, s: e.state(i.Dev), f: f, i: i, id: maxBlockID(f)}
			x.cut(b, n)
			if i.Op == ir.OpTake {
				x.take()
			} else {
				x.sendMessage()
			}
			f.Blocks = insertBlocks(f.Blocks, k+1, x.made...)
			break // the rest of b is in the last block that was made
		}
	}
}

// exchange is one operation that is being replaced.
type exchange struct {
	e    *ethernet
	s    *netState
	f    *ir.Func
	i    *ir.Instr
	id   int
	made []*ir.Block
	done *ir.Block
	emitter
}

func (x *exchange) block() *ir.Block {
	x.id++
	b := &ir.Block{ID: x.id}
	x.made = append(x.made, b)
	return b
}

// cut ends b before its instruction n; done takes the rest.
func (x *exchange) cut(b *ir.Block, n int) {
	x.done = x.block()
	x.done.Instrs, x.done.Term = b.Instrs[n+1:], b.Term
	for _, i := range x.done.Instrs {
		for _, v := range i.Results {
			v.In = x.done
		}
	}
	b.Instrs = b.Instrs[:n:n]
	x.emitter = emitter{&ir.Builder{F: x.f, B: b, At: x.i.Span, Task: x.i.Task}}
}

// takeFrame takes a frame and hands it to net._receive; none is where control goes
// when there was none that fits.
func (x *exchange) takeFrame(none *ir.Block, args ...*ir.Value) *ir.Value {
	take := x.Emit(&ir.Instr{Op: ir.OpTake, Dev: x.i.Dev, Imm: frameCap, Refs: []ir.Ref{x.s.frame}}, 1)
	x.e.frames[take] = true
	ok := take.Results[0]
	got := x.block()
	x.B.Term = ir.Term{Op: ir.Branch, Cond: ok, Succs: []ir.Edge{{To: got}, {To: none, Args: args}}, Span: x.At}
	x.B = got
	return x.Call(x.e.receive, []*ir.Value{x.Const(16, uint64(x.s.port))}, x.s.refs)[0]
}

func (x *exchange) sendFrame() {
	x.e.frames[x.Emit(&ir.Instr{Op: ir.OpSend, Dev: x.i.Dev, Refs: []ir.Ref{x.s.frame}})] = true
}

func (x *exchange) take() {
	v := x.i.Result()
	v.Def, v.In = nil, x.done
	x.done.Params = []*ir.Value{v}
	no, yes := x.Const(1, 0), x.Const(1, 1)
	n := x.takeFrame(x.done, no)
	answer, look, fits := x.block(), x.block(), x.block()
	x.Branch(x.Word(word.Eq, 1, n, x.const32(1)), answer, look)
	x.B = answer
	x.sendFrame()
	x.Jump(x.done, no)
	x.B = look
	room := min(int(x.i.Imm), messageMax)
	in := x.Word(word.Ltu, 1, x.Word(word.Sub, 32, n, x.const32(messageMin)), x.const32(room-messageMin+1))
	x.B.Term = ir.Term{Op: ir.Branch, Cond: in, Succs: []ir.Edge{{To: fits}, {To: x.done, Args: []*ir.Value{no}}}, Span: x.At}
	x.B = fits
	buf := x.i.Refs[0]
	x.Store(n, buf)
	to, from := buf, x.s.frame
	to.Disp += 4
	from.Disp += 4 + messageAt
	x.Copy(to, from, room)
	x.Emit(&ir.Instr{Op: ir.OpTold, Dev: x.i.Dev, Refs: []ir.Ref{buf}})
	x.Jump(x.done, yes)
}

func (x *exchange) sendMessage() {
	from, to := x.i.Refs[0], x.s.frame
	n := x.Load(32, from)
	x.Store(x.Word(word.Add, 32, n, x.const32(messageAt)), to)
	size := min(from.Obj.Size-from.Disp-4, messageMax)
	from.Disp += 4
	to.Disp += 4 + messageAt
	x.Copy(to, from, size)
	how := x.Call(x.e.send, []*ir.Value{x.Const(16, uint64(x.s.port))}, x.s.refs)[0]
	some, asked, look := x.block(), x.block(), x.block()
	x.Branch(x.Word(word.Eq, 1, how, x.const32(0)), x.done, some)
	x.B = some
	x.sendFrame()
	x.Branch(x.Word(word.Eq, 1, how, x.const32(2)), asked, x.done)
	x.B = asked
	status := x.Emit(&ir.Instr{Op: ir.OpStatus}, 32).Results[0]
	x.Branch(x.Slice(1, status, x.i.Dev), look, x.done)
	x.B = look
	r := x.takeFrame(x.done)
	answer := x.block()
	x.Branch(x.Word(word.Eq, 1, r, x.const32(1)), answer, x.done)
	x.B = answer
	x.sendFrame()
	x.Jump(x.done)
}
