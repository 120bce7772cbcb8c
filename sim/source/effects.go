package source

import (
	"slices"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/lang/eval"
	"github.com/sinter-lang/sinter/lang/tree"
	"github.com/sinter-lang/sinter/sim/world"
)

// channel is a queue of values. Each value is a list of cells.
type channel struct {
	name   string
	room   int // capacity; 0: sender and receiver meet
	elem   *tree.Type
	frames bool // it belongs to a socket, so its elements are frames
	values [][]uint64
}

// shown returns the parts of an element that the trace shows. For a frame, these are the parts
// of the message in the frame.
func (ch *channel) shown(cells []uint64) []trace.Arg {
	args := leaves(nil, ch.elem, cells)
	if ch.frames {
		args[0].Bytes = args[0].Bytes[min(tree.MessageAt, len(args[0].Bytes)):]
	}
	return args
}

// Do performs an effect of the task. It waits until the effect is possible.
func (t *task) Do(e *eval.Effect) {
	switch e.Kind {
	case eval.TickEffect:
		t.pause(wait{})
	case eval.LogEffect:
		t.log(e)
	case eval.MarkEffect:
		kind := trace.MarkEnd
		if e.Begin {
			kind = trace.MarkBegin
		}
		t.event(trace.Event{Kind: kind, Name: t.m.prog.Marks[e.Index]})
	case eval.ChanSendEffect:
		t.send(e)
	case eval.ChanRecvEffect:
		t.recv(e)
	case eval.DevSendEffect:
		t.out(e)
	case eval.DevRecvEffect:
		t.in(e)
	case eval.AskEffect:
		t.ask(e)
	case eval.GetEffect:
		e.Words[0] = t.m.world.Get(t.m.ports[e.Index])
	case eval.PutEffect:
		t.put(e)
	default:
		t.selectEffect(e)
	}
}

// pause returns control to the machine.
func (t *task) pause(w wait) {
	if !t.yield(w) {
		panic(stopped{})
	}
}

// await pauses until the wait w is over.
func (t *task) await(w wait) {
	for !t.m.open(w) {
		t.pause(w)
	}
}

func (t *task) send(e *eval.Effect) {
	ch := t.m.chans[e.Index]
	if ch.room > 0 {
		t.await(wait{kind: forRoom, index: e.Index})
	}
	ch.values = append(ch.values, slices.Clone(e.Cells))
	if ch.room == 0 { // the value is offered; both tasks continue when it is taken
		t.await(wait{kind: forTaken, index: e.Index})
	}
	t.event(trace.Event{Kind: trace.Send, Port: ch.name, Args: ch.shown(e.Cells)})
}

func (t *task) recv(e *eval.Effect) {
	t.await(wait{kind: forValue, index: e.Index})
	t.get(e)
}

// get takes the first value of a channel that is not empty.
func (t *task) get(e *eval.Effect) {
	ch := t.m.chans[e.Index]
	copy(e.Cells, ch.values[0])
	ch.values = ch.values[1:]
	t.event(trace.Event{Kind: trace.Recv, Port: ch.name, Args: ch.shown(e.Cells)})
}

// out sends a frame. out does not send a frame of zero bytes.
func (t *task) out(e *eval.Effect) {
	if e.Index < 0 {
		t.outOf(t.m.socket(e.Index), e.Data)
		return
	}
	if len(e.Data) == 0 {
		return
	}
	for _, piece := range t.m.world.Pieces(t.m.ports[e.Index], e.Data) {
		t.event(trace.Event{
			Kind: trace.Out, Port: t.m.prog.System.Devices[e.Index].Name, Time: t.m.world.Now(), Data: piece,
		})
	}
}

// put sets the level of an output.
func (t *task) put(e *eval.Effect) {
	if d := &t.m.prog.System.Devices[e.Index]; t.m.outputs.Set(e.Index, e.Words[0]) {
		data := world.LevelData(e.Words[0], port.Find(d.Kind).Bytes())
		t.event(trace.Event{Kind: trace.Out, Port: d.Name, Time: t.m.world.Now(), Data: data})
	}
}

// ask sends a device a command and gets the device's answer. If the world lacks the device,
// there is no answer.
func (t *task) ask(e *eval.Effect) {
	port := t.m.prog.System.Devices[e.Index].Name
	t.event(trace.Event{Kind: trace.Out, Port: port, Time: t.m.world.Now(), Data: e.Data})
	e.Data = t.m.world.Ask(t.m.ports[e.Index], e.Data)
	t.event(trace.Event{Kind: trace.In, Port: port, Data: e.Data})
}

// `in` receives a frame. If a frame is longer than the buffer, the world drops the frame and
// the task continues to wait.
func (t *task) in(e *eval.Effect) {
	for {
		t.await(t.m.message(e.Index))
		if t.take(e); e.Ok {
			return
		}
	}
}

// take takes the pending frame, which may be too long for the buffer.
func (t *task) take(e *eval.Effect) {
	if e.Index < 0 {
		t.outOfQueue(t.m.socket(e.Index), e)
		return
	}
	frame, ok := t.m.world.Take(t.m.ports[e.Index], e.Limit)
	if e.Ok = ok; ok {
		e.Data = frame
		for _, piece := range t.m.world.Pieces(t.m.ports[e.Index], frame) {
			t.event(trace.Event{Kind: trace.In, Port: t.m.prog.System.Devices[e.Index].Name, Data: piece})
		}
	}
}

func (t *task) log(e *eval.Effect) {
	args := make([]trace.Arg, len(e.Args))
	for i, a := range e.Args {
		args[i] = trace.Arg{Bits: a.Bits, Bytes: a.Bytes, IsBytes: a.IsBytes}
	}
	site := siteOf(t.m.prog.Logs[e.Index])
	t.event(trace.Event{Kind: trace.Log, Site: e.Index, Args: args, Text: trace.Render(site, args)})
}

// siteOf converts a log site to the form in the trace.
func siteOf(s tree.LogSite) trace.Site {
	site := trace.Site{ID: s.ID, Parts: s.Parts}
	for _, a := range s.Args {
		site.Args = append(site.Args, trace.ArgType{Kind: a.Kind, Width: a.Width})
	}
	return site
}

// leaves appends the leaves of a value in the order of tree.Leaves.
func leaves(list []trace.Arg, t *tree.Type, cells []uint64) []trace.Arg {
	switch t.Kind {
	case tree.Bytes:
		data := make([]byte, cells[0])
		for i := range data {
			data[i] = byte(cells[1+i])
		}
		return append(list, trace.Arg{Bytes: data, IsBytes: true})
	case tree.Array:
		n := tree.Cells(t.Elem)
		for i := range t.Len {
			list = leaves(list, t.Elem, cells[i*n:])
		}
		return list
	case tree.Struct:
		for _, f := range t.Struct.Fields {
			list = leaves(list, f.Type, cells[f.Offset:])
		}
		return list
	case tree.Layout:
		for _, f := range t.Layout.Fields {
			if f.Offset >= 0 {
				list = leaves(list, f.Type, cells[f.Offset:])
			}
		}
		return list
	case tree.Option:
		list = append(list, trace.Arg{Bits: cells[0]})
		return leaves(list, t.Elem, cells[1:])
	case tree.Enum:
		return enumLeaves(list, t, cells)
	}
	bits, _ := t.Word()
	return append(list, trace.Arg{Bits: cells[0] << (64 - bits) >> (64 - bits)})
}

// enumLeaves appends the index of an enum and the payloads of all variants. The payloads of all
// variants except the current one are zero.
func enumLeaves(list []trace.Arg, t *tree.Type, cells []uint64) []trace.Arg {
	list = append(list, trace.Arg{Bits: cells[0]})
	nothing := make([]uint64, t.Enum.Room)
	for i, v := range t.Enum.Variants {
		for _, f := range v.Payload {
			from := nothing
			if cells[0] == uint64(i) {
				from = cells[1:]
			}
			list = leaves(list, f.Type, from[f.Offset:])
		}
	}
	return list
}
