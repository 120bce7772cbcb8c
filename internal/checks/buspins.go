package checks

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/hwgen/periph"
	"github.com/sinter-lang/sinter/hwgen/top"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim/world"
)

// This file checks a bus at the pins of a simulated board. A simulated slave sends the bits of
// the answers that the reference run received. The bits on the wires are compared with the bits
// that follow from the commands of the reference run.

// busTalk is the traffic of a bus in a run.
type busTalk struct {
	device    string
	transfers int
	most      int             // largest number of bits on the wires for one time of the reference
	shown     strings.Builder // bits that the slave sends
	wires     strings.Builder // bits that the bench must print
}

// busesOf reads the commands and answers of each bus from the trace of the reference.
func busesOf(p *flow.Program, tr *trace.Trace) []*busTalk {
	var out []*busTalk
	for _, d := range p.Tree.System.Devices {
		if !port.IsBus(d.Kind) {
			continue
		}
		k := port.Find(d.Kind)
		talk, bus := &busTalk{device: d.Name}, world.NewBus(k)
		var command []byte
		time, before := uint64(0), 0
		for _, e := range tr.Events {
			switch {
			case e.Port != d.Name:
			case e.Kind == trace.Out:
				if command = e.Data; e.Time != time {
					time, before = e.Time, talk.wires.Len()
				}
			case k.Silent:
				talk.addressed(command, bus.SentBy(command), e.Data)
			default:
				talk.plain(bus.SentBy(command), e.Data[port.StatusSize:])
			}
			talk.most = max(talk.most, talk.wires.Len()-before)
		}
		out = append(out, talk)
	}
	return out
}

func slavesOf(list []*busTalk) []top.Slave {
	var out []top.Slave
	for _, t := range list {
		out = append(out, top.Slave{Device: t.device, Bits: t.shown.String()})
	}
	return out
}

// plain adds a transfer in which the master receives a bit for each bit that it sends.
func (t *busTalk) plain(sent, got []byte) {
	t.transfers++
	if len(sent) == 0 { // an empty transfer selects no device
		return
	}
	t.wires.WriteByte('S')
	for i := range sent {
		fmt.Fprintf(&t.wires, "%08b", sent[i])
		fmt.Fprintf(&t.shown, "%08b", got[i])
	}
	t.wires.WriteByte('P')
}

// addressed adds a message with addresses and acknowledges.
func (t *busTalk) addressed(command, sent, answer []byte) {
	t.transfers++
	wanted := int(binary.LittleEndian.Uint16(command[4+port.WantedAt/8:]))
	address, body, ok := sent[0]<<1, sent[1:], answer[0] == world.BusOK
	if len(body) > 0 || wanted == 0 {
		t.wires.WriteByte('S')
		ok = t.written(append([]byte{address}, body...), ok)
		t.shown.WriteByte('1')
		if ok && wanted > 0 {
			t.wires.WriteByte('1')
		}
	}
	if ok && wanted > 0 || len(body) == 0 && wanted > 0 {
		t.wires.WriteByte('S')
		if ok = t.written([]byte{address | 1}, ok); ok {
			for i, c := range answer[port.StatusSize:] {
				fmt.Fprintf(&t.shown, "%08b1", c)
				fmt.Fprintf(&t.wires, "%08b%d", c, flagOf(i == wanted-1))
			}
		}
		t.shown.WriteByte('1')
	}
	t.wires.WriteString("0P")
}

// written adds bytes that the master sends. The slave acknowledges all bytes, or refuses the
// address.
func (t *busTalk) written(data []byte, ok bool) bool {
	for _, c := range data {
		fmt.Fprintf(&t.wires, "%08b%d", c, flagOf(!ok))
		fmt.Fprintf(&t.shown, "11111111%d", flagOf(!ok))
		if !ok {
			return false
		}
	}
	return true
}

func flagOf(on bool) int {
	if on {
		return 1
	}
	return 0
}

// In the reference a transfer takes no time, and several transfers can happen at one time.
// busTime is the longest time in microseconds that the buses on the board need for all
// transfers of one such time.
func busTime(list []*busTalk) float64 {
	bits := 0
	for _, t := range list {
		bits += t.most
	}
	return float64(bits) * 1.5e6 / periph.I2CHz // at the speed of the slower bus, plus half for changes of direction
}

// buses compares the bits on the wires with the expected bits.
func (r *Pins) buses(list []*busTalk, said string) {
	for _, t := range list {
		want, got := t.wires.String(), top.ParseBus(said, t.device)
		if want == got {
			r.Transfers += t.transfers
			continue
		}
		at := 0
		for at < min(len(want), len(got)) && want[at] == got[at] {
			at++
		}
		if r.Difference == "" {
			r.Difference = fmt.Sprintf("%s: the wires show %s after %d bits, the reference says %s", t.device, rest(got, at), at, rest(want, at))
		}
	}
}

// rest is the beginning of the text that follows a position.
func rest(s string, at int) string {
	if at == len(s) {
		return "nothing"
	}
	return s[at:min(len(s), at+20)]
}
