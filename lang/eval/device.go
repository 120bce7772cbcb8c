package eval

import (
	"encoding/binary"

	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/lang/tree"
)

// headRecv compiles the receive of a message with a head (a header).
func (c *compiler) headRecv(x *tree.HeadRecv) scalarCode {
	dev, buf, limit, k := c.scalar(x.Dev), c.addr(x.Buf), x.Buf.Type().Len, kindOf(x.Dev)
	return func(m *machine) uint64 {
		at := buf(m)
		e := Effect{Kind: DevRecvEffect, Index: int(dev(m)), Limit: limit + k.Head()}
		m.host.Do(&e)
		head := headOf(k, e.Data)
		m.noteLost(e.Index, k, e.Data)
		m.setBytes(at, e.Data[k.Head():])
		return head
	}
}

// kindOf returns the port kind of the device that an expression of type Device names.
func kindOf(dev tree.Expr) *port.Kind { return port.OfType(dev.Type().Name) }

// headSend compiles the send of a message with a head.
func (c *compiler) headSend(s *tree.DevSend) func(m *machine) {
	dev, head, elements := c.scalar(s.Dev), c.scalar(s.Head), c.elements(s.Value)
	return func(m *machine) {
		data := binary.LittleEndian.AppendUint64(nil, head(m))
		at, n := elements(m)
		for _, x := range m.mem[at : at+n] {
			data = append(data, byte(x))
		}
		m.host.Do(&Effect{Kind: DevSendEffect, Index: int(dev(m)), Data: data})
	}
}

// takeWithHead is takeMessage for messages that have a head.
func (c *frameCompiler) takeWithHead(s *tree.SelectArm, buf addrCode, limit int) func(*machine, int) bool {
	to, k := c.alloc(1), kindOf(s.End)
	if s.Local != nil {
		to = c.locals[s.Local].addr
	}
	return func(m *machine, dev int) bool {
		at := buf(m)
		e := &Effect{Kind: TakeEffect, Index: dev, Limit: limit + k.Head()}
		m.host.Do(e)
		if !e.Ok {
			m.setBytes(at, nil)
			return false
		}
		m.mem[to] = headOf(k, e.Data)
		m.noteLost(dev, k, e.Data)
		m.setBytes(at, e.Data[k.Head():])
		return true
	}
}

// headOf is the head at the start of a received message.
func headOf(k *port.Kind, data []byte) uint64 {
	if len(data) < k.Head() {
		panic(&Fault{"a " + k.Unit + " without its head"})
	}
	return binary.LittleEndian.Uint64(data) & (1<<k.HeadBits - 1)
}

// noteLost stores the count of lost messages. In a message from a socket, this count is in the
// bits above the head.
func (m *machine) noteLost(dev int, k *port.Kind, data []byte) {
	if dev >= 0 {
		return
	}
	if m.lost == nil {
		m.lost = map[int]uint64{}
	}
	m.lost[dev] = binary.LittleEndian.Uint64(data) >> k.HeadBits
}

// devAsk compiles a command and its answer. The code traps if the device stores blocks (a disk)
// and the status is not 0.
func (c *compiler) devAsk(s *tree.DevAsk) func(m *machine) {
	k, site, ask := kindOf(s.Dev), s.Site, c.asked(s)
	return func(m *machine) {
		if ask(m) == 0 && k.Blocks() {
			panic(&Trap{site, k.Trap})
		}
	}
}

// asked compiles a command and its answer. The value of the code is 1 if the command succeeded,
// else 0. A failed command changes nothing.
func (c *compiler) asked(s *tree.DevAsk) scalarCode {
	if kindOf(s.Dev).Blocks() {
		return c.askBlock(s)
	}
	return c.askBus(s)
}

// askBlock compiles a command to a device that stores blocks.
func (c *compiler) askBlock(s *tree.DevAsk) scalarCode {
	k, does := kindOf(s.Dev), s.Does
	dev := c.scalar(s.Dev)
	arg := func(*machine) uint64 { return 0 }
	if s.Arg != nil {
		arg = c.scalar(s.Arg)
	}
	var body func(*machine) (at, n int)
	var place addrCode
	switch {
	case does.Takes:
		body = c.elements(s.Body)
	case does.Gives:
		place = c.addr(s.Into)
	}
	return func(m *machine) uint64 {
		data := commandOf(does, arg(m))
		to := 0
		if body != nil {
			data = append(data, m.bodyOf(body, k.Most)...)
		}
		if place != nil {
			to = place(m)
		}
		got, ok := m.askDevice(int(dev(m)), data)
		if !ok {
			return 0
		}
		for i, b := range got {
			m.mem[to+i] = uint64(b)
		}
		return 1
	}
}

// askBus compiles a command over a bus. The value of the code is 1 if the command succeeded, else
// 0. After a success, the code writes the answer to the destination. The destination's length is
// the number of bytes that the command requests.
func (c *compiler) askBus(s *tree.DevAsk) scalarCode {
	dev, does := c.scalar(s.Dev), s.Does
	arg := func(*machine) uint64 { return 0 }
	if s.Arg != nil {
		arg = c.scalar(s.Arg)
	}
	none := func(*machine) (at, n int) { return 0, 0 }
	body, into := none, none
	if s.Body != nil {
		body = c.elements(s.Body)
	}
	if does.Same {
		into = body
	} else if s.Into != nil {
		into = c.elements(s.Into)
	}
	return func(m *machine) uint64 {
		number := arg(m)
		at, n := body(m)
		to, wanted := into(m)
		if !does.Same {
			number |= uint64(wanted) << port.WantedAt
		}
		data := commandOf(does, number)
		for _, x := range m.mem[at : at+n] {
			data = append(data, byte(x))
		}
		got, ok := m.askDevice(int(dev(m)), data)
		if !ok {
			return 0
		}
		for i := range wanted {
			m.mem[to+i] = uint64(got[i])
		}
		return 1
	}
}

// commandOf returns the start of a command.
func commandOf(does *port.Method, arg uint64) []byte {
	data := binary.LittleEndian.AppendUint32(nil, does.Code)
	return binary.LittleEndian.AppendUint32(data, uint32(arg))
}

// bodyOf returns the body of a command: the bytes, padded with zeros to `size` bytes.
func (m *machine) bodyOf(elements func(*machine) (at, n int), size int) []byte {
	at, n := elements(m)
	body := make([]byte, size)
	for i := range n {
		body[i] = byte(m.mem[at+i])
	}
	return body
}

// askDevice sends a command. The results are the part of the answer after the status, and whether
// the command succeeded (status 0).
func (m *machine) askDevice(dev int, data []byte) ([]byte, bool) {
	e := Effect{Kind: AskEffect, Index: dev, Data: data}
	m.host.Do(&e)
	if len(e.Data) < port.StatusSize || binary.LittleEndian.Uint32(e.Data) != 0 {
		return nil, false
	}
	return e.Data[port.StatusSize:], true
}

// level returns the level of an input.
func (m *machine) level(dev int) uint64 {
	e := Effect{Kind: GetEffect, Index: dev, Words: []uint64{0}}
	m.host.Do(&e)
	return e.Words[0]
}

func (c *compiler) levelPut(s *tree.LevelPut) func(m *machine) {
	dev, value := c.scalar(s.Dev), c.scalar(s.Value)
	return func(m *machine) {
		k := int(dev(m))
		m.host.Do(&Effect{Kind: PutEffect, Index: k, Words: []uint64{value(m)}})
	}
}
