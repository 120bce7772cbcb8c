package core

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/sim/cycle"
)

// beat is one word of a frame, as a surrounding design gives it to the core.
type beat struct {
	data  uint64
	last  bool
	bytes uint64
}

// bench drives the ports of an echo core directly, because the simulated world does not make
// beats without bytes.
type bench struct {
	t    *testing.T
	c    *rtl.Circuit
	e    cycle.Engine
	cell map[string]*uint64
}

func newBench(t *testing.T, c *rtl.Circuit) *bench {
	var outs []rtl.ID
	for _, o := range c.Outputs {
		outs = append(outs, o.Node)
	}
	e, err := cycle.Default(c, outs...)
	require.NoError(t, err)
	b := &bench{t, c, e, map[string]*uint64{}}
	for _, id := range c.Inputs {
		b.cell[c.Nodes[id].Name] = e.Cell(id)
	}
	for i, o := range c.Outputs {
		b.cell[o.Name] = e.Cell(outs[i])
	}
	return b
}

func (b *bench) set(name string, v uint64) {
	require.Contains(b.t, b.cell, name)
	*b.cell[name] = v
}

// until runs to a cycle in which an output is 1, and stays before the clock edge of that cycle.
func (b *bench) until(name string) {
	for range 3000 {
		if b.e.Eval(); *b.cell[name] == 1 {
			return
		}
		b.e.Clock()
	}
	b.t.Fatalf("%s was never 1", name)
}

// give moves a frame into the core.
func (b *bench) give(frame []beat) {
	p := rtl.RxPorts("eth0")
	for _, w := range frame {
		last := uint64(0)
		if w.last {
			last = 1
		}
		b.set(p.Valid, 1)
		b.set(p.Data, w.data)
		b.set(p.Last, last)
		b.set(p.Bytes, w.bytes)
		b.until(p.Ready)
		b.e.Clock()
		b.set(p.Valid, 0)
	}
}

// take moves a frame out of the core.
func (b *bench) take() (frame []beat) {
	p := rtl.TxPorts("eth0")
	b.set(p.Ready, 1)
	for len(frame) < 20 {
		b.until(p.Valid)
		frame = append(frame, beat{*b.cell[p.Data], *b.cell[p.Last] == 1, *b.cell[p.Bytes]})
		b.e.Clock()
		if frame[len(frame)-1].last {
			break
		}
	}
	return frame
}

// TestLastBeatWithoutBytes ends frames with a beat without bytes, as AXI4-Stream allows. Such a
// beat ends the frame and writes nothing, because the buffer may be full.
func TestLastBeatWithoutBytes(t *testing.T) {
	im := load(t, echo)
	for _, core := range cores() {
		t.Run(core, func(t *testing.T) {
			c := generate(t, im, plan.Options{Core: core})
			b := newBench(t, c)
			memory := func(name string) []uint64 {
				for i := range c.Mems {
					if c.Mems[i].Name == name {
						return b.e.Memory(i)
					}
				}
				t.Fatal("no memory " + name)
				return nil
			}
			data := memory("data")
			data[2], data[3] = 0xbeef, 0xc0de // the second word of the buffer, and the word after the buffer

			b.give([]beat{{data: 0x04030201}, {data: 0xffffffff, last: true}})
			require.Equal(t, []beat{{0x04030201, true, 4}}, b.take())
			require.Equal(t, uint64(0xbeef), data[2], "a word that no byte belongs to")

			b.give([]beat{{data: 0x04030201}, {data: 0x08070605}, {data: 0xffffffff, last: true}})
			require.Equal(t, []beat{{data: 0x04030201}, {0x08070605, true, 4}}, bytesOfLast(b.take()))
			require.Equal(t, uint64(0xc0de), data[3], "the word after a full buffer")

			b.give([]beat{{data: 0xffffffff, last: true}}) // a frame without a byte is dropped
			b.give([]beat{{data: 0x2a, last: true, bytes: 1}})
			require.Equal(t, uint64(0x2a), b.take()[0].data&0xff)
		})
	}
}

// bytesOfLast clears the byte count of every beat except the last one, because such beats have
// four bytes.
func bytesOfLast(frame []beat) []beat {
	for i := range frame[:len(frame)-1] {
		frame[i].bytes = 0
	}
	return frame
}
