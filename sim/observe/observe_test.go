package observe

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/port"
	"github.com/sinter-lang/sinter/ir/trace"
	"github.com/sinter-lang/sinter/sim"
)

// TestCommitLogLines checks the lines for a byte stored in the highest lane, for a load, and
// for an instruction that writes no register.
func TestCommitLogLines(t *testing.T) {
	var out bytes.Buffer
	l := NewCommitLog(&out, isa.RV32I())
	for _, r := range []sim.Retire{
		{PC: 16, Insn: 0x00b501a3, Addr: 0x103, Mask: 8, Data: 0xab000000}, // sb
		{PC: 20, Insn: 0x00052503, Rd: 10, Value: 7, Addr: 0x100, Mask: 15, Data: 7},
		{PC: 24, Insn: 0xfe209ce3, Context: 1},
	} {
		l.Step(&Step{Retired: true, Retire: r})
	}
	l.Step(&Step{})
	require.NoError(t, l.End())
	require.Equal(t, "core   0: 3 0x00000010 (0x00b501a3) mem 0x00000103 0xab\n"+
		"core   0: 3 0x00000014 (0x00052503) x10 0x00000007 mem 0x00000100\n"+
		"core   1: 3 0x00000018 (0xfe209ce3)\n", out.String())
}

// cycles is a hand-written run of a text of four words: a jump, a load, a store that a port
// holds for some cycles, and an instruction that never retires.
func cycles(o Observer, text *Text) {
	pc := func(k int) uint32 { return uint32(design.TextBase + 4*k) }
	at := uint64(0)
	tape, tr := NewTape(o), &trace.Trace{}
	step := func(s Step) {
		s.At = at
		at++
		s.Retire.PC = s.PC
		tape.Step(&s, tr)
	}
	step(Step{})
	step(Step{})
	step(Step{Execute: true, PC: pc(0), Retired: true})
	step(Step{}) // after the jump
	step(Step{Execute: true, PC: pc(1)})
	step(Step{Execute: true, PC: pc(1), Retired: true, Retire: sim.Retire{Mask: 15, Addr: 8}})
	step(Step{Execute: true, PC: pc(2)})
	tr.Events = append(tr.Events, trace.Event{Kind: trace.Log})
	step(Step{Execute: true, PC: pc(2)})
	step(Step{Execute: true, PC: pc(2), Retired: true, Retire: sim.Retire{Mask: 15, Addr: port.Base}})
	step(Step{Execute: true, Idle: true, PC: pc(3)})
	step(Step{Execute: true, PC: pc(3)})
}

// TestCauses checks that each cycle counts for the right word and the right cause.
func TestCauses(t *testing.T) {
	for _, overlap := range []bool{true, false} {
		text := &Text{Words: make([]Word, 4), Circuit: true, Overlap: overlap}
		p := NewProfile(text)
		cycles(p, text)
		require.NoError(t, p.End())
		jump, fetch := uint64(1), uint64(0)
		if !overlap {
			jump, fetch = 0, 1
		}
		require.Equal(t, Spent{Instructions: 1, Cycles: [causes]uint64{Execute: 1, Fetch: 2, Jump: jump}}, *p.Word(0))
		require.Equal(t, Spent{Instructions: 1, Cycles: [causes]uint64{Execute: 1, Memory: 1, Fetch: fetch}}, *p.Word(1))
		require.Equal(t, Spent{Instructions: 1, Events: 1, Cycles: [causes]uint64{Execute: 1, Port: 2}}, *p.Word(2))
		require.Equal(t, Spent{Cycles: [causes]uint64{Wait: 1, Port: 1}}, *p.Word(3))
		total := p.Total()
		require.EqualValues(t, 11, total.Total())
	}
}

// TestPictureOfAWindow checks that the file shows only instructions that retire in the window,
// and none for a window without such instructions.
func TestPictureOfAWindow(t *testing.T) {
	text := &Text{Words: make([]Word, 4), Circuit: true, Overlap: true}
	for k := range text.Words {
		text.Words[k] = Word{Func: "f", Asm: "nop"}
	}
	for _, c := range []struct {
		from, to uint64
		shown    int
	}{{0, 100, 3}, {3, 6, 1}, {50, 60, 0}} {
		var out bytes.Buffer
		k := NewKonata(&out, text, c.from, c.to)
		cycles(k, text)
		require.NoError(t, k.End())
		require.Equal(t, c.shown, bytes.Count(out.Bytes(), []byte("I\t")))
		require.Equal(t, c.shown, k.Shown())
		require.True(t, bytes.HasPrefix(out.Bytes(), []byte("Kanata\t0004\nC=\t")))
	}
}

// full is a writer that simulates a full disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }

// TestWritersKeepTheirError checks that the first error of a file is reported at the end.
func TestWritersKeepTheirError(t *testing.T) {
	text := &Text{Words: make([]Word, 4), Circuit: true}
	for _, o := range []Observer{NewCommitLog(full{}, isa.RV32I()), NewKonata(full{}, text, 0, 9), NewTimeline(full{}, "p", text)} {
		cycles(o, text)
		require.ErrorContains(t, o.End(), "no space", "%T", o)
	}
}
