package process

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Limits of one request of a guest.
const (
	maxText  = 1 << 20
	maxFrame = 1 << 16
	maxLine  = 200
)

// request is one request of a guest. A request has four words, followed by data bytes. The last
// word is the number of these bytes.
type request struct {
	kind byte
	a, b uint32
	data []byte
}

func (m *Machine) read() (request, error) {
	kind, err := m.out.ReadByte()
	if err != nil {
		return request{}, err
	}
	if kind == '\n' {
		return request{}, m.lastWords()
	}
	h, err := m.out.Peek(15) // already buffered, because each frame takes several requests
	if err != nil {
		return request{}, err
	}
	r := request{kind: kind, a: binary.LittleEndian.Uint32(h[3:]), b: binary.LittleEndian.Uint32(h[7:])}
	n := binary.LittleEndian.Uint32(h[11:])
	if h[0]|h[1]|h[2] != 0 || n > maxText {
		return r, fmt.Errorf("the program said %q, which is not a request", append([]byte{kind}, h...))
	}
	if _, err := m.out.Discard(len(h)); err != nil || n == 0 {
		return r, err
	}
	r.data = make([]byte, n)
	_, err = io.ReadFull(m.out, r.data)
	return r, err
}

// reply sends words to the guest.
func (m *Machine) reply(words ...uint32) error {
	var b []byte
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	_, err := m.in.Write(b)
	return err
}

// lastWords reads the last line of a guest that cannot continue: a CPU exception, or an error
// of the guest's drivers.
func (m *Machine) lastWords() error {
	line := make([]byte, 0, maxLine)
	for len(line) < maxLine {
		c, err := m.out.ReadByte()
		if err != nil || c == '\n' {
			break
		}
		line = append(line, c)
	}
	c := &Crash{}
	if _, err := fmt.Sscanf(string(line), "CRASH %x %x %x %x", &c.Vector, &c.Code, &c.RIP, &c.Addr); err == nil {
		c.Where = m.where(c.RIP)
		return c
	}
	var text string
	if _, err := fmt.Sscanf(string(line), "FAULT %q", &text); err == nil {
		return fmt.Errorf("the program cannot go on: %s", text)
	}
	return fmt.Errorf("the program said %q, which is not a request", line)
}

func (m *Machine) where(rip uint64) string {
	if m.prog.Where == nil {
		return "-"
	}
	return m.prog.Where(rip)
}

// Crash is a CPU exception in a unikernel, or the fault that stopped a guest in the monitor.
type Crash struct {
	Vector, Code, RIP, Addr uint64
	Where                   string // source position as file:line
	Why                     string // the reason for a guest in the monitor, which reports no exception vector
}

// Error describes what happened and where.
func (c *Crash) Error() string {
	if c.Why != "" {
		return fmt.Sprintf("%s at %s, rip %#x, last faulting address %#x", c.Why, c.Where, c.RIP, c.Addr)
	}
	return fmt.Sprintf("processor exception %d (code %#x, address %#x) at %s, rip %#x", c.Vector, c.Code, c.Addr, c.Where, c.RIP)
}
