package world

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/port"
)

// The status codes in an answer over a bus.
const (
	BusOK      = 0
	BusRefused = 1 // no device is there, or it did not acknowledge the sent bytes
)

// Answer is the answer that a device on a bus gives, from some time on, to commands whose bytes
// begin with Sent. If the bus has addresses, Sent begins with the address of the device.
type Answer struct {
	Time    uint64 // in microseconds
	Sent    []byte
	Data    []byte // after these bytes, the wires carry ones
	Refuses bool   // the device does not acknowledge
}

// Bus is the simulated devices on a bus. If several answers in the list fit a command, the bus
// gives the last of these answers. A bus without addresses has one device, which is always
// present. On a bus with addresses, a device is present from the time of its first answer in
// the list on. A present device acknowledges a command even if none of the device's answers
// fits. For a kind of port without wires, the Bus is a source of random bytes.
type Bus struct {
	answers   []Answer
	addressed bool
	source    *Source // for a kind without wires
}

// NewBus makes the other end of a device of kind k, which must exchange bytes.
func NewBus(k *port.Kind) *Bus {
	b := &Bus{addressed: k.Silent}
	if len(k.Wires) == 0 {
		b.source = newSource()
	}
	return b
}

// begin returns the bus in its state at the start of a run.
func (b *Bus) begin() *Bus {
	if b == nil || b.source == nil {
		return b
	}
	return &Bus{source: b.source.begin()}
}

// Source returns the source of random bytes, or nil if the kind has wires.
func (b *Bus) Source() *Source { return b.source }

// Add adds an answer.
func (b *Bus) Add(a Answer) { b.answers = append(b.answers, a) }

// SentBy returns the bytes that a command sends: the address, if the bus has addresses, and the
// data.
func (b *Bus) SentBy(command []byte) []byte {
	if len(command) < port.CommandSize {
		return nil
	}
	body := command[port.CommandSize:]
	if !b.addressed {
		return body
	}
	return append([]byte{command[4] & 0x7F}, body...)
}

// Do returns the answer to a command at a time.
func (b *Bus) Do(now uint64, command []byte) []byte {
	if len(command) < port.CommandSize {
		return status(BusRefused)
	}
	if b.source != nil {
		return b.source.do(command)
	}
	sent := b.SentBy(command)
	wanted := len(sent)
	if b.addressed {
		wanted = int(binary.LittleEndian.Uint16(command[4+port.WantedAt/8:]))
	}
	there, a := !b.addressed, Answer{}
	for _, x := range b.answers {
		if x.Time > now {
			continue
		}
		there = there || b.addressed && x.Sent[0] == sent[0]
		if bytes.HasPrefix(sent, x.Sent) {
			a = x
		}
	}
	if !there || a.Refuses {
		return status(BusRefused)
	}
	data := append(slices.Clone(a.Data[:min(len(a.Data), wanted)]), bytes.Repeat([]byte{0xFF}, max(0, wanted-len(a.Data)))...)
	return append(status(BusOK), data...)
}

// last returns the time of the last answer.
func (b *Bus) last() uint64 {
	last := uint64(0)
	for _, a := range b.answers {
		last = max(last, a.Time)
	}
	return last
}

// ReadAnswers reads an answer file. Each line has a time in microseconds, the sent bytes, a
// colon, and the answer. Sent bytes and answer are in hexadecimal. A minus instead of an answer
// means that the device does not acknowledge. The text after # is a comment.
//
//	0     9f : ff ef 40 18    # of an SPI flash: a byte comes for each that goes
//	2000  48 00 : 1a 40       # of I2C: the address, the register, the answer
func (b *Bus) ReadAnswers(name string, data []byte) error {
	if b.source != nil {
		return b.source.ReadAnswers(name, data)
	}
	const form = "a time, what is sent, a colon and the answer, as in `0 9f : ff ef`"
	return eachAnswer(name, data, form, func(l answerLine) (err error) {
		a := Answer{Time: l.time, Refuses: l.answer == "-"}
		if a.Sent, err = hexBytes(l.span, l.command); err != nil {
			return err
		}
		if b.addressed && (len(a.Sent) == 0 || a.Sent[0] > 0x7F) {
			return diag.Errorf(BadAnswers, l.span, "expected the address of a device, 00 to 7f, after the time")
		}
		switch {
		case a.Refuses && !b.addressed:
			return diag.Errorf(BadAnswers, l.span, "nothing is acknowledged on this bus, so nothing can be refused")
		case !a.Refuses:
			if a.Data, err = hexBytes(l.span, strings.Fields(l.answer)); err != nil {
				return err
			}
		}
		b.Add(a)
		return nil
	})
}

func hexBytes(span diag.Span, fields []string) ([]byte, error) {
	data, err := hex.DecodeString(strings.Join(fields, ""))
	if err != nil {
		return nil, diag.Errorf(BadAnswers, span, "expected bytes in hexadecimal, two digits each, got %q", strings.Join(fields, " "))
	}
	return data, nil
}
